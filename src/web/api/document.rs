//! `GET /api/v1/documents/{number}`: the twin of a document's page.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::vietnamese::document;
use crate::web::Site;
use crate::web::pages::document::{canonical, known};
use crate::web::trouble::Trouble;

/// Any spelling of the number is understood.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    Path(typed): Path<String>,
) -> Result<Json<Value>, Trouble> {
    let known = known(&site, canonical(&typed)?).await?;
    let articles = known.portals.as_ref().map(|portals| portals.iter().map(|portal| portal.articles).sum::<u64>());
    Ok(Json(json!({
        "number": known.number,
        "type": document::type_name(&known.number),
        "issuer": document::issuer(&known.number),
        "issued": known.issued,
        "articles": articles,
        "first": known.first.published_at,
        "last": known.newest.first().map(|last| last.published_at),
        "first_article": known.first,
        "newest": known.newest,
        "portals": known.portals,
    })))
}
