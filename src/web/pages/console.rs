//! The operators' console: how each portal is doing, and the search engine.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::archive;
use crate::archive::notices::{self, Notice};
use crate::portal::{self, Portal, State as Run};
use crate::web::frame::{Frame, page};
use crate::web::outward;
use crate::web::pages::questions::{self, Asked};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{IndexStatus, Site};

/// Rows of the table; the command line lists them all.
const ROWS: usize = 500;

#[derive(Template)]
#[template(path = "console.html")]
struct Console {
    frame: Frame,
    index: IndexStatus,
    /// What bears a mark of secrecy and nobody has dealt with yet.
    notices: Vec<Notice>,
    /// What visits ask the operator.
    questions: Vec<Asked>,
    portals: Vec<Portal>,
    /// Live articles by slug.
    articles: HashMap<String, i64>,
    all: usize,
    failing: usize,
}

/// `GET /console`.
pub(in crate::web) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    let index = (site.parts.index_status)().await;
    let mut portals = portal::table::list(site.parts.store.pool()).await?;
    portals.retain(|portal| portal.state != Run::Removed);
    let all = portals.len();
    let failing = portals.iter().filter(|portal| portal.health.failures > 0).count();
    // Trouble first: nobody should scroll for it.
    portals.sort_by_key(|portal| {
        let health = &portal.health;
        (std::cmp::Reverse(health.failures), health.problem.is_none(), portal.entry.slug.clone())
    });
    portals.truncate(ROWS);
    let counts = archive::table::counts(site.parts.store.pool()).await?;
    let articles = counts.into_iter().map(|(slug, live, _)| (slug, live)).collect();
    let mut notices = notices::open(site.parts.store.pool()).await?;
    notices.truncate(ROWS);
    let frame = Frame::of(&visitor);
    let questions = questions::open(&site, &frame).await?;
    page(&Console { frame, index, notices, questions, portals, articles, all, failing })
}

impl Console {
    /// How many articles of a portal are kept.
    fn kept(&self, portal: &Portal) -> String {
        self.frame.number(self.articles.get(&portal.entry.slug).copied().unwrap_or_default())
    }

    /// The word for the search engine; its name where there is none.
    fn engine(&self) -> &str {
        let word = self.frame.word("engine", &self.index.engine);
        if word.is_empty() { &self.index.engine } else { word }
    }

    /// The word for how a portal is doing.
    fn doing(&self, portal: &Portal) -> &'static str {
        match portal.state {
            Run::Paused => "paused",
            Run::Removed => "removed",
            Run::Active if portal.health.failures > 0 => "failing",
            Run::Active if portal.health.last_success_at.is_none() => "waiting",
            Run::Active if portal.health.problem.is_some() => "attention",
            Run::Active => "well",
        }
    }
}
