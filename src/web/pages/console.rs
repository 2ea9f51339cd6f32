//! The operators' console: how each portal is doing, and the search engine.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use crate::archive;
use crate::archive::notices::{self, Notice};
use crate::portal::health::table::open_incidents;
use crate::portal::health::{Condition, Incident, Verdict};
use crate::portal::{self, Portal};
use crate::web::frame::{Frame, page};
use crate::web::outward;
use crate::web::pages::questions::{self, Asked};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{IndexStatus, Site};

/// Rows of the table; the command line lists them all.
const ROWS: usize = 500;

/// A portal with how it is doing.
struct Row {
    portal: Portal,
    verdict: Verdict,
}

#[derive(Template)]
#[template(path = "console.html")]
struct Console {
    frame: Frame,
    index: IndexStatus,
    /// What bears a mark of secrecy and nobody has dealt with yet.
    notices: Vec<Notice>,
    /// What struck many portals at once.
    incidents: Vec<Incident>,
    rows: Vec<Row>,
    /// What visits ask the operator.
    questions: Vec<Asked>,
    /// Live articles by slug.
    articles: HashMap<String, i64>,
    /// How many portals are in each state, the worst first.
    counts: Vec<(Condition, usize)>,
    all: usize,
    /// The state that is asked for.
    wanted: Option<Condition>,
}

/// What is asked of the console.
#[derive(Default, Deserialize)]
pub(in crate::web) struct Wish {
    #[serde(default)]
    state: String,
}

/// `GET /console`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    Query(wish): Query<Wish>,
    visitor: Visitor,
) -> Result<Response, Trouble> {
    let index = (site.parts.index_status)().await;
    let (pool, now) = (site.parts.store.pool(), site.now());
    // A state that there is none of shows all.
    let wanted: Option<Condition> = wish.state.parse().ok();
    let portals = portal::table::list(pool).await?;
    let all = portals.len();
    let mut rows: Vec<Row> = portals.into_iter().map(|portal| Row { verdict: portal.verdict(now), portal }).collect();
    let count = |wanted| rows.iter().filter(|row| row.verdict.condition == wanted).count();
    let counts = Condition::ALL.map(|condition| (condition, count(condition))).to_vec();
    rows.retain(|row| wanted.is_none_or(|wanted| row.verdict.condition == wanted));
    // Trouble first: nobody should scroll for it.
    rows.sort_by(|a, b| {
        let key = |row: &Row| (row.verdict.condition, row.verdict.cause.is_none(), Reverse(row.portal.health.failures));
        key(a).cmp(&key(b)).then_with(|| a.portal.entry.slug.cmp(&b.portal.entry.slug))
    });
    rows.truncate(ROWS);
    let articles = archive::table::counts(pool).await?.into_iter().map(|(slug, live, _)| (slug, live)).collect();
    let mut notices = notices::open(pool).await?;
    notices.truncate(ROWS);
    let incidents = open_incidents(pool, now).await?;
    let frame = Frame::of(&visitor);
    let questions = questions::open(&site, &frame).await?;
    page(&Console { frame, index, notices, questions, incidents, rows, articles, counts, all, wanted })
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
}
