//! Text in the form in which numbers are looked for, with the way back to where each letter stood.

use unicode_normalization::UnicodeNormalization;

/// Normal text and, for each of its bytes, the place it came from.
pub(super) struct Normal {
    /// NFC, one kind of slash and dash, single blanks, nothing invisible, `Đ` for eth.
    pub(super) text: String,
    /// Where the character that holds this byte began in the original.
    starts: Vec<u32>,
    /// Where it ended there.
    ends: Vec<u32>,
}

impl Normal {
    pub(super) fn of(original: &str) -> Self {
        let mut normal = Self {
            text: String::with_capacity(original.len()),
            starts: Vec::with_capacity(original.len()),
            ends: Vec::with_capacity(original.len()),
        };
        let mut rest = original;
        let mut at = 0;
        while let Some(c) = rest.chars().next() {
            let length = cluster_length(rest, c);
            let (cluster, tail) = rest.split_at(length);
            if let Some((mark, length)) = entity(rest) {
                normal.push(mark, at, at + length);
                rest = &rest[length..];
                at += length;
                continue;
            }
            if length == c.len_utf8() {
                normal.push_plain(c, at, at + length);
            } else {
                for composed in cluster.nfc() {
                    normal.push_plain(composed, at, at + length);
                }
            }
            rest = tail;
            at += length;
        }
        normal
    }

    /// Where the character at byte `at` began in the original.
    pub(super) fn origin(&self, at: usize) -> usize {
        self.starts.get(at).map_or(0, |start| *start as usize)
    }

    /// Where the character before byte `at` ended in the original.
    pub(super) fn origin_of_end(&self, at: usize) -> usize {
        at.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |end| *end as usize)
    }

    fn push_plain(&mut self, c: char, start: usize, end: usize) {
        match c {
            '∕' | '⁄' | '／' => self.push('/', start, end),
            '\u{2010}'..='\u{2015}' | '−' | '﹣' | '－' => self.push('-', start, end),
            'Ð' => self.push('Đ', start, end),
            'ð' => self.push('đ', start, end),
            '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}' | '\u{2060}' => {}
            c if c.is_whitespace() => {
                if !self.text.ends_with(' ') {
                    self.push(' ', start, end);
                }
            }
            c => self.push(c, start, end),
        }
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        for _ in 0..c.len_utf8() {
            // Texts of more than 4 GB do not reach this program; saturating keeps the arithmetic total.
            self.starts.push(u32::try_from(start).unwrap_or(u32::MAX));
            self.ends.push(u32::try_from(end).unwrap_or(u32::MAX));
        }
    }
}

/// The length of `first` with the combining marks after it.
fn cluster_length(text: &str, first: char) -> usize {
    let mut length = first.len_utf8();
    for c in text[length..].chars().take_while(|c| ('\u{300}'..='\u{36f}').contains(c)) {
        length += c.len_utf8();
    }
    length
}

/// A slash that a content management system stored as an entity, and the entity's length.
fn entity(text: &str) -> Option<(char, usize)> {
    if !text.starts_with('&') {
        return None;
    }
    const SLASHES: [&str; 5] = ["&#x002F;", "&#x2F;", "&#x2f;", "&#47;", "&#x002f;"];
    if let Some(slash) = SLASHES.into_iter().find(|slash| text.starts_with(slash)) {
        return Some(('/', slash.len()));
    }
    text.starts_with("&amp;").then_some(('&', "&amp;".len()))
}
