//! The finder: one form that works without scripts, counts, filters that are links to take away, numbered pages.

mod filters;
mod steps;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use self::filters::{Choice, Chosen};
pub(in crate::web) use self::filters::{Link, spans};
use self::steps::Step;
use crate::archive::{self, telling};
use crate::index::{Hit, NoteKind, Results, Sort};
use crate::share;
use crate::web::asked::{Asked, Within, show_day};
use crate::web::form::Query;
use crate::web::frame::{Frame, page};
use crate::web::pages::document;
use crate::web::pages::notes::{self, Line};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{Site, found, outward, unanswered};

/// Hits on one page.
const PER_PAGE: usize = 20;
/// Issuers and days told of one number.
const ISSUES: i64 = 3;

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    frame: Frame,
    asked: Asked,
    results: Results,
    portals: Vec<Choice>,
    kinds: Vec<Choice>,
    provinces: Vec<Choice>,
    topics: Vec<Choice>,
    /// Filters in force, each with the address without it.
    chosen: Vec<Chosen>,
    spans: Vec<Link>,
    years: Vec<Link>,
    /// Articles whose portal gave only a day.
    by_day: HashSet<String>,
    /// Articles and portals of a story, by story.
    spread: HashMap<String, (i64, i64)>,
    /// What was searched besides the words as typed.
    notes: Vec<Line>,
    documents: Vec<Link>,
    /// The document that is asked for: its number, and what articles say of it.
    document: Option<(String, Option<String>)>,
    pages: Vec<Step>,
}

/// `/search?q=…`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let mut asked = Asked::read(&fields, PER_PAGE);
    let directory = site.directory().await?;
    asked.doubt_unknown(&directory);
    let found = found::find(&site, &asked, &directory).await?;
    let results = &found.results;
    if asked.page == 1 && !asked.filtered() {
        // What holds only some of the words is no answer yet.
        let partly = results.notes.iter().any(|note| note.kind == NoteKind::Fewer);
        unanswered::searched(&site, &asked.text, if partly { 0 } else { results.total });
    }
    let pool = site.parts.store.pool();
    let ids: Vec<&str> = results.hits.iter().map(|hit| hit.id.as_str()).collect();
    let stories: Vec<String> = results.hits.iter().map(|hit| hit.story.clone()).collect();
    let by_day = share::table::dated_by_day(pool, &ids).await?;
    let spread = telling::spreads(pool, &stories).await?;
    let document = match &asked.document {
        Some(number) => {
            let told = archive::table::issued(pool, number, ISSUES).await?;
            Some((number.clone(), document::described(number, &told)))
        }
        None => None,
    };
    let frame = Frame::of(&visitor);
    let status = if asked.problems.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let answer = page(&Search {
        portals: filters::portals(&asked, &found, &directory),
        kinds: filters::kinds(&frame, &asked, &found),
        provinces: filters::provinces(&asked, &found, &directory),
        topics: filters::topics(&frame, &asked, &found, &directory),
        chosen: filters::chosen(&frame, &asked, &directory),
        spans: filters::spans(&frame, &asked),
        years: filters::years(&asked, results),
        documents: filters::documents(&asked, results),
        pages: steps::steps(&asked, results.stories),
        by_day,
        spread,
        notes: notes::lines(&frame, &asked, &results.notes),
        document,
        frame,
        asked,
        results: found.results,
    })?;
    Ok((status, answer).into_response())
}

impl Search {
    fn from(&self) -> String {
        self.asked.from.map(show_day).unwrap_or_default()
    }

    fn to(&self) -> String {
        self.asked.to.map(show_day).unwrap_or_default()
    }

    fn within(&self) -> Option<&'static str> {
        self.asked.within.map(Within::as_str)
    }

    fn published(&self, hit: &Hit) -> String {
        self.frame.published(hit.published_at, self.by_day.contains(&hit.id))
    }

    /// Who else tells the story of a hit, which is folded under it.
    fn others(&self, hit: &Hit) -> Option<String> {
        match self.spread.get(&hit.story)? {
            (_, portals) if *portals > 1 => Some(self.frame.count("search.other_portals", portals - 1)),
            (articles, _) if *articles > 1 => Some(self.frame.count("search.other_articles", articles - 1)),
            _ => None,
        }
    }

    fn newest_first(&self) -> bool {
        self.asked.sort == Sort::Newest
    }

    /// The same question in the other order.
    fn sorted(&self, newest: bool) -> String {
        let sort = if newest { Sort::Newest } else { Sort::Relevance };
        format!("/search?{}", Asked { sort, ..self.asked.clone() }.address())
    }

    /// Whether there are more hits than can be paged through.
    fn all_pages_reached(&self) -> bool {
        self.asked.page == self.asked.last_page() && self.results.stories >= self.asked.page * self.asked.per_page
    }
}
