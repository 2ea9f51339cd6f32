//! The text of one query. In: words. Out: a line in which only letters and digits of our own making stand between the
//! quotes.

use std::fmt::Write;

use super::shape::{exact_word, folded_word};
use crate::index::query::{Asked, Reading, can_be_misspelt};
use crate::index::tokens::Key;

/// Parts of a query that the server reads; what comes after is ignored.
const MOST_PARTS: usize = 10;

/// A query being written.
pub(super) struct Text {
    line: String,
    spell: fn(&Key) -> String,
    /// Parts that can still be added.
    left: usize,
}

impl Text {
    /// Begins with what is excluded, because the server stops reading at its limit of parts, and with the phrases and
    /// numbers in the given ways. What is excluded is excluded as typed.
    pub(super) fn new(asked: &Asked, ways: &[String], spell: fn(&Key) -> String) -> Self {
        let mut text = Self { line: String::new(), spell, left: MOST_PARTS };
        for part in &asked.without {
            text.quote("-", &part.iter().map(exact_word).collect::<Vec<_>>().join(" "));
        }
        // Only exclusions do not count against the room for words: they are few, and a query is more than they are.
        text.left = MOST_PARTS;
        for (at, way) in ways.iter().enumerate() {
            // Phrases as typed; other ways of writing them, and numbers, as they are.
            let typed = asked.phrases.get(at).map(|phrase| &phrase.ways[0]);
            let is_typed =
                typed.is_some_and(|words| words.iter().map(folded_word).collect::<Vec<_>>().join(" ") == *way);
            let spelled = typed.filter(|_| is_typed).map(|words| words.iter().map(spell).collect::<Vec<_>>().join(" "));
            text.quote("", spelled.as_ref().unwrap_or(way));
        }
        text
    }

    /// Keeps room for parts that come later.
    pub(super) fn leave_room(&mut self, parts: usize) {
        self.left = self.left.saturating_sub(parts);
    }

    /// Words that must be there, each on its own. A pasted headline has more words than the server reads, so neighbours
    /// share a part.
    pub(super) fn words<'k>(&mut self, words: impl Iterator<Item = &'k Key>) {
        let words: Vec<String> = words.map(self.spell).collect();
        let room = self.left.max(1);
        for group in words.chunks(words.len().div_ceil(room).max(1)) {
            self.quote("", &group.join(" "));
        }
    }

    /// Words of a reading; those that are one other way of writing stand side by side.
    pub(super) fn reading(&mut self, reading: &Reading) {
        let mut at = 0;
        self.leave_room(reading.tied.len());
        for tied in &reading.tied {
            self.words(reading.words[at..tied.start].iter());
            let side_by_side: Vec<_> = reading.words[tied.clone()].iter().map(self.spell).collect();
            self.quote("", &side_by_side.join(" "));
            at = tied.end;
        }
        self.words(reading.words[at..].iter());
    }

    /// Words that the server may complete, or leave out where the query says so.
    pub(super) fn bare<'k>(&mut self, words: impl IntoIterator<Item = &'k Key>) {
        for word in words {
            let word = (self.spell)(word);
            let _ = write!(self.line, "{word} ");
        }
    }

    /// Words in which the server may forgive an error when they are long.
    pub(super) fn forgiving(&mut self, words: &[Key]) {
        for word in words {
            if can_be_misspelt(&word.folded) {
                self.bare([word]);
            } else {
                self.words(std::iter::once(word));
            }
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.line.truncate(self.line.trim_end().len());
        self.line
    }

    fn quote(&mut self, sign: &str, words: &str) {
        if !words.is_empty() {
            let _ = write!(self.line, "{sign}\"{words}\" ");
            self.left = self.left.saturating_sub(1);
        }
    }
}
