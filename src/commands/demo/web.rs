//! The fixture portals on loopback: requests in, their answers out, each request written down. Nothing here listens on
//! anything but loopback.
//!
//! Each portal has a loopback address of its own where the system allows that (all of Linux), as portals in the wild
//! have hosts of their own; elsewhere each has a port of its own on 127.0.0.1. The port is the same from one demo to
//! the next while it is free, so that identifiers made from addresses hold.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::fmt::rfc2822;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::fixture::{Answer, Epoch, Fixture};
use crate::portal::{Entry, Source};

/// The port that is tried first on each address.
const PORT: u16 = 18_026;

/// The fixture portals, listening until dropped.
#[derive(Debug)]
pub struct FixtureWeb {
    portals: Vec<Arc<Served>>,
    later: Arc<AtomicBool>,
    _stop: DropGuard,
}

/// One request as it was answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// Path and query.
    pub target: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// How often it was asked and answered so.
    pub times: u64,
}

#[derive(Debug)]
struct Served {
    fixture: Fixture,
    /// Address of every portal by slug, without a trailing slash.
    bases: Arc<BTreeMap<String, String>>,
    later: Arc<AtomicBool>,
    asked: Mutex<BTreeMap<(String, u16), u64>>,
}

/// Serves `fixtures`, each on its own loopback address.
pub async fn serve(fixtures: Vec<Fixture>) -> Result<FixtureWeb> {
    let stop = CancellationToken::new();
    let later = Arc::new(AtomicBool::new(false));
    let mut bases = BTreeMap::new();
    let mut listeners = Vec::new();
    for (fixture, last_octet) in fixtures.into_iter().zip(1..=u8::MAX) {
        let listener = listen(Ipv4Addr::new(127, 26, 0, last_octet)).await?;
        let address = listener.local_addr().context("cannot read the address of a fixture portal")?;
        bases.insert(fixture.slug.clone(), format!("http://{address}"));
        listeners.push((fixture, listener));
    }
    let bases = Arc::new(bases);
    let mut portals = Vec::new();
    for (fixture, listener) in listeners {
        let asked = Mutex::default();
        let served = Arc::new(Served { fixture, bases: Arc::clone(&bases), later: Arc::clone(&later), asked });
        let router = Router::new().fallback(reply).with_state(Arc::clone(&served));
        let server = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(server.into_future());
        portals.push(served);
    }
    Ok(FixtureWeb { portals, later, _stop: stop.drop_guard() })
}

