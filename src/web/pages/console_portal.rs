//! One portal in the operators' console: how it is doing, what to do about it, its last visits.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::portal::health::Verdict;
use crate::portal::health::table::{Line, last_visits};
use crate::portal::{self, Portal, State as Run};
use crate::web::Site;
use crate::web::frame::{Frame, page};
use crate::web::outward;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Visits that are shown: all that the record keeps.
const VISITS: i64 = 50;

#[derive(Template)]
#[template(path = "console_portal.html")]
struct ConsolePortal {
    frame: Frame,
    portal: Portal,
    verdict: Verdict,
    visits: Vec<Line>,
}

/// `GET /console/portals/{slug}`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    Path(slug): Path<String>,
    visitor: Visitor,
) -> Result<Response, Trouble> {
    let pool = site.parts.store.pool();
    let portal = portal::table::find(pool, &slug).await?.filter(|portal| portal.state != Run::Removed);
    let Some(portal) = portal else { return Err(Trouble::NotFound) };
    let visits = last_visits(pool, portal.id, VISITS).await?;
    let verdict = portal.verdict(site.now());
    page(&ConsolePortal { frame: Frame::of(&visitor), portal, verdict, visits })
}
