//! URL in, [`Page`] out: one client, robots.txt, per-host pace, limits and the address guard. Nothing else in the
//! crate opens a connection to a portal.

mod body;
mod charset;
mod client;
mod coding;
mod error;
mod exchange;
mod fetcher;
mod freshness;
mod guard;
mod options;
mod pace;
pub mod robots;
mod rules;
mod sender;
mod sniff;
#[cfg(test)]
mod tests;
mod tls;

use std::time::Duration;

use url::Url;

pub use charset::{Decoded, decode, decode_xml, prescan};
pub use error::{FetchError, Stage};
pub use fetcher::Fetcher;
pub use guard::Guard;
pub use options::Options;
pub use sender::Sender;
pub use sniff::no_text;
pub use tls::{TlsFault, certificates};

use crate::clock::Timestamp;

/// Bytes that a portal answered, with where they came from.
#[derive(Clone, Debug)]
pub struct Page {
    /// The address that was asked.
    pub requested: Url,
    /// The address that answered, after redirects.
    pub url: Url,
    /// HTTP status.
    pub status: u16,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// `X-Robots-Tag` as sent.
    pub robots_tag: Option<String>,
    /// What to send with the next conditional request.
    pub validators: Validators,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// When the answer was complete.
    pub fetched_at: Timestamp,
    /// How long caches may keep the answer (RFC 9111 §4.2.1), when the server says so.
    pub fresh_for: Option<Duration>,
    /// Every redirect on the way was a permanent one (301 or 308), and there was one at least.
    pub moved_for_good: bool,
}

/// What a conditional request sends back, exactly as received (RFC 9110 §13).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// What to fetch.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The address.
    pub url: &'a Url,
    /// What is expected there.
    pub what: What,
    /// Those of the last visit; with them the answer may be [`Fetched::NotModified`].
    pub validators: Option<&'a Validators>,
    /// The portal's own address, whose port is allowed besides the usual ones.
    pub home: &'a Url,
    /// The portal's own pace instead of the general one.
    pub delay: Option<Duration>,
}

/// What is expected at an address: decides the limit of its size and the `Accept` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An HTML page.
    Page,
    /// RSS, Atom or JSON Feed.
    Feed,
    /// XML or text sitemap.
    Sitemap,
    /// A document that an article links to.
    File {
        /// Largest size, in bytes.
        max_bytes: usize,
    },
}

/// What came of a request.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is alive per request, and a page is its usual content")]
pub enum Fetched {
    /// A whole page.
    Page(Page),
    /// The page is still the one that the validators belong to.
    NotModified,
}
