//! The best articles so far, one for each story: copies of one piece of news are folded under the best of them.

use std::cmp::Ordering;
use std::collections::HashSet;

use tantivy::{DocAddress, Score};

/// A match with what decides its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    pub(super) score: Score,
    /// Instant of publication in milliseconds.
    pub(super) published: i64,
    /// Equal for the articles of one story.
    pub(super) story: u64,
    pub(super) address: DocAddress,
}

impl Placed {
    /// The better comes first; of equals the one that was indexed earlier, so that pages do not overlap.
    fn before(&self, other: &Self) -> Ordering {
        let by_rank = other.score.total_cmp(&self.score).then(other.published.cmp(&self.published));
        by_rank.then_with(|| self.address.cmp(&other.address))
    }
}

/// Keeps so many articles of distinct stories.
pub(super) struct Shelf {
    most: usize,
    kept: Vec<Placed>,
    /// How many of them are in order, one for each story; the rest came since.
    pruned: usize,
    /// The last that is kept when there are enough.
    last: Option<Placed>,
}

impl Shelf {
    pub(super) fn for_most(most: usize) -> Self {
        Self { most, kept: Vec::new(), pruned: 0, last: None }
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Whether an article of this score and date would find no place.
    pub(super) fn is_beaten(&self, score: Score, published: i64) -> bool {
        self.most == 0
            || self.last.is_some_and(|last| match last.score.total_cmp(&score) {
                Ordering::Greater => true,
                Ordering::Equal => last.published > published,
                Ordering::Less => false,
            })
    }

    /// What a score must be at least to find a place; nothing while anything does.
    pub(super) fn bar(&mut self) -> Option<Score> {
        self.prune();
        self.last.map(|last| last.score)
    }

    pub(super) fn put(&mut self, placed: Placed) {
        if self.is_beaten(placed.score, placed.published) {
            return;
        }
        self.kept.push(placed);
        if self.kept.len() >= 2 * self.most + 64 {
            self.prune();
        }
    }

    fn prune(&mut self) {
        if self.pruned == self.kept.len() {
            return;
        }
        self.kept.sort_unstable_by(Placed::before);
        let mut seen = HashSet::with_capacity(self.most);
        let most = self.most;
        self.kept.retain(|one| seen.len() < most && seen.insert(one.story));
        self.pruned = self.kept.len();
        self.last = if self.pruned == most { self.kept.last().copied() } else { None };
    }

    /// The articles in order, without the first `offset`.
    pub(super) fn after(mut self, offset: usize) -> Vec<DocAddress> {
        self.prune();
        self.kept.iter().skip(offset).map(|one| one.address).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(score: Score, published: i64, story: u64, doc: u32) -> Placed {
        Placed { score, published, story, address: DocAddress::new(0, doc) }
    }

    fn docs(shelf: Shelf, offset: usize) -> Vec<u32> {
        shelf.after(offset).iter().map(|address| address.doc_id).collect()
    }

    #[test]
    fn the_best_of_each_story_is_kept_the_newer_of_equals_first() {
        let mut shelf = Shelf::for_most(3);
        for one in [placed(1.0, 5, 1, 1), placed(2.0, 5, 2, 2), placed(2.0, 6, 3, 3), placed(9.0, 1, 2, 4)] {
            shelf.put(one);
        }
        assert_eq!(docs(shelf, 0), [4, 3, 1]);
    }

    #[test]
    fn what_is_beaten_finds_no_place() {
        let mut shelf = Shelf::for_most(2);
        assert_eq!(shelf.bar(), None);
        (0..500u32).for_each(|n| shelf.put(placed(n as Score, 0, u64::from(n), n)));
        assert_eq!(shelf.bar(), Some(498.0));
        assert!(shelf.is_beaten(497.0, i64::MAX) && shelf.is_beaten(498.0, -1) && !shelf.is_beaten(498.0, 0));
        shelf.put(placed(1_000.0, 0, 499, 999));
        assert_eq!(docs(shelf, 1), [498], "one story has one place");
        assert!(Shelf::for_most(0).is_beaten(1.0, 1));
    }
}
