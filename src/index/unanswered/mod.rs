//! What citizens look for and do not find. In: the words of searches, how many articles each found, and whether one was
//! opened. Out: counts per day, and clusters of what stayed without an answer. Never: an address, a person, the hour, or
//! words that look like a person's number or mail.

mod cluster;
pub mod table;
mod words;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;

pub use cluster::{Cluster, Question, clusters};
pub use words::key;

/// Different questions held between two writings; what comes after them waits for the next.
const MOST_HELD: usize = 2_000;

/// The words of one question on one day, and how often it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The day in Vietnam.
    pub day: Date,
    /// The question without marks, its words in the order of the alphabet; see [`key`].
    pub words: String,
    /// As somebody typed it.
    pub shown: String,
    /// Times it was asked.
    pub searches: u32,
    /// Times it found nothing.
    pub empty: u32,
    /// Times an article was opened from its answer.
    pub clicks: u32,
}

/// Counts in memory; written down by whoever holds it.
#[derive(Debug, Default)]
pub struct Tally {
    held: Mutex<HashMap<(Date, String), Counted>>,
}

impl Tally {
    /// Counts a search that found so many articles.
    pub fn searched(&self, text: &str, found: u64, day: Date) {
        self.count(text, day, |counted| {
            counted.searches = counted.searches.saturating_add(1);
            counted.empty = counted.empty.saturating_add(u32::from(found == 0));
        });
    }

    /// Counts an article that was opened from the answer to a search.
    pub fn opened(&self, text: &str, day: Date) {
        self.count(text, day, |counted| counted.clicks = counted.clicks.saturating_add(1));
    }

    /// Everything that was counted since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<Counted> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *held).into_values().collect()
    }

    fn count(&self, text: &str, day: Date, add: impl FnOnce(&mut Counted)) {
        let Some((words, shown)) = key(text) else { return };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (day, words);
        if held.len() >= MOST_HELD && !held.contains_key(&place) {
            return;
        }
        let words = place.1.clone();
        add(held.entry(place).or_insert(Counted { day, words, shown, searches: 0, empty: 0, clicks: 0 }));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn questions_are_counted_by_their_words() {
        let day = jiff::civil::date(2026, 11, 21);
        let tally = Tally::default();
        tally.searched("học phí", 0, day);
        tally.searched("Phí  HOC", 3, day);
        tally.opened("hoc phi", day);
        tally.searched("0912 345 678", 0, day);
        let counted = tally.take();
        assert_eq!(counted.len(), 1);
        let one = counted.first().unwrap();
        assert_eq!((one.words.as_str(), one.searches, one.empty, one.clicks), ("hoc phi", 2, 1, 1));
        assert!(tally.take().is_empty());
    }

    #[test]
    fn what_is_held_is_bounded() {
        let tally = Tally::default();
        for number in 0..3 * MOST_HELD {
            tally.searched(&format!("tin {number}"), 0, jiff::civil::date(2026, 11, 21));
        }
        assert_eq!(tally.take().len(), MOST_HELD);
    }
}
