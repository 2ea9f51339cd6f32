//! One segment of the index, asked for sets of articles. In: words and fields. Out: the articles that hold them, and
//! where words stand side by side.

use std::borrow::Cow;
use std::sync::Arc;
use std::thread;

use tantivy::postings::{BlockSegmentPostings, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{SegmentReader, TantivyError, Term};

use super::bits::Bits;
use super::columns::Columns;
use super::kept::{Kept, Name};
use super::looked_up::LookedUp;
use super::neighbours::Pair;
use super::schema::Fields;
use super::walk::Walk;

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
    /// For this query.
    looked_up: LookedUp,
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
        let columns = kept.columns(segment)?;
        Ok(Self { number, segment, columns, fields, kept, looked_up: LookedUp::default(), named })
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

    /// Where the index keeps the word of the field; nothing when no article holds it.
    fn info(&self, field: Field, word: &str) -> tantivy::Result<Option<TermInfo>> {
        self.looked_up.info(field, word, || {
            Ok(self.segment.inverted_index(field)?.get_term_info(&Term::from_field_text(field, word))?)
        })
    }

    /// How many articles, deleted ones too, hold the word in the field.
    pub(super) fn frequency(&self, field: Field, word: &str) -> tantivy::Result<u32> {
        Ok(self.info(field, word)?.map_or(0, |info| info.doc_freq))
    }

    /// The articles that hold the word in the field.
    pub(super) fn term(&self, field: Field, word: &str) -> tantivy::Result<Arc<Bits>> {
        let Some(info) = self.info(field, word)? else { return Ok(Arc::default()) };
        self.looked_up.docs(field, word, || {
            self.kept(info.doc_freq as usize, field.field_id(), &[word], || {
                let index = self.segment.inverted_index(field)?;
                let mut found = Bits::room_for(self.docs());
                collect(index.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?, &mut found);
                Ok(found)
            })
        })
    }

    /// A walk through the list of the word in the field; nothing when no article holds it.
    pub(super) fn postings(
        &self,
        field: Field,
        word: &str,
        option: IndexRecordOption,
    ) -> tantivy::Result<Option<SegmentPostings>> {
        let Some(info) = self.info(field, word)? else { return Ok(None) };
        Ok(Some(self.segment.inverted_index(field)?.read_postings_from_terminfo(&info, option)?))
    }

    /// The set under this name, made once for a query.
    pub(super) fn once(
        &self,
        name: &str,
        make: impl FnOnce() -> tantivy::Result<Arc<Bits>>,
    ) -> tantivy::Result<Arc<Bits>> {
        self.looked_up.set(name, make)
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
        self.kept(LOOK * possible.count(), field.field_id(), words, || self.phrase_among(&possible, field, words))
    }

    /// The same for a phrase that was not asked for as such: another way of writing what was. Nearly every article of a
    /// ministry holds "Ủy ban nhân dân", and to look at each takes seconds. Where more than `most_looked_at` may hold three
    /// words or more, signatures are believed, wrongly so of one in twenty of the texts that hold every pair but one; of
    /// files, which have none, that all of the words are there.
    pub(super) fn phrase_believed(
        &self,
        field: Field,
        words: &[&str],
        most_looked_at: usize,
    ) -> tantivy::Result<Arc<Bits>> {
        if words.len() > 2 && field != self.fields.title_folded {
            let possible = self.all_terms(field, words)?;
            let possible = self.possible(&possible, field, words)?;
            if possible.count() > most_looked_at {
                return Ok(Arc::new(possible.into_owned()));
            }
        }
        self.phrase(field, words)
    }

    /// The articles where the words stand side by side, of which only those in `among` matter: what else is in the set is left to chance. For the rest of the
    /// query later sets must be smaller.
    pub(super) fn phrase_within(&self, field: Field, words: &[&str], among: &Bits) -> tantivy::Result<Arc<Bits>> {
        let possible = self.all_terms(field, words)?;
        let within = possible.met(among);
        // What is nearly all of the work is done as a whole, and kept for other queries.
        if words.len() < 2 || 2 * within.count() >= possible.count() {
            return self.phrase(field, words);
        }
        let name = self.named.of_words(field.field_id(), words.iter().copied());
        if let Some(set) = self.kept.set(name, words.len()) {
            return Ok(set);
        }
        self.looked_up.phrase(name, || self.phrase_among(&within, field, words).map(Arc::new))
    }

    /// Those of the articles where the words stand side by side in the field.
    fn phrase_among(&self, docs: &Bits, field: Field, words: &[&str]) -> tantivy::Result<Bits> {
        let possible = self.possible(docs, field, words)?;
        if LOOK * possible.count() < WORTH_A_THREAD {
            return self.walk_among(&possible, field, words);
        }
        let (early, late) = possible.split(self.docs() / 2);
        thread::scope(|scope| {
            let late = scope.spawn(|| self.walk_among(&late, field, words));
            let mut found = self.walk_among(&early, field, words)?;
            let late = late.join().map_err(|_| TantivyError::InternalError("a search thread failed".to_owned()))?;
            found.add(&late?);
            Ok(found)
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

    /// The same on this thread, without asking signatures.
    fn walk_among(&self, possible: &Bits, field: Field, words: &[&str]) -> tantivy::Result<Bits> {
        let mut found = Bits::room_for(self.docs());
        let mut walk = Walk::of(self, field, words)?;
        for doc in possible.iter() {
            if walk.is_phrase(doc)? {
                found.insert(doc);
            }
        }
        Ok(found)
    }

    /// How many articles have the words side by side in the field, counted among the first `looked_at` that may.
    pub(super) fn phrase_count(&self, field: Field, words: &[&str], looked_at: usize) -> tantivy::Result<usize> {
        let possible = self.all_terms(field, words)?;
        let mut walk = Walk::of(self, field, words)?;
        let mut count = 0;
        for doc in possible.iter().take(looked_at) {
            count += usize::from(walk.is_phrase(doc)?);
        }
        Ok(count)
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
