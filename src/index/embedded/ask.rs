//! From a query in parts to tantivy's query objects. In: [`Asked`] and the filters. Out: a query whose score falls in
//! the bands of [`crate::index::weights`]. tantivy's own query parser never sees what the public typed: nested input makes it
//! overflow its stack.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, InvertedIndexRangeQuery, Occur,
    PhraseQuery, Query as Clause, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::schema::Fields;
use super::steady::Steady;
use crate::index::Query;
use crate::index::query::{Asked, Demand, Number, Reading, other_spelling};
use crate::index::tokens::Key;
use crate::index::weights::*;
use crate::store::millis;

/// Terms that an unfinished word may stand for: enough for any Vietnamese prefix, a bound for the rest.
const MOST_COMPLETIONS: u64 = 500;

pub(super) struct Ask<'a> {
    pub(super) fields: &'a Fields,
    pub(super) asked: &'a Asked,
}

type Clauses = Vec<(Occur, Box<dyn Clause>)>;

impl Ask<'_> {
    /// The whole query with its filters.
    pub(super) fn clause(&self, query: &Query, demand: Demand) -> Box<dyn Clause> {
        let mut clauses: Clauses =
            self.filters(query).into_iter().map(|filter| (Occur::Must, silent(filter))).collect();
        if self.asked.is_everything() {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        self.demand_words(demand, &mut clauses);
        for phrase in &self.asked.phrases {
            clauses.push((Occur::Must, any(phrase.ways.iter().map(|words| self.phrase(words)).collect())));
        }
        for number in &self.asked.numbers {
            clauses.push((Occur::Must, self.number(number)));
        }
        for part in &self.asked.without {
            clauses.push((Occur::MustNot, Box::new(Steady(self.excluded(part)))));
        }
        if !self.asked.words.is_empty() {
            let bands: Vec<_> = self.asked.readings().iter().map(|reading| self.bands(reading)).collect();
            clauses.push((Occur::Should, any(bands)));
        }
        Box::new(BooleanQuery::new(clauses))
    }

    /// The words side by side, or the one word as typed, wherever that is: what every better match has and most others
    /// have not. Nothing when that cannot be said in one clause.
    pub(super) fn together(&self) -> Option<Box<dyn Clause>> {
        let Fields { title_exact, title_folded, body_exact, body_folded, files_exact, files_folded, .. } = *self.fields;
        let words = &self.asked.words;
        let is_simple = self.asked.phrases.is_empty() && self.asked.numbers.is_empty() && self.asked.spans.is_empty();
        let is_marked = self.asked.is_marked();
        if !is_simple || words.is_empty() || words.len() > 2 || (words.len() == 1 && !is_marked) {
            return None;
        }
        let ways: [Box<dyn Clause>; 3] = if is_marked {
            [title_exact, body_exact, files_exact].map(|field| self.exact(field, words))
        } else {
            [title_folded, body_folded, files_folded].map(|field| self.folded(field, words))
        };
        Some(any(ways.into()))
    }

    fn demand_words(&self, demand: Demand, clauses: &mut Clauses) {
        let words = &self.asked.words;
        let weight = 1.0 / words.len().max(1) as f32;
        if demand == Demand::LastUnfinished {
            let mut found: Vec<_> = words.iter().map(|word| self.word(word, weight)).collect();
            if let (Some(whole), Some(word)) = (found.pop(), words.last()) {
                found.push(any(vec![whole, self.completions(word)]));
            }
            clauses.extend(found.into_iter().map(|clause| (Occur::Must, clause)));
            return;
        }
        let units = self.units(weight);
        if demand == Demand::Most {
            let enough = units.len() - units.len() / 3;
            let some = units.into_iter().map(|clause| (Occur::Should, clause)).collect();
            clauses.push((Occur::Must, Box::new(BooleanQuery::with_minimum_required_clauses(some, enough))));
        } else {
            clauses.extend(units.into_iter().map(|clause| (Occur::Must, clause)));
        }
    }

    /// Each word that has to be there; words that could be written otherwise are one unit, in any of the ways.
    fn units(&self, weight: f32) -> Vec<Box<dyn Clause>> {
        let words = &self.asked.words;
        let mut units = Vec::with_capacity(words.len());
        let mut at = 0;
        for span in &self.asked.spans {
            let others: Vec<_> = self.asked.ways(span).map(|way| self.tied(&way.words, weight)).collect();
            if others.is_empty() {
                continue;
            }
            units.extend(words[at..span.words.start].iter().map(|word| self.word(word, weight)));
            let typed = words[span.words.clone()].iter().map(|word| (Occur::Must, self.word(word, weight)));
            let mut ways: Vec<Box<dyn Clause>> = vec![Box::new(BooleanQuery::new(typed.collect()))];
            ways.extend(others);
            units.push(any(ways));
            at = span.words.end;
        }
        units.extend(words[at..].iter().map(|word| self.word(word, weight)));
        units
    }

    /// One word anywhere: as typed, or with other accents at a price.
    fn word(&self, word: &Key, weight: f32) -> Box<dyn Clause> {
        let mut ways = Vec::with_capacity(8);
        let mut add = |field, key: &str, boost: f32| ways.push(boosted(term(field, key), boost * weight));
        let folded_boost = if word.is_marked() { OTHER_ACCENTS } else { 1.0 };
        if word.is_marked() {
            add(self.fields.title_exact, &word.exact, IN_TITLE);
            add(self.fields.body_exact, &word.exact, 1.0);
            add(self.fields.files_exact, &word.exact, IN_FILES);
        }
        add(self.fields.title_folded, &word.folded, IN_TITLE * folded_boost);
        add(self.fields.body_folded, &word.folded, folded_boost);
        add(self.fields.files_folded, &word.folded, IN_FILES * folded_boost);
        if let Some(other) = other_spelling(&word.folded) {
            add(self.fields.title_folded, &other, IN_TITLE * OTHER_ACCENTS);
            add(self.fields.body_folded, &other, OTHER_ACCENTS);
        }
        any(ways)
    }

    /// Words of another way of writing: side by side, worth as much as ordinary words.
    fn tied(&self, words: &[Key], weight: f32) -> Box<dyn Clause> {
        let Fields { title_folded, body_folded, files_folded, .. } = *self.fields;
        let worth = ORDINARY_WORD * weight * words.len() as f32;
        let found = |field, share: f32| scored(self.folded(field, words), worth * share);
        any(vec![found(title_folded, IN_TITLE), found(body_folded, 1.0), found(files_folded, IN_FILES)])
    }

    /// What an unfinished word may become.
    fn completions(&self, word: &Key) -> Box<dyn Clause> {
        let of = |field| -> Box<dyn Clause> {
            let from = Bound::Included(Term::from_field_text(field, &word.folded));
            let to = Bound::Excluded(Term::from_field_text(field, &format!("{}\u{10ffff}", word.folded)));
            let mut range = InvertedIndexRangeQuery::new(from, to);
            range.limit(MOST_COMPLETIONS);
            Box::new(ConstScoreQuery::new(Box::new(range), OTHER_ACCENTS))
        };
        any(vec![of(self.fields.title_folded), of(self.fields.body_folded), of(self.fields.files_folded)])
    }

    /// Articles that cite the document, and texts that spell its number out.
    fn number(&self, number: &Number) -> Box<dyn Clause> {
        let whole = number.canonical.iter().map(|canonical| term(self.fields.documents, canonical));
        let parts = number.keys.iter().map(|key| term(self.fields.cited, key));
        let mut ways: Vec<_> = whole.chain(parts).map(|cites| scored(cites, CITES)).collect();
        ways.push(self.phrase(&number.words));
        any(ways)
    }

    /// Words side by side: as typed first, with other accents after.
    fn phrase(&self, words: &[Key]) -> Box<dyn Clause> {
        let mut ways = vec![
            scored(self.folded(self.fields.title_folded, words), PHRASE_FOLDED_IN_TITLE),
            scored(self.folded(self.fields.body_folded, words), PHRASE_FOLDED_IN_BODY),
            scored(self.folded(self.fields.files_folded, words), PHRASE_IN_FILES),
        ];
        if words.iter().any(Key::is_marked) {
            ways.push(scored(self.exact(self.fields.title_exact, words), 2.0 * PHRASE_AS_TYPED));
            ways.push(scored(self.exact(self.fields.body_exact, words), PHRASE_AS_TYPED));
        }
        any(ways)
    }

    fn excluded(&self, words: &[Key]) -> Box<dyn Clause> {
        let Fields { title_exact, title_folded, body_exact, body_folded, files_exact, files_folded, .. } = *self.fields;
        if words.iter().any(Key::is_marked) {
            any([title_exact, body_exact, files_exact].map(|field| self.exact(field, words)).into())
        } else {
            any([title_folded, body_folded, files_folded].map(|field| self.folded(field, words)).into())
        }
    }

    /// What lifts an article for how the words of a reading stand in it.
    fn bands(&self, reading: &Reading) -> Box<dyn Clause> {
        let Fields { title_exact, title_folded, body_exact, body_folded, .. } = *self.fields;
        let words = &reading.words;
        let is_marked = words.iter().any(Key::is_marked) && self.asked.is_marked();
        let mut clauses: Clauses = Vec::new();
        let mut add = |clause, score| clauses.push((Occur::Should, scored(clause, score * reading.nearness)));
        add(self.folded(title_folded, words), PHRASE_FOLDED_IN_TITLE);
        add(self.folded(body_folded, words), PHRASE_FOLDED_IN_BODY);
        add(self.folded(self.fields.files_folded, words), PHRASE_IN_FILES);
        if is_marked {
            add(self.exact(title_exact, words), PHRASE_AS_TYPED);
            add(self.exact(body_exact, words), PHRASE_AS_TYPED);
            add(self.exact(self.fields.files_exact, words), PHRASE_IN_FILES);
            let everywhere = words.iter().map(|word| {
                let somewhere = any(vec![term(title_exact, &word.exact), term(body_exact, &word.exact)]);
                (Occur::Must, somewhere)
            });
            add(Box::new(BooleanQuery::new(everywhere.collect())), EVERY_WORD_AS_TYPED);
        }
        if words.len() > 2 {
            let share = reading.nearness * PAIRS / (words.len() - 1) as f32;
            for pair in words.windows(2) {
                // In one stream only: each way is checked for every match.
                let (in_title, in_body) = if is_marked {
                    (self.exact(title_exact, pair), self.exact(body_exact, pair))
                } else {
                    (self.folded(title_folded, pair), self.folded(body_folded, pair))
                };
                let ways = vec![scored(in_title, share), scored(in_body, share / 1.5)];
                clauses.push((Occur::Should, any(ways)));
            }
        }
        Box::new(BooleanQuery::new(clauses))
    }

    pub(super) fn exact(&self, field: Field, words: &[Key]) -> Box<dyn Clause> {
        side_by_side(field, words.iter().map(|word| word.exact.as_ref()))
    }

    pub(super) fn folded(&self, field: Field, words: &[Key]) -> Box<dyn Clause> {
        side_by_side(field, words.iter().map(|word| word.folded.as_ref()))
    }

    fn filters(&self, query: &Query) -> Vec<Box<dyn Clause>> {
        let fields = self.fields;
        let mut filters: Vec<Box<dyn Clause>> = Vec::new();
        if !query.portals.is_empty() {
            let terms = query.portals.iter().map(|slug| Term::from_field_text(fields.portal, slug));
            filters.push(Box::new(TermSetQuery::new(terms)));
        }
        if !query.kinds.is_empty() {
            let terms = query.kinds.iter().map(|kind| Term::from_field_text(fields.kind, kind.as_str()));
            filters.push(Box::new(TermSetQuery::new(terms)));
        }
        if !query.topics.is_empty() {
            let terms = query.topics.iter().map(|code| Term::from_field_text(fields.topic, code));
            filters.push(Box::new(TermSetQuery::new(terms)));
        }
        if let Some(number) = query.document() {
            filters.push(term(fields.documents, &number));
        }
        if query.from.is_some() || query.to.is_some() {
            let at = |instant| Term::from_field_i64(fields.published, millis(instant));
            let from = query.from.map_or(Bound::Unbounded, |from| Bound::Included(at(from)));
            let to = query.to.map_or(Bound::Unbounded, |to| Bound::Excluded(at(to)));
            filters.push(Box::new(RangeQuery::new(from, to)));
        }
        filters
    }
}

fn term(field: Field, text: &str) -> Box<dyn Clause> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

/// A phrase, or the term itself when there is only one word.
fn side_by_side<'w>(field: Field, words: impl Iterator<Item = &'w str>) -> Box<dyn Clause> {
    let mut terms: Vec<_> = words.map(|word| Term::from_field_text(field, word)).collect();
    match terms.len() {
        1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}

fn any(ways: Vec<Box<dyn Clause>>) -> Box<dyn Clause> {
    Box::new(DisjunctionMaxQuery::new(ways))
}

fn boosted(clause: Box<dyn Clause>, boost: f32) -> Box<dyn Clause> {
    Box::new(BoostQuery::new(clause, boost))
}

fn scored(clause: Box<dyn Clause>, score: f32) -> Box<dyn Clause> {
    Box::new(ConstScoreQuery::new(clause, score))
}

fn silent(clause: Box<dyn Clause>) -> Box<dyn Clause> {
    scored(clause, 0.0)
}
