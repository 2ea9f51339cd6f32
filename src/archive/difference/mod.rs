//! Two wordings of an article in, what a reader should know of the edit out: facts apart from commas. Pure.
//!
//! A change of a number, a date, a name or a cited document is named with what stood there before; whole sentences that
//! came or went are named; an edit of marks, blanks or spelling alone is called just that. Beside them stand the
//! wordings word by word, for those who want to see it all.

mod facts;
mod sentence;
mod spelling;
#[cfg(test)]
mod tests;
mod token;

use std::ops::Range;

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

pub(super) use token::{Kind, Token, tokens};

/// One wording of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording<'a> {
    /// Headline.
    pub title: &'a str,
    /// Sapo.
    pub summary: &'a str,
    /// Paragraphs joined by `\n`.
    pub text: &'a str,
}

/// What an edit is, from the slightest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    /// Nothing differs.
    None,
    /// Only marks, blanks and the size of letters.
    Form,
    /// Only the spelling of words.
    Spelling,
    /// Other words, and no fact that can be named.
    Wording,
    /// Facts.
    Facts,
}

/// What kind of fact an edit changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FactKind {
    /// The number of a document that is cited.
    Document,
    /// A day or a time of day.
    Date,
    /// An amount, a share, a count.
    Number,
    /// The name of a person, a place or a body.
    Name,
    /// A whole sentence.
    Sentence,
}

/// One fact that an edit changed, added (nothing before) or removed (nothing after).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// What kind of fact.
    pub kind: FactKind,
    /// What stood there before.
    pub before: Option<String>,
    /// What stands there now.
    pub after: Option<String>,
}

/// A part of two wordings set beside each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// Whether it is in both.
    pub side: Side,
    /// The words, with the blanks behind them.
    pub text: String,
}

/// In which wording a piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// In both.
    Both,
    /// Only in the one before.
    Before,
    /// Only in the one after.
    After,
}

/// What an edit changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is, all in all.
    pub nature: Nature,
    /// The facts that it changed, documents first.
    pub facts: Vec<Fact>,
    /// The headline, word by word; empty when it is as it was.
    pub title: Vec<Piece>,
    /// The sapo, word by word; empty when it is as it was.
    pub summary: Vec<Piece>,
    /// The text, word by word; empty when it is as it was.
    pub text: Vec<Piece>,
}

/// Tokens of one text that are compared; what comes after them is compared by sentences only. No press release has so
/// many, and the comparison's time grows with their square when nothing is alike.
const MAX_TOKENS: usize = 20_000;
/// Facts of one edit that are named: a page that was written anew differs in everything.
const MAX_FACTS: usize = 40;

/// What changed between two wordings.
#[must_use]
pub fn difference(before: &Wording<'_>, after: &Wording<'_>) -> Difference {
    let parts = [(before.title, after.title), (before.summary, after.summary), (before.text, after.text)];
    let [title, summary, text] = parts.map(|(before, after)| Part::compare(before, after));
    let mut found: Vec<Fact> = Vec::new();
    for part in [&title, &summary, &text] {
        found.extend(facts::of(part));
    }
    let found = facts::settle(found);
    let nature = [&title, &summary, &text].into_iter().map(spelling::nature).max().unwrap_or(Nature::None);
    let nature = if found.is_empty() || nature < Nature::Wording { nature } else { Nature::Facts };
    let facts = if nature == Nature::Facts { found.into_iter().take(MAX_FACTS).collect() } else { Vec::new() };
    Difference { nature, facts, title: title.pieces(), summary: summary.pieces(), text: text.pieces() }
}

/// One text in both wordings, compared token by token.
pub(super) struct Part<'a> {
    pub(super) before: &'a str,
    pub(super) after: &'a str,
    pub(super) old: Vec<Token<'a>>,
    pub(super) new: Vec<Token<'a>>,
    /// Where they differ: places in `old` and `new`.
    pub(super) hunks: Vec<(Range<usize>, Range<usize>)>,
}

impl<'a> Part<'a> {
    pub(super) fn compare(before: &'a str, after: &'a str) -> Self {
        if before == after {
            return Self { before, after, old: Vec::new(), new: Vec::new(), hunks: Vec::new() };
        }
        let cut = |text| tokens(text).take(MAX_TOKENS).collect::<Vec<Token<'a>>>();
        let (old, new) = (cut(before), cut(after));
        let words = |tokens: &[Token<'a>]| tokens.iter().map(|token| token.text).collect::<Vec<&str>>();
        let mut hunks: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        for op in capture_diff_slices(Algorithm::Myers, &words(&old), &words(&new)) {
            if matches!(op, DiffOp::Equal { .. }) {
                continue;
            }
            let (gone, added) = (op.old_range(), op.new_range());
            match hunks.last_mut() {
                // A deletion and the insertion in its place.
                Some((old, new)) if old.end == gone.start && new.end == added.start => {
                    (old.end, new.end) = (gone.end, added.end);
                }
                _ => hunks.push((gone, added)),
            }
        }
        Self { before, after, old, new, hunks }
    }

    /// Both wordings as one text, in pieces; empty when they are equal.
    fn pieces(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut put = |side, text: &str| {
            if !text.is_empty() {
                pieces.push(Piece { side, text: text.to_owned() });
            }
        };
        let mut at = 0;
        for (old, new) in &self.hunks {
            put(Side::Both, span(self.after, &self.new, at..new.start));
            put(Side::Before, span(self.before, &self.old, old.clone()));
            put(Side::After, span(self.after, &self.new, new.clone()));
            at = new.end;
        }
        if !self.hunks.is_empty() {
            put(Side::Both, span(self.after, &self.new, at..self.new.len()));
        }
        pieces
    }
}

/// The text of some tokens, with the blanks between and behind them.
fn span<'t>(text: &'t str, tokens: &[Token<'t>], range: Range<usize>) -> &'t str {
    let Some(first) = tokens.get(range.start).filter(|_| !range.is_empty()) else { return "" };
    let end = tokens.get(range.end).map_or(text.len(), |next| next.start);
    text.get(first.start..end).unwrap_or_default()
}

impl Fact {
    /// `đổi số: 12 → 15`, `thêm văn bản 42/2022/NĐ-CP`, `bỏ câu: …`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let kind = match self.kind {
            FactKind::Document => "văn bản",
            FactKind::Date => "ngày, giờ",
            FactKind::Number => "số",
            FactKind::Name => "tên",
            FactKind::Sentence => "câu",
        };
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("đổi {kind}: {before} → {after}"),
            (None, Some(after)) => format!("thêm {kind}: {after}"),
            (Some(before), None) => format!("bỏ {kind}: {before}"),
            (None, None) => format!("đổi {kind}"),
        }
    }
}

impl Difference {
    /// The edit in Vietnamese, a line for each thing.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        match self.nature {
            Nature::None => Vec::new(),
            Nature::Form => vec!["chỉ sửa dấu câu, khoảng trắng, chữ hoa chữ thường".to_owned()],
            Nature::Spelling => vec!["chỉ sửa chính tả".to_owned()],
            Nature::Wording => vec!["sửa câu chữ, không đổi số liệu".to_owned()],
            Nature::Facts => self.facts.iter().map(Fact::in_words).collect(),
        }
    }
}
