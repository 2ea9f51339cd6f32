//! One segment of the index, asked for sets of articles. In: words and fields. Out: the articles that hold them, and
//! where words stand side by side.

use std::borrow::Cow;
use std::sync::Arc;
use std::thread;

use tantivy::postings::{BlockSegmentPostings, Postings, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, InvertedIndexReader, SegmentReader, TantivyError, Term};

use super::bits::Bits;
use super::columns::Columns;
use super::kept::{Kept, Name};
use super::neighbours::Pair;
use super::schema::Fields;

/// Sets that take fewer articles to make are not kept, nor those of words that fewer than one article in so many holds.
const WORTH_KEEPING: usize = 4_096;
const ONE_IN: usize = 64;
/// To look where words stand costs as much as to read so many articles of a list.
const LOOK: usize = 50;
/// What costs more is done by two threads: 20,000 articles to look at take some milliseconds.
const WORTH_A_THREAD: usize = 20_000 * LOOK;
/// To ask the signatures of so many articles one by one costs as much as to read a bit of a million.
const WORTH_A_ROW: usize = 10_000;

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
    /// What the names of its sets begin with.
    named: Name,
}

impl<'s> Part<'s> {
    pub(super) fn of(
        number: u32,
        segment: &'s SegmentReader,
        fields: &'s Fields,
        kept: &'s Kept,
    ) -> tantivy::Result<Self> {
        let named = Name::of_segment(segment.segment_id());
        Ok(Self { number, segment, columns: kept.columns(segment)?, fields, kept, named })
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
        self.listed(field, word, &index, &info)
    }

    /// The articles of a word's list.
    fn listed(
        &self,
        field: Field,
        word: &str,
        index: &InvertedIndexReader,
        info: &TermInfo,
    ) -> tantivy::Result<Arc<Bits>> {
        self.kept(info.doc_freq as usize, field.field_id(), &[word], || {
            let mut found = Bits::room_for(self.docs());
            collect(index.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?, &mut found);
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
        let cost = LOOK * possible.count();
        self.kept(cost, field.field_id(), words, || {
            let possible = self.possible(&possible, field, words)?;
            if LOOK * possible.count() < WORTH_A_THREAD {
                return self.phrase_among(&possible, field, words);
            }
            let (early, late) = possible.split(self.docs() / 2);
            thread::scope(|scope| {
                let late = scope.spawn(|| self.phrase_among(&late, field, words));
                let mut found = self.phrase_among(&early, field, words)?;
                let late = late.join().map_err(|_| TantivyError::InternalError("a search thread failed".to_owned()))?;
                found.add(&late?);
                Ok(found)
            })
        })
    }

    /// Those of the articles where the words may stand side by side in the field, as the signatures tell.
    fn possible<'b>(&self, docs: &'b Bits, field: Field, words: &[&str]) -> tantivy::Result<Cow<'b, Bits>> {
        let mut possible = Cow::Borrowed(docs);
        if field != self.fields.body_folded {
            return Ok(possible);
        }
        let pairs: Vec<Pair> = words.windows(2).map(Pair::of).collect();
        let signatures = &self.columns.signatures;
        if docs.count() < WORTH_A_ROW {
            possible.to_mut().retain(|doc| signatures.possible(doc, &pairs) == u32::MAX);
            return Ok(possible);
        }
        for bit in pairs.into_iter().flat_map(Pair::bits) {
            let name = bit.to_string();
            let field = self.fields.neighbours.first().map_or(u32::MAX, |field| field.field_id());
            let row = self.kept(self.docs() as usize, field, &[&name], || Ok(signatures.row(bit, self.docs())))?;
            possible.to_mut().keep(&row);
        }
        Ok(possible)
    }

    /// Those of the articles where the words stand side by side in the field.
    fn phrase_among(&self, possible: &Bits, field: Field, words: &[&str]) -> tantivy::Result<Bits> {
        let mut found = Bits::room_for(self.docs());
        let mut walk = Walk::of(self, field, words)?;
        possible.each(|doc| {
            if walk.is_phrase(doc) {
                found.insert(doc);
            }
        });
        Ok(found)
    }

    /// How many articles have the words side by side in the field, counted among the first `looked_at` that may.
    pub(super) fn phrase_count(&self, field: Field, words: &[&str], looked_at: usize) -> tantivy::Result<usize> {
        let possible = self.all_terms(field, words)?;
        let mut walk = Walk::of(self, field, words)?;
        Ok(possible.iter().take(looked_at).filter(|doc| walk.is_phrase(*doc)).count())
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
        let name = self.named.of_words(field, words.iter().copied());
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
            let Some(info) = index.get_term_info(&Term::from_field_text(field, word))? else {
                walked.push(WalkedWord { docs: Arc::default(), postings: SegmentPostings::empty() });
                continue;
            };
            let postings = index.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqsAndPositions)?;
            walked.push(WalkedWord { docs: part.listed(field, word, &index, &info)?, postings });
        }
        Ok(Self { positions: vec![Vec::new(); walked.len()], words: walked })
    }

    /// Looks at an article, which must not stand before the last one, for those pairs that are `possible`.
    pub(super) fn look(&mut self, doc: DocId, possible: u32) -> Look {
        let mut look = Look::default();
        let (mut is_before, mut is_read) = (false, false);
        for at in 0..self.words.len() {
            let is_here = self.words.get(at).is_some_and(|word| word.docs.contains(doc));
            let pair = 1u32.checked_shl((at as u32).wrapping_sub(1)).unwrap_or(0);
            // Where a word stands matters only beside a neighbour.
            let is_needed = is_here && is_before && (pair == 0 || possible & pair != 0);
            if is_needed {
                if !is_read {
                    self.read(at - 1, doc);
                }
                self.read(at, doc);
                if let Some([left, right]) = self.positions.get(at - 1..=at)
                    && follow(left, right)
                {
                    look.pairs |= pair;
                }
            }
            (is_before, is_read) = (is_here, is_needed);
        }
        look.is_phrase =
            look.pairs == all_pairs(self.words.len()) && self.is_whole(doc) && (self.words.len() < 2 || self.chain());
        look
    }

    /// Whether the words stand side by side in an article, which must not stand before the last one.
    pub(super) fn is_phrase(&mut self, doc: DocId) -> bool {
        if !self.is_whole(doc) {
            return false;
        }
        for at in 0..self.words.len() {
            self.read(at, doc);
            if let Some([left, right]) = at.checked_sub(1).and_then(|before| self.positions.get(before..=at))
                && !follow(left, right)
            {
                return false;
            }
        }
        self.chain()
    }

    /// Whether the article holds every word.
    fn is_whole(&self, doc: DocId) -> bool {
        self.words.iter().all(|word| word.docs.contains(doc))
    }

    /// Reads where the word stands in the article, which holds it.
    fn read(&mut self, at: usize, doc: DocId) {
        let (Some(word), Some(positions)) = (self.words.get_mut(at), self.positions.get_mut(at)) else { return };
        positions.clear();
        if word.postings.doc() < doc {
            word.postings.seek(doc);
        }
        if word.postings.doc() == doc {
            word.postings.positions(positions);
        }
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

/// [`Look::pairs`] of so many words, of which the first 33 count, when each stands beside the next.
fn all_pairs(words: usize) -> u32 {
    u32::MAX.checked_shr(33 - words.clamp(1, 33) as u32).unwrap_or(0)
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
