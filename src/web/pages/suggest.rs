//! `/suggest?q=`: what a person may mean, for the script that completes while typing.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::web::form::Query;
use crate::web::trouble::Trouble;
use crate::web::{Site, suggest};

/// The same for everybody, so caches may keep it.
pub(in crate::web) async fn show(State(site): State<Arc<Site>>, Query(fields): Query) -> Result<Response, Trouble> {
    let items = suggest::suggest(&site, fields.get("q").unwrap_or_default()).await?;
    Ok(([(CACHE_CONTROL, "public, max-age=300")], Json(json!({ "items": *items }))).into_response())
}
