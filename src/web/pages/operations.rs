//! For machines that watch: is it alive, can it serve, how much does it do.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use serde_json::json;

use crate::accounts;
use crate::web::Site;
use crate::web::trouble::Trouble;

/// `/healthz`: the process answers.
pub(in crate::web) async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz`: the record can be read and searches are answered. Details stay in the console.
pub(in crate::web) async fn readyz(State(site): State<Arc<Site>>) -> Response {
    let record = accounts::table::count(site.parts.store.pool()).await.is_ok();
    let search = (site.parts.index_status)().await.ready;
    let status = if record && search { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(json!({ "ready": record && search, "record": record, "search": search }))).into_response()
}

/// `/metrics`, in the OpenMetrics text format.
pub(in crate::web) async fn metrics(State(site): State<Arc<Site>>) -> Result<Response, Trouble> {
    let mut text = String::new();
    {
        let registry = site.parts.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        prometheus_client::encoding::text::encode(&mut text, &registry)
            .map_err(|cause| Trouble::Internal(anyhow::anyhow!("cannot write the metrics: {cause}")))?;
    }
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

/// Requests by route and status.
#[derive(Clone, Debug, Default)]
pub(in crate::web) struct Requests(Family<Labels, Counter>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    route: String,
    status: u16,
}

impl Requests {
    /// Counters that `/metrics` shows.
    pub(in crate::web) fn register(registry: &Mutex<Registry>) -> Self {
        let requests = Self::default();
        let mut registry = registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register("lantoa_http_requests", "Requests by route and status", requests.0.clone());
        requests
    }
}

/// Counts a request. The route's pattern is the label, not the address, which anyone can make up.
pub(in crate::web) async fn count(
    State(requests): State<Requests>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let route = route.map_or_else(|| "none".to_owned(), |route| route.as_str().to_owned());
    let response = next.run(request).await;
    requests.0.get_or_create(&Labels { route, status: response.status().as_u16() }).inc();
    response
}
