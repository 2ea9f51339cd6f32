//! Whole sentences that came or went.

use std::collections::HashMap;

use super::Part;
use super::token::{Kind, Token};

/// Share of its words that a sentence has in common with one of the other wording, when it is that one edited.
const ALIKE: f64 = 0.5;
/// Words from which a line is a sentence and not a label.
const WORDS: usize = 4;

/// The sentences of both wordings, as ranges of tokens, each with whether it is in the other.
pub(super) struct Sentences {
    /// Those of the wording before that are gone.
    pub(super) gone: Vec<std::ops::Range<usize>>,
    /// Those of the wording after that are new.
    pub(super) added: Vec<std::ops::Range<usize>>,
}

/// The sentences of a part that have no counterpart.
pub(super) fn of(part: &Part<'_>) -> Sentences {
    let (old, new) = (cut(part.before, &part.old), cut(part.after, &part.new));
    let touched = |ranges: &[std::ops::Range<usize>], hunks: &mut dyn Iterator<Item = std::ops::Range<usize>>| {
        let hunks: Vec<_> = hunks.filter(|hunk| !hunk.is_empty()).collect();
        let mut kept = ranges.to_vec();
        kept.retain(|range| hunks.iter().any(|hunk| hunk.start < range.end && range.start < hunk.end));
        kept
    };
    // What no hunk touches is in both.
    let old = touched(&old, &mut part.hunks.iter().map(|(gone, _)| gone.clone()));
    let new = touched(&new, &mut part.hunks.iter().map(|(_, added)| added.clone()));
    let without = |side: &[std::ops::Range<usize>],
                   tokens: &[Token<'_>],
                   other: &[std::ops::Range<usize>],
                   others: &[Token<'_>]| {
        let alone = |range: &&std::ops::Range<usize>| {
            let own = words(&tokens[(*range).clone()]);
            own.values().sum::<usize>() >= WORDS
                && !other.iter().any(|there| alike(&own, &words(&others[there.clone()])))
        };
        side.iter().filter(alone).cloned().collect::<Vec<_>>()
    };
    Sentences { gone: without(&old, &part.old, &new, &part.new), added: without(&new, &part.new, &old, &part.old) }
}

/// Ranges of tokens that make a sentence each: up to a full stop before a blank, or the end of a line.
fn cut(text: &str, tokens: &[Token<'_>]) -> Vec<std::ops::Range<usize>> {
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
