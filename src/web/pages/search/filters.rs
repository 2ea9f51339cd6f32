//! The filters: what can be ticked, what is in force, and what one click adds.

use crate::index::Results;
use crate::portal::Kind;
use crate::web::asked::{Asked, Within, show_day};
use crate::web::directory::Directory;
use crate::web::found::Found;
use crate::web::frame::Frame;

/// Portals and provinces that a filter lists; the page of all portals leads to the others.
const VALUES: usize = 12;
/// Years and documents that a filter lists.
const YEARS: usize = 8;
const DOCUMENTS: usize = 8;

/// A box to tick.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) count: u64,
    pub(super) ticked: bool,
}

/// A filter in force.
pub(super) struct Chosen {
    pub(super) what: &'static str,
    pub(super) label: String,
    pub(super) without: String,
}

/// A filter that one click adds.
pub(in crate::web) struct Link {
    pub(in crate::web) label: String,
    pub(in crate::web) count: Option<u64>,
    pub(in crate::web) address: String,
    /// Whether it is in force.
    pub(in crate::web) here: bool,
}

/// Values with matches, most first, those that are ticked before them.
fn choices(counts: &[(String, u64)], ticked: &[String], label: impl Fn(&str) -> String) -> Vec<Choice> {
    let choice = |value: &str, count, is_ticked| Choice {
        value: value.to_owned(),
        label: label(value),
        count,
        ticked: is_ticked,
    };
    let counted = |value: &String| counts.iter().find(|(other, _)| other == value).map_or(0, |(_, count)| *count);
    let first = ticked.iter().map(|value| choice(value, counted(value), true));
    let others = counts.iter().filter(|(value, _)| !ticked.contains(value)).take(VALUES);
    first.chain(others.map(|(value, count)| choice(value, *count, false))).collect()
}

pub(super) fn portals(asked: &Asked, found: &Found, directory: &Directory) -> Vec<Choice> {
    choices(&found.portals, &asked.portals, |slug| portal(directory, slug))
}

pub(super) fn provinces(asked: &Asked, found: &Found, directory: &Directory) -> Vec<Choice> {
    choices(&found.provinces, &asked.provinces, |key| province(directory, key))
}

pub(super) fn topics(frame: &Frame, asked: &Asked, found: &Found, directory: &Directory) -> Vec<Choice> {
    choices(&found.topics, &asked.topics, |code| topic(frame, directory, code))
}

pub(super) fn kinds(frame: &Frame, asked: &Asked, found: &Found) -> Vec<Choice> {
    let choice = |kind: Kind| {
        let count = found.kinds.iter().find(|(word, _)| word == kind.as_str()).map(|(_, count)| *count);
        let ticked = asked.kinds.contains(&kind);
        let label = frame.word("kind", kind.as_str()).to_owned();
        let count = if ticked { Some(count.unwrap_or_default()) } else { count };
        count.map(|count| Choice { value: kind.to_string(), label, count, ticked })
    };
    Kind::ALL.into_iter().filter_map(choice).collect()
}

fn portal(directory: &Directory, slug: &str) -> String {
    directory.names.get(slug).cloned().unwrap_or_else(|| slug.to_owned())
}

fn province(directory: &Directory, key: &str) -> String {
    directory.province(key).map_or_else(|| key.to_owned(), |province| province.name.clone())
}

fn topic(frame: &Frame, directory: &Directory, code: &str) -> String {
    directory.topic(code).map_or_else(|| code.to_owned(), |topic| frame.topic(topic).to_owned())
}

pub(super) fn chosen(frame: &Frame, asked: &Asked, directory: &Directory) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    let mut add = |what: &'static str, label: String, without: &Asked| {
        chosen.push(Chosen { what, label, without: format!("/search?{}", without.address()) });
    };
    for slug in &asked.portals {
        let portals = asked.portals.iter().filter(|other| *other != slug).cloned().collect();
        add("search.portal", portal(directory, slug), &Asked { portals, ..asked.clone() });
    }
    for kind in &asked.kinds {
        let kinds = asked.kinds.iter().filter(|other| *other != kind).copied().collect();
        add("search.kind", frame.word("kind", kind.as_str()).to_owned(), &Asked { kinds, ..asked.clone() });
    }
    for key in &asked.provinces {
        let provinces = asked.provinces.iter().filter(|other| *other != key).cloned().collect();
        add("search.province", province(directory, key), &Asked { provinces, ..asked.clone() });
    }
    for code in &asked.topics {
        let topics = asked.topics.iter().filter(|other| *other != code).cloned().collect();
        add("search.topic", topic(frame, directory, code), &Asked { topics, ..asked.clone() });
    }
    if let Some(number) = &asked.document {
        add("search.document", number.clone(), &Asked { document: None, ..asked.clone() });
    }
    if let Some(span) = asked.within {
        let label = frame.word("within", span.as_str()).to_owned();
        add("search.published", label, &Asked { within: None, ..asked.clone() });
    }
    if let Some(day) = asked.from {
        add("search.from", show_day(day), &Asked { from: None, ..asked.clone() });
    }
    if let Some(day) = asked.to {
        add("search.to", show_day(day), &Asked { to: None, ..asked.clone() });
    }
    chosen
}

/// The last 24 hours, week, month and year, as links. They take the place of days that were chosen.
pub(in crate::web) fn spans(frame: &Frame, asked: &Asked) -> Vec<Link> {
    let link = |span: Within| {
        let narrowed = Asked { from: None, to: None, within: Some(span), ..asked.clone() };
        Link {
            label: frame.word("within", span.as_str()).to_owned(),
            count: None,
            address: format!("/search?{}", narrowed.address()),
            here: asked.within == Some(span),
        }
    };
    Within::ALL.into_iter().map(link).collect()
}

/// Years as links, unless days were already chosen.
pub(super) fn years(asked: &Asked, results: &Results) -> Vec<Link> {
    if asked.from.is_some() || asked.to.is_some() || asked.within.is_some() {
        return Vec::new();
    }
    let link = |&(year, count): &(i16, u64)| {
        let first = jiff::civil::Date::new(year, 1, 1).ok()?;
        let narrowed = Asked { from: Some(first), to: Some(first.last_of_year()), ..asked.clone() };
        let address = format!("/search?{}", narrowed.address());
        Some(Link { label: year.to_string(), count: Some(count), address, here: false })
    };
    results.years.iter().filter_map(link).take(YEARS).collect()
}

pub(super) fn documents(asked: &Asked, results: &Results) -> Vec<Link> {
    if asked.document.is_some() {
        return Vec::new();
    }
    let link = |(number, count): &(String, u64)| {
        let narrowed = Asked { document: Some(number.clone()), ..asked.clone() };
        let address = format!("/search?{}", narrowed.address());
        Link { label: number.clone(), count: Some(*count), address, here: false }
    };
    results.documents.iter().take(DOCUMENTS).map(link).collect()
}
