//! Rich Text Format (Word 2007 RTF Specification 1.9.1): a stream of groups, control words and bytes in the code page
//! of the current font. Written here because readers that are kept take UTF-8 and pass over code pages, and Vietnamese
//! RTF is Windows-1258, TCVN3 or VNI in `\'hh` as often as `\u`.

use std::collections::HashMap;

use encoding_rs::Encoding;

use super::paragraphs::Paragraphs;
use super::{Limits, Problem, Text};

/// Groups inside each other; more are counted but share the state of the last.
const MAX_DEPTH: usize = 200;

/// Groups that hold no text of the document.
const NO_TEXT: [&str; 20] = [
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "objdata",
    "themedata",
    "datastore",
    "generator",
    "filetbl",
    "listtable",
    "listoverridetable",
    "revtbl",
    "rsidtbl",
    "xmlnstbl",
    "latentstyles",
    "fldinst",
    "nonshppict",
    "sp",
    "template",
];

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Text, Problem> {
    if !bytes.starts_with(b"{\\rtf") {
        return Err(Problem::Damaged("it does not begin as RTF".to_owned()));
    }
    let mut reader = Reader {
        bytes,
        at: 0,
        out: Paragraphs::new(limits),
        stack: Vec::new(),
        over: 0,
        state: State { mute: false, in_fonts: false, in_table: false, font: 0, skip: 1 },
        fonts: HashMap::new(),
        font_name: String::new(),
        page: encoding_rs::WINDOWS_1252,
        pending: Vec::new(),
        units: Vec::new(),
        to_skip: 0,
        is_starred: false,
    };
    while !reader.out.is_full() && reader.step() {}
    reader.flush();
    Ok(reader.out.finish(0))
}

/// What a group may change and gives back at its end.
#[derive(Clone, Copy)]
struct State {
    /// Nothing of the group is text.
    mute: bool,
    in_fonts: bool,
    in_table: bool,
    font: i32,
    /// Characters that stand after a `\u` for readers without Unicode.
    skip: usize,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    out: Paragraphs,
    stack: Vec<State>,
    /// Groups beyond [`MAX_DEPTH`].
    over: usize,
    state: State,
    fonts: HashMap<i32, &'static Encoding>,
    font_name: String,
    /// The document's code page.
    page: &'static Encoding,
    /// Bytes that wait to be decoded: in Windows-1258 and Asian code pages one letter may take two.
    pending: Vec<u8>,
    /// UTF-16 units of `\u`, which come in pairs beyond the first plane.
    units: Vec<u16>,
    to_skip: usize,
    /// The group began with `\*`: readers that do not know it leave it out.
    is_starred: bool,
}

