//! Numbers of legal and administrative documents: `42/2022/NĐ-CP`.
//!
//! In: text. Out: the numbers that it cites, in one canonical form, with their places. A number alone does not say
//! which province or commune issued it, and one without a year is used again every year; nothing here guesses.

mod bodies;
mod context;
mod keys;
mod normal;
mod number;
mod types;

use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;

pub use keys::{Partial, keys, partial};
use normal::Normal;
use number::NUMBER;

/// What species a number belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `59/2020/QH14`, `237/NQ-UBTVQH16`: the National Assembly and its Standing Committee.
    Law,
    /// `42/2022/NĐ-CP`: a year in the number means a normative document.
    Normative,
    /// `1295/QĐ-TTg`: an act for one case; the year must come from elsewhere.
    Administrative,
    /// `58/VBHN-BCT`: a consolidated text.
    Consolidated,
    /// `66-NQ/TW`: the Party.
    Party,
    /// `1654/BTTTT-ƯDCNTT`: an official letter, by its sender and unit.
    Letter,
}

/// A citation of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The canonical number.
    pub number: String,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes.
    pub end: usize,
    /// What species of number it is.
    pub kind: Kind,
}

/// A document that a text cites, with what the text says about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// The canonical number.
    pub number: String,
    /// What species of number it is.
    pub kind: Kind,
    /// Who issued it: what the number's own letters say, with the place that the words around give.
    pub issuer: Option<String>,
    /// The day of issue, when it stands directly around the number.
    pub date: Option<Date>,
    /// Where it is first cited, in bytes of the text.
    #[serde(skip)]
    pub place: Range<usize>,
}

/// The documents that `text` cites, each once, in order, with issuer and date where any of the mentions gives them.
#[must_use]
pub fn citations(text: &str) -> Vec<Citation> {
    if !may_cite(text) {
        return Vec::new();
    }
    let normal = Normal::of(text);
    let found = numbers(&normal.text);
    let mut citations: Vec<Citation> = Vec::new();
    // From the last to the first: `các Nghị định số 10/2020/NĐ-CP, 47/2022/NĐ-CP của Chính phủ` names the issuer once.
    let mut told: Vec<context::Told> = Vec::with_capacity(found.len());
    for (at, one) in found.iter().enumerate().rev() {
        let mut here = context::read(&normal.text, one.start..one.end);
        let list = found.get(at + 1).filter(|next| joins(&normal.text[one.end..next.start]));
        if here.issuer.is_none() && list.is_some() {
            here.issuer = told.last().and_then(|next| next.issuer.clone());
        }
        told.push(here);
    }
    for (one, told) in found.into_iter().zip(told.into_iter().rev()) {
        let place = normal.origin(one.start)..normal.origin_of_end(one.end);
        let date = told.date.filter(|date| is_of_year(&one.number, *date));
        match citations.iter_mut().find(|known| known.number == one.number) {
            Some(known) => {
                known.issuer = known.issuer.take().or(told.issuer);
                known.date = known.date.or(date);
            }
            None => {
                let Cited { number, kind, .. } = one;
                citations.push(Citation { number, kind, issuer: told.issuer, date, place });
            }
        }
    }
    for citation in &mut citations {
        citation.issuer = context::issuer(&citation.number, citation.issuer.take());
    }
    citations
}

/// Whether a document with this number can be of that day: the year in a number is the year of issue.
fn is_of_year(number: &str, date: Date) -> bool {
    let year = number.split('/').nth(1).filter(|part| part.len() == 4).and_then(|part| part.parse::<i16>().ok());
    year.is_none_or(|year| year == date.year())
}

/// The canonical numbers that `text` cites, each once, in order.
#[must_use]
pub fn find(text: &str) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    for cited in find_with_places(text) {
        if !numbers.contains(&cited.number) {
            numbers.push(cited.number);
        }
    }
    numbers
}

/// Every citation in `text`, in order.
#[must_use]
pub fn find_with_places(text: &str) -> Vec<Cited> {
    if !may_cite(text) {
        return Vec::new();
    }
    let normal = Normal::of(text);
    let mut cited = numbers(&normal.text);
    for one in &mut cited {
        (one.start, one.end) = (normal.origin(one.start), normal.origin_of_end(one.end));
    }
    cited
}

