//! The SDK's requests over our own HTTP client: one connection pool, time-outs on everything, no proxy from the
//! environment, no redirects, and the server's status kept with every error so that callers can choose by it.

use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use futures::io::{AsyncRead, AsyncReadExt};
use meilisearch_sdk::errors::{Error, MeilisearchCommunicationError};
use meilisearch_sdk::request::{HttpClient, Method};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A server on the same network answers a connection at once.
const CONNECT: Duration = Duration::from_secs(5);
/// The slowest exchange is a batch of 8 MiB; writes are only taken into a queue, the work itself is polled.
const EXCHANGE: Duration = Duration::from_secs(60);
/// Answers are pages of at most 100 articles.
const LONGEST_ANSWER_BYTES: usize = 64 << 20;
/// Of the server's words in an error.
const LONGEST_WORDS: usize = 500;

/// An HTTP client with one key.
#[derive(Clone)]
pub(super) struct Http {
    client: reqwest::Client,
}

impl Http {
    pub(super) fn new(key: &str) -> Result<Self> {
        // Plain HTTP needs no TLS, but the client asks for a provider all the same. A second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        if !key.is_empty() {
            let mut bearer = HeaderValue::from_str(&format!("Bearer {key}"))
                .context("cannot use the Meilisearch key: it holds characters that no header may carry")?;
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        let client = reqwest::Client::builder()
            .default_headers(headers)
            .connect_timeout(CONNECT)
            .timeout(EXCHANGE)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("cannot make an HTTP client for Meilisearch")?;
        Ok(Self { client })
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn stream_request<Query, Body, Output>(
        &self,
        url: &str,
        method: Method<Query, Body>,
        content_type: &str,
        expected_status_code: u16,
    ) -> Result<Output, Error>
    where
        Query: Serialize + Send + Sync,
        Body: AsyncRead + Send + Sync + 'static,
        Output: DeserializeOwned + 'static,
    {
        let verb = match &method {
            Method::Get { .. } => reqwest::Method::GET,
            Method::Post { .. } => reqwest::Method::POST,
            Method::Patch { .. } => reqwest::Method::PATCH,
            Method::Put { .. } => reqwest::Method::PUT,
            Method::Delete { .. } => reqwest::Method::DELETE,
        };
        let mut request = self.client.request(verb, with_query(url, method.query())?);
        if let Some(body) = method.into_body() {
            let mut bytes = Vec::new();
            Box::pin(body).read_to_end(&mut bytes).await.map_err(other)?;
            request = request.header(CONTENT_TYPE, content_type).body(bytes);
        }
        let mut response = request.send().await.map_err(|cause| other(cause.without_url()))?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|cause| other(cause.without_url()))? {
            if answer.len() + chunk.len() > LONGEST_ANSWER_BYTES {
                return Err(other("the answer is too long"));
            }
            answer.extend_from_slice(&chunk);
        }
        if status != expected_status_code {
            let message = Some(words(&answer));
            return Err(MeilisearchCommunicationError { status_code: status, message, url: url.to_owned() }.into());
        }
        let answer = if answer.is_empty() { b"null".as_slice() } else { &answer };
        Ok(serde_json::from_slice(answer)?)
    }

    fn is_tokio(&self) -> bool {
        true
    }
}

fn other(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Other(cause.into())
}

fn with_query(url: &str, query: &impl Serialize) -> Result<String, Error> {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    if let Value::Object(fields) = serde_json::to_value(query)? {
        for (name, value) in fields {
            match value {
                Value::Null => {}
                Value::String(text) => drop(pairs.append_pair(&name, &text)),
                Value::Array(list) => {
                    let list: Vec<_> =
                        list.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect();
                    pairs.append_pair(&name, &list.join(","));
                }
                value => drop(pairs.append_pair(&name, &value.to_string())),
            }
        }
    }
    let pairs = pairs.finish();
    Ok(if pairs.is_empty() { url.to_owned() } else { format!("{url}?{pairs}") })
}

/// `code: message` of the server's error, or the beginning of whatever came instead.
fn words(answer: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(answer) {
        Ok(value) => match (value["code"].as_str(), value["message"].as_str()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            _ => value.to_string(),
        },
        Err(_) => String::from_utf8_lossy(answer).into_owned(),
    };
    text.replace(|c: char| c.is_control(), " ").chars().take(LONGEST_WORDS).collect()
}
