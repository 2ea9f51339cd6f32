//! The finder: one form that works without scripts, counts, filters that are links to take away, numbered pages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;

use crate::archive::{self, Cited};
use crate::clock::{Timestamp, vietnam};
use crate::index::{Hit, Results, Sort};
use crate::portal::Kind;
use crate::share;
use crate::vietnamese::document;
use crate::web::asked::{Asked, show_day, show_issue};
use crate::web::form::{self, Query};
use crate::web::frame::{Frame, page};
use crate::web::outward;
use crate::web::pages::notes::{self, Line};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{Names, Site};

/// Hits on one page.
const PER_PAGE: usize = 20;
/// Portals that the filter lists; the others are found by typing their name.
const PORTALS: usize = 15;
/// Years that the filter lists.
const YEARS: usize = 10;
/// Issuers and days told of one number.
const ISSUES: i64 = 3;
/// Days that one click chooses: the words, and how many days before today they begin.
const LAST_DAYS: [(&str, i32); 3] = [("search.today", 0), ("search.last_7", 6), ("search.last_30", 29)];

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    frame: Frame,
    asked: Asked,
    results: Results,
    /// What was searched besides the words as typed.
    notes: Vec<Line>,
    /// How many other articles carry the story of a hit.
    copies: HashMap<String, i64>,
    portals: Vec<Choice>,
    kinds: Vec<Choice>,
    /// Filters in force, each with the address without it.
    chosen: Vec<Chosen>,
    days: Vec<Link>,
    /// Articles whose portal gave only a day.
    by_day: HashSet<String>,
    documents: Vec<Link>,
    /// What articles say of the document that is asked for: its type, and each issuer with the day.
    document: Option<String>,
    pages: Vec<Step>,
}

/// A box to tick.
struct Choice {
    value: String,
    label: String,
    count: Option<u64>,
    ticked: bool,
}

/// A filter in force.
struct Chosen {
    what: &'static str,
    label: String,
    without: String,
}

/// A filter that one click adds.
pub(in crate::web) struct Link {
    pub(in crate::web) label: String,
    pub(in crate::web) count: Option<u64>,
    pub(in crate::web) address: String,
}

/// A step of the pagination.
enum Step {
    Page(usize, String),
    Here(usize),
    Gap,
}

/// `/search?q=…`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let asked = Asked::read(&fields, PER_PAGE);
    let results = site.parts.index.search(&asked.query()).await.map_err(Trouble::NoSearch)?;
    let names = site.names().await?;
    let ids: Vec<&str> = results.hits.iter().map(|hit| hit.id.as_str()).collect();
    let by_day = share::table::dated_by_day(site.parts.store.pool(), &ids).await?;
    let stories: Vec<String> = results.hits.iter().map(|hit| hit.story.clone()).collect();
    let copies = share::table::articles_of(site.parts.store.pool(), &stories).await?;
    let told = match &asked.document {
        Some(number) => archive::table::issued(site.parts.store.pool(), number, ISSUES).await?,
        None => Vec::new(),
    };
    let frame = Frame::of(&visitor);
    let status = if asked.problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let answer = page(&Search {
        portals: portals(&asked, &results, &names),
        kinds: kinds(&frame, &asked, &results),
        chosen: chosen(&frame, &asked, &names),
        days: days(&frame, &asked, &results, site.now()),
        by_day,
        documents: documents(&asked, &results),
        document: asked.document.as_deref().and_then(|number| described(number, &told)),
        pages: steps(&asked, results.stories),
        notes: notes::lines(&frame, &asked, &results.notes),
        copies,
        frame,
        asked,
        results,
    })?;
    Ok((status, answer).into_response())
}

/// `/documents/42/2022/NĐ-CP`: everything that cites a document.
pub(in crate::web) async fn document(Path(number): Path<String>) -> Redirect {
    let number = document::canonical(&number).unwrap_or(number);
    Redirect::to(&format!("/search?{}", form::write([("document", number.as_str())])))
}

