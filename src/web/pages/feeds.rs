//! What is amplified, for portals and newsrooms: one list, three formats. And a search that can be subscribed to.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::clock::Timestamp;
use crate::share;
use crate::web::Site;
use crate::web::asked::Asked;
use crate::web::form::Query;
use crate::web::outward;
use crate::web::trouble::Trouble;

/// Entries of a feed.
const ENTRIES: i64 = 100;
/// Entries of a search that is subscribed to.
const HITS: usize = 50;

/// `/feeds/amplified.{atom,rss,json}`.
pub(in crate::web) async fn amplified(
    State(site): State<Arc<Site>>,
    Path(file): Path<String>,
) -> Result<Response, Trouble> {
    let format = file.strip_prefix("amplified.").ok_or(Trouble::NotFound)?;
    let address = site.parts.options.address(&format!("/feeds/{file}"));
    let home = site.parts.options.address("");
    let feed = share::Feed {
        title: "lantoa: tin cần lan tỏa",
        site: &home,
        address: &address,
        // Without entries nothing ever changed.
        updated: Timestamp::UNIX_EPOCH,
    };
    let mut entries = share::table::amplified(site.parts.store.pool(), None, ENTRIES).await?;
    entries.iter_mut().for_each(|entry| entry.summary = outward::masked(&entry.summary));
    let (kind, body) = match format {
        "atom" => ("application/atom+xml; charset=utf-8", share::atom(&feed, &entries)),
        "rss" => ("application/rss+xml; charset=utf-8", share::rss(&feed, &entries)),
        "json" => ("application/feed+json; charset=utf-8", share::json(&feed, &entries).to_string()),
        _ => return Err(Trouble::NotFound),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=60")], body).into_response())
}

/// `/search.atom`, with the parameters of `/search`.
pub(in crate::web) async fn search(State(site): State<Arc<Site>>, Query(fields): Query) -> Result<Response, Trouble> {
    let mut asked = Asked::read(&fields, HITS);
    let directory = site.directory().await?;
    asked.doubt_unknown(&directory);
    if let Some((field, value)) = asked.problems.first() {
        return Err(Trouble::Bad(format!("cannot understand `{field}`: `{value}`")));
    }
    let mut hits = site.parts.index.search(&asked.query(&directory, site.now())).await.map_err(Trouble::NoSearch)?.hits;
    for hit in &mut hits {
        hit.snippet = outward::marked(&hit.snippet);
    }
    let address = site.parts.options.address(&format!("/search.atom?{}", asked.address()));
    let home = site.parts.options.address("");
    let title = format!("lantoa: {}", if asked.text.is_empty() { "tin mới" } else { &asked.text });
    let feed = share::Feed { title: &title, site: &home, address: &address, updated: Timestamp::UNIX_EPOCH };
    let kind = "application/atom+xml; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=60")], share::found(&feed, &hits)).into_response())
}
