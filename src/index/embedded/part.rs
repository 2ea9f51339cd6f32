//! One segment of the index, asked for sets of articles. In: words and fields. Out: the articles that hold them, and
//! where words stand side by side.

use std::sync::Arc;

use tantivy::postings::{BlockSegmentPostings, Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, SegmentReader, Term};

use super::bits::Bits;
use super::columns::Columns;
use super::kept::{Kept, Name};
use super::schema::Fields;

/// Sets that take fewer articles to make are not kept, nor those of words that fewer than one article in so many holds.
const WORTH_KEEPING: usize = 4_096;
const ONE_IN: usize = 64;
/// To look where words stand costs as much as to read so many articles of a list.
const LOOK: usize = 50;

/// Entries of the words that an unfinished word may stand for, in one segment and field.
const MOST_ENTRIES: u32 = 2_000_000;

/// A segment with what is kept of it.
pub(super) struct Part<'s> {
    /// Its place among the segments.
    pub(super) number: u32,
    pub(super) segment: &'s SegmentReader,
    pub(super) columns: Arc<Columns>,
    pub(super) fields: &'s Fields,
    kept: &'s Kept,
}

impl<'s> Part<'s> {
    pub(super) fn of(
        number: u32,
        segment: &'s SegmentReader,
        fields: &'s Fields,
        kept: &'s Kept,
    ) -> tantivy::Result<Self> {
        Ok(Self { number, segment, columns: kept.columns(segment)?, fields, kept })
    }

    pub(super) fn docs(&self) -> u32 {
        self.segment.max_doc()
    }

    /// The articles that are not deleted.
    pub(super) fn alive(&self) -> Bits {
        let mut all = Bits::all(self.docs());
        if let Some(alive) = self.segment.alive_bitset() {
            all.retain(|doc| alive.is_alive(doc));
        }
        all
    }

    /// The articles that hold the word in the field.
    pub(super) fn term(&self, field: Field, word: &str) -> tantivy::Result<Arc<Bits>> {
        let index = self.segment.inverted_index(field)?;
        let Some(info) = index.get_term_info(&Term::from_field_text(field, word))? else { return Ok(Arc::default()) };
        self.kept(info.doc_freq as usize, field.field_id(), &[word], || {
            let mut found = Bits::room_for(self.docs());
            collect(index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?, &mut found);
            Ok(found)
        })
    }

    /// The articles that hold any of the words that begin so in the field: of at most so many words, and of so many
    /// entries that a frequent beginning takes milliseconds.
    pub(super) fn begun(&self, field: Field, prefix: &str, most: usize) -> tantivy::Result<Bits> {
        let index = self.segment.inverted_index(field)?;
        let mut found = Bits::room_for(self.docs());
        let end = format!("{prefix}\u{10ffff}");
        let mut words = index.terms().range().ge(prefix.as_bytes()).lt(end.as_bytes()).into_stream()?;
        let mut left = most;
        let mut entries = 0;
        while left > 0 && entries < MOST_ENTRIES && words.advance() {
            left -= 1;
            entries += words.value().doc_freq;
            collect(index.read_block_postings_from_terminfo(words.value(), IndexRecordOption::Basic)?, &mut found);
        }
        Ok(found)
    }

    /// The articles that hold the word in any of the fields, kept as one set.
    pub(super) fn term_in_any(&self, fields: &[Field], word: &str) -> tantivy::Result<Arc<Bits>> {
        let sets = fields.iter().map(|field| self.term(*field, word)).collect::<tantivy::Result<Vec<_>>>()?;
        Ok(union(sets))
    }

    /// The articles that hold all of the words in the field, anywhere in it.
    pub(super) fn all_terms(&self, field: Field, words: &[&str]) -> tantivy::Result<Arc<Bits>> {
        let mut found: Option<Arc<Bits>> = None;
        for word in words {
            let next = self.term(field, word)?;
            found = Some(match found {
                None => next,
                Some(found) => Arc::new(found.met(&next)),
            });
        }
        Ok(found.unwrap_or_default())
    }

