//! Bytes of an attached file in, its text out. Pure, like the rest of `extract`; but the formats are large and hostile
//! files make any reader of them panic, hang or eat memory, so nothing but the hidden command `read-attachment`, a
//! child process with limits of its own, calls [`read`].
//!
//! What never happens here: a macro is run, an embedded file or an archive in an archive is opened, an entity of XML
//! beyond the five predefined ones is expanded, a link is followed.

mod archive;
mod docx;
mod kind;
mod paragraphs;
mod pdf;
mod persons;
mod rtf;
#[cfg(test)]
mod tests;
mod xlsx;
mod xml;

use serde::{Deserialize, Serialize};

pub use kind::{Kind, named, sniff};
pub use persons::{is_list_by_name, is_list_of_persons};

use unicode_normalization::UnicodeNormalization;

use crate::vietnamese;

/// The bounds of one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Characters of text that are kept; what is longer is cut and says so.
    pub text_chars: usize,
    /// Bytes that a packed file may unfold to.
    pub unpacked_bytes: u64,
    /// Pages or sheets that are read.
    pub pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { text_chars: 300_000, unpacked_bytes: 100 << 20, pages: 1_000 }
    }
}

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Paragraphs joined by `\n`, cells of a row by tabs; NFC, legacy encodings converted.
    pub text: String,
    /// Pages of a PDF, sheets of a workbook; 0 where a file has neither.
    pub pages: usize,
    /// The file goes on after the text that was kept.
    pub cut: bool,
}

/// Why a file has no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", content = "detail", rename_all = "snake_case")]
pub enum Problem {
    /// Pages without a text layer: pictures of paper.
    #[error("scanned: no text layer")]
    Scanned,
    /// A format that is not read.
    #[error("{0} files are not read")]
    NotRead(String),
    /// The bytes are something else than the name says.
    #[error("not the file that was linked: {0}")]
    Mislabelled(String),
    /// The file asks for a password.
    #[error("the file is encrypted")]
    Encrypted,
    /// The file unfolds to more than is allowed, or nests archives.
    #[error("refused as a bomb: {0}")]
    Bomb(String),
    /// The file is damaged or cut short.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// Nothing is written in it.
    #[error("the file holds no text")]
    Empty,
}

/// Reads a file of the given kind.
///
/// # Errors
/// When it has no text that can be read; the problem says why.
pub fn read(bytes: &[u8], kind: Kind, limits: &Limits) -> Result<Text, Problem> {
    let raw = match kind {
        Kind::Pdf => pdf::read(bytes, limits)?,
        Kind::Docx => docx::read(bytes, limits)?,
        Kind::Xlsx => xlsx::read(bytes, limits)?,
        Kind::Rtf => rtf::read(bytes, limits)?,
        other => return Err(Problem::NotRead(other.as_str().to_owned())),
    };
    let text = finished(&raw.text);
    if !text.chars().any(char::is_alphanumeric) {
        return Err(if kind == Kind::Pdf && raw.pages > 0 { Problem::Scanned } else { Problem::Empty });
    }
    Ok(Text { text, ..raw })
}

/// Text as everywhere in lantoa: Unicode, NFC, clean lines.
fn finished(raw: &str) -> String {
    // Whole first: a long text is the surest sign. A file may mix fonts, though, and then each line speaks for itself.
    let unicode = vietnamese::legacy::convert(raw).unwrap_or_else(|| {
        let lines = raw.lines().map(|line| vietnamese::legacy::convert(line).unwrap_or_else(|| line.to_owned()));
        lines.collect::<Vec<_>>().join("\n")
    });
    let unicode: String = unicode.chars().fold(String::with_capacity(unicode.len()), |mut text, c| {
        match c {
            // Ligatures are one glyph on paper and several letters to a reader who searches.
            '\u{fb00}'..='\u{fb06}' => text.extend(c.nfkd()),
            c => text.push(c),
        }
        text
    });
    // A cell ends with a tab, which cleaning would make a blank like any other.
    let lines = unicode.lines().map(|line| {
        let cells = line.split('\t').map(vietnamese::clean).filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join("\t")
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Text that stops growing at its limit.
#[derive(Debug)]
struct Bounded {
    text: String,
    left: usize,
    cut: bool,
}

impl Bounded {
    fn new(limits: &Limits) -> Self {
        Self { text: String::new(), left: limits.text_chars, cut: false }
    }

    /// Adds a character; blanks at the beginning of a line are not worth a place.
    fn push(&mut self, c: char) {
        if c == '\u{0}' || (c.is_whitespace() && self.text.ends_with(['\n', ' ', '\t']) && c != '\n') {
            return;
        }
        if self.left == 0 {
            self.cut = true;
            return;
        }
        self.left -= 1;
        self.text.push(c);
    }

    fn push_str(&mut self, text: &str) {
        for c in text.chars() {
            if self.cut {
                return;
            }
            self.push(c);
        }
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push('\n');
        }
    }

    fn into_text(self, pages: usize) -> Text {
        Text { text: self.text, pages, cut: self.cut }
    }
}
