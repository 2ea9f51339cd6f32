//! Counts of all matches by portal, kind, topic, cited document and year, in the same pass that finds the best ones.

use std::collections::HashMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::index::{MOST_DOCUMENT_VALUES, MOST_FACET_VALUES, Results, most_first};

/// Counts matches.
pub(super) struct Facets;

/// How many matches there are, in all and by value.
#[derive(Default)]
pub(super) struct Counts {
    total: u64,
    portals: HashMap<String, u64>,
    kinds: HashMap<String, u64>,
    topics: HashMap<String, u64>,
    documents: HashMap<String, u64>,
    years: HashMap<i64, u64>,
}

impl Counts {
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Results with counts and still without hits.
    pub(super) fn results(self) -> Results {
        let mut years: Vec<_> =
            self.years.into_iter().filter_map(|(year, n)| Some((i16::try_from(year).ok()?, n))).collect();
        years.sort_unstable_by_key(|(year, _)| std::cmp::Reverse(*year));
        Results {
            total: self.total,
            hits: Vec::new(),
            portals: most_first(self.portals, MOST_FACET_VALUES),
            kinds: most_first(self.kinds, MOST_FACET_VALUES),
            topics: most_first(self.topics, MOST_FACET_VALUES),
            documents: most_first(self.documents, MOST_DOCUMENT_VALUES),
            years,
            stories: 0,
            notes: Vec::new(),
        }
    }
}

/// Counts in one segment, by the number that the segment gives each value.
pub(super) struct SegmentCounts {
    total: u64,
    portals: OrdCounts,
    kinds: OrdCounts,
    topics: OrdCounts,
    documents: OrdCounts,
    year: Column<i64>,
    years: HashMap<i64, u64>,
}

struct OrdCounts {
    column: Option<StrColumn>,
    counts: Vec<u64>,
}

impl OrdCounts {
    fn of(segment: &SegmentReader, field: &str) -> tantivy::Result<Self> {
        let column = segment.fast_fields().str(field)?;
        let counts = vec![0; column.as_ref().map_or(0, |column| column.num_terms())];
        Ok(Self { column, counts })
    }

    fn add(&mut self, doc: DocId) {
        if let Some(column) = &self.column {
            for ord in column.term_ords(doc) {
                if let Some(count) = usize::try_from(ord).ok().and_then(|ord| self.counts.get_mut(ord)) {
                    *count += 1;
                }
            }
        }
    }

    fn named(self) -> HashMap<String, u64> {
        let Some(column) = self.column else { return HashMap::new() };
        let mut named = HashMap::new();
        for (ord, n) in (0..).zip(self.counts).filter(|(_, n)| *n > 0) {
            let mut name = String::new();
            // A value that cannot be read is left out of the counts; the hits themselves do not depend on it.
            if matches!(column.ord_to_str(ord, &mut name), Ok(true)) {
                named.insert(name, n);
            }
        }
        named
    }
}

impl Collector for Facets {
    type Fruit = Counts;
    type Child = SegmentCounts;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentCounts> {
        Ok(SegmentCounts {
            total: 0,
            portals: OrdCounts::of(segment, "portal")?,
            kinds: OrdCounts::of(segment, "kind")?,
            topics: OrdCounts::of(segment, "topic")?,
            documents: OrdCounts::of(segment, "documents")?,
            year: segment.fast_fields().i64("year")?,
            years: HashMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Counts>) -> tantivy::Result<Counts> {
        let mut all = Counts::default();
        for segment in segments {
            all.total += segment.total;
            add_up(&mut all.portals, segment.portals);
            add_up(&mut all.kinds, segment.kinds);
            add_up(&mut all.topics, segment.topics);
            add_up(&mut all.documents, segment.documents);
            add_up(&mut all.years, segment.years);
        }
        Ok(all)
    }
}

impl SegmentCollector for SegmentCounts {
    type Fruit = Counts;

    fn collect(&mut self, doc: DocId, _: Score) {
        self.total += 1;
        self.portals.add(doc);
        self.kinds.add(doc);
        self.topics.add(doc);
        self.documents.add(doc);
        if let Some(year) = self.year.first(doc) {
            *self.years.entry(year).or_default() += 1;
        }
    }

    fn harvest(self) -> Counts {
        Counts {
            total: self.total,
            portals: self.portals.named(),
            kinds: self.kinds.named(),
            topics: self.topics.named(),
            documents: self.documents.named(),
            years: self.years,
        }
    }
}

fn add_up<K: std::hash::Hash + Eq>(into: &mut HashMap<K, u64>, from: HashMap<K, u64>) {
    for (value, n) in from {
        *into.entry(value).or_default() += n;
    }
}
