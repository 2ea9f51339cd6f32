//! Which articles of a segment match. In: a query in parts, its filters, and how much of it an article must hold. Out: a set.

use std::sync::Arc;

use tantivy::schema::Field;

use super::bits::{Bits, in_some};
use super::part::{Part, union};
use crate::index::Query;
use crate::index::query::{Asked, Demand, Number, Way, other_spelling};
use crate::index::tokens::Key;
use crate::store::millis;

/// Terms that an unfinished word may stand for: enough for any Vietnamese prefix, a bound for the rest.
const MOST_COMPLETIONS: usize = 500;
/// Articles of a segment that are looked at for another way of writing: a fifth of a second.
const MOST_LOOKED_AT: usize = 100_000;

impl Part<'_> {
    /// The articles that match.
    pub(super) fn matching(&self, asked: &Asked, demand: Demand, query: &Query) -> tantivy::Result<Bits> {
        let mut found = self.alive();
        for set in self.filters(query)? {
            found.keep(&set);
        }
        for set in self.demanded(asked, demand)? {
            if found.is_empty() {
                return Ok(found);
            }
            found.keep(&set);
        }
        if query.from.is_some() || query.to.is_some() {
            let from = query.from.map_or(i64::MIN, millis);
            let to = query.to.map_or(i64::MAX, millis);
            found.retain(|doc| (from..to).contains(&self.columns.published(doc)));
        }
        // Where words stand is dear to know: it is asked last, and only of what all else leaves.
        for phrase in &asked.phrases {
            let ways = phrase.ways.iter().map(|words| self.words_anywhere(words)).collect::<tantivy::Result<_>>()?;
            found.keep(&union(ways));
        }
        for phrase in &asked.phrases {
            let ways = phrase.ways.iter().map(|words| self.phrase_anywhere_within(words, &found));
            found.keep(&union(ways.collect::<tantivy::Result<_>>()?));
        }
        for number in &asked.numbers {
            found.keep(&union(vec![self.citing(number)?, self.phrase_anywhere_within(&number.words, &found)?]));
        }
        for words in &asked.without {
            found.drop(&*self.excluded(words, &found)?);
        }
        Ok(found)
    }

    /// Sets of which an article must be in each.
    fn demanded(&self, asked: &Asked, demand: Demand) -> tantivy::Result<Vec<Arc<Bits>>> {
        match demand {
            Demand::LastUnfinished => {
                let mut sets = asked.words.iter().map(|word| self.word(word)).collect::<tantivy::Result<Vec<_>>>()?;
                if let (Some(whole), Some(word)) = (sets.pop(), asked.words.last()) {
                    let mut any = (*whole).clone();
                    for field in self.fields.folded() {
                        any.add(&self.begun(field, &word.folded, MOST_COMPLETIONS)?);
                    }
                    sets.push(Arc::new(any));
                }
                Ok(sets)
            }
            Demand::Most => {
                let units = self.units(asked)?;
                let enough = units.len() - units.len() / 3;
                Ok(vec![Arc::new(in_some(&units, enough, self.docs()))])
            }
            Demand::All | Demand::Misspelt => self.units(asked),
        }
    }

    /// Each word that has to be there; words that could be written otherwise are one unit, in any of the ways.
    fn units(&self, asked: &Asked) -> tantivy::Result<Vec<Arc<Bits>>> {
        let mut units = Vec::with_capacity(asked.words.len());
        let mut at = 0;
        for span in &asked.spans {
            let ways: Vec<&Way> = asked.ways(span).collect();
            if ways.is_empty() {
                continue;
            }
            for word in &asked.words[at..span.words.start] {
                units.push(self.word(word)?);
            }
            let mut typed = Bits::all(self.docs());
            for word in &asked.words[span.words.clone()] {
                typed.keep(&*self.word(word)?);
            }
            let mut any = vec![Arc::new(typed)];
            for way in ways {
                any.push(self.way_anywhere(&way.words)?);
            }
            units.push(union(any));
            at = span.words.end;
        }
        for word in &asked.words[at..] {
            units.push(self.word(word)?);
        }
        Ok(units)
    }

    /// The word with any accents, anywhere.
    pub(super) fn word(&self, word: &Key) -> tantivy::Result<Arc<Bits>> {
        self.once(&word.folded, || {
            let spelled = self.term_in_any(&self.fields.folded(), &word.folded)?;
            let Some(other) = other_spelling(&word.folded) else { return Ok(spelled) };
            Ok(union(vec![spelled, self.term_in_any(&self.fields.folded()[..2], &other)?]))
        })
    }

    /// The words of another way of writing side by side with any accents, anywhere.
    pub(super) fn way_anywhere(&self, words: &[Key]) -> tantivy::Result<Arc<Bits>> {
        let words = folded(words);
        let sets = self.fields.folded().into_iter().map(|field| self.phrase_believed(field, &words, MOST_LOOKED_AT));
        Ok(union(sets.collect::<tantivy::Result<_>>()?))
    }

    /// The words side by side with any accents, anywhere; only articles in `among` matter.
    fn phrase_anywhere_within(&self, words: &[Key], among: &Bits) -> tantivy::Result<Arc<Bits>> {
        self.phrase_in_within(self.fields.folded(), &folded(words), among)
    }

    /// All of the words with any accents, in one of the fields.
    fn words_anywhere(&self, words: &[Key]) -> tantivy::Result<Arc<Bits>> {
        let sets = self.fields.folded().into_iter().map(|field| self.all_terms(field, &folded(words)));
        Ok(union(sets.collect::<tantivy::Result<_>>()?))
    }

    fn phrase_in_within(&self, fields: [Field; 3], words: &[&str], among: &Bits) -> tantivy::Result<Arc<Bits>> {
        let sets = fields.iter().map(|field| self.phrase_within(*field, words, among));
        Ok(union(sets.collect::<tantivy::Result<_>>()?))
    }

    /// The articles that cite the document, or one whose number has that part.
    pub(super) fn citing(&self, number: &Number) -> tantivy::Result<Arc<Bits>> {
        let mut sets = Vec::with_capacity(1 + number.keys.len());
        if let Some(canonical) = &number.canonical {
            sets.push(self.term(self.fields.documents, canonical)?);
        }
        for key in &number.keys {
            sets.push(self.term(self.fields.cited, key)?);
        }
        Ok(union(sets))
    }

    /// What an excluded part stands for: as it is written, where that says something.
    fn excluded(&self, words: &[Key], among: &Bits) -> tantivy::Result<Arc<Bits>> {
        if words.iter().any(Key::is_marked) {
            self.phrase_in_within(self.fields.exact(), &exact(words), among)
        } else {
            self.phrase_in_within(self.fields.folded(), &folded(words), among)
        }
    }

    fn filters(&self, query: &Query) -> tantivy::Result<Vec<Arc<Bits>>> {
        let any = |field, values: &mut dyn Iterator<Item = &str>| {
            let sets = values.map(|value| self.term(field, value)).collect::<tantivy::Result<Vec<_>>>()?;
            tantivy::Result::Ok(union(sets))
        };
        let mut filters = Vec::new();
        if !query.portals.is_empty() {
            filters.push(any(self.fields.portal, &mut query.portals.iter().map(String::as_str))?);
        }
        if !query.kinds.is_empty() {
            filters.push(any(self.fields.kind, &mut query.kinds.iter().map(|kind| kind.as_str()))?);
        }
        if !query.topics.is_empty() {
            filters.push(any(self.fields.topic, &mut query.topics.iter().map(String::as_str))?);
        }
        if let Some(number) = query.document() {
            filters.push(self.term(self.fields.documents, &number)?);
        }
        Ok(filters)
    }
}

/// The words with their marks.
pub(super) fn exact(words: &[Key]) -> Vec<&str> {
    words.iter().map(|word| word.exact.as_ref()).collect()
}

/// The words without marks.
pub(super) fn folded(words: &[Key]) -> Vec<&str> {
    words.iter().map(|word| word.folded.as_ref()).collect()
}
