//! Counts of all matches by portal, kind, topic, cited document and year, in the same pass that finds the best ones.

use std::collections::HashMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Cardinality, Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::index::{MOST_DOCUMENT_VALUES, MOST_FACET_VALUES, Results, most_first};

/// Between the first and the last year that a date can have.
const MOST_YEARS: usize = 20_000;

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
    years: YearCounts,
}

struct OrdCounts {
    column: Option<StrColumn>,
    counts: Vec<u64>,
    /// Room for a block of numbers.
    ords: Vec<Option<u64>>,
}

struct YearCounts {
    column: Column<i64>,
    /// Of the segment.
    first: i64,
    counts: Vec<u64>,
    /// Room for a block of years.
    years: Vec<Option<i64>>,
}

impl YearCounts {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let column = segment.fast_fields().i64("year")?;
        let (first, last) = (column.min_value(), column.max_value());
        let span = usize::try_from(last.saturating_sub(first)).map_or(0, |span| span.min(MOST_YEARS));
        Ok(Self { column, first, counts: vec![0; span + 1], years: Vec::new() })
    }

    fn add(&mut self, docs: &[DocId]) {
        self.years.resize(docs.len(), None);
        self.column.first_vals(docs, &mut self.years);
        for year in self.years.drain(..).flatten() {
            let at = usize::try_from(year.saturating_sub(self.first)).unwrap_or(usize::MAX);
            if let Some(count) = self.counts.get_mut(at) {
                *count += 1;
            }
        }
    }

    fn named(self) -> HashMap<i64, u64> {
        (self.first..).zip(self.counts).filter(|(_, n)| *n > 0).collect()
    }
}

impl OrdCounts {
    fn of(segment: &SegmentReader, field: &str) -> tantivy::Result<Self> {
        let column = segment.fast_fields().str(field)?;
        let counts = vec![0; column.as_ref().map_or(0, |column| column.num_terms())];
        Ok(Self { column, counts, ords: Vec::new() })
    }

    fn add(&mut self, docs: &[DocId]) {
        let Some(column) = &self.column else { return };
        if column.ords().get_cardinality() == Cardinality::Full {
            self.ords.resize(docs.len(), None);
            column.ords().first_vals(docs, &mut self.ords);
            count(self.ords.drain(..).flatten(), &mut self.counts);
        } else {
            for doc in docs {
                count(column.term_ords(*doc), &mut self.counts);
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
            years: YearCounts::of(segment)?,
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
        self.collect_block(&[doc]);
    }

    fn collect_block(&mut self, docs: &[DocId]) {
        self.total += docs.len() as u64;
        self.portals.add(docs);
        self.kinds.add(docs);
        self.topics.add(docs);
        self.documents.add(docs);
        self.years.add(docs);
    }

    fn harvest(self) -> Counts {
        Counts {
            total: self.total,
            portals: self.portals.named(),
            kinds: self.kinds.named(),
            topics: self.topics.named(),
            documents: self.documents.named(),
            years: self.years.named(),
        }
    }
}

fn count(ords: impl Iterator<Item = u64>, counts: &mut [u64]) {
    for ord in ords {
        if let Some(count) = usize::try_from(ord).ok().and_then(|ord| counts.get_mut(ord)) {
            *count += 1;
        }
    }
}

fn add_up<K: std::hash::Hash + Eq>(into: &mut HashMap<K, u64>, from: HashMap<K, u64>) {
    for (value, n) in from {
        *into.entry(value).or_default() += n;
    }
}