/// `Quyết định · Ủy ban nhân dân tỉnh Nghệ An, 12/03/2024`. A number alone is used in every province: what articles say
/// stands side by side, and nothing here decides.
fn described(number: &str, told: &[Cited]) -> Option<String> {
    let kind = document::type_name(number).map(str::to_owned);
    let mut issues: Vec<String> = told.iter().filter_map(show_issue).collect();
    // The issuer alone says nothing beside the issuer with a day.
    let whole = issues.clone();
    issues.retain(|issue| !whole.iter().any(|other| other.starts_with(&format!("{issue}, "))));
    if issues.is_empty() {
        issues.extend(document::issuer(number).map(str::to_owned));
    }
    let parts: Vec<String> = kind.into_iter().chain(issues).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

impl Search {
    fn from(&self) -> String {
        self.asked.from.map(show_day).unwrap_or_default()
    }

    fn to(&self) -> String {
        self.asked.to.map(show_day).unwrap_or_default()
    }

    fn published(&self, hit: &Hit) -> String {
        self.frame.published(hit.published_at, self.by_day.contains(&hit.id))
    }

    /// Other articles that tell the same story, folded under this one.
    fn others(&self, hit: &Hit) -> Option<String> {
        let others = self.copies.get(&hit.story).map_or(0, |count| count - 1);
        (others > 0).then(|| self.frame.count("search.others", others))
    }

    fn newest_first(&self) -> bool {
        self.asked.sort == Sort::Newest
    }

    /// Whether there are more hits than can be paged through.
    fn all_pages_reached(&self) -> bool {
        self.asked.page == self.asked.last_page() && self.results.stories >= self.asked.page * self.asked.per_page
    }
}

fn name(names: &Names, slug: &str) -> String {
    names.get(slug).cloned().unwrap_or_else(|| slug.to_owned())
}

/// Portals with matches, those that are ticked always among them.
fn portals(asked: &Asked, results: &Results, names: &Names) -> Vec<Choice> {
    let choice = |slug: &str, count| Choice {
        value: slug.to_owned(),
        label: name(names, slug),
        count,
        ticked: asked.portals.iter().any(|ticked| ticked == slug),
    };
    let counted = |slug: &String| results.portals.iter().find(|(other, _)| other == slug).map(|(_, count)| *count);
    let ticked = asked.portals.iter().map(|slug| choice(slug, counted(slug)));
    let others = results.portals.iter().filter(|(slug, _)| !asked.portals.contains(slug));
    ticked.chain(others.take(PORTALS).map(|(slug, count)| choice(slug, Some(*count)))).collect()
}

fn kinds(frame: &Frame, asked: &Asked, results: &Results) -> Vec<Choice> {
    let choice = |kind: Kind| {
        let count = results.kinds.iter().find(|(word, _)| word == kind.as_str()).map(|(_, count)| *count);
        let ticked = asked.kinds.contains(&kind);
        let label = frame.word("kind", kind.as_str()).to_owned();
        (count.is_some() || ticked).then(|| Choice { value: kind.to_string(), label, count, ticked })
    };
    Kind::ALL.into_iter().filter_map(choice).collect()
}

fn chosen(frame: &Frame, asked: &Asked, names: &Names) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    let mut add = |what: &'static str, label: String, without: &Asked| {
        chosen.push(Chosen { what, label, without: format!("/search?{}", without.address()) });
    };
    for slug in &asked.portals {
        let portals = asked.portals.iter().filter(|other| *other != slug).cloned().collect();
        add("search.portal", name(names, slug), &Asked { portals, ..asked.clone() });
    }
    for kind in &asked.kinds {
        let kinds = asked.kinds.iter().filter(|other| *other != kind).copied().collect();
        add("search.kind", frame.word("kind", kind.as_str()).to_owned(), &Asked { kinds, ..asked.clone() });
    }
    if let Some(number) = &asked.document {
        add("search.document", number.clone(), &Asked { document: None, ..asked.clone() });
    }
    if let Some(day) = asked.from {
        add("search.from", show_day(day), &Asked { from: None, ..asked.clone() });
    }
    if let Some(day) = asked.to {
        add("search.to", show_day(day), &Asked { to: None, ..asked.clone() });
    }
    chosen
}

/// Today, the last days, and years, as links, unless days were already chosen.
pub(in crate::web) fn days(frame: &Frame, asked: &Asked, results: &Results, now: Timestamp) -> Vec<Link> {
    if asked.from.is_some() || asked.to.is_some() {
        return Vec::new();
    }
    let today = now.to_zoned(vietnam()).date();
    let recent = LAST_DAYS.into_iter().filter_map(|(key, days)| {
        let narrowed = Asked { from: today.checked_sub(days.days()).ok(), to: Some(today), ..asked.clone() };
        let address = format!("/search?{}", narrowed.address());
        narrowed.from.map(|_| Link { label: frame.say(key).to_owned(), count: None, address })
    });
    let link = |&(year, count): &(i16, u64)| {
        let first = jiff::civil::Date::new(year, 1, 1).ok()?;
        let narrowed = Asked { from: Some(first), to: Some(first.last_of_year()), ..asked.clone() };
        Some(Link { label: year.to_string(), count: Some(count), address: format!("/search?{}", narrowed.address()) })
    };
    recent.chain(results.years.iter().filter_map(link).take(YEARS)).collect()
}

fn documents(asked: &Asked, results: &Results) -> Vec<Link> {
    if asked.document.is_some() {
        return Vec::new();
    }
    let link = |(number, count): &(String, u64)| {
        let narrowed = Asked { document: Some(number.clone()), ..asked.clone() };
        Link { label: number.clone(), count: Some(*count), address: format!("/search?{}", narrowed.address()) }
    };
    results.documents.iter().take(8).map(link).collect()
}

/// The first page, the last, the one before and after, and gaps between.
fn steps(asked: &Asked, stories: usize) -> Vec<Step> {
    let pages = stories.div_ceil(asked.per_page).min(asked.last_page());
    if pages < 2 {
        return Vec::new();
    }
    let base = asked.address();
    let mut steps = Vec::new();
    let mut last = 0;
    for number in 1..=pages {
        if number != 1 && number != pages && number.abs_diff(asked.page) > 2 {
            continue;
        }
        if number != last + 1 {
            steps.push(Step::Gap);
        }
        last = number;
        let here = number == asked.page;
        steps.push(if here { Step::Here(number) } else { Step::Page(number, format!("/search?{base}&page={number}")) });
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pagination_shows_ends_and_neighbours() {
        let check = |page, total, expected: &str| {
            let asked = Asked { page, per_page: 20, ..Asked::default() };
            let shown: Vec<String> = steps(&asked, total)
                .iter()
                .map(|step| match step {
                    Step::Page(number, _) => number.to_string(),
                    Step::Here(number) => format!("[{number}]"),
                    Step::Gap => "…".into(),
                })
                .collect();
            assert_eq!(shown.join(" "), expected);
        };
        check(1, 20, "");
        check(1, 21, "[1] 2");
        check(1, 400, "[1] 2 3 … 20");
        check(10, 400, "1 … 8 9 [10] 11 12 … 20");
        check(50, 1_000_000, "1 … 48 49 [50]");
    }
}
