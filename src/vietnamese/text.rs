//! One normal form for Vietnamese text, and the two keys that search compares.
//!
//! In: text as pages write it. Out: the same text in one form, or a key of it. Nothing here fails, and text that is
//! already in the normal form costs one pass over its bytes.

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// A Vietnamese letter carries at most two marks; more than this on one base is decoration or an attack.
const MARKS_PER_BASE: usize = 4;

/// NFC, one line, without invisible characters; `Ð`/`ð` (eth) become `Đ`/`đ` where no other language writes them.
#[must_use]
pub fn clean(text: &str) -> String {
    cleaned(text).into_owned()
}

/// As [`clean`], but paragraphs stay apart: one `\n` between them, no empty lines.
#[must_use]
pub fn clean_lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.split(is_line_break) {
        let line = cleaned(line);
        if !line.is_empty() {
            if !lines.is_empty() {
                lines.push('\n');
            }
            lines.push_str(&line);
        }
    }
    lines
}

/// [`clean`] without a copy when there is nothing to change.
pub(super) fn cleaned(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len());
    let mut marks = 0;
    // Whether every character is its own NFC whatever stands before it; the full check reads tables for each.
    let mut simple = true;
    for c in text.chars() {
        if is_simple(c) {
            marks = 0;
            visible.push(c);
        } else if is_blank(c) || is_line_break(c) {
            if !visible.is_empty() && !visible.ends_with(' ') {
                visible.push(' ');
            }
            marks = 0;
        } else if is_invisible(c) {
            // Dropped without ending the run of marks: a zero-width space may stand between a letter and its tone.
        } else if c >= '\u{300}' && is_combining_mark(c) {
            marks += 1;
            simple = false;
            if marks <= MARKS_PER_BASE {
                visible.push(c);
            }
        } else {
            marks = 0;
            let c = match c {
                'Ð' if stands_for_d(&visible) => 'Đ',
                'ð' if stands_for_d(&visible) => 'đ',
                c => c,
            };
            simple &= matches!(c, 'Ð' | 'ð' | 'Đ' | 'đ');
            visible.push(c);
        }
    }
    visible.truncate(visible.trim_end_matches(' ').len());
    if simple || unicode_normalization::is_nfc(&visible) {
        Cow::Owned(visible)
    } else {
        Cow::Owned(visible.nfc().collect())
    }
}

/// Whether an eth that follows `before` stands for a `đ`: at the head of a word (`Ðiện`), or after consonants alone
/// (`NÐ-CP`). In the languages that have an eth of their own it never begins a word and a vowel stands before it.
fn stands_for_d(before: &str) -> bool {
    for c in before.chars().rev() {
        match c.to_ascii_lowercase() {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' => return false,
            c if c.is_ascii_lowercase() || matches!(c, 'đ' | 'Đ') => {}
            c => return !is_letter_or_digit(c),
        }
    }
    true
}

/// True only when [`clean`] would change nothing: letters that are their own NFC, single inner blanks.
fn is_clean(text: &str) -> bool {
    let mut after_blank = true;
    for c in text.chars() {
        if c == ' ' {
            if after_blank {
                return false;
            }
            after_blank = true;
        } else if is_simple(c) {
            after_blank = false;
        } else {
            return false;
        }
    }
    text.is_empty() || !after_blank
}

/// Characters that [`clean`] leaves as they are, wherever they stand.
fn is_simple(c: char) -> bool {
    match c {
        '!'..='~' => true,
        'Ð' | 'ð' | '\u{ad}' => false,
        // Latin-1, Latin Extended-A and -B, Latin Extended Additional: every letter here is its own NFC.
        '\u{a1}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => true,
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => true,
        _ => false,
    }
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Blanks inside a line, of every width. The Hangul fillers and the Braille blank draw nothing either.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{ffa0}'
    )
}

/// Characters that draw nothing: controls, zero-width, bidirectional controls, soft hyphen, tags.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}'
            | '\u{e}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Lower case without tone and vowel marks, blanks as in [`clean`]: `Chính phủ` and `chinh phu` are equal.
///
/// In text that went through [`clean`] each character becomes at most one, so offsets can be carried over.
#[must_use]
pub fn fold(text: &str) -> String {
    let text = cleaned(text);
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        fold_into(c, &mut key);
    }
    key
}

/// The letter as [`fold`] writes it, where it writes just one; else as it is.
#[must_use]
pub fn fold_letter(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { FOLDED.get(c).unwrap_or(c) }
}

