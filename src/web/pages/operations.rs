//! For machines that watch: is it alive, can it serve, how much does it do.
//!
//! `/healthz` is for everybody. `/readyz` and `/metrics` tell how the house is run, so they are answered on a listener
//! of their own (`web.operations_listen`), or to clients on this machine; to all others they do not exist.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, FORWARDED, HeaderMap};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use serde_json::json;

use crate::clock::Timestamp;
use crate::portal::health::Condition;
use crate::portal::{self, State as Run};
use crate::triage::{self, Filter};
use crate::web::trouble::Trouble;
use crate::web::{Parts, Site};
use crate::{accounts, archive};

/// The routes of `web.operations_listen`, which answer whoever reaches that address.
pub fn operations(parts: Parts) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(|State(parts): State<Arc<Parts>>| async move { ready(&parts).await }))
        .route("/metrics", get(|State(parts): State<Arc<Parts>>| async move { measured(&parts).await }))
        .with_state(Arc::new(parts))
}

/// `/healthz`: the process answers.
pub(in crate::web) async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz` on the site itself.
pub(in crate::web) async fn readyz(State(site): State<Arc<Site>>, request: Request) -> Result<Response, Trouble> {
    if !watches(&site, &request) {
        return Err(Trouble::NotFound);
    }
    Ok(ready(&site.parts).await)
}

/// `/metrics` on the site itself.
pub(in crate::web) async fn metrics(State(site): State<Arc<Site>>, request: Request) -> Result<Response, Trouble> {
    if !watches(&site, &request) {
        return Err(Trouble::NotFound);
    }
    measured(&site.parts).await
}

/// Whether a request to the site comes from this machine itself. What a proxy passed on does not, although the proxy
/// may run here.
fn watches(site: &Site, request: &Request) -> bool {
    const PASSED_ON: [HeaderName; 3] =
        [FORWARDED, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-real-ip")];
    let here = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let passed_on = |headers: &HeaderMap| PASSED_ON.iter().any(|name| headers.contains_key(name));
    site.parts.options.operations_listen.is_empty()
        && here.is_some_and(|ConnectInfo(client)| client.ip().to_canonical().is_loopback())
        && !passed_on(request.headers())
}

/// The record can be read and searches are answered. Details stay in the console.
async fn ready(parts: &Parts) -> Response {
    let record = accounts::table::count(parts.store.pool()).await.is_ok();
    let search = (parts.index_status)().await.ready;
    let status = if record && search { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(json!({ "ready": record && search, "record": record, "search": search }))).into_response()
}

/// What was counted since the start, and how things stand, in the OpenMetrics text format.
async fn measured(parts: &Parts) -> Result<Response, Trouble> {
    let standing = standing(parts).await?;
    let unwritable = |cause: std::fmt::Error| Trouble::Internal(anyhow::anyhow!("cannot write the metrics: {cause}"));
    let mut text = String::new();
    {
        let counted = parts.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        encode_registry(&mut text, &counted).map_err(unwritable)?;
    }
    encode_registry(&mut text, &standing).map_err(unwritable)?;
    encode_eof(&mut text).map_err(unwritable)?;
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

/// How things stand now, read from the record.
async fn standing(parts: &Parts) -> Result<Registry, Trouble> {
    let (pool, now) = (parts.store.pool(), parts.clock.now());
    let mut registry = Registry::default();
    let mut gauges = |name: &str, help: &str, label: &'static str, values: &[(&'static str, i64)]| {
        let family = Family::<[(&'static str, &'static str); 1], Gauge>::default();
        for (value, number) in values {
            family.get_or_create(&[(label, *value)]).set(*number);
        }
        registry.register(name, help, family);
    };

    let articles = archive::table::counts(pool).await?;
    let sum = |of: fn(&(String, i64, i64)) -> i64| articles.iter().map(of).sum();
    gauges("lantoa_articles", "Articles in the record", "status", &[("live", sum(|a| a.1)), ("gone", sum(|a| a.2))]);

    let portals = portal::table::list(pool).await?;
    let count = |of: &dyn Fn(&portal::Portal) -> bool| portals.iter().filter(|portal| of(portal)).count() as i64;
    let states = [Run::Active, Run::Paused].map(|state| (state.as_str(), count(&|portal| portal.state == state)));
    gauges("lantoa_portals", "Portals by state", "state", &states);
    let verdicts: Vec<_> = portals.iter().map(|portal| portal.verdict(now).condition).collect();
    let health = Condition::ALL
        .map(|condition| (condition.as_str(), verdicts.iter().filter(|found| **found == condition).count() as i64));
    gauges("lantoa_portal_health", "Portals by how they are doing", "state", &health);
    let visits = [
        ("succeeded", count(&|p| p.health.last_visit_at.is_some() && p.health.failures == 0)),
        ("failed", count(&|p| p.health.failures > 0)),
        ("none", count(&|p| p.health.last_visit_at.is_none())),
    ];
    gauges("lantoa_last_visits", "Portals by how their last visit ended", "outcome", &visits);
    let views = triage::table::counts(pool, &Filter::default(), now).await?;
    let views: Vec<_> = views.into_iter().map(|(view, count)| (view.as_str(), count)).collect();
    gauges("lantoa_triage_items", "Items of the desk's queue", "view", &views);

    let mut gauge = |name: &str, help: &str, number: i64| {
        let gauge = Gauge::<i64>::default();
        gauge.set(number);
        registry.register(name, help, gauge);
    };
    let overdue = |at: Timestamp| now.duration_since(at).as_hours() >= OVERDUE_HOURS;
    let late = count(&|p| p.state == Run::Active && p.health.next_visit_at.is_some_and(overdue));
    gauge("lantoa_portals_overdue", "Active portals whose visit is an hour late or more", late);

    let incidents = portal::health::table::open_incidents(pool, now).await?;
    gauge("lantoa_incidents", "Troubles of many portals at once that are not over", incidents.len() as i64);

    let index = (parts.index_status)().await;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    gauge("lantoa_index_ready", "Whether searches are answered", i64::from(index.ready));
    gauge("lantoa_index_articles", "Articles in the search index", number(index.documents));
    gauge("lantoa_outbox_articles", "Articles that wait to be indexed", number(index.waiting));
    Ok(registry)
}

/// A visit that should have begun so long ago says that the scheduler stands still.
const OVERDUE_HOURS: i64 = 1;

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
