//! `GET /api/v1/stories/{id}`: the twin of a story's page.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::archive::telling::Telling;
use crate::web::Site;
use crate::web::pages::story::{known, lag_minutes};
use crate::web::trouble::Trouble;

/// The id of any article of the story will do.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Trouble> {
    let known = known(&site, &id).await?;
    let first = known.tellings.first();
    let item = |telling: &Telling| {
        json!({
            "id": telling.id,
            "title": telling.title,
            "portal": telling.portal,
            "portal_name": telling.portal_name,
            "kind": telling.kind,
            "published_at": telling.at,
            "date_only": telling.date_only,
            "first_seen_at": telling.first_seen_at,
            "appeared_at": telling.appeared_at,
            "copy": telling.copy,
            "credit": telling.credit,
            "lag_minutes": first.and_then(|first| lag_minutes(first, telling)),
            "status": if telling.live { "live" } else { "gone" },
        })
    };
    Ok(Json(json!({
        "id": known.id,
        "title": first.map(|first| &first.title),
        "origin": first.map(|first| &first.id),
        "articles": known.articles,
        "portals": known.portals,
        "items": known.tellings.iter().map(item).collect::<Vec<_>>(),
    })))
}
