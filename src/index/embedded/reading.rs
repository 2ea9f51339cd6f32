//! What an article is worth for how the words of one reading stand in it. In: a reading and a segment. Out: the bands of
//! [`crate::index::weights`] as sets, and what has to be looked up.

use std::cell::OnceCell;
use std::sync::Arc;

use tantivy::schema::Field;
use tantivy::{DocId, Score};

use super::bits::Bits;
use super::matching::{exact, folded};
use super::neighbours::Pair;
use super::part::Part;
use super::walk::{Look, Walk};
use super::worths::{Words, Worths};
use crate::index::query::{Asked, Reading};
use crate::index::tokens::Key;
use crate::index::weights::*;

/// Sums of scores in another order differ by less.
const ROUNDING: Score = 0.01;

/// Articles that are lifted together.
pub(super) struct Band {
    pub(super) docs: Arc<Bits>,
    pub(super) worth: Score,
    /// Whether words stand side by side has to be looked up: the articles hold the words.
    is_possible_only: bool,
}

/// Words that have to be looked up side by side.
struct Check<'q> {
    field: Field,
    words: Vec<&'q str>,
    /// Articles that hold them all.
    docs: Arc<Bits>,
    worth: Score,
    /// What each two of them side by side add.
    pair: Score,
    /// Whether the words are those of the reading and the field is the text, so that signatures tell of it.
    is_of_reading_in_text: bool,
    /// The check, made before this one, after which this one need not be made: the same with marks.
    implied_by: Option<usize>,
}

impl Check<'_> {
    fn most_of_pairs(&self) -> Score {
        self.pair * self.words.len().saturating_sub(1) as f32
    }
}

/// A reading in a segment.
pub(super) struct View<'v> {
    part: &'v Part<'v>,
    reading: &'v Reading,
    worths: &'v Worths,
    /// The most valuable first.
    pub(super) bands: Vec<Band>,
    checks: Vec<Check<'v>>,
    /// What the checks of the text look for, words without marks.
    pairs: Vec<Pair>,
    beside_most: Score,
    /// The words at their first articles.
    opened: OnceCell<Words>,
}

impl<'v> View<'v> {
    pub(super) fn of(
        part: &'v Part<'v>,
        matches: &Bits,
        asked: &'v Asked,
        reading: &'v Reading,
        worths: &'v Worths,
    ) -> tantivy::Result<Self> {
        let pairs = Pair::all_of(&reading.words);
        let mut view = Self {
            part,
            reading,
            worths,
            bands: Vec::new(),
            checks: Vec::new(),
            pairs,
            beside_most: 0.0,
            opened: OnceCell::new(),
        };
        view.add_words(asked)?;
        for words in asked.phrases.iter().flat_map(|phrase| &phrase.ways) {
            view.add_phrase(words, matches)?;
        }
        for number in &asked.numbers {
            view.add_band(part.citing(number)?, CITES, false);
            view.add_phrase(&number.words, matches)?;
        }
        for (key, worth) in reading.words.iter().zip(&worths.words) {
            view.add_band(part.term(worth.title, worth.text(key, part.fields))?, worth.in_title, false);
        }
        view.bands.sort_by(|one, other| other.worth.total_cmp(&one.worth));
        Ok(view)
    }

