//! Words that no article holds as typed, corrected by those that articles hold. In: a query that found nothing. Out: the
//! query with long words one slip of the fingers away. Numbers and short syllables stay as they are: a syllable of four
//! letters has twenty others at that distance, and guessing among them is noise.

use tantivy::{Searcher, Term};

use super::Inner;
use super::matching::folded;
use crate::index::query::{Asked, Demand, can_be_misspelt};
use crate::index::tokens::Key;
use crate::index::{Note, NoteKind, Query};

/// Words that a misspelt one may stand for, the most frequent first.
const MOST_CANDIDATES: usize = 12;
/// Articles of a segment that are looked at to see which candidate stands beside the word's neighbours.
const LOOKED_AT: usize = 500;
/// Words of one query that are corrected.
const MOST_CORRECTED: usize = 3;

impl Inner {
    /// The query with its misspelt words corrected; nothing when no correction finds anything.
    pub(super) fn corrected(&self, searcher: &Searcher, asked: &Asked) -> tantivy::Result<Option<(Asked, Note)>> {
        let mut unknown = Vec::new();
        for (at, word) in asked.words.iter().enumerate() {
            if self.frequency(searcher, &word.folded)? == 0 {
                unknown.push(at);
            }
        }
        let can_be = |at: &usize| can_be_misspelt(&asked.words[*at].folded);
        if unknown.len() > MOST_CORRECTED || !unknown.iter().all(can_be) {
            return Ok(None);
        }
        let mut corrected = asked.clone();
        corrected.spans.clear();
        if unknown.is_empty() {
            // Each word is known, but not beside the others: one of them may be a slip that made another word.
            let long = (0..asked.words.len()).filter(can_be).take(MOST_CORRECTED);
            let mut best = (0, None);
            for at in long {
                for (candidate, _) in self.candidates(searcher, &asked.words[at].folded)? {
                    let found = self.count(searcher, &asked.with_word(at, &candidate))?;
                    if found > best.0 {
                        best = (found, Some((at, candidate)));
                    }
                }
            }
            let (_, Some((at, candidate))) = best else { return Ok(None) };
            corrected = corrected.with_word(at, &candidate);
        }
        for &at in &unknown {
            let Some(candidate) = self.likeliest(searcher, &corrected, at)? else { return Ok(None) };
            corrected = corrected.with_word(at, &candidate);
        }
        let note = Note { kind: NoteKind::Spelling, typed: asked.typed.join(" "), searched: corrected.typed.join(" ") };
        Ok(Some((corrected, note)))
    }

    /// The candidate that stands most often beside the word's neighbours, else the most frequent.
    fn likeliest(&self, searcher: &Searcher, asked: &Asked, at: usize) -> tantivy::Result<Option<String>> {
        let parts = self.parts(searcher)?;
        let mut best = ((0, 0), None);
        for (candidate, frequency) in self.candidates(searcher, &asked.words[at].folded)? {
            let tried = asked.with_word(at, &candidate);
            let pairs = [at.checked_sub(1).map(|before| before..at + 1), Some(at..at + 2)].into_iter().flatten();
            let mut beside = 0;
            for pair in pairs.filter_map(|pair| tried.words.get(pair)) {
                for part in &parts {
                    for field in [self.fields.title_folded, self.fields.body_folded] {
                        beside += part.phrase_count(field, &folded(pair), LOOKED_AT)?;
                    }
                }
            }
            if (beside, frequency) > best.0 {
                best = ((beside, frequency), Some(candidate));
            }
        }
        Ok(best.1)
    }

    fn count(&self, searcher: &Searcher, asked: &Asked) -> tantivy::Result<usize> {
        let mut sum = 0;
        for part in self.parts(searcher)? {
            sum += part.matching(asked, Demand::All, &Query::default())?.count();
        }
        Ok(sum)
    }

    /// Words of the index at one insertion, deletion, replacement or exchange of neighbours, the most frequent first.
    fn candidates(&self, searcher: &Searcher, word: &str) -> tantivy::Result<Vec<(String, u64)>> {
        let mut known = Vec::new();
        for near in near(word) {
            let frequency = self.frequency(searcher, &near)?;
            if frequency > 0 {
                known.push((near, frequency));
            }
        }
        known.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        known.dedup_by(|one, other| one.0 == other.0);
        known.truncate(MOST_CANDIDATES);
        Ok(known)
    }

    fn frequency(&self, searcher: &Searcher, word: &str) -> tantivy::Result<u64> {
        let fields = [self.fields.title_folded, self.fields.body_folded, self.fields.files_folded];
        let mut sum = 0;
        for field in fields {
            sum += searcher.doc_freq(&Term::from_field_text(field, word))?;
        }
        Ok(sum)
    }
}

impl Asked {
    fn with_word(&self, at: usize, word: &str) -> Self {
        let mut changed = self.clone();
        changed.spans.clear();
        if let (Some(key), Some(typed)) = (changed.words.get_mut(at), changed.typed.get_mut(at)) {
            *key = Key { exact: word.into(), folded: word.into() };
            word.clone_into(typed);
        }
        changed
    }
}

/// Every word of small letters at one slip from `word` (Damerau, 1964).
fn near(word: &str) -> Vec<String> {
    let letters = 'a'..='z';
    let mut near = Vec::with_capacity(54 * word.len() + 26);
    for at in 0..=word.len() {
        let (before, after) = word.split_at(at);
        near.extend(letters.clone().map(|letter| format!("{before}{letter}{after}")));
        if after.is_empty() {
            continue;
        }
        let rest = &after[1..];
        near.push(format!("{before}{rest}"));
        near.extend(letters.clone().map(|letter| format!("{before}{letter}{rest}")));
        if let (Some(one), Some(two)) = (after.get(..1), after.get(1..2)) {
            near.push(format!("{before}{two}{one}{}", &after[2..]));
        }
    }
    near.retain(|other| other != word);
    near.sort_unstable();
    near.dedup();
    near
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn one_slip_of_the_fingers() {
        let slips = near("truong");
        for word in ["truon", "truongg", "turong", "truing", "ruong", "struong"] {
            assert!(slips.contains(&word.to_owned()), "{word}");
        }
        assert!(!slips.contains(&"truong".to_owned()) && !slips.contains(&"trong1".to_owned()));
        assert!(slips.len() < 54 * 6 + 26);
    }
}