impl Reader<'_> {
    /// Reads one thing; false at the end.
    fn step(&mut self) -> bool {
        let Some(&byte) = self.bytes.get(self.at) else { return false };
        self.at += 1;
        match byte {
            b'{' => {
                self.flush();
                if self.stack.len() < MAX_DEPTH {
                    self.stack.push(self.state);
                } else {
                    self.over += 1;
                }
                self.to_skip = 0;
            }
            b'}' => {
                self.flush();
                self.to_skip = 0;
                self.is_starred = false;
                if self.over > 0 {
                    self.over -= 1;
                } else {
                    match self.stack.pop() {
                        Some(state) => self.state = state,
                        None => return false,
                    }
                    if self.stack.is_empty() {
                        return false;
                    }
                }
            }
            b'\\' => self.control(),
            b'\r' | b'\n' => {}
            byte => self.byte(byte),
        }
        true
    }

    fn control(&mut self) {
        let Some(&first) = self.bytes.get(self.at) else { return };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return self.symbol(first);
        }
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take(40).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = std::str::from_utf8(&rest[..length]).unwrap_or_default();
        let after = &rest[length..];
        let sign = usize::from(after.first() == Some(&b'-'));
        let digits = after[sign..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number =
            (digits > 0).then(|| std::str::from_utf8(&after[..sign + digits]).ok()?.parse::<i64>().ok()).flatten();
        let used = if digits > 0 { length + sign + digits } else { length };
        self.at += used;
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.word(word, number);
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'\'' => {
                let hex = self.bytes.get(self.at..self.at + 2).and_then(|hex| std::str::from_utf8(hex).ok());
                self.at = (self.at + 2).min(self.bytes.len());
                if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    self.byte(byte);
                }
            }
            b'*' => self.is_starred = true,
            b'~' => self.letter(' '),
            b'_' => self.letter('-'),
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'\r' | b'\n' => self.paragraph(),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i64>) {
        let is_starred = std::mem::take(&mut self.is_starred);
        let small = number.and_then(|number| i32::try_from(number).ok());
        if word != "u" {
            self.flush();
        }
        match word {
            "u" => self.unit(number.unwrap_or_default()),
            "uc" => self.state.skip = small.map_or(1, |skip| usize::try_from(skip.clamp(0, 16)).unwrap_or(1)),
            "bin" => {
                let length = number.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
                self.at = self.at.saturating_add(length).min(self.bytes.len());
            }
            "ansicpg" => self.page = small.and_then(code_page).unwrap_or(self.page),
            "mac" => self.page = encoding_rs::MACINTOSH,
            "f" | "deff" => {
                self.state.font = small.unwrap_or_default();
                self.font_name.clear();
            }
            "fcharset" if self.state.in_fonts => {
                if let Some(encoding) = small.and_then(charset) {
                    self.fonts.insert(self.state.font, encoding);
                }
            }
            "fonttbl" => self.state.in_fonts = true,
            "par" | "line" | "sect" | "page" | "column" => self.paragraph(),
            "pard" => self.state.in_table = false,
            "intbl" => self.state.in_table = true,
            "cell" | "nestcell" if !self.state.mute => self.out.end_cell(),
            "row" | "nestrow" if !self.state.mute => self.out.end_row(),
            "tab" => self.letter(' '),
            "emdash" => self.letter('—'),
            "endash" => self.letter('–'),
            "lquote" => self.letter('‘'),
            "rquote" => self.letter('’'),
            "ldblquote" => self.letter('“'),
            "rdblquote" => self.letter('”'),
            "bullet" => self.letter('•'),
            // The text of a shape stands inside a group that is otherwise not for reading.
            "shptxt" => self.state.mute = false,
            "shpinst" => self.state.mute = true,
            word if NO_TEXT.contains(&word) => self.state.mute = true,
            _ if is_starred => self.state.mute = true,
            _ => {}
        }
    }

    fn paragraph(&mut self) {
        self.flush();
        if !self.state.mute {
            self.out.end_paragraph(self.state.in_table);
        }
    }

    /// A character by its number.
    fn letter(&mut self, c: char) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        self.flush();
        if !self.state.mute && !self.state.in_fonts {
            self.out.push(c);
        }
    }

    /// A UTF-16 unit, written as a signed number.
    fn unit(&mut self, number: i64) {
        if !self.pending.is_empty() {
            self.flush();
        }
        if let Ok(unit) = u16::try_from(number.rem_euclid(65_536)) {
            self.units.push(unit);
        }
        self.to_skip = self.state.skip;
    }

    /// A byte in the code page of the font.
    fn byte(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        if self.state.in_fonts {
            return self.name(byte);
        }
        if !self.units.is_empty() {
            self.flush();
        }
        self.pending.push(byte);
    }

    /// The name of a font ends with a semicolon. Fonts of before Unicode (`.VnTime`, `VNI-Times`) are Latin to Windows,
    /// whatever the document's code page is.
    fn name(&mut self, byte: u8) {
        if byte == b';' {
            let name = std::mem::take(&mut self.font_name);
            if name.starts_with(".Vn") || name.starts_with("VNI") {
                self.fonts.insert(self.state.font, encoding_rs::WINDOWS_1252);
            }
        } else if self.font_name.len() < 64 {
            self.font_name.push(char::from(byte));
        }
    }

    fn flush(&mut self) {
        let is_text = !self.state.mute && !self.state.in_fonts;
        if !self.units.is_empty() {
            let units = std::mem::take(&mut self.units);
            if is_text {
                self.out.push_str(&String::from_utf16_lossy(&units));
            }
        }
        if !self.pending.is_empty() {
            if is_text {
                let encoding = self.fonts.get(&self.state.font).copied().unwrap_or(self.page);
                let (text, _) = encoding.decode_without_bom_handling(&self.pending);
                self.out.push_str(&text);
            }
            self.pending.clear();
        }
    }
}

fn code_page(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1252 => encoding_rs::WINDOWS_1252,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1258 => encoding_rs::WINDOWS_1258,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        65001 => encoding_rs::UTF_8,
        _ => return None,
    })
}

/// A font's character set as a code page; 0 and 1 leave the document's own.
fn charset(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        163 => encoding_rs::WINDOWS_1258,
        77 => encoding_rs::MACINTOSH,
        128 => encoding_rs::SHIFT_JIS,
        129 => encoding_rs::EUC_KR,
        134 => encoding_rs::GBK,
        136 => encoding_rs::BIG5,
        161 => encoding_rs::WINDOWS_1253,
        162 => encoding_rs::WINDOWS_1254,
        204 => encoding_rs::WINDOWS_1251,
        238 => encoding_rs::WINDOWS_1250,
        _ => return None,
    })
}
