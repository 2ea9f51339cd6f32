//! `GET /api/v1/openapi.json`: what programs may ask, described for programs (OpenAPI 3.1). A test holds it against the
//! router: a route that it does not describe fails.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const DESCRIPTION: &str = include_str!("openapi.json");

pub(in crate::web) async fn show() -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DESCRIPTION).into_response()
}
