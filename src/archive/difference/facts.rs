//! Which facts an edit touched: what stood in each place that differs, by kind, before and after.

use std::ops::Range;

use super::token::{Kind, Token};
use super::{Fact, FactKind, Part, sentence};

/// Characters of a sentence that are told; it can be read in full among the pieces.
const SENTENCE: usize = 240;

/// The facts that differ in one part.
pub(super) fn of(part: &Part<'_>) -> Vec<Fact> {
    let sentences = sentence::of(part);
    let mut facts = Vec::new();
    for (gone, added) in &part.hunks {
        for (kind, fact) in
            [(Kind::Document, FactKind::Document), (Kind::Date, FactKind::Date), (Kind::Number, FactKind::Number)]
        {
            let is_told = kind != Kind::Document;
            let before = of_kind(&part.old, gone, kind, if is_told { &sentences.gone } else { &[] });
            let after = of_kind(&part.new, added, kind, if is_told { &sentences.added } else { &[] });
            facts.extend(pair(fact, before, after));
        }
        facts.extend(name(part, gone, added));
    }
    let tell = |text: &str, tokens: &[Token<'_>], range: &Range<usize>| {
        let (first, last) = (tokens.get(range.start)?, tokens.get(range.end.checked_sub(1)?)?);
        let whole = text.get(first.start..last.end())?;
        let cut: String = whole.chars().take(SENTENCE).collect();
        Some(if cut.len() < whole.len() { format!("{cut}…") } else { cut })
    };
    for range in &sentences.gone {
        let before = tell(part.before, &part.old, range);
        facts.push(Fact { kind: FactKind::Sentence, before, after: None });
    }
    for range in &sentences.added {
        let after = tell(part.after, &part.new, range);
        facts.push(Fact { kind: FactKind::Sentence, before: None, after });
    }
    facts
}

/// The tokens of one kind in a hunk, but for those in sentences that are told whole.
fn of_kind(tokens: &[Token<'_>], hunk: &Range<usize>, kind: Kind, told: &[Range<usize>]) -> Vec<String> {
    let is_told = |at: usize| told.iter().any(|range| range.contains(&at));
    let wanted = hunk.clone().filter(|at| tokens[*at].kind == kind && !is_told(*at));
    wanted.map(|at| tokens[at].text.to_owned()).collect()
}

/// What stands in both is no change; the rest is paired in order.
fn pair(kind: FactKind, mut before: Vec<String>, mut after: Vec<String>) -> Vec<Fact> {
    before.retain(|fact| match after.iter().position(|other| other == fact) {
        Some(same) => {
            after.remove(same);
            false
        }
        None => true,
    });
    let pairs = before.len().max(after.len());
    let (mut before, mut after) = (before.into_iter(), after.into_iter());
    (0..pairs).map(|_| Fact { kind, before: before.next(), after: after.next() }).collect()
}

/// The name that a hunk lies in, when it was replaced by another: two capitalised words at least, before or after.
fn name(part: &Part<'_>, gone: &Range<usize>, added: &Range<usize>) -> Option<Fact> {
    let is_of_words = |tokens: &[Token<'_>], range: &Range<usize>| {
        !range.is_empty() && tokens[range.clone()].iter().all(Token::is_capital)
    };
    if !is_of_words(&part.old, gone) || !is_of_words(&part.new, added) {
        return None;
    }
    let before = around(part.before, &part.old, gone);
    let after = around(part.after, &part.new, added);
    let is_name = |name: &str| name.split_whitespace().count() >= 2;
    let folded = |name: &str| name.to_lowercase();
    (is_name(before) && is_name(after) && folded(before) != folded(after)).then(|| Fact {
        kind: FactKind::Name,
        before: Some(before.to_owned()),
        after: Some(after.to_owned()),
    })
}

/// The run of capitalised words around a hunk, on its line and with nothing but blanks between.
fn around<'t>(text: &'t str, tokens: &[Token<'t>], hunk: &Range<usize>) -> &'t str {
    let joins = |left: &Token<'_>, right: &Token<'_>| {
        left.is_capital()
            && right.is_capital()
            && text.get(left.end()..right.start).is_some_and(|gap| gap.chars().all(|c| c == ' ' || c == '\u{a0}'))
    };
    let (mut start, mut end) = (hunk.start, hunk.end);
    while start > 0 && joins(&tokens[start - 1], &tokens[start]) {
        start -= 1;
    }
    while end < tokens.len() && joins(&tokens[end - 1], &tokens[end]) {
        end += 1;
    }
    text.get(tokens[start].start..tokens[end - 1].end()).unwrap_or_default()
}

/// Takes out what only moved from one place to another, and what is told twice; documents first.
pub(super) fn settle(facts: Vec<Fact>) -> Vec<Fact> {
    let mut settled: Vec<Fact> = Vec::new();
    for fact in facts {
        if settled.contains(&fact) {
            continue;
        }
        let moved = settled.iter().position(|other| {
            let is_alone = |fact: &Fact| fact.before.is_none() || fact.after.is_none();
            other.kind == fact.kind
                && is_alone(other)
                && is_alone(&fact)
                && other.before == fact.after
                && other.after == fact.before
        });
        match moved {
            Some(other) => {
                settled.remove(other);
            }
            None => settled.push(fact),
        }
    }
    settled.sort_by_key(|fact| fact.kind);
    settled
}
