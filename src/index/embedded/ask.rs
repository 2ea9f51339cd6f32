//! From a query in parts to tantivy's query objects. In: [`Asked`] and the filters. Out: a query whose score falls in
//! bands. tantivy's own query parser never sees what the public typed: nested input makes it overflow its stack.
//!
//! Bands, high to low: every word as typed and side by side in the headline; the same in the text; every word as typed;
//! side by side without marks, headline before text; neighbours in pairs; BM25. Within a band newer articles come first.

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
use crate::index::query::{Asked, other_spelling};
use crate::index::tokens::Key;
use crate::store::millis;

/// Scores of the bands. BM25 of a word stays under 34 and is divided by the number of words, so that all of it stays
/// under the smallest band; sums stay small enough for `f32` to tell neighbours apart.
const EVERY_WORD_AS_TYPED: f32 = 800.0;
const PHRASE_AS_TYPED: f32 = 400.0;
const PHRASE_FOLDED_IN_TITLE: f32 = 200.0;
const PHRASE_FOLDED_IN_BODY: f32 = 100.0;
/// Shared by all pairs of neighbours.
const PAIRS: f32 = 60.0;
/// A phrase in an attached file: after every phrase in an article.
const PHRASE_IN_FILES: f32 = 50.0;
/// A word in an attached file says less than one in the article.
const IN_FILES: f32 = 0.4;
/// A word in a headline says more than in a text.
const IN_TITLE: f32 = 1.6;
/// A word typed with marks and found without them.
const OTHER_ACCENTS: f32 = 0.25;
/// Terms that an unfinished word may stand for: enough for any Vietnamese prefix, a bound for the rest.
const MOST_COMPLETIONS: u64 = 500;
/// Letters of an unfinished word at least.
const SHORTEST_PREFIX: usize = 2;
/// Queries with fewer words are answered whole or not at all.
const FEWEST_WORDS_TO_RELAX: usize = 3;

/// How much of the query an article must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// Every word.
    All,
    /// Every word, the last of which may be unfinished.
    LastUnfinished,
    /// Most of the words, when no article has them all.
    Most,
}

impl Demand {
    /// What to try for this query, in order, until something is found.
    pub(super) fn steps(asked: &Asked) -> impl Iterator<Item = Self> {
        let can_complete =
            asked.ends_in_word && asked.words.last().is_some_and(|word| word.folded.chars().count() >= SHORTEST_PREFIX);
        let can_relax = asked.words.len() >= FEWEST_WORDS_TO_RELAX;
        [(Self::All, true), (Self::LastUnfinished, can_complete), (Self::Most, can_relax)]
            .into_iter()
            .filter_map(|(demand, applies)| applies.then_some(demand))
    }
}

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
            clauses.push((Occur::Must, self.phrase(phrase)));
        }
        for number in &self.asked.numbers {
            let cited: Box<dyn Clause> =
                Box::new(ConstScoreQuery::new(term(self.fields.documents, &number.canonical), PHRASE_FOLDED_IN_TITLE));
            clauses.push((Occur::Must, any(vec![cited, self.phrase(&number.words)])));
        }
        for part in &self.asked.without {
            clauses.push((Occur::MustNot, Box::new(Steady(self.excluded(part)))));
        }
        self.add_bands(&mut clauses);
        Box::new(BooleanQuery::new(clauses))
    }

    fn demand_words(&self, demand: Demand, clauses: &mut Clauses) {
        let words = &self.asked.words;
        let weight = 1.0 / words.len().max(1) as f32;
        let mut found: Vec<Box<dyn Clause>> = words.iter().map(|word| self.word(word, weight)).collect();
        if demand == Demand::LastUnfinished
            && let (Some(whole), Some(word)) = (found.pop(), words.last())
        {
            found.push(any(vec![whole, self.completions(word)]));
        }
        if demand == Demand::Most {
            let enough = words.len() - words.len() / 3;
            let some = found.into_iter().map(|clause| (Occur::Should, clause)).collect();
            clauses.push((Occur::Must, Box::new(BooleanQuery::with_minimum_required_clauses(some, enough))));
        } else {
            clauses.extend(found.into_iter().map(|clause| (Occur::Must, clause)));
        }
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

    fn add_bands(&self, clauses: &mut Clauses) {
        let Fields { title_exact, title_folded, body_exact, body_folded, .. } = *self.fields;
        let words = &self.asked.words;
        if words.is_empty() {
            return;
        }
        let mut add = |clause, score| clauses.push((Occur::Should, scored(clause, score)));
        add(self.folded(title_folded, words), PHRASE_FOLDED_IN_TITLE);
        add(self.folded(body_folded, words), PHRASE_FOLDED_IN_BODY);
        add(self.folded(self.fields.files_folded, words), PHRASE_IN_FILES);
        if self.asked.is_marked() {
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
            let share = PAIRS / (words.len() - 1) as f32;
            for pair in words.windows(2) {
                // In one stream only: each way is checked for every match.
                let (in_title, in_body) = if self.asked.is_marked() {
                    (self.exact(title_exact, pair), self.exact(body_exact, pair))
                } else {
                    (self.folded(title_folded, pair), self.folded(body_folded, pair))
                };
                let ways = vec![scored(in_title, share), scored(in_body, share / 1.5)];
                clauses.push((Occur::Should, any(ways)));
            }
        }
    }

    fn exact(&self, field: Field, words: &[Key]) -> Box<dyn Clause> {
        side_by_side(field, words.iter().map(|word| word.exact.as_ref()))
    }

    fn folded(&self, field: Field, words: &[Key]) -> Box<dyn Clause> {
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
