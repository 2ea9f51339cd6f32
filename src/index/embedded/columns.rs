//! What counting and ordering need of every article, side by side in memory: 19 bytes an article and 2 for each document
//! that it cites. They are narrow because counting is as fast as memory is. In: a segment. Out: its columns, made once for
//! each segment, since segments never change.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, SegmentReader};

use super::bits::Bits;
use super::cited::{Cited, Numbers};
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
    /// Every place that occurs.
    pub(super) places: Vec<Place>,
    place_of: Numbers,
    published: Vec<i64>,
    /// Asked only for articles that may be shown.
    stories: Column<u64>,
    standings: Vec<Standing>,
    /// The instant of the newest article, in milliseconds.
    pub(super) newest: i64,
    pub(super) signatures: Signatures,
    cited: Cited,
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
        let newest = published_column.max_value();
        let published: Vec<i64> = (0..docs).map(|doc| published_column.first(doc).unwrap_or_default()).collect();
        let standing = |(doc, published): (DocId, &i64)| Standing {
            fresh: freshness(*published, newest),
            prior: priors.first(doc).unwrap_or_default() as f32,
        };
        let standings = (0..docs).zip(&published).map(standing).collect();
        let (mut places, mut place_of) = (Vec::new(), Vec::with_capacity(docs as usize));
        let mut known: HashMap<Place, u32> = HashMap::new();
        for doc in 0..docs {
            let small = |number: Option<u32>| number.and_then(|number| u8::try_from(number).ok()).unwrap_or(NO_TOPIC);
            let place = Place {
                portal: portals.first(doc).unwrap_or(u32::MAX),
                year: years.first(doc).and_then(|year| i16::try_from(year).ok()).unwrap_or_default(),
                kind: small(kinds.first(doc)),
                topic: small(topics.first(doc)),
            };
            place_of.push(*known.entry(place).or_insert_with(|| {
                places.push(place);
                u32::try_from(places.len() - 1).unwrap_or(u32::MAX)
            }));
        }
        let cited = Cited::of(docs, |doc, cited| {
            let ords = documents.iter().flat_map(|documents| documents.term_ords(doc));
            cited.extend(ords.filter_map(|ord| numbers_of_documents.get(usize::try_from(ord).ok()?)));
        });
        Ok(Self {
            places,
            place_of: Numbers::of(place_of),
            published,
            stories: fast.u64("story_key")?,
            standings,
            newest,
            signatures: Signatures::of(words_of_signatures),
            cited,
        })
    }

    /// The place of an article.
    pub(super) fn place_of(&self, doc: DocId) -> Option<&Place> {
        self.places.get(self.place_of.get(doc as usize)?)
    }

    /// Adds the articles to the counts of their places.
    pub(super) fn count_places(&self, docs: &Bits, counts: &mut [u32]) {
        self.place_of.count(docs, counts);
    }

    /// Adds the documents that the articles cite to the counts of documents.
    pub(super) fn count_cited(&self, docs: &Bits, counts: &mut [u32]) {
        self.cited.count(docs, counts);
    }

    /// Instant of publication in milliseconds.
    pub(super) fn published(&self, doc: DocId) -> i64 {
        self.published.get(doc as usize).copied().unwrap_or_default()
    }

    /// Equal for the articles of one story.
    pub(super) fn story(&self, doc: DocId) -> u64 {
        self.stories.first(doc).unwrap_or_default()
    }

    /// What source, story and age add to a score, for the share of its freshness that this segment's newest article keeps
    /// beside the newest of all.
    pub(super) fn standing(&self, doc: DocId, share: f32) -> f32 {
        self.standings.get(doc as usize).map_or(0.0, |standing| share * standing.fresh + standing.prior)
    }
}

/// What an article adds to every score.
#[derive(Clone, Copy)]
struct Standing {
    /// What its age leaves of its freshness, counted from the newest of the segment.
    fresh: f32,
    prior: f32,
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
