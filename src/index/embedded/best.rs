//! The best articles, one for each story: copies of one piece of news are folded under the best of them. In: matches.
//! Out: addresses in order, and how many stories there are, counted no further than anybody can page.

use std::collections::HashSet;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use crate::index::DEEPEST_HIT;
use crate::index::weights::freshness;

/// Collects the best articles of distinct stories.
#[derive(Clone, Copy)]
pub(super) struct Best {
    /// Articles skipped and then kept.
    pub(super) offset: usize,
    pub(super) limit: usize,
    /// Newest first instead of best first.
    pub(super) by_date: bool,
    /// The instant of the newest article in the index, in milliseconds.
    pub(super) newest: i64,
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
    by_date: bool,
    newest: i64,
    published: Column<i64>,
    prior: Column<f64>,
    story: Column<u64>,
    most: usize,
    kept: Vec<Placed>,
    /// The last that is kept when there are enough: what comes after it is not looked at.
    last: Option<Placed>,
    stories: HashSet<u64>,
}

impl SegmentBest {
    fn prune(&mut self) {
        best_of(&mut self.kept, self.most);
        self.last = if self.kept.len() == self.most { self.kept.last().copied() } else { None };
    }
}

/// Sorts, keeps the best of each story, and of those the first `most`.
fn best_of(placed: &mut Vec<Placed>, most: usize) {
    placed.sort_unstable_by(Placed::before);
    let mut seen = HashSet::with_capacity(most);
    placed.retain(|one| seen.len() < most && seen.insert(one.story));
}

impl Collector for Best {
    type Fruit = Found;
    type Child = SegmentBest;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentBest> {
        let columns = reader.fast_fields();
        Ok(SegmentBest {
            segment,
            by_date: self.by_date,
            newest: self.newest,
            published: columns.i64("published")?,
            prior: columns.f64("prior")?,
            story: columns.u64("story_key")?,
            most: self.offset + self.limit,
            kept: Vec::new(),
            last: None,
            stories: HashSet::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        !self.by_date
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

    fn collect(&mut self, doc: DocId, score: Score) {
        let story = self.story.first(doc).unwrap_or_default();
        if self.stories.len() < DEEPEST_HIT {
            self.stories.insert(story);
        }
        if self.most == 0 {
            return;
        }
        let published = self.published.first(doc).unwrap_or_default();
        let score = if self.by_date {
            0.0
        } else {
            score + freshness(published, self.newest) + self.prior.first(doc).unwrap_or_default() as f32
        };
        let placed = Placed { score, published, story, address: DocAddress::new(self.segment, doc) };
        if self.last.is_some_and(|last| last.before(&placed).is_lt()) {
            return;
        }
        self.kept.push(placed);
        if self.kept.len() >= 2 * self.most + 64 {
            self.prune();
        }
    }

    fn harvest(mut self) -> Self::Fruit {
        self.prune();
        (self.kept, self.stories)
    }
}
