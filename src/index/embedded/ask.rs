//! From a query in parts to clauses. In: [`Asked`] and the filters. Out: what matches, and what that is worth, in
//! the bands of [`crate::index::weights`]. tantivy's own query parser never sees what the public typed: nested input makes it
//! overflow its stack.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, InvertedIndexRangeQuery, Occur, PhraseQuery, Query as Matching, RangeQuery, TermSetQuery,
};
use tantivy::schema::Field;

use super::clause::Clause;
use super::schema::Fields;
use super::steady::Steady;
use crate::index::Query;
use crate::index::query::{Asked, Demand, Number, Reading, other_spelling};
use crate::index::tokens::{Key, pair};
use crate::index::weights::*;
use crate::store::millis;

/// Terms that an unfinished word may stand for: enough for any Vietnamese prefix, a bound for the rest.
const MOST_COMPLETIONS: u64 = 500;

pub(super) struct Ask<'a> {
    pub(super) fields: &'a Fields,
    pub(super) asked: &'a Asked,
}

/// A query, and what its answers are worth.
pub(super) struct Wanted {
    /// Conditions that say nothing of worth.
    filters: Vec<Box<dyn Matching>>,
    /// What must not be there.
    without: Vec<Box<dyn Matching>>,
    /// What must be there.
    must: Vec<Clause>,
    /// What only lifts an article.
    lifts: Vec<Clause>,
}

impl Wanted {
    /// The articles that are wanted.
    pub(super) fn matching(&self) -> Box<dyn Matching> {
        self.matching_where(self.must.iter().map(Clause::matching).collect())
    }

    /// The articles that pass the filters and meet another condition.
    pub(super) fn matching_only(&self, condition: &Clause) -> Box<dyn Matching> {
        self.matching_where(vec![condition.matching()])
    }

    fn matching_where(&self, conditions: Vec<Box<dyn Matching>>) -> Box<dyn Matching> {
        let filters = self.filters.iter().map(|filter| (Occur::Must, filter.box_clone()));
        let without = self.without.iter().map(|part| (Occur::MustNot, part.box_clone()));
        let mut clauses: Vec<_> =
            filters.chain(conditions.into_iter().map(|condition| (Occur::Must, condition))).chain(without).collect();
        if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        Box::new(BooleanQuery::new(clauses))
    }

    /// Everything that an article may be worth something for; the sum decides.
    pub(super) fn worths(&self) -> impl Iterator<Item = &Clause> {
        self.lifts.iter().chain(&self.must)
    }
}