    fn add_words(&mut self, asked: &Asked) -> tantivy::Result<()> {
        let words: &'v [Key] = &self.reading.words;
        if words.is_empty() {
            return Ok(());
        }
        let fields = self.part.fields;
        let nearness = self.reading.nearness;
        let is_marked = asked.is_marked() && words.iter().any(Key::is_marked);
        let pair = if words.len() > 2 { nearness * PAIRS / (words.len() - 1) as f32 } else { 0.0 };
        self.beside_most = pair * (words.len() - 1) as f32;
        let (of_exact, of_folded) = if is_marked { (pair, 0.0) } else { (0.0, pair) };
        let mut exact_checks = [None, None];
        if is_marked {
            let mut every = Bits::all(self.part.docs());
            for word in words {
                every.keep(&*self.part.term_in_any(&[fields.title_exact, fields.body_exact], &word.exact)?);
            }
            self.add_band(Arc::new(every), nearness * EVERY_WORD_AS_TYPED, false);
            exact_checks[0] =
                self.add_side_by_side(fields.title_exact, exact(words), nearness * PHRASE_AS_TYPED, of_exact, None)?;
            exact_checks[1] = self.add_side_by_side(
                fields.body_exact,
                exact(words),
                nearness * PHRASE_AS_TYPED,
                of_exact / 1.5,
                None,
            )?;
        }
        let [in_title, in_body] = exact_checks;
        let lifted = [
            (fields.title_folded, PHRASE_FOLDED_IN_TITLE, of_folded, in_title),
            (fields.body_folded, PHRASE_FOLDED_IN_BODY, of_folded / 1.5, in_body),
            (fields.files_folded, PHRASE_IN_FILES, 0.0, None),
        ];
        for (field, worth, pair, implied_by) in lifted {
            self.add_side_by_side(field, folded(words), nearness * worth, pair, implied_by)?;
        }
        Ok(())
    }

    /// A band for words side by side, looked up later; one word is there or not.
    fn add_side_by_side(
        &mut self,
        field: Field,
        words: Vec<&'v str>,
        worth: Score,
        pair: Score,
        implied_by: Option<usize>,
    ) -> tantivy::Result<Option<usize>> {
        let docs = self.part.all_terms(field, &words)?;
        let is_possible_only = words.len() > 1;
        let is_needed = is_possible_only && (pair > 0.0 || !docs.is_empty());
        self.add_band(Arc::clone(&docs), worth, is_possible_only);
        if !is_needed {
            return Ok(None);
        }
        let is_of_reading_in_text = [self.part.fields.body_exact, self.part.fields.body_folded].contains(&field);
        self.checks.push(Check { field, words, docs, worth, pair, is_of_reading_in_text, implied_by });
        Ok(Some(self.checks.len() - 1))
    }

    /// A phrase that was asked for as such: where it stands is known, how it is accented is looked up.
    fn add_phrase(&mut self, words: &'v [Key], matches: &Bits) -> tantivy::Result<()> {
        let fields = self.part.fields;
        let is_marked = words.iter().any(Key::is_marked);
        let lifted = [
            (fields.title_folded, PHRASE_FOLDED_IN_TITLE, fields.title_exact, 2.0 * PHRASE_AS_TYPED),
            (fields.body_folded, PHRASE_FOLDED_IN_BODY, fields.body_exact, PHRASE_AS_TYPED),
            (fields.files_folded, PHRASE_IN_FILES, fields.files_exact, 0.0),
        ];
        for (field, worth, with_marks, more) in lifted {
            let docs = self.part.phrase_within(field, &folded(words), matches)?;
            if is_marked && more > 0.0 {
                let marked = Arc::new(docs.met(&*self.part.all_terms(with_marks, &exact(words))?));
                let is_possible_only = words.len() > 1;
                self.add_band(Arc::clone(&marked), more, is_possible_only);
                if is_possible_only && !marked.is_empty() {
                    let words = exact(words);
                    self.checks.push(Check {
                        is_of_reading_in_text: false,
                        field: with_marks,
                        words,
                        docs: marked,
                        worth: more,
                        pair: 0.0,
                        implied_by: None,
                    });
                }
            }
            self.add_band(docs, worth, false);
        }
        Ok(())
    }

    fn add_band(&mut self, docs: Arc<Bits>, worth: Score, is_possible_only: bool) {
        if !docs.is_empty() {
            self.bands.push(Band { docs, worth, is_possible_only });
        }
    }

    /// Whether nothing has to be looked up.
    pub(super) fn is_sure(&self) -> bool {
        self.checks.is_empty()
    }