/// Every citation in normal text, with its places there.
fn numbers(text: &str) -> Vec<Cited> {
    let mut cited: Vec<Cited> = Vec::new();
    let mut at = 0;
    while let Some(found) = NUMBER.captures_at(text, at) {
        let whole = found.get(0).expect("group 0 always takes part");
        let is_listed = cited.last().is_some_and(|last| joins(&text[last.end..whole.start()]));
        match number::read(text, &found, is_listed).filter(|(number, ..)| can_be_asked_for(number)) {
            Some((number, kind, end)) => {
                cited.push(Cited { number, start: whole.start(), end, kind });
                at = end.max(whole.start() + 1);
            }
            None => at = whole.start() + first_char_length(whole.as_str()),
        }
    }
    cited
}

/// Whether a number is read as itself when it stands alone: what is shown as cited must be found by asking for it.
fn can_be_asked_for(number: &str) -> bool {
    let alone = format!("văn bản số {number}");
    let read = NUMBER.captures(&alone).and_then(|found| number::read(&alone, &found, false));
    read.is_some_and(|(again, _, end)| again == number && end == alone.len())
}

/// The canonical form of one number, or nothing when `text` is not one.
///
/// Small letters and letters without marks are understood, as people type them: `42/2022/nd-cp`.
#[must_use]
pub fn canonical(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ".,;:()[]\"'“”".contains(c));
    // Some numbers are believed in a text only where its words say that a document follows. Who asks for one says so.
    whole(text).or_else(|| whole(&format!("văn bản số {text}")))
}

/// The canonical number, when `text` is one and nothing else but the word for it.
fn whole(text: &str) -> Option<String> {
    let mut found = find_with_places(text).into_iter();
    let cited = found.next()?;
    let rest = text[..cited.start].trim_end_matches([' ', ':']);
    let is_whole = (rest.is_empty() || super::fold(rest).ends_with("so")) && text[cited.end..].trim().is_empty();
    (is_whole && found.next().is_none()).then_some(cited.number)
}

/// What a document with this number is called: `Nghị định`, `Thông tư liên tịch`.
///
/// Nothing for the numbers of the National Assembly without a type (`59/2020/QH14` is a law or a resolution) and for
/// letters of units, whose type is `Công văn` only by custom.
#[must_use]
pub fn type_name(number: &str) -> Option<&'static str> {
    letters(number).find_map(types::name)
}

/// The body that issued a document with this number, when the number says so. `Ủy ban nhân dân` and `Hội đồng nhân dân`
/// are said without their place. Nothing for joint documents.
#[must_use]
pub fn issuer(number: &str) -> Option<&'static str> {
    let mut bodies = letters(number).filter(|part| types::name(part).is_none()).filter_map(bodies::name);
    let first = bodies.next()?;
    bodies.all(|other| other == first).then_some(first)
}

/// The names of the bodies that issue documents, as they are written inside a sentence.
pub(super) fn bodies_by_name() -> impl Iterator<Item = &'static str> {
    bodies::names()
}

/// The parts of a number that are not figures.
fn letters(number: &str) -> impl Iterator<Item = &str> {
    number.split(['/', '-']).filter(|part| !part.is_empty() && !part.starts_with(|c: char| c.is_ascii_digit()))
}

/// Almost every text without a slash and a figure cites nothing.
fn may_cite(text: &str) -> bool {
    let has_slash = text.contains(['/', '∕', '⁄', '／']) || text.contains("&#");
    let has_old_form = || text.contains("-TTg") || text.contains("-HĐBT") || text.contains("-CT ");
    (has_slash || has_old_form()) && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// What stands between the numbers of one list: `10/2020/NĐ-CP, 47/2022/NĐ-CP và số 05/2023/NĐ-CP`.
fn joins(between: &str) -> bool {
    matches!(between.trim(), "," | ";" | "và" | ", và" | "hoặc" | ", số" | "và số" | "; số" | "-")
}

fn first_char_length(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests;
