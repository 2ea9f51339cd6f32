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
    let portal = |(slug, name, articles): &(String, String, u64)| json!({ "portal": slug, "portal_name": name, "articles": articles });
    Ok(Json(json!({
        "number": known.number,
        "type": document::type_name(&known.number),
        "issuer": document::issuer(&known.number),
        "issued": known.issued,
        "articles": known.total,
        "first": known.first,
        "last": known.newest.first(),
        "newest": known.newest,
        "portals": known.portals.map(|portals| portals.iter().map(portal).collect::<Vec<_>>()),
    })))
}
