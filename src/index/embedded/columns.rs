//! What counting and ordering need of every article, side by side in memory: 24 bytes an article and 4 for each document
//! that it cites. In: a segment. Out: its columns, made once for each segment, since segments never change.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};

use super::bits::Bits;
use super::neighbours::{Signatures, WORDS};
use super::schema::neighbours_name;
use crate::index::weights::freshness;

/// Numbers of names, the same in every segment, so that counts of segments add up without looking at a name.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl Names {
    fn number(&self, name: &str) -> u32 {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(known.names.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = name.into();
        known.names.push(Arc::clone(&name));
        known.numbers.insert(name, number);
        number
    }

    /// The name that has this number.
    pub(super) fn name(&self, number: usize) -> Option<Arc<str>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).names.get(number).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.known.read().unwrap_or_else(PoisonError::into_inner).names.len()
    }
}

/// The names of everything that is counted.
#[derive(Debug, Default)]
pub(super) struct AllNames {
    pub(super) portals: Names,
    pub(super) kinds: Names,
    pub(super) topics: Names,
    pub(super) documents: Names,
}

/// What articles are counted under; all articles of one place are counted at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) portal: u32,
    pub(super) year: i16,
    pub(super) kind: u8,
    /// [`NO_TOPIC`] for none.
    pub(super) topic: u8,
}

/// An article without a topic.
pub(super) const NO_TOPIC: u8 = u8::MAX;

/// The columns of one segment.
pub(super) struct Columns {
    /// Every place that occurs, and which one each article has.
    pub(super) places: Vec<Place>,
    place_of: Vec<u32>,
    published: Vec<i64>,
    /// Asked only for articles that may be shown.
    stories: Column<u64>,
    priors: Vec<f32>,
    /// What age leaves of an article's freshness, counted from the newest of this segment.
    fresh: Vec<f32>,
    /// The instant of the newest article, in milliseconds.
    pub(super) newest: i64,
    pub(super) signatures: Signatures,
    /// The articles that cite any document, and those that cite more than one.
    pub(super) citing: Bits,
    pub(super) citing_more: Bits,
    /// Where the documents of each article begin in `cited`, and one more.
    begins: Vec<u32>,
    cited: Vec<u32>,
}

