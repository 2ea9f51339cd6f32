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
    /// The last that is kept when there are enough.
    last: Option<Placed>,
}

impl Shelf {
    pub(super) fn for_most(most: usize) -> Self {
        Self { most, kept: Vec::new(), last: None }
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
        self.kept.sort_unstable_by(Placed::before);
        let mut seen = HashSet::with_capacity(self.most);
        let most = self.most;
        self.kept.retain(|one| seen.len() < most && seen.insert(one.story));
        self.last = if self.kept.len() == self.most { self.kept.last().copied() } else { None };
    }

    /// The articles in order, without the first `offset`.
    pub(super) fn after(mut self, offset: usize) -> Vec<DocAddress> {
        self.prune();
        self.kept.iter().skip(offset).map(|one| one.address).collect()
    }
}
