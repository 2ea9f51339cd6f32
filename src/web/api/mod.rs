//! The public API, version 1: the twins of the pages, as JSON.

pub(super) mod decisions;
pub(super) mod desk;
pub(super) mod document;
pub(super) mod items;
pub(super) mod openapi;
pub(super) mod story;
pub(super) mod webhooks;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Site;
use super::asked::Asked;
use super::form::Query;
use super::pages::item;
use super::trouble::Trouble;
use super::{history, outward};
use crate::archive::{self, attachments};
use crate::clock::Timestamp;
use crate::index::{self, Hit, Results};
use crate::portal::{self, State as Run};
use crate::share;
use crate::store::Pool;

/// Hits on one page unless asked otherwise.
const PER_PAGE: usize = 20;
/// Stories in one answer of `/api/v1/amplified`.
const STORIES: i64 = 500;

/// `GET /api/v1/search`.
pub(super) async fn search(State(site): State<Arc<Site>>, Query(fields): Query) -> Result<Json<Value>, Trouble> {
    let asked = Asked::read(&fields, PER_PAGE);
    if let Some((field, value)) = asked.problems.first() {
        return Err(Trouble::Bad(format!("cannot understand `{field}`: `{value}`")));
    }
    let begun = site.now();
    let query = asked.query(&*site.directory().await?, begun);
    let results = site.parts.index.search(&query).await.map_err(Trouble::NoSearch)?;
    let took_ms = site.now().duration_since(begun).as_millis().max(0);
    Ok(Json(answer(site.parts.store.pool(), &query, &results, u64::try_from(took_ms).unwrap_or(u64::MAX)).await?))
}

/// What a search found, as programs read it: here and from the command line.
///
/// # Errors
/// When the record cannot be read.
pub async fn answer(pool: &Pool, query: &index::Query, results: &Results, took_ms: u64) -> anyhow::Result<Value> {
    let stories: Vec<String> = results.hits.iter().map(|hit| hit.story.clone()).collect();
    let articles = share::table::articles_of(pool, &stories).await?;
    let items: Vec<_> = results.hits.iter().map(|hit| Item::of(hit, &articles)).collect();
    Ok(json!({
        "query": query.text,
        "total": results.total,
        "took_ms": took_ms,
        "page": query.page,
        "per_page": query.per_page,
        "facets": facets(results),
        "stories": results.stories,
        "notes": results.notes,
        "items": items,
    }))
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    portal: &'a str,
    portal_name: &'a str,
    title: &'a str,
    snippet: String,
    published_at: Timestamp,
    documents: &'a [String],
    story: &'a str,
    /// How many other articles carry the same story.
    copies: i64,
}

impl<'a> Item<'a> {
    fn of(hit: &'a Hit, articles: &HashMap<String, i64>) -> Self {
        Self {
            id: &hit.id,
            url: &hit.url,
            portal: &hit.portal,
            portal_name: &hit.portal_name,
            title: &hit.title,
            snippet: outward::marked(&hit.snippet),
            published_at: hit.published_at,
            documents: &hit.documents,
            story: &hit.story,
            copies: articles.get(&hit.story).map_or(0, |count| (count - 1).max(0)),
        }
    }
}

/// `{"portal":{slug:n},…}`, most first.
fn facets(results: &Results) -> Value {
    let counted = |counts: &[(String, u64)]| {
        Value::Object(counts.iter().map(|(key, count)| (key.clone(), json!(count))).collect::<Map<_, _>>())
    };
    json!({
        "portal": counted(&results.portals),
        "kind": counted(&results.kinds),
        "topic": counted(&results.topics),
        "document": counted(&results.documents),
        "year": results.years.iter().map(|(year, count)| (year.to_string(), json!(count))).collect::<Map<_, _>>(),
    })
}

/// An attached file, without its text.
fn file_of(file: &attachments::File) -> Value {
    json!({
        "url": file.url,
        "title": outward::masked(&file.title),
        "kind": file.kind,
        "bytes": file.bytes,
        "state": file.state.as_str(),
        "reason": file.reason,
    })
}

/// `GET /api/v1/items/{id}`: what the page shows, no more of the text than the page.
pub(super) async fn item(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Result<Json<Value>, Trouble> {
    let article = item::find(&site, &id).await?;
    let live = item::shown(&article);
    let summary = if live { outward::masked(&article.summary) } else { String::new() };
    let cited = archive::table::cited(site.parts.store.pool(), &article).await?;
    let extract = if live && !article.noarchive { outward::extract(&article.text) } else { String::new() };
    let versions = archive::table::versions(site.parts.store.pool(), &id).await?;
    let files = if live { attachments::of(site.parts.store.pool(), &id).await? } else { Vec::new() };
    let files: Vec<Value> = files.iter().filter(|file| outward::link(&file.url).is_some()).map(file_of).collect();
    Ok(Json(json!({
        "id": article.id,
        "url": article.url,
        "portal": article.portal,
        "portal_name": article.portal_name,
        "files": files,
        "kind": article.kind,
        "title": article.title,
        "summary": summary,
        "extract": extract,
        "published_at": article.published_at,
        "date_only": article.date_only,
        "modified_at": article.modified_at,
        "author": article.author,
        "category": article.category,
        "language": article.language,
        "documents": article.documents,
        "cited": cited,
        "story": article.story,
        "copy": article.copy,
        "version": article.version,
        "versions": history::data(&versions, item::quoted(&article)),
        "status": article.status,
        "first_seen_at": article.first_seen_at,
        "last_seen_at": article.last_seen_at,
    })))
}

/// `GET /api/v1/portals`: the registry as the public may know it.
pub(super) async fn portals(State(site): State<Arc<Site>>) -> Result<Json<Value>, Trouble> {
    let portals = portal::table::list(site.parts.store.pool()).await?;
    let shown = portals.iter().filter(|portal| portal.state != Run::Removed).map(|portal| {
        let entry = &portal.entry;
        json!({
            "slug": entry.slug,
            "name": entry.name,
            "name_en": entry.name_en,
            "kind": entry.kind,
            "parent": entry.parent,
            "url": entry.url,
            "state": portal.state,
            "last_success_at": portal.health.last_success_at,
        })
    });
    Ok(Json(json!({ "portals": shown.collect::<Vec<_>>() })))
}

/// `GET /api/v1/amplified?since=`: the feed's twin, latest change first.
pub(super) async fn amplified(State(site): State<Arc<Site>>, Query(fields): Query) -> Result<Json<Value>, Trouble> {
    let since = match fields.get("since") {
        None => None,
        Some(text) => match text.parse::<Timestamp>() {
            Ok(at) => Some(at),
            Err(_) => return Err(Trouble::Bad("cannot understand `since` (write 2026-11-21T08:00:00Z)".into())),
        },
    };
    let mut stories = share::table::amplified(site.parts.store.pool(), since, STORIES).await?;
    for story in &mut stories {
        // What was taken back is not told again.
        let told = story.status != share::Status::Recalled;
        story.summary = if told { outward::masked(&story.summary) } else { String::new() };
    }
    Ok(Json(json!({ "items": stories })))
}