    /// The articles where the words stand side by side in the field.
    pub(super) fn phrase(&self, field: Field, words: &[&str]) -> tantivy::Result<Arc<Bits>> {
        let possible = self.all_terms(field, words)?;
        if words.len() < 2 || possible.is_empty() {
            return Ok(possible);
        }
        self.kept(LOOK * possible.count(), field.field_id(), words, || {
            let mut found = Bits::room_for(self.docs());
            let mut walk = Walk::of(self, field, words)?;
            possible.each(|doc| {
                if walk.look(doc).is_phrase {
                    found.insert(doc);
                }
            });
            Ok(found)
        })
    }

    /// How many articles have the words side by side in the field, counted among the first `looked_at` that may.
    pub(super) fn phrase_count(&self, field: Field, words: &[&str], looked_at: usize) -> tantivy::Result<usize> {
        let possible = self.all_terms(field, words)?;
        let mut walk = Walk::of(self, field, words)?;
        Ok(possible.iter().take(looked_at).filter(|doc| walk.look(*doc).is_phrase).count())
    }

    fn kept(
        &self,
        cost: usize,
        field: u32,
        words: &[&str],
        make: impl FnOnce() -> tantivy::Result<Bits>,
    ) -> tantivy::Result<Arc<Bits>> {
        if cost < WORTH_KEEPING.max(self.docs() as usize / ONE_IN) {
            return make().map(Arc::new);
        }
        let name = Name::of(self.segment.segment_id(), field, words.iter().copied());
        if let Some(set) = self.kept.set(name, words.len()) {
            return Ok(set);
        }
        let set = Arc::new(make()?);
        self.kept.keep(name, words.len(), &set);
        Ok(set)
    }
}

/// All of the sets in one.
pub(super) fn union(sets: Vec<Arc<Bits>>) -> Arc<Bits> {
    let mut sets = sets.into_iter().filter(|set| !set.is_empty());
    let Some(first) = sets.next() else { return Arc::default() };
    let mut rest = sets.peekable();
    if rest.peek().is_none() {
        return first;
    }
    let mut sum = (*first).clone();
    rest.for_each(|set| sum.add(&set));
    Arc::new(sum)
}

fn collect(mut postings: BlockSegmentPostings, found: &mut Bits) {
    loop {
        let docs = postings.docs();
        if docs.is_empty() {
            return;
        }
        docs.iter().for_each(|doc| found.insert(*doc));
        postings.advance();
    }
}

/// Words of one field, looked at article by article, forwards.
pub(super) struct Walk {
    words: Vec<WalkedWord>,
    /// Where each of the words stands in the article at hand.
    positions: Vec<Vec<u32>>,
}

struct WalkedWord {
    /// Known before, and asked first: most articles of a walk hold few of the words in a headline.
    docs: Arc<Bits>,
    postings: SegmentPostings,
}

/// How words stand in an article.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// All of them side by side.
    pub(super) is_phrase: bool,
    /// Bit `i`: the words `i` and `i + 1` stand side by side.
    pub(super) pairs: u32,
}

impl Walk {
    pub(super) fn of(part: &Part<'_>, field: Field, words: &[&str]) -> tantivy::Result<Self> {
        let index = part.segment.inverted_index(field)?;
        let mut walked = Vec::with_capacity(words.len());
        for word in words {
            let term = Term::from_field_text(field, word);
            let postings = index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)?;
            let postings = postings.unwrap_or_else(SegmentPostings::empty);
            walked.push(WalkedWord { docs: part.term(field, word)?, postings });
        }
        Ok(Self { positions: vec![Vec::new(); walked.len()], words: walked })
    }

    /// Looks at an article, which must not stand before the last one.
    pub(super) fn look(&mut self, doc: DocId) -> Look {
        for (word, positions) in self.words.iter_mut().zip(&mut self.positions) {
            positions.clear();
            if !word.docs.contains(doc) {
                continue;
            }
            if word.postings.doc() < doc {
                word.postings.seek(doc);
            }
            if word.postings.doc() == doc {
                word.postings.positions(positions);
            }
        }
        let mut look = Look::default();
        for (at, pair) in (0..u32::BITS).zip(self.positions.windows(2)) {
            if let [left, right] = pair
                && follow(left, right)
            {
                look.pairs |= 1 << at;
            }
        }
        let all_pairs = u32::MAX.checked_shr(33 - self.positions.len().max(1) as u32).unwrap_or(0);
        look.is_phrase = look.pairs == all_pairs && self.chain();
        look
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