    /// No article that is worth `worth` so far and is in none of the bands before `band` is worth more.
    pub(super) fn bound(&self, worth: Score, band: usize) -> Score {
        let bands: Score = self.bands.get(band..).unwrap_or_default().iter().map(|band| band.worth).sum();
        worth + bands + self.most_of_words() + self.beside_most + MOST_STANDING
    }

    /// How much of [`View::bound`] is guessed for each article of a group.
    pub(super) fn slack(&self) -> Score {
        self.most_of_words() + MOST_STANDING
    }

    /// The most that [`Words::worth`] says of any article.
    pub(super) fn most_of_words(&self) -> Score {
        self.worths.most_beside_titles()
    }

    /// What the bands add that the article is in only if its words stand side by side.
    pub(super) fn to_be_looked_up(&self, doc: DocId) -> Score {
        let possible = self.bands.iter().filter(|band| band.is_possible_only && band.docs.contains(doc));
        possible.map(|band| band.worth).sum()
    }

    /// What pairs of neighbours add at most.
    pub(super) fn beside_most(&self) -> Score {
        self.beside_most
    }

    /// Opens the words for a walk through articles, forwards.
    pub(super) fn words(&self) -> tantivy::Result<Words> {
        // To copy what is open already is cheaper than to open it again.
        match self.opened.get() {
            Some(words) => Ok(words.clone()),
            None => {
                let words = Words::of(self.part, self.reading, self.worths)?;
                Ok(self.opened.get_or_init(|| words).clone())
            }
        }
    }

    /// Opens what has to be looked up for a walk through articles, forwards.
    pub(super) fn beside(&self) -> tantivy::Result<Beside<'_>> {
        let walks = self.checks.iter().map(|check| Walk::of(self.part, check.field, &check.words));
        Ok(Beside { view: self, walks: walks.collect::<tantivy::Result<_>>()? })
    }
}

/// What has to be looked up, article by article.
pub(super) struct Beside<'v> {
    view: &'v View<'v>,
    walks: Vec<Walk<'v>>,
}

impl Beside<'_> {
    /// What words side by side add in the article, which must not stand before the last one. Nothing when even the most that
    /// they may add is `too_little`.
    pub(super) fn worth(&mut self, doc: DocId, too_little: impl Fn(Score) -> bool) -> tantivy::Result<Option<Score>> {
        let checks = &self.view.checks;
        let in_text = self.view.part.columns.signatures.possible(doc, &self.view.pairs);
        let possible_pairs = |check: &Check<'_>| if check.is_of_reading_in_text { in_text } else { u32::MAX };
        let is_possible = |check: &Check<'_>| possible_pairs(check) == u32::MAX && check.docs.contains(doc);
        let mut left: Score = checks.iter().filter(|check| is_possible(check)).map(|check| check.worth).sum();
        // Checks of pairs look at articles that do not hold every word.
        let most_of_pairs = checks.iter().fold(0.0, |most: Score, check| most.max(check.most_of_pairs()));
        let mut worth = 0.0;
        let mut is_found = [false; 32];
        let mut pairs = [0.0f32; 32];
        for (at, (check, walk)) in checks.iter().zip(&mut self.walks).enumerate() {
            if check.implied_by.is_some_and(|before| is_found.get(before) == Some(&true)) {
                worth += check.worth;
                left -= check.worth;
                continue;
            }
            if too_little(worth + left + most_of_pairs + ROUNDING) {
                return Ok(None);
            }
            let is_possible = is_possible(check);
            if is_possible {
                left -= check.worth;
            }
            let look = match check.pair {
                0.0 if !is_possible => continue,
                0.0 => Look { is_phrase: walk.is_phrase(doc)?, pairs: 0 },
                _ => walk.look(doc, possible_pairs(check))?,
            };
            if look.is_phrase {
                worth += check.worth;
                if let Some(found) = is_found.get_mut(at) {
                    *found = true;
                }
            }
            for (bit, pair) in (0..).zip(&mut pairs) {
                if look.pairs >> bit & 1 == 1 {
                    *pair = pair.max(check.pair);
                }
            }
        }
        Ok(Some(worth + pairs.iter().sum::<Score>()))
    }
}
