//! What a person typed, as parts that both engines understand. In: any text. Out: words that must be there, phrases,
//! document numbers, other ways of writing them, and what must not be there. Nothing fails and nothing nests: the text
//! is read once from left to right, and what has no meaning is skipped.

mod plan;
mod reader;
mod rescue;

use std::collections::HashSet;
use std::ops::Range;

pub(super) use plan::{Demand, Step, answer_is_thin, can_be_misspelt, steps};
pub(super) use reader::read;

use super::tokens::Key;
use super::{Note, NoteKind};
use crate::vietnamese::synonym::Relation;

/// Ways of reading all words together that are tried, the one as typed among them.
const MOST_READINGS: usize = 6;

/// A query in parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// Single words in the order typed.
    pub(super) words: Vec<Key>,
    /// The same as typed.
    pub(super) typed: Vec<String>,
    /// Which of the words could be written otherwise; none overlap, in order.
    pub(super) spans: Vec<Span>,
    /// Quoted phrases, and words that punctuation ties to digits: `16/8/2023`.
    pub(super) phrases: Vec<Phrase>,
    /// Document numbers.
    pub(super) numbers: Vec<Number>,
    /// Words and phrases that must not be there.
    pub(super) without: Vec<Vec<Key>>,
    /// The last part is a single word, which may be unfinished.
    pub(super) ends_in_word: bool,
    /// What took over from a body or province counts as well.
    pub(super) with_successors: bool,
}

/// Words that could be written otherwise.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    /// Which of the words.
    pub(super) words: Range<usize>,
    /// As typed.
    pub(super) typed: String,
    /// How else.
    pub(super) ways: Vec<Way>,
    /// Names that what was typed took over from.
    pub(super) predecessors: Vec<String>,
}

/// Another way of writing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    pub(super) words: Vec<Key>,
    pub(super) form: String,
    pub(super) relation: Relation,
}

/// Words side by side, and other ways of writing the same: `16/8/2023` is `16 tháng 8 năm 2023`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Phrase {
    /// As typed first.
    pub(super) ways: Vec<Vec<Key>>,
}

/// A document's number in a query, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    /// As documents carry it, when the whole number was typed.
    pub(super) canonical: Option<String>,
    /// What documents answer to, when a part was typed; see [`crate::vietnamese::document::keys`].
    pub(super) keys: Vec<String>,
    /// Its parts, which stand side by side in texts that spell it out.
    pub(super) words: Vec<Key>,
}

/// All words together, some of them perhaps written otherwise.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    /// In order.
    pub(super) words: Vec<Key>,
    /// Words that stand side by side, because they are one other way of writing.
    pub(super) tied: Vec<Range<usize>>,
    /// How near it is to what was typed: 1 is that.
    pub(super) nearness: f32,
}

impl Asked {
    /// Nothing is asked for, only perhaps something excluded.
    pub(super) fn is_everything(&self) -> bool {
        self.words.is_empty() && self.phrases.is_empty() && self.numbers.is_empty()
    }

    /// Any word is written with marks, so the reader cares about accents.
    pub(super) fn is_marked(&self) -> bool {
        self.words.iter().chain(self.phrases.iter().flat_map(|phrase| &phrase.ways[0])).any(Key::is_marked)
    }

    /// Every word to highlight.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &Key> {
        let ways = self.spans.iter().flat_map(|span| self.ways(span)).flat_map(|way| &way.words);
        let phrases = self.phrases.iter().flat_map(|phrase| phrase.ways.iter().flatten());
        let numbers = self.numbers.iter().flat_map(|number| &number.words);
        self.words.iter().chain(phrases).chain(numbers).chain(ways)
    }

    /// The other ways of a span that count here.
    pub(super) fn ways<'s>(&self, span: &'s Span) -> impl Iterator<Item = &'s Way> + use<'s> {
        let with_successors = self.with_successors;
        span.ways.iter().filter(move |way| with_successors || way.relation == Relation::Same)
    }

    /// Whether something that was typed has a successor that is not searched yet.
    pub(super) fn has_successors(&self) -> bool {
        !self.with_successors && self.spans.iter().flat_map(|span| &span.ways).any(|way| way.relation != Relation::Same)
    }

    /// The ways of reading all words, as typed first, the nearest next.
    pub(super) fn readings(&self) -> Vec<Reading> {
        let mut readings = vec![Reading { words: Vec::new(), tied: Vec::new(), nearness: 1.0 }];
        let mut at = 0;
        for span in &self.spans {
            for reading in &mut readings {
                reading.words.extend_from_slice(&self.words[at..span.words.start]);
            }
            at = span.words.end;
            let typed = &self.words[span.words.clone()];
            let mut next: Vec<Reading> = readings.iter().map(|reading| reading.and(typed, false, 1.0)).collect();
            for way in self.ways(span) {
                let nearness = if way.relation == Relation::Same { NEAR } else { FAR };
                next.extend(readings.iter().map(|reading| reading.and(&way.words, true, nearness)));
            }
            next.sort_by(|one, other| other.nearness.total_cmp(&one.nearness));
            next.truncate(MOST_READINGS);
            readings = next;
        }
        for reading in &mut readings {
            reading.words.extend_from_slice(&self.words[at..]);
        }
        readings
    }

    /// What was tried beside the words as typed, for the reader to see.
    pub(super) fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut note = |kind, typed: &str, searched: &str| {
            notes.push(Note { kind, typed: typed.to_owned(), searched: searched.to_owned() });
        };
        for span in &self.spans {
            let mut shown: HashSet<String> = HashSet::new();
            for way in &span.ways {
                let kind = match way.relation {
                    Relation::Same => NoteKind::Also,
                    Relation::Successor(since) if self.with_successors => NoteKind::Successor { since },
                    Relation::Successor(since) => NoteKind::SeeSuccessor { since },
                };
                let key = way.words.iter().map(|word| &*word.exact).collect::<Vec<_>>().join(" ");
                if shown.insert(key) {
                    note(kind, &span.typed, &way.form);
                }
            }
            for name in &span.predecessors {
                note(NoteKind::SeePredecessor, &span.typed, name);
            }
        }
        notes
    }
}

/// Worth of the same thing written otherwise, and of what took over, beside the words as typed.
const NEAR: f32 = 0.9;
const FAR: f32 = 0.02;

impl Reading {
    fn and(&self, words: &[Key], is_other: bool, nearness: f32) -> Self {
        let mut reading = self.clone();
        let start = reading.words.len();
        reading.words.extend_from_slice(words);
        if is_other {
            reading.tied.push(start..reading.words.len());
        }
        reading.nearness *= nearness;
        reading
    }
}

/// Other spellings of an open syllable in i or y: `kĩ` and `kỹ`, `lí` and `lý`, `quí` and `quý`. Never of -ai/-ay,
/// -ui/-uy, -oi, where the letter changes the sound.
pub(super) fn other_spelling(folded: &str) -> Option<String> {
    let (stem, last) = folded.split_at_checked(folded.len().checked_sub(1)?)?;
    let is_open = matches!(stem, "b" | "h" | "k" | "l" | "m" | "n" | "q" | "qu" | "s" | "t" | "v" | "x");
    match last {
        "i" if is_open => Some(format!("{stem}y")),
        "y" if is_open => Some(format!("{stem}i")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
