//! How words stand in single articles. In: words of a field, and articles in order. Out: which of the words stand side by
//! side there.

use std::sync::Arc;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet};

use super::bits::Bits;
use super::part::Part;

/// Words of one field, looked at article by article, forwards.
pub(super) struct Walk<'w> {
    part: &'w Part<'w>,
    field: Field,
    words: Vec<WalkedWord<'w>>,
    /// Where each of the words stands in the article at hand.
    positions: Vec<Vec<u32>>,
}

struct WalkedWord<'w> {
    word: &'w str,
    /// Known before, and asked first: most articles of a walk hold few of the words in a headline.
    docs: Arc<Bits>,
    /// Opened when the first article is read.
    postings: Option<SegmentPostings>,
}

/// How words stand in an article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// All of them side by side.
    pub(super) is_phrase: bool,
    /// Bit `i`: the words `i` and `i + 1` stand side by side.
    pub(super) pairs: u32,
}

impl<'w> Walk<'w> {
    pub(super) fn of(part: &'w Part<'w>, field: Field, words: &[&'w str]) -> tantivy::Result<Self> {
        let walked = words.iter().map(|word| Ok(WalkedWord { word, docs: part.term(field, word)?, postings: None }));
        let words = walked.collect::<tantivy::Result<Vec<_>>>()?;
        Ok(Self { part, field, positions: vec![Vec::new(); words.len()], words })
    }

    /// Looks at an article, which must not stand before the last one, for those pairs that are `possible`.
    pub(super) fn look(&mut self, doc: DocId, possible: u32) -> tantivy::Result<Look> {
        let mut look = Look::default();
        let (mut is_before, mut is_read) = (false, false);
        for at in 0..self.words.len() {
            let is_here = self.words.get(at).is_some_and(|word| word.docs.contains(doc));
            let pair = 1u32.checked_shl((at as u32).wrapping_sub(1)).unwrap_or(0);
            // Where a word stands matters only beside a neighbour.
            let is_needed = is_here && is_before && (pair == 0 || possible & pair != 0);
            if is_needed {
                if !is_read {
                    self.read(at - 1, doc)?;
                }
                self.read(at, doc)?;
                if let Some([left, right]) = self.positions.get(at - 1..=at)
                    && follow(left, right)
                {
                    look.pairs |= pair;
                }
            }
            (is_before, is_read) = (is_here, is_needed);
        }
        look.is_phrase =
            look.pairs == all_pairs(self.words.len()) && self.is_whole(doc) && (self.words.len() < 2 || self.chain());
        Ok(look)
    }

    /// Whether the words stand side by side in an article, which must not stand before the last one.
    pub(super) fn is_phrase(&mut self, doc: DocId) -> tantivy::Result<bool> {
        if !self.is_whole(doc) {
            return Ok(false);
        }
        for at in 0..self.words.len() {
            self.read(at, doc)?;
            if let Some([left, right]) = at.checked_sub(1).and_then(|before| self.positions.get(before..=at))
                && !follow(left, right)
            {
                return Ok(false);
            }
        }
        Ok(self.chain())
    }

    /// Whether the article holds every word.
    fn is_whole(&self, doc: DocId) -> bool {
        self.words.iter().all(|word| word.docs.contains(doc))
    }

    /// Reads where the word stands in the article, which holds it.
    fn read(&mut self, at: usize, doc: DocId) -> tantivy::Result<()> {
        let (Some(word), Some(positions)) = (self.words.get_mut(at), self.positions.get_mut(at)) else { return Ok(()) };
        positions.clear();
        if word.postings.is_none() {
            word.postings = self.part.postings(self.field, word.word, IndexRecordOption::WithFreqsAndPositions)?;
        }
        let Some(postings) = &mut word.postings else { return Ok(()) };
        if postings.doc() < doc {
            postings.seek(doc);
        }
        if postings.doc() == doc {
            postings.positions(positions);
        }
        Ok(())
    }

    /// Whether the words stand in a row, each pair of them standing side by side somewhere.
    fn chain(&self) -> bool {
        let Some((first, rest)) = self.positions.split_first() else { return false };
        if rest.len() < 2 {
            return !first.is_empty();
        }
        first.iter().any(|start| (1..).zip(rest).all(|(offset, word)| word.binary_search(&(start + offset)).is_ok()))
    }
}

/// [`Look::pairs`] of so many words, of which the first 33 count, when each stands beside the next.
fn all_pairs(words: usize) -> u32 {
    u32::MAX.checked_shr(33 - words.clamp(1, 33) as u32).unwrap_or(0)
}

/// Whether any of `right` comes just after one of `left`.
fn follow(left: &[u32], right: &[u32]) -> bool {
    let (mut left, mut right) = (left, right);
    while let (Some(one), Some(two)) = (left.first(), right.first()) {
        match (one + 1).cmp(two) {
            std::cmp::Ordering::Less => left = &left[1..],
            std::cmp::Ordering::Greater => right = &right[1..],
            std::cmp::Ordering::Equal => return true,
        }
    }
    false
}
