//! The operators' console: how each portal is doing, and the search engine.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::portal::{self, Portal, State as Run};
use crate::web::frame::{Frame, page};
use crate::web::outward;
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
    portals: Vec<Portal>,
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
    portals.sort_by_key(|portal| (std::cmp::Reverse(portal.health.failures), portal.entry.slug.clone()));
    portals.truncate(ROWS);
    page(&Console { frame: Frame::of(&visitor), index, portals, all, failing })
}

impl Console {
    /// The word for how a portal is doing.
    fn doing(&self, portal: &Portal) -> &'static str {
        match portal.state {
            Run::Paused => "paused",
            Run::Removed => "removed",
            Run::Active if portal.health.failures > 0 => "failing",
            Run::Active if portal.health.last_success_at.is_none() => "waiting",
            Run::Active => "well",
        }
    }
}
