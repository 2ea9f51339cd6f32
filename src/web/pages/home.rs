//! The first page: a search box, what is amplified, what is new.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::index::{Hit, Query, Sort};
use crate::share::{self, Amplified, Status};
use crate::web::Site;
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Lines in each list.
const LINES: usize = 10;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    amplified: Vec<Amplified>,
    /// Nothing when the search engine does not answer: the page is useful without it.
    newest: Option<Vec<Hit>>,
}

pub(in crate::web) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    let mut amplified = share::table::amplified(site.parts.store.pool(), None, 50).await?;
    amplified.retain(|story| story.status != Status::Recalled);
    amplified.truncate(LINES);
    let query = Query { sort: Sort::Newest, page: 1, per_page: LINES, ..Query::default() };
    let newest = match site.parts.index.search(&query).await {
        Ok(results) => Some(results.hits),
        Err(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "cannot list the newest articles");
            None
        }
    };
    page(&Home { frame: Frame::of(&visitor), amplified, newest })
}
