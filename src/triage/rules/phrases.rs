//! Many phrases looked for in one text at once. In: the words of every rule, then texts. Out: which phrases stand there.
//!
//! A phrase is a row of whole words and nothing else. A text is walked once, and from each of its words as far as the
//! longest phrase goes, so that neither a phrase nor a text can make the search run away.

use std::collections::HashMap;

use crate::vietnamese::{fold, is_letter_or_digit, tone_key};

/// Where a phrase stands: a bit for each text that was looked at.
pub(super) type Places = u8;

/// Phrases made ready. Those that several rules share are looked for once.
#[derive(Default)]
pub(super) struct Phrases {
    known: HashMap<String, usize>,
    /// As written, and without marks.
    exact: Tree,
    folded: Tree,
    /// Whether a phrase says enough without its marks: "bao" alone is bão, báo, bao and bảo.
    several_words: Vec<bool>,
}

/// What was found in the texts.
pub(super) struct Found {
    exact: Vec<Places>,
    folded: Vec<Places>,
}

/// Words after words; each node knows the phrases that end there.
#[derive(Default)]
struct Tree {
    words: HashMap<String, u32>,
    steps: HashMap<(u32, u32), u32>,
    ends: Vec<Vec<usize>>,
}

impl Phrases {
    /// Takes a phrase in and answers with its number; nothing for one without a letter or digit.
    pub(super) fn add(&mut self, phrase: &str) -> Option<usize> {
        let exact = pieces(&tone_key(phrase)).join(" ");
        if exact.is_empty() {
            return None;
        }
        if let Some(&number) = self.known.get(&exact) {
            return Some(number);
        }
        let number = self.several_words.len();
        self.exact.add(&exact, number);
        let folded = fold(phrase);
        self.folded.add(&folded, number);
        self.several_words.push(pieces(&folded).len() > 1);
        self.known.insert(exact, number);
        Some(number)
    }

    /// Looks for all phrases in the texts, the first of which gets the lowest bit.
    pub(super) fn find(&self, texts: &[&str]) -> Found {
        let mut found = Found { exact: vec![0; self.several_words.len()], folded: vec![0; self.several_words.len()] };
        for (place, text) in texts.iter().enumerate() {
            let bit: Places = 1 << place;
            let accented = text.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
            self.folded.walk(&fold(text), |phrase| {
                found.folded[phrase] |= bit;
                // A text without any marks can only be compared without them.
                if !accented && self.several_words[phrase] {
                    found.exact[phrase] |= bit;
                }
            });
            if accented {
                self.exact.walk(&tone_key(text), |phrase| found.exact[phrase] |= bit);
            }
        }
        found
    }
}

impl Found {
    /// Where the phrase stands: with its marks, or whatever its marks.
    pub(super) fn places(&self, phrase: usize, with_marks: bool) -> Places {
        let places = if with_marks { &self.exact } else { &self.folded };
        places.get(phrase).copied().unwrap_or_default()
    }
}

impl Tree {
    fn add(&mut self, key: &str, phrase: usize) {
        if self.ends.is_empty() {
            self.ends.push(Vec::new());
        }
        let mut node = 0;
        for piece in pieces(key) {
            let fresh = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
            let word = *self.words.entry(piece.to_owned()).or_insert(fresh);
            let next = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
            node = *self.steps.entry((node, word)).or_insert(next);
            if node == next {
                self.ends.push(Vec::new());
            }
        }
        if let Some(ends) = self.ends.get_mut(node as usize) {
            ends.push(phrase);
        }
    }

    fn walk(&self, key: &str, mut tell: impl FnMut(usize)) {
        let words: Vec<Option<u32>> = pieces(key).into_iter().map(|piece| self.words.get(piece).copied()).collect();
        for start in 0..words.len() {
            let mut node = 0;
            for word in words[start..].iter().map_while(|word| *word) {
                let Some(&next) = self.steps.get(&(node, word)) else { break };
                node = next;
                self.ends.get(node as usize).into_iter().flatten().for_each(|phrase| tell(*phrase));
            }
        }
    }
}

/// The words of a key.
fn pieces(key: &str) -> Vec<&str> {
    key.split(|c: char| !is_letter_or_digit(c)).filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `phrase` stands in `text`, with its marks and without.
    fn check(phrase: &str, text: &str, expected: (bool, bool)) {
        let mut phrases = Phrases::default();
        phrases.add("một cụm khác");
        let number = phrases.add(phrase).expect("it has words");
        let found = phrases.find(&["không liên quan", text]);
        let told = (found.places(number, true) == 2, found.places(number, false) == 2);
        assert_eq!(told, expected, "{phrase}: {text}");
    }

    #[test]
    fn whole_words_with_and_without_marks() {
        check("bão", "Ứng phó bão số 9", (true, true));
        check("bão", "Thông báo tuyển dụng", (false, true));
        check("bão số", "ung pho bao so 9", (true, true));
        check("bão", "ung pho bao so 9", (false, true));
        check("hòa bình", "Tỉnh Hoà Bình", (true, true));
        check("lũ quét", "lũ, quét", (true, true));
        check("lũ quét", "lũ quéts", (false, false));
        check("42/2022/NĐ-CP", "theo Nghị định 42/2022/NĐ-CP ngày", (true, true));
        check("lũ", "", (false, false));
    }

    #[test]
    fn a_phrase_without_words_is_none() {
        assert_eq!(Phrases::default().add(" –/ "), None);
    }

    #[test]
    fn texts_and_phrases_made_to_be_slow_are_not() {
        let mut phrases = Phrases::default();
        for length in 1..400 {
            phrases.add(&"a ".repeat(length));
        }
        let began = std::time::Instant::now();
        let found = phrases.find(&["a ".repeat(10_000).as_str()]);
        assert_eq!(found.places(398, true), 1);
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }
}
