//! The best articles, one for each story: copies of one piece of news are folded under the best of them. In: matches.
//! Out: addresses in order, and how many stories there are, counted no further than anybody can page.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use super::clause::{Lookup, Weighed, open_all};
use crate::index::DEEPEST_HIT;
use crate::index::weights::freshness;

/// What the sums of two ways to the same score may differ by.
const ROUNDING: Score = 0.01;

/// Collects the best articles of distinct stories.
pub(super) struct Best {
    /// Articles skipped and then kept.
    offset: usize,
    limit: usize,
    /// What decides; nothing for newest first instead of best first.
    pub(super) worths: Option<Vec<Weighed>>,
    /// The instant of the newest article in the index, in milliseconds.
    newest: i64,
    /// The bits of a score that enough stories of the segments before reach: a lower one is not looked at. Scores are
    /// never negative, so that their bits are in their order.
    floor: Arc<AtomicU32>,
}

impl Best {
    pub(super) fn new(offset: usize, limit: usize, newest: i64) -> Self {
        Self { offset, limit, worths: None, newest, floor: Arc::default() }
    }

    /// Makes ready for another search.
    pub(super) fn forget(&self) {
        self.floor.store(0, Ordering::Relaxed);
    }
}

/// The best articles so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) addresses: Vec<DocAddress>,
    /// At most [`DEEPEST_HIT`].
    pub(super) stories: usize,
}

/// A match with what decides its place.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    score: Score,
    published: i64,
    story: u64,
    address: DocAddress,
}

impl Placed {
    /// The better comes first; of equals the one that was indexed earlier, so that pages do not overlap.
    fn before(&self, other: &Self) -> std::cmp::Ordering {
        let by_rank = other.score.total_cmp(&self.score).then(other.published.cmp(&self.published));
        by_rank.then_with(|| self.address.cmp(&other.address))
    }
}

/// The best of one segment.
pub(super) struct SegmentBest {
    segment: SegmentOrdinal,
    worths: Option<Vec<Lookup>>,
    newest: i64,
    published: Column<i64>,
    prior: Column<f64>,
    story: Column<u64>,
    most: usize,
    kept: Vec<Placed>,
    /// The last that is kept when there are enough: what comes after it is not looked at.
    last: Option<Placed>,
    /// The score that segments before have enough articles of, and where this one leaves its own for those after.
    floor: Score,
    shared_floor: Arc<AtomicU32>,
    stories: HashSet<u64>,
}

impl SegmentBest {
    fn prune(&mut self) {
        best_of(&mut self.kept, self.most);
        self.last = if self.kept.len() == self.most { self.kept.last().copied() } else { None };
    }

    /// What the article is worth; nothing as soon as it cannot be among the best.
    fn score(&mut self, doc: DocId, published: i64) -> Option<Score> {
        let Some(worths) = &mut self.worths else { return Some(0.0) };
        let floor = self.last.map_or(self.floor, |last| last.score.max(self.floor)) - ROUNDING;
        let mut score = freshness(published, self.newest) + self.prior.first(doc).unwrap_or_default() as f32;
        let mut rest: Score = worths.iter().map(|worth| worth.most).sum();
        for worth in worths {
            if score + rest < floor {
                return None;
            }
            rest -= worth.most;
            score += worth.at(doc).unwrap_or_default();
        }
        Some(score)
    }
}

/// Sorts, keeps the best of each story, and of those the first `most`.
fn best_of(placed: &mut Vec<Placed>, most: usize) {
    placed.sort_unstable_by(Placed::before);
    let mut seen = HashSet::with_capacity(most);
    placed.retain(|one| seen.len() < most && seen.insert(one.story));
}

impl Collector for &Best {
    type Fruit = Found;
    type Child = SegmentBest;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentBest> {
        let columns = reader.fast_fields();
        Ok(SegmentBest {
            segment,
            worths: self.worths.as_ref().map(|worths| open_all(worths, reader)).transpose()?,
            newest: self.newest,
            published: columns.i64("published")?,
            prior: columns.f64("prior")?,
            story: columns.u64("story_key")?,
            most: self.offset + self.limit,
            kept: Vec::new(),
            last: None,
            floor: Score::from_bits(self.floor.load(Ordering::Relaxed)),
            shared_floor: Arc::clone(&self.floor),
            stories: HashSet::new(),
        })
    }

    /// Scores are looked up, for the articles that may be among the best.
    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<(Vec<Placed>, HashSet<u64>)>) -> tantivy::Result<Found> {
        let mut all = Vec::new();
        let mut stories = HashSet::new();
        for (placed, some) in segments {
            all.extend(placed);
            stories.extend(some);
        }
        best_of(&mut all, self.offset + self.limit);
        let addresses = all.iter().skip(self.offset).map(|one| one.address).collect();
        Ok(Found { addresses, stories: stories.len().min(DEEPEST_HIT) })
    }
}

impl SegmentCollector for SegmentBest {
    type Fruit = (Vec<Placed>, HashSet<u64>);

    fn collect(&mut self, doc: DocId, _: Score) {
        if self.stories.len() < DEEPEST_HIT {
            self.stories.insert(self.story.first(doc).unwrap_or_default());
        }
        if self.most == 0 {
            return;
        }
        let published = self.published.first(doc).unwrap_or_default();
        let Some(score) = self.score(doc, published) else { return };
        let mut placed = Placed { score, published, story: 0, address: DocAddress::new(self.segment, doc) };
        if self.last.is_some_and(|last| last.before(&placed).is_lt()) {
            return;
        }
        placed.story = self.story.first(doc).unwrap_or_default();
        self.kept.push(placed);
        if self.kept.len() >= 2 * self.most + 64 {
            self.prune();
        }
    }

    fn harvest(mut self) -> Self::Fruit {
        self.prune();
        if let Some(last) = self.last {
            self.shared_floor.fetch_max(last.score.max(0.0).to_bits(), Ordering::Relaxed);
        }
        (self.kept, self.stories)
    }
}
