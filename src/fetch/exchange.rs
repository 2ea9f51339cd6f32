//! One request and its answer: no robots, no turns, no redirects, but every limit of time and size.

use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AGE, CONTENT_TYPE, DATE, ETAG, EXPIRES, HeaderMap, HeaderName,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use url::Url;

use super::body::{self, Limits};
use super::client::MAX_HEADER_BYTES;
use super::error::Stage;
use super::{FetchError, Guard, Options, Validators, freshness};

/// How often the rate of a body is measured.
const RATE_WINDOW: Duration = Duration::from_secs(5);

/// What to ask for.
pub(super) struct Ask<'a> {
    pub(super) url: &'a Url,
    pub(super) accept: &'static str,
    pub(super) validators: Option<&'a Validators>,
    /// Largest body, in bytes.
    pub(super) max: usize,
    /// Whether a larger body is cut there, instead of being an error.
    pub(super) cut: bool,
}

/// What came back. The body is empty unless the status is one that brings a page.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) robots_tag: Option<String>,
    pub(super) validators: Validators,
    pub(super) fresh_for: Option<Duration>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A status that brings a whole page. 206 is a part that nobody asked for, 204 and 205 are empty.
    pub(super) fn is_page(&self) -> bool {
        matches!(self.status, 200..=203)
    }

    pub(super) fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) || (self.status == 300 && self.location.is_some())
    }
}

/// Sends one GET and reads the answer within the limits of `options`.
pub(super) async fn exchange(
    client: &reqwest::Client,
    options: &Options,
    guard: &Guard,
    ask: Ask<'_>,
) -> Result<Answer, FetchError> {
    let total = Duration::from_secs(options.timeout_s);
    tokio::time::timeout(total, ask_and_read(client, options, guard, ask))
        .await
        .unwrap_or(Err(FetchError::Timeout { stage: Stage::Total }))
}

async fn ask_and_read(
    client: &reqwest::Client,
    options: &Options,
    guard: &Guard,
    ask: Ask<'_>,
) -> Result<Answer, FetchError> {
    let mut request = client
        .get(ask.url.clone())
        .header(ACCEPT, ask.accept)
        .header(ACCEPT_LANGUAGE, "vi, en;q=0.5")
        .header(ACCEPT_ENCODING, "gzip, br");
    if let Some(validators) = ask.validators {
        for (name, value) in [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
    }
    // The first byte is waited for from the connection on, and a connection of the pool takes no time.
    let until_first_byte = Duration::from_secs(options.connect_timeout_s.saturating_add(options.first_byte_timeout_s));
    let response = match tokio::time::timeout(until_first_byte, request.send()).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(FetchError::from_client(&error)),
        Err(_) => return Err(FetchError::Timeout { stage: Stage::FirstByte }),
    };
    if let Some(peer) = response.remote_addr().map(|peer| peer.ip())
        && !guard.permits(peer)
    {
        return Err(FetchError::AddressRefused {
            host: ask.url.host_str().unwrap_or_default().to_owned(),
            address: peer,
        });
    }
    let headers = response.headers();
    let header_bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if header_bytes > MAX_HEADER_BYTES as usize {
        return Err(FetchError::Broken(format!("{header_bytes} bytes of headers")));
    }
    let mut answer = Answer {
        status: response.status().as_u16(),
        location: one(headers, &LOCATION),
        retry_after: one(headers, &RETRY_AFTER),
        content_type: one(headers, &CONTENT_TYPE),
        robots_tag: all(headers, "x-robots-tag"),
        validators: Validators { etag: one(headers, &ETAG), last_modified: one(headers, &LAST_MODIFIED) },
        fresh_for: freshness::lifetime(
            all(headers, "cache-control").as_deref(),
            one(headers, &EXPIRES).as_deref(),
            one(headers, &DATE).as_deref(),
            one(headers, &AGE).as_deref(),
        ),
        body: Vec::new(),
    };
    if answer.is_page() {
        let limits =
            Limits { max: ask.max, cut: ask.cut, min_bytes_per_s: options.min_bytes_per_s, rate_window: RATE_WINDOW };
        answer.body = body::read(response, limits).await?;
    }
    Ok(answer)
}

/// The first header of that name; octets beyond UTF-8 are replaced.
fn one(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// All headers of that name, as one list.
fn all(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    Some(values.join(", ")).filter(|value| !value.is_empty())
}