impl Columns {
    pub(super) fn of(segment: &SegmentReader, names: &AllNames) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let published_column = fast.i64("published")?;
        let years = fast.i64("year")?;
        let priors = fast.f64("prior")?;
        let portals = Numbered::of(fast.str("portal")?, &names.portals)?;
        let kinds = Numbered::of(fast.str("kind")?, &names.kinds)?;
        let topics = Numbered::of(fast.str("topic")?, &names.topics)?;
        let documents = fast.str("documents")?;
        let numbers_of_documents = numbers(documents.as_ref(), &names.documents)?;
        let words_of_signatures =
            (0..WORDS).map(|word| Ok(fast.u64(&neighbours_name(word))?.values)).collect::<tantivy::Result<_>>()?;
        let docs = segment.max_doc();
        let mut columns = Self {
            places: Vec::new(),
            place_of: Vec::with_capacity(docs as usize),
            published: (0..docs).map(|doc| published_column.first(doc).unwrap_or_default()).collect(),
            stories: fast.u64("story_key")?,
            priors: (0..docs).map(|doc| priors.first(doc).unwrap_or_default() as f32).collect(),
            fresh: Vec::new(),
            newest: published_column.max_value(),
            signatures: Signatures::of(words_of_signatures),
            citing: Bits::room_for(docs),
            citing_more: Bits::room_for(docs),
            begins: Vec::with_capacity(docs as usize + 1),
            cited: Vec::new(),
        };
        columns.fresh = columns.published.iter().map(|published| freshness(*published, columns.newest)).collect();
        let mut known: HashMap<Place, u32> = HashMap::new();
        for doc in 0..docs {
            let small = |number: Option<u32>| number.and_then(|number| u8::try_from(number).ok()).unwrap_or(NO_TOPIC);
            let place = Place {
                portal: portals.first(doc).unwrap_or(u32::MAX),
                year: years.first(doc).and_then(|year| i16::try_from(year).ok()).unwrap_or_default(),
                kind: small(kinds.first(doc)),
                topic: small(topics.first(doc)),
            };
            let number = *known.entry(place).or_insert_with(|| {
                columns.places.push(place);
                u32::try_from(columns.places.len() - 1).unwrap_or(u32::MAX)
            });
            columns.place_of.push(number);
            columns.begins.push(u32::try_from(columns.cited.len()).unwrap_or(u32::MAX));
            if let Some(documents) = &documents {
                let cited =
                    documents.term_ords(doc).filter_map(|ord| numbers_of_documents.get(usize::try_from(ord).ok()?));
                let before = columns.cited.len();
                columns.cited.extend(cited);
                match columns.cited.len() - before {
                    0 => {}
                    1 => columns.citing.insert(doc),
                    _ => {
                        columns.citing.insert(doc);
                        columns.citing_more.insert(doc);
                    }
                }
            }
        }
        columns.begins.push(u32::try_from(columns.cited.len()).unwrap_or(u32::MAX));
        Ok(columns)
    }

    /// Which of the places the article has.
    pub(super) fn place_of(&self, doc: DocId) -> usize {
        self.place_of.get(doc as usize).map_or(usize::MAX, |place| *place as usize)
    }

    /// Instant of publication in milliseconds.
    pub(super) fn published(&self, doc: DocId) -> i64 {
        self.published.get(doc as usize).copied().unwrap_or_default()
    }

    /// Equal for the articles of one story.
    pub(super) fn story(&self, doc: DocId) -> u64 {
        self.stories.first(doc).unwrap_or_default()
    }

    /// The number of the first document that the article cites, which must cite one.
    pub(super) fn cited_first(&self, doc: DocId) -> usize {
        let begin = self.begins.get(doc as usize).map_or(usize::MAX, |at| *at as usize);
        self.cited.get(begin).map_or(usize::MAX, |number| *number as usize)
    }

    /// Numbers of the documents that the article cites.
    pub(super) fn cited(&self, doc: DocId) -> &[u32] {
        let begin = |doc: DocId| self.begins.get(doc as usize).map(|at| *at as usize);
        match (begin(doc), begin(doc + 1)) {
            (Some(from), Some(to)) => self.cited.get(from..to).unwrap_or_default(),
            _ => &[],
        }
    }

    /// What source, story and age add to a score, for the share of its freshness that this segment's newest article keeps
    /// beside the newest of all.
    pub(super) fn standing(&self, doc: DocId, share: f32) -> f32 {
        let of = |column: &[f32]| column.get(doc as usize).copied().unwrap_or_default();
        share * of(&self.fresh) + of(&self.priors)
    }
}

/// A column of names, with the number of each.
struct Numbered {
    numbers: Vec<u32>,
    column: Option<StrColumn>,
}

impl Numbered {
    fn of(column: Option<StrColumn>, names: &Names) -> tantivy::Result<Self> {
        Ok(Self { numbers: numbers(column.as_ref(), names)?, column })
    }

    fn first(&self, doc: DocId) -> Option<u32> {
        let ord = self.column.as_ref()?.term_ords(doc).next()?;
        self.numbers.get(usize::try_from(ord).ok()?).copied()
    }
}

/// The numbers of a segment's values, in its order.
fn numbers(column: Option<&StrColumn>, names: &Names) -> tantivy::Result<Vec<u32>> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let mut numbers = Vec::with_capacity(column.num_terms());
    let mut name = String::new();
    for ord in 0..column.num_terms() as u64 {
        name.clear();
        column.ord_to_str(ord, &mut name)?;
        numbers.push(names.number(&name));
    }
    Ok(numbers)
}