static FOLDED: LazyLock<LatinTable> = LazyLock::new(|| LatinTable::of(fold_by_rule));

fn fold_into(c: char, key: &mut String) {
    if c.is_ascii() {
        key.push(c.to_ascii_lowercase());
        return;
    }
    match FOLDED.get(c) {
        Some(folded) => key.push(folded),
        None => fold_by_rule(c, key),
    }
}

fn fold_by_rule(c: char, key: &mut String) {
    match c {
        'đ' | 'Đ' => key.push('d'),
        _ => decompose_canonical(c, |part| {
            if !is_combining_mark(part) {
                key.extend(part.to_lowercase().filter(|lower| !is_combining_mark(*lower)));
            }
        }),
    }
}

/// Appends the letter in lower case, as [`char::to_lowercase`] has it.
pub fn push_lower(c: char, text: &mut String) {
    if c.is_ascii() {
        text.push(c.to_ascii_lowercase());
        return;
    }
    static LOWER: LazyLock<LatinTable> = LazyLock::new(|| LatinTable::of(|c, text| text.extend(c.to_lowercase())));
    match LOWER.get(c) {
        Some(lower) => text.push(lower),
        None => text.extend(c.to_lowercase()),
    }
}

/// A letter or a digit, as [`char::is_alphanumeric`] has it.
#[must_use]
pub fn is_letter_or_digit(c: char) -> bool {
    match c {
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        '×' | '÷' => false,
        // Every letter of Vietnamese, which the tables of the standard library find only after a search.
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// What a rule makes of each letter of the Latin blocks that Vietnamese uses, looked up instead of worked out: texts
/// are folded several times on their way, and nearly a third of their letters are not ASCII.
struct LatinTable {
    /// NUL where the rule makes none or several characters.
    made: Vec<char>,
}

impl LatinTable {
    const EXTENDED: std::ops::Range<u32> = 0xc0..0x250;
    const ADDITIONAL: std::ops::Range<u32> = 0x1e00..0x1f00;

    fn of(rule: impl Fn(char, &mut String)) -> Self {
        let mut text = String::new();
        let made = Self::EXTENDED.chain(Self::ADDITIONAL).filter_map(char::from_u32).map(|c| {
            text.clear();
            rule(c, &mut text);
            let mut made = text.chars();
            made.next().filter(|_| made.next().is_none()).unwrap_or('\0')
        });
        Self { made: made.collect() }
    }

    fn get(&self, c: char) -> Option<char> {
        let c = u32::from(c);
        let place = if Self::EXTENDED.contains(&c) {
            c - Self::EXTENDED.start
        } else if Self::ADDITIONAL.contains(&c) {
            c - Self::ADDITIONAL.start + (Self::EXTENDED.end - Self::EXTENDED.start)
        } else {
            return None;
        };
        self.made.get(place as usize).copied().filter(|made| *made != '\0')
    }
}

/// Lower case with vowel marks, the tone as a digit at the end of each syllable (1 sắc, 2 huyền, 3 hỏi, 4 ngã,
/// 5 nặng), so that `hòa` and `hoà` are equal (`hoa2`) and `họa` is not (`hoa5`).
#[must_use]
pub fn tone_key(text: &str) -> String {
    let text = cleaned(text);
    let mut key = String::with_capacity(text.len() + 8);
    let mut tone = None;
    for c in text.chars() {
        if c.is_ascii() {
            if !c.is_ascii_alphabetic() {
                key.extend(tone.take());
            }
            key.push(c.to_ascii_lowercase());
            continue;
        }
        if !c.is_alphanumeric() && !is_combining_mark(c) {
            key.extend(tone.take());
        }
        let (letter, found) = without_tone(c);
        tone = found.or(tone);
        if let Some(letter) = letter {
            key.extend(letter.to_lowercase());
        }
    }
    key.extend(tone);
    key
}

/// The letter with its vowel mark but without its tone, and the tone's digit. A lone tone mark has no letter.
pub(super) fn without_tone(c: char) -> (Option<char>, Option<char>) {
    if c.is_ascii() || c == 'đ' || c == 'Đ' {
        return (Some(c), None);
    }
    let mut letter = None;
    let mut tone = None;
    decompose_canonical(c, |part| match tone_digit(part) {
        Some(digit) => tone = Some(digit),
        None => {
            letter = match letter {
                None => Some(part),
                Some(base) => unicode_normalization::char::compose(base, part).or(Some(base)),
            }
        }
    });
    (letter, tone)
}

fn tone_digit(mark: char) -> Option<char> {
    match mark {
        '\u{301}' => Some('1'),
        '\u{300}' => Some('2'),
        '\u{309}' => Some('3'),
        '\u{303}' => Some('4'),
        '\u{323}' => Some('5'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_normal_form() {
        for (text, expected) in [
            ("Chính phủ", "Chính phủ"),
            ("  Chính \t\n phủ ", "Chính phủ"),
            ("Chi\u{301}nh phu\u{309}", "Chính phủ"),
            ("Chi\u{200b}\u{301}nh\u{a0}\u{a0}phủ\u{feff}", "Chính phủ"),
            ("N\u{d0}-CP, \u{f0}iện", "NĐ-CP, điện"),
            ("QÐ-TTg, LÐTBXH, HÐND, \u{f0}ã, Ðà Nẵng", "QĐ-TTg, LĐTBXH, HĐND, đã, Đà Nẵng"),
            ("það er með öðrum, VIÐ, Norður, fjörð", "það er með öðrum, VIÐ, Norður, fjörð"),
            ("ĐỒNG\u{200b} NAI", "ĐỒNG NAI"),
            ("so\u{ad}ft\u{202e}x\u{7}\u{9d}", "softx"),
            ("a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "á\u{301}\u{301}\u{301}"),
            ("\u{301}a", "\u{301}a"),
            ("“Ủy ban” – 5 %…", "“Ủy ban” – 5 %…"),
            ("中文\u{3000}新闻", "中文 新闻"),
            ("", ""),
            (" ", ""),
            ("a ", "a"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
            assert_eq!(clean(&clean(text)), clean(text), "{text:?} is not stable");
        }
        assert!(matches!(cleaned("Bộ trưởng, “hỏi – đáp”"), Cow::Borrowed(_)));
    }

    #[test]
    fn paragraphs_stay_apart() {
        assert_eq!(clean_lines("  Một \r\n\r\n \u{a0} \n Hai  ba\u{2028}Bốn"), "Một\nHai ba\nBốn");
        assert_eq!(clean_lines("\n\n"), "");
    }

    #[test]
    fn keys_agree_where_words_do() {
        for text in ["Chính phủ", "CHÍNH PHỦ", "Chi\u{301}nh phu\u{309}", "chinh phu", "Chính  phủ"] {
            assert_eq!(fold(text), "chinh phu", "{text}");
        }
        assert_eq!(fold("Đường Nguyễn Trường Tộ"), "duong nguyen truong to");
        for (one, other) in [("hòa bình", "hoà bình"), ("Ủy ban", "Uỷ ban"), ("thủy lợi", "thuỷ lợi"), ("khỏe", "khoẻ")]
        {
            assert_eq!(tone_key(one), tone_key(other));
        }
        for (one, other) in [("hòa", "họa"), ("má", "mạ"), ("tư", "tự"), ("ban", "bàn"), ("can", "căn"), ("do", "đo")]
        {
            assert_ne!(tone_key(one), tone_key(other));
        }
        assert_eq!(tone_key("Hòa-họa, tư."), "hoa2-hoa5, tư.");
    }

    #[test]
    fn tables_agree_with_the_rules() {
        for c in (0..0x3000).filter_map(char::from_u32) {
            let (mut looked_up, mut by_rule) = (String::new(), String::new());
            fold_into(c, &mut looked_up);
            match c {
                _ if c.is_ascii() => by_rule.push(c.to_ascii_lowercase()),
                _ => fold_by_rule(c, &mut by_rule),
            }
            assert_eq!(looked_up, by_rule, "folding {c:?}");
            let mut lower = String::new();
            push_lower(c, &mut lower);
            assert_eq!(lower, c.to_lowercase().to_string(), "lower case of {c:?}");
            assert_eq!(is_letter_or_digit(c), c.is_alphanumeric(), "{c:?}");
            assert!(!is_simple(c) || unicode_normalization::is_nfc(&format!("a{c}")), "{c:?}");
        }
    }

    #[test]
    fn folding_keeps_offsets() {
        let text = clean("Ủy ban nhân dân tỉnh Đắk Lắk, 42/2022/NĐ-CP");
        assert_eq!(fold(&text).chars().count(), text.chars().count());
    }
}
