//! Whole sentences that came or went.

use std::collections::HashMap;
use std::ops::Range;

use super::Part;
use super::token::{Kind, Token};

/// Share of its words that a sentence has in common with one of the other wording, when it is that one edited.
const ALIKE: f64 = 0.5;
/// Words from which a line is a sentence and not a label.
const WORDS: usize = 4;

/// The sentences of both wordings, as ranges of tokens, each with whether it is in the other.
pub(super) struct Sentences {
    /// Those of the wording before that are gone.
    pub(super) gone: Vec<Range<usize>>,
    /// Those of the wording after that are new.
    pub(super) added: Vec<Range<usize>>,
}

/// The sentences of a part that have no counterpart.
pub(super) fn of(part: &Part<'_>) -> Sentences {
    let gone: Vec<Range<usize>> = part.hunks.iter().map(|(gone, _)| gone.clone()).collect();
    let added: Vec<Range<usize>> = part.hunks.iter().map(|(_, added)| added.clone()).collect();
    let old = Side { tokens: &part.old, near: near(cut(part.before, &part.old), &gone), hunks: &gone };
    let new = Side { tokens: &part.new, near: near(cut(part.after, &part.new), &added), hunks: &added };
    Sentences { gone: old.without(&new), added: new.without(&old) }
}

/// One wording, as far as it differs.
struct Side<'p> {
    tokens: &'p [Token<'p>],
    /// The sentences at or beside a place that differs.
    near: Vec<Range<usize>>,
    hunks: &'p [Range<usize>],
}

impl Side<'_> {
    /// The sentences with something of their own that are like none of the other wording.
    fn without(&self, other: &Side<'_>) -> Vec<Range<usize>> {
        let alone = |range: &&Range<usize>| {
            let own = words(&self.tokens[(*range).clone()]);
            let differs = self.hunks.iter().any(|hunk| hunk.start.max(range.start) < hunk.end.min(range.end));
            differs
                && own.values().sum::<usize>() >= WORDS
                && !other.near.iter().any(|there| alike(&own, &words(&other.tokens[there.clone()])))
        };
        self.near.iter().filter(alone).cloned().collect()
    }
}

/// The sentences that a hunk touches; an empty one touches both its neighbours.
fn near(mut sentences: Vec<Range<usize>>, hunks: &[Range<usize>]) -> Vec<Range<usize>> {
    sentences.retain(|range| hunks.iter().any(|hunk| hunk.start <= range.end && range.start <= hunk.end));
    sentences
}

/// Ranges of tokens that make a sentence each: up to a full stop before a blank, or the end of a line.
fn cut(text: &str, tokens: &[Token<'_>]) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map_or(text.len(), |next| next.start);
        let gap = text.get(token.end()..next).unwrap_or_default();
        let stops = matches!(token.text, "." | "!" | "?" | ";" | "…") && (!gap.is_empty() || next == text.len());
        if stops || gap.contains('\n') || at + 1 == tokens.len() {
            sentences.push(start..at + 1);
            start = at + 1;
        }
    }
    sentences
}

fn words<'t>(tokens: &[Token<'t>]) -> HashMap<&'t str, usize> {
    let mut words = HashMap::new();
    for token in tokens.iter().filter(|token| token.kind != Kind::Mark) {
        *words.entry(token.text).or_default() += 1;
    }
    words
}

fn alike(one: &HashMap<&str, usize>, other: &HashMap<&str, usize>) -> bool {
    let common: usize = one.iter().map(|(word, count)| *count.min(other.get(word).unwrap_or(&0))).sum();
    let shorter = one.values().sum::<usize>().min(other.values().sum());
    common as f64 >= ALIKE * shorter.max(1) as f64
}
