//! The words of a text as search compares them. In: text. Out: two streams of keys at the same positions, `exact`
//! (lower case, marks kept, tone at the end) and `folded` (no marks at all).
//!
//! A word is a run of letters and digits: `42/2022/NĐ-CP` is the four words `42 2022 nđ cp`, so that a part of a
//! document's number is found as a phrase. Nothing here segments syllables into compounds: neighbours in a phrase do
//! that work, without a dictionary.

use std::ops::Range;

use hashbrown::HashMap;

use crate::vietnamese;

/// Longer runs are data, not words: encoded images, keys, addresses without breaks.
const LONGEST_WORD_BYTES: usize = 96;
/// Different spellings kept at once. Vietnamese has 18,143 syllables; names and numbers take the rest.
const KEPT_SPELLINGS: usize = 65_536;
/// Between the parts of a stream: a phrase does not reach across it.
pub(super) const BREAK: char = '\n';

/// The two keys of one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Lower case with marks, one spelling for both placements of the tone.
    pub(super) exact: Box<str>,
    /// Lower case without marks.
    pub(super) folded: Box<str>,
}

impl Key {
    /// Whether the word carries a mark, so that accents say something about it.
    pub(super) fn is_marked(&self) -> bool {
        self.exact != self.folded
    }
}

/// Makes keys and remembers them: a text repeats few syllables many times.
#[derive(Default)]
pub(super) struct Keys {
    known: HashMap<String, Key>,
}

impl Keys {
    /// The keys of one word of [`runs`].
    pub(super) fn of(&mut self, word: &str) -> &Key {
        if self.known.len() >= KEPT_SPELLINGS {
            self.known.clear();
        }
        self.known.entry_ref(word).or_insert_with(|| make(word))
    }

    /// Appends the keys of `text` to both streams.
    pub(super) fn append(&mut self, text: &str, streams: &mut Streams) {
        for run in runs(text) {
            let word = &text[run];
            if word.is_ascii() {
                streams.push_ascii(word);
            } else {
                streams.push(self.of(word));
            }
        }
    }
}

/// Two streams of keys, each key followed by a space.
#[derive(Debug, Default)]
pub(super) struct Streams {
    pub(super) exact: String,
    pub(super) folded: String,
}

impl Streams {
    /// Ends a part: what follows is no neighbour of what came before.
    pub(super) fn end_part(&mut self) {
        self.exact.push(BREAK);
        self.folded.push(BREAK);
    }

    fn push(&mut self, key: &Key) {
        self.exact.push_str(&key.exact);
        self.exact.push(' ');
        self.folded.push_str(&key.folded);
        self.folded.push(' ');
    }

    fn push_ascii(&mut self, word: &str) {
        for stream in [&mut self.exact, &mut self.folded] {
            let start = stream.len();
            stream.push_str(without_leading_zero(word));
            stream[start..].make_ascii_lowercase();
            stream.push(' ');
        }
    }
}

/// Where the words of `text` stand, in order.
pub(super) fn runs(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = next_that(text, at, true)?;
            at = next_that(text, start, false).unwrap_or(text.len());
            if at - start <= LONGEST_WORD_BYTES {
                return Some(start..at);
            }
        }
    })
}

/// Where the next character stands that is in a word, or is not. Nearly all are told by their first bytes.
fn next_that(text: &str, from: usize, is_in_word: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        let (length, is_this_in_word) = match (*byte, bytes.get(at + 1)) {
            (..0x80, _) => (1, byte.is_ascii_alphanumeric()),
            // U+0100 to U+023F: letters all of them.
            (0xc4..=0xc8, _) => (2, true),
            // U+1E00 to U+1EFF: the same.
            (0xe1, Some(0xb8..=0xbb)) => (3, true),
            _ => {
                let c = text[at..].chars().next()?;
                (c.len_utf8(), in_word(c))
            }
        };
        if is_this_in_word == is_in_word {
            return Some(at);
        }
        at += length;
    }
    None
}

/// Letters, digits and the marks that a text in decomposed form writes after its letters.
fn in_word(c: char) -> bool {
    vietnamese::is_letter_or_digit(c) || ('\u{300}'..='\u{36f}').contains(&c)
}

fn make(word: &str) -> Key {
    if word.is_ascii() {
        let folded: Box<str> = without_leading_zero(word).to_ascii_lowercase().into();
        return Key { exact: folded.clone(), folded };
    }
    Key { exact: vietnamese::tone_key(word).into(), folded: vietnamese::fold(word).into() }
}

/// `08` and `8` are one number in dates and in the numbers of documents.
fn without_leading_zero(word: &str) -> &str {
    match word.as_bytes() {
        [b'0', digit] if digit.is_ascii_digit() => &word[1..],
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut streams = Streams::default();
        Keys::default().append(text, &mut streams);
        assert_eq!(streams.folded.trim_end(), expected, "{text:?}");
        assert_eq!(streams.exact.matches(' ').count(), streams.folded.matches(' ').count(), "{text:?}");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        check("Chính phủ", "chinh phu");
        check("Nghị định 02/2022/NĐ-CP", "nghi dinh 2 2022 nd cp");
        check("  (LĐ-TB&XH), \"Huế\"...", "ld tb xh hue");
        check("08 ngày, năm 2008, số 000", "8 ngay nam 2008 so 000");
        check("", "");
        check("!!! --- \u{202e}", "");
        check(&"a".repeat(1000), "");
    }

    #[test]
    fn bytes_tell_what_characters_tell() {
        for c in (0..0x1_1000).filter_map(char::from_u32) {
            let text = format!("a {c}a");
            let begins = if in_word(c) { 2 } else { 2 + c.len_utf8() };
            assert_eq!(runs(&text).nth(1), Some(begins..text.len()), "{c:?}");
        }
    }

    #[test]
    fn accents_and_tone_placement_live_in_the_exact_key() {
        let [old, new, other, bare] = ["hòa", "HOÀ", "họa", "hoa"].map(make);
        assert_eq!(old, new);
        assert_ne!(old.exact, other.exact);
        assert_eq!(old.folded, other.folded);
        assert!(old.is_marked() && !bare.is_marked());
    }
}