impl Ask<'_> {
    /// The whole query with its filters.
    pub(super) fn wanted(&self, query: &Query, demand: Demand) -> Wanted {
        let mut must = self.demand_words(demand);
        must.extend(
            self.asked.phrases.iter().map(|phrase| any(phrase.ways.iter().map(|words| self.phrase(words)).collect())),
        );
        must.extend(self.asked.numbers.iter().map(|number| self.number(number)));
        let without = self.asked.without.iter().map(|part| {
            let steady: Box<dyn Matching> = Box::new(Steady(self.excluded(part).matching()));
            steady
        });
        let mut lifts = Vec::new();
        if !self.asked.words.is_empty() {
            let mut readings: Vec<_> = self.asked.readings().iter().map(|reading| self.bands(reading)).collect();
            if readings.len() == 1 {
                // One by one, so that looking up ends as soon as the rest cannot help.
                lifts = readings.remove(0);
            } else {
                lifts.push(any(readings.into_iter().map(|bands| Clause::Some(bands, 1)).collect()));
            }
        }
        Wanted { filters: self.filters(query), without: without.collect(), must, lifts }
    }

    /// The words side by side, or the one word as typed, wherever that is: what every better match has and most others
    /// have not. Nothing when that cannot be said in one clause.
    pub(super) fn together(&self) -> Option<Clause> {
        let Fields { title_exact, body_exact, files_exact, .. } = *self.fields;
        let words = &self.asked.words;
        let is_simple = self.asked.phrases.is_empty() && self.asked.numbers.is_empty() && self.asked.spans.is_empty();
        let is_marked = self.asked.is_marked();
        if !is_simple || words.is_empty() || words.len() > 2 || (words.len() == 1 && !is_marked) {
            return None;
        }
        if let [left, right] = words.as_slice() {
            return Some(term(self.fields.pairs, &self.pair(left, right, is_marked)));
        }
        Some(any([title_exact, body_exact, files_exact].map(|field| self.exact(field, words)).into()))
    }

    fn pair(&self, left: &Key, right: &Key, is_marked: bool) -> String {
        if is_marked { pair(&left.exact, &right.exact) } else { pair(&left.folded, &right.folded) }
    }

    /// The pairs that every article holds that has these words side by side, without marks.
    fn neighbours(&self, words: &[Key]) -> impl Iterator<Item = Clause> {
        words.windows(2).map(|two| term(self.fields.pairs, &self.pair(&two[0], &two[1], false)))
    }

    fn demand_words(&self, demand: Demand) -> Vec<Clause> {
        let words = &self.asked.words;
        let weight = 1.0 / words.len().max(1) as f32;
        if demand == Demand::LastUnfinished {
            let mut found: Vec<_> = words.iter().map(|word| self.word(word, weight)).collect();
            if let (Some(whole), Some(word)) = (found.pop(), words.last()) {
                found.push(any(vec![whole, self.completions(word)]));
            }
            return found;
        }
        let units = self.units(weight);
        if demand == Demand::Most {
            let enough = units.len() - units.len() / 3;
            return vec![Clause::Some(units, enough)];
        }
        units
    }

    /// Each word that has to be there; words that could be written otherwise are one unit, in any of the ways.
    fn units(&self, weight: f32) -> Vec<Clause> {
        let words = &self.asked.words;
        let mut units = Vec::with_capacity(words.len());
        let mut at = 0;
        for span in &self.asked.spans {
            let others: Vec<_> = self.asked.ways(span).map(|way| self.tied(&way.words, weight)).collect();
            if others.is_empty() {
                continue;
            }
            units.extend(words[at..span.words.start].iter().map(|word| self.word(word, weight)));
            let typed = words[span.words.clone()].iter().map(|word| self.word(word, weight));
            let mut ways = vec![Clause::All(typed.collect())];
            ways.extend(others);
            units.push(any(ways));
            at = span.words.end;
        }
        units.extend(words[at..].iter().map(|word| self.word(word, weight)));
        units
    }

    /// One word anywhere: as typed, or with other accents at a price.
    fn word(&self, word: &Key, weight: f32) -> Clause {
        let mut ways = Vec::with_capacity(8);
        let found = |field, key: &str, times: f32| Clause::Times(Box::new(term(field, key)), times * weight);
        let folded_boost = if word.is_marked() { OTHER_ACCENTS } else { 1.0 };
        if word.is_marked() {
            ways.push(finer(found(self.fields.title_exact, &word.exact, IN_TITLE)));
            ways.push(finer(found(self.fields.body_exact, &word.exact, 1.0)));
            ways.push(finer(found(self.fields.files_exact, &word.exact, IN_FILES)));
        }
        let mut add = |field, key: &str, times| ways.push(found(field, key, times));
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
    fn tied(&self, words: &[Key], weight: f32) -> Clause {
        let Fields { title_folded, body_folded, files_folded, .. } = *self.fields;
        let most = ORDINARY_WORD * weight * words.len() as f32;
        let found = |field, share: f32| worth(self.folded(field, words), most * share);
        any(vec![found(title_folded, IN_TITLE), found(body_folded, 1.0), found(files_folded, IN_FILES)])
    }

    /// What an unfinished word may become.
    fn completions(&self, word: &Key) -> Clause {
        let of = |field| {
            let from = Bound::Included(Term::from_field_text(field, &word.folded));
            let to = Bound::Excluded(Term::from_field_text(field, &format!("{}\u{10ffff}", word.folded)));
            let mut range = InvertedIndexRangeQuery::new(from, to);
            range.limit(MOST_COMPLETIONS);
            worth(Clause::Found(Box::new(range)), OTHER_ACCENTS)
        };
        any(vec![of(self.fields.title_folded), of(self.fields.body_folded), of(self.fields.files_folded)])
    }

    /// Articles that cite the document, and texts that spell its number out.
    fn number(&self, number: &Number) -> Clause {
        let whole = number.canonical.iter().map(|canonical| term(self.fields.documents, canonical));
        let parts = number.keys.iter().map(|key| term(self.fields.cited, key));
        let mut ways: Vec<_> = whole.chain(parts).map(|cites| worth(cites, CITES)).collect();
        ways.push(self.phrase(&number.words));
        any(ways)
    }

    /// Words side by side: as typed first, with other accents after.
    fn phrase(&self, words: &[Key]) -> Clause {
        // The pairs are rare and say where to look; the phrase alone would be compared wherever its syllables are.
        let found = |field, score| {
            let mut all: Vec<_> = self.neighbours(words).collect();
            all.push(self.folded(field, words));
            worth(Clause::All(all), score)
        };
        let mut ways = vec![
            found(self.fields.title_folded, PHRASE_FOLDED_IN_TITLE),
            found(self.fields.body_folded, PHRASE_FOLDED_IN_BODY),
            found(self.fields.files_folded, PHRASE_IN_FILES),
        ];
        if words.iter().any(Key::is_marked) {
            ways.push(finer(worth(self.exact(self.fields.title_exact, words), 2.0 * PHRASE_AS_TYPED)));
            ways.push(finer(worth(self.exact(self.fields.body_exact, words), PHRASE_AS_TYPED)));
        }
        any(ways)
    }

    fn excluded(&self, words: &[Key]) -> Clause {
        let Fields { title_exact, title_folded, body_exact, body_folded, files_exact, files_folded, .. } = *self.fields;
        if words.iter().any(Key::is_marked) {
            any([title_exact, body_exact, files_exact].map(|field| self.exact(field, words)).into())
        } else {
            any([title_folded, body_folded, files_folded].map(|field| self.folded(field, words)).into())
        }
    }

    /// What lifts an article for how the words of a reading stand in it.
    fn bands(&self, reading: &Reading) -> Vec<Clause> {
        let Fields { title_exact, title_folded, body_exact, body_folded, .. } = *self.fields;
        let words = &reading.words;
        let is_marked = words.iter().any(Key::is_marked) && self.asked.is_marked();
        let mut clauses = Vec::new();
        let mut add = |clause, score| clauses.push(worth(clause, score * reading.nearness));
        // Headlines first: they are looked up fast, and where enough of them hold the words nothing else matters.
        if is_marked {
            add(self.exact(title_exact, words), PHRASE_AS_TYPED);
        }
        add(self.folded(title_folded, words), PHRASE_FOLDED_IN_TITLE);
        if is_marked {
            add(self.exact(self.fields.files_exact, words), PHRASE_IN_FILES);
            let everywhere =
                words.iter().map(|word| any(vec![term(title_exact, &word.exact), term(body_exact, &word.exact)]));
            add(Clause::All(everywhere.collect()), EVERY_WORD_AS_TYPED);
            add(self.exact(body_exact, words), PHRASE_AS_TYPED);
        }
        add(self.folded(body_folded, words), PHRASE_FOLDED_IN_BODY);
        add(self.folded(self.fields.files_folded, words), PHRASE_IN_FILES);
        if words.len() > 2 {
            let share = reading.nearness * PAIRS / (words.len() - 1) as f32;
            for pair in words.windows(2) {
                // In one stream only: each way is checked for every match.
                let (in_title, in_body) = if is_marked {
                    (self.exact(title_exact, pair), self.exact(body_exact, pair))
                } else {
                    (self.folded(title_folded, pair), self.folded(body_folded, pair))
                };
                clauses.push(any(vec![worth(in_title, share), worth(in_body, share / 1.5)]));
            }
        }
        clauses
    }

    pub(super) fn exact(&self, field: Field, words: &[Key]) -> Clause {
        side_by_side(field, words.iter().map(|word| word.exact.as_ref()))
    }

    pub(super) fn folded(&self, field: Field, words: &[Key]) -> Clause {
        side_by_side(field, words.iter().map(|word| word.folded.as_ref()))
    }

    fn filters(&self, query: &Query) -> Vec<Box<dyn Matching>> {
        let fields = self.fields;
        let mut filters: Vec<Box<dyn Matching>> = Vec::new();
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
            filters.push(term(fields.documents, &number).matching());
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

fn term(field: Field, text: &str) -> Clause {
    Clause::Term(Term::from_field_text(field, text))
}

/// A phrase, or the term itself when there is only one word.
fn side_by_side<'w>(field: Field, words: impl Iterator<Item = &'w str>) -> Clause {
    let mut terms: Vec<_> = words.map(|word| Term::from_field_text(field, word)).collect();
    match terms.len() {
        1 => Clause::Term(terms.remove(0)),
        _ => Clause::Found(Box::new(PhraseQuery::new(terms))),
    }
}

fn any(ways: Vec<Clause>) -> Clause {
    Clause::Any(ways)
}

fn worth(clause: Clause, worth: f32) -> Clause {
    Clause::Worth(Box::new(clause), worth)
}

/// Where it is, a coarser way is too.
fn finer(clause: Clause) -> Clause {
    Clause::Finer(Box::new(clause))
}
