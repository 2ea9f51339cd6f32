//! The first page: a search box, what is amplified, what is new.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::index::{Hit, Query, Results, Sort};
use crate::share::{self, Amplified, Status};
use crate::web::asked::Asked;
use crate::web::frame::{Frame, page};
use crate::web::pages::search::{self, Link};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{Site, form};

/// Lines in each list.
const LINES: usize = 10;
/// Portals to choose from; the search lists more.
const PORTALS: usize = 12;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    amplified: Vec<Amplified>,
    /// Nothing when the search engine does not answer: the page is useful without it.
    newest: Option<Newest>,
}

/// What is new, and where it can be narrowed down.
struct Newest {
    hits: Vec<Hit>,
    /// Articles whose portal gave only a day.
    by_day: HashSet<String>,
    portals: Vec<Link>,
    spans: Vec<Link>,
}

pub(in crate::web) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    let mut amplified = share::table::amplified(site.parts.store.pool(), None, 50).await?;
    amplified.retain(|story| story.status != Status::Recalled);
    amplified.truncate(LINES);
    let query = Query { sort: Sort::Newest, page: 1, per_page: LINES, ..Query::default() };
    let frame = Frame::of(&visitor);
    let newest = match site.parts.index.search(&query).await {
        Ok(results) => Some(newest(&site, &frame, results).await?),
        Err(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "cannot list the newest articles");
            None
        }
    };
    page(&Home { frame, amplified, newest })
}

async fn newest(site: &Site, frame: &Frame, results: Results) -> Result<Newest, Trouble> {
    let ids: Vec<&str> = results.hits.iter().map(|hit| hit.id.as_str()).collect();
    let by_day = share::table::dated_by_day(site.parts.store.pool(), &ids).await?;
    let directory = site.directory().await?;
    let portal = |(slug, count): &(String, u64)| Link {
        label: directory.names.get(slug).unwrap_or(slug).clone(),
        count: Some(*count),
        address: format!("/portals/{}", form::escaped(slug)),
        here: false,
    };
    let portals = results.portals.iter().take(PORTALS).map(portal).collect();
    let asked = Asked { sort: Sort::Newest, ..Asked::default() };
    let spans = search::spans(frame, &asked);
    Ok(Newest { hits: results.hits, by_day, portals, spans })
}

impl Home {
    fn published(&self, hit: &Hit, newest: &Newest) -> String {
        self.frame.published(hit.published_at, newest.by_day.contains(&hit.id))
    }
}