/// Its own address with the usual port, with any port, or any port of the one loopback address every system has.
async fn listen(own: Ipv4Addr) -> Result<TcpListener> {
    for (address, port) in [(own, PORT), (own, 0)] {
        if let Ok(listener) = TcpListener::bind((address, port)).await {
            return Ok(listener);
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("cannot listen on 127.0.0.1 for a fixture portal")
}

impl FixtureWeb {
    /// The portals as they would be registered, parents first.
    pub fn portals(&self) -> Result<Vec<Entry>> {
        self.portals.iter().map(|served| served.entry()).collect()
    }

    /// The address of a portal's `path`.
    pub fn url(&self, slug: &str, path: &str) -> Result<Url> {
        self.served(slug)?.url(path)
    }

    /// From now on the portals are in their second epoch: edits, removals, new articles.
    pub fn later(&self) {
        self.later.store(true, Ordering::Release);
    }

    /// What was asked of a portal so far, in alphabetical order.
    pub fn asked(&self, slug: &str) -> Result<Vec<Asked>> {
        let asked = self.served(slug)?.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(asked.into_iter().map(|((target, status), times)| Asked { target, status, times }).collect())
    }

    fn served(&self, slug: &str) -> Result<&Served> {
        let found = self.portals.iter().find(|served| served.fixture.slug == slug);
        found.map(AsRef::as_ref).with_context(|| format!("no fixture portal `{slug}`"))
    }
}

impl Served {
    fn entry(&self) -> Result<Entry> {
        let manifest = &self.fixture.manifest;
        let mut entry = Entry::new(&self.fixture.slug, &manifest.name, manifest.kind, self.url("/")?);
        entry.name_en.clone_from(&manifest.name_en);
        entry.parent.clone_from(&manifest.parent);
        entry.confidence = "verified".into();
        entry.notes = format!("Fixture made like {}. {}", manifest.make, manifest.notes);
        for source in &manifest.sources {
            entry.sources.push(Source { kind: source.kind, url: self.url(&source.path)? });
        }
        Ok(entry)
    }

    fn url(&self, path: &str) -> Result<Url> {
        let base = self.bases.get(&self.fixture.slug).map_or("", String::as_str);
        Url::parse(&format!("{base}{path}")).with_context(|| format!("cannot read the fixture address `{base}{path}`"))
    }

    /// Puts addresses where `{{base}}` and `{{base:slug}}` stand. The marks are ASCII, so this works on bytes of every
    /// encoding the fixtures use.
    fn fill(&self, text: &[u8]) -> Vec<u8> {
        const START: &[u8] = b"{{base";
        let mut filled = Vec::with_capacity(text.len() + 64);
        let mut rest = text;
        while let Some(at) = rest.windows(START.len()).position(|window| window == START) {
            filled.extend_from_slice(&rest[..at]);
            rest = &rest[at + START.len()..];
            let Some(end) = rest.windows(2).position(|window| window == b"}}") else { break };
            let named = String::from_utf8_lossy(&rest[..end]);
            let slug = named.strip_prefix(':').unwrap_or(&self.fixture.slug);
            filled.extend_from_slice(self.bases.get(slug).map_or(&b""[..], String::as_bytes));
            rest = &rest[end + 2..];
        }
        filled.extend_from_slice(rest);
        filled
    }

    fn write_down(&self, target: String, status: u16) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        *asked.entry((target, status)).or_default() += 1;
    }
}

async fn reply(State(served): State<Arc<Served>>, request: Request<Body>) -> Response<Body> {
    let target = request.uri().path_and_query().map_or_else(|| "/".into(), ToString::to_string);
    tokio::time::sleep(Duration::from_millis(served.fixture.manifest.server.delay_ms)).await;
    let response = match *request.method() {
        Method::GET | Method::HEAD => {
            let epoch = if served.later.load(Ordering::Acquire) { Epoch::Later } else { Epoch::First };
            let answer = served.fixture.answer(request.uri().path(), request.uri().query(), epoch);
            respond(&served, &answer, request.headers())
        }
        _ => bare(StatusCode::METHOD_NOT_ALLOWED),
    };
    served.write_down(target, response.status().as_u16());
    response
}

fn respond(served: &Served, answer: &Answer, asked_with: &HeaderMap) -> Response<Body> {
    let plain = served.fill(answer.body);
    let with_etag = answer.status == 200 && served.fixture.manifest.server.etag.unwrap_or(true);
    let etag = with_etag.then(|| format!("\"{:016x}\"", xxh3_64(&plain)));
    let last_modified = answer.last_modified.as_deref().filter(|_| answer.status == 200);

    let known = answer.status == 200 && is_known(asked_with, etag.as_deref(), last_modified);
    let status = if known { 304 } else { answer.status };
    let mut response = bare(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));

    let location = answer.location.as_ref().map(|location| served.fill(location.as_bytes()));
    let retry_after = answer.retry_after_s.map(|seconds| seconds.to_string());
    put(response.headers_mut(), header::ETAG, etag.as_ref().map(String::as_bytes));
    put(response.headers_mut(), header::LAST_MODIFIED, last_modified.map(str::as_bytes));
    put(response.headers_mut(), header::LOCATION, location.as_deref());
    put(response.headers_mut(), header::RETRY_AFTER, retry_after.as_ref().map(String::as_bytes));
    if !known {
        put(response.headers_mut(), header::CONTENT_TYPE, Some(answer.content_type.as_bytes()));
        let body = if answer.gzip { gzip(&plain) } else { plain };
        *response.body_mut() = Body::from(body);
    }
    response
}

/// Whether the asker already has this answer (RFC 9110 §13.1): `If-None-Match` decides, and `If-Modified-Since` only
/// without it.
fn is_known(asked_with: &HeaderMap, etag: Option<&str>, last_modified: Option<&str>) -> bool {
    let sent = |name| asked_with.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(tags) = sent(header::IF_NONE_MATCH) {
        return tags.split(',').any(|tag| etag.is_some_and(|etag| tag.trim().trim_start_matches("W/") == etag));
    }
    let instant = |text: &str| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    match (sent(header::IF_MODIFIED_SINCE).and_then(instant), last_modified.and_then(instant)) {
        (Some(since), Some(changed)) => changed <= since,
        _ => false,
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: Option<&[u8]>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value).ok()) {
        headers.insert(name, value);
    }
}

fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail; if it did, an empty file would show in the check.
    encoder.write_all(plain).and_then(|()| encoder.finish()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
mod tests;
