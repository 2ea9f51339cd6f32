//! Cutting a line into numbers, words and marks, so that dates are found by their shape.

use crate::vietnamese::text::{cleaned, fold};

use super::LONGEST_TEXT;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A run of digits, with its length because `08` and `8` are different hints.
    Number { value: u32, digits: usize },
    /// A run of letters, folded.
    Word(String),
    /// One character that is none of the others.
    Mark(char),
    /// One blank.
    Blank,
}

/// The tokens of the first part of `text`, with its entities, dashes and East Asian units brought to one form.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let head = match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => &text[..end],
        None => text,
    };
    let line = plain(head);
    let mut tokens = Vec::new();
    let mut rest = line.as_str();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
        } else if is_letter(first) {
            rest.find(|c: char| !is_letter(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, tail) = rest.split_at(length);
        rest = tail;
        tokens.push(match first {
            ' ' => Token::Blank,
            // A number too long to count is no part of a date, but it must stay a number to its neighbours.
            _ if first.is_ascii_digit() => Token::Number { value: piece.parse().unwrap_or(u32::MAX), digits: length },
            _ if is_letter(first) => Token::Word(key(piece)),
            mark => Token::Mark(mark),
        });
    }
    tokens
}

/// The folded word. Halves of the day become their abbreviations, because folded they would be other words too: `sang`
/// (to), `tới` (until), `chiếu` (according to).
fn key(word: &str) -> String {
    match word.to_lowercase().as_str() {
        "sáng" => "sa".to_owned(),
        "chiều" | "tối" => "ch".to_owned(),
        _ => fold(word),
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || ('\u{300}'..='\u{36f}').contains(&c)
}

/// Attributes arrive with `+` written as an entity, twice escaped; portals in Chinese and Korean write 年, 月, 日.
fn plain(text: &str) -> String {
    let mut text = text.to_owned();
    if text.contains(['&', '\\']) {
        let entities = [
            ("&amp;", "&"),
            ("&#x2B;", "+"),
            ("&#x2b;", "+"),
            ("&#43;", "+"),
            ("&plus;", "+"),
            ("&nbsp;", " "),
            ("&#160;", " "),
            ("&#xA0;", " "),
            ("\\n", " "),
        ];
        for (entity, character) in entities {
            if text.contains(entity) {
                text = text.replace(entity, character);
            }
        }
    }
    let text = cleaned(&text);
    if text.is_ascii() {
        return text.into_owned();
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{2010}'..='\u{2015}' | '−' | '－' => plain.push('-'),
            '∕' | '⁄' | '／' | '年' | '년' | '月' | '월' => plain.push('/'),
            '日' | '号' | '일' | '分' | '분' => plain.push(' '),
            '：' | '∶' | '时' | '時' | '点' | '시' => plain.push(':'),
            '‘' | '’' | '′' | '´' => plain.push('\''),
            '０'..='９' => plain.extend(char::from_digit(c as u32 - '０' as u32, 10)),
            _ => plain.push(c),
        }
    }
    for (half, name) in [("上午", " am "), ("오전", " am "), ("下午", " pm "), ("오후", " pm ")] {
        if plain.contains(half) {
            plain = plain.replace(half, name);
        }
    }
    plain
}

/// Reading along tokens. Every method that finds its shape gives the position after it.
#[derive(Clone, Copy)]
pub(super) struct Line<'a>(pub(super) &'a [Token]);

impl<'a> Line<'a> {
    /// The number at `at`: its value and how many digits it was written with.
    pub(super) fn number(self, at: usize) -> Option<(u32, usize)> {
        match self.0.get(at)? {
            Token::Number { value, digits } => Some((*value, *digits)),
            _ => None,
        }
    }

    /// The number at `at` when it has one or two digits.
    pub(super) fn short(self, at: usize) -> Option<u32> {
        self.number(at).filter(|(_, digits)| *digits <= 2).map(|(value, _)| value)
    }

    /// The word at `at`, or an empty one.
    pub(super) fn word(self, at: usize) -> &'a str {
        match self.0.get(at) {
            Some(Token::Word(word)) => word,
            _ => "",
        }
    }

    /// The mark at `at`.
    pub(super) fn mark(self, at: usize) -> Option<char> {
        match self.0.get(at)? {
            Token::Mark(mark) => Some(*mark),
            _ => None,
        }
    }

    /// Whether the mark at `at` is one of `marks`.
    pub(super) fn has(self, at: usize, marks: &[char]) -> bool {
        self.mark(at).is_some_and(|mark| marks.contains(&mark))
    }

    /// `at`, or the position after the blank that stands there.
    pub(super) fn skip_blank(self, at: usize) -> usize {
        let mut at = at;
        while self.0.get(at) == Some(&Token::Blank) {
            at += 1;
        }
        at
    }

    /// The first position from `at` on that is neither a blank nor one of `marks`.
    pub(super) fn skip(self, at: usize, marks: &[char]) -> usize {
        let mut at = at;
        while self.0.get(at) == Some(&Token::Blank) || self.has(at, marks) {
            at += 1;
        }
        at
    }

    pub(super) fn len(self) -> usize {
        self.0.len()
    }
}
