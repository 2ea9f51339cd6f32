//! URL in, [`Page`] out: one client, robots.txt, per-host pace, limits and the address guard. Nothing else in the
//! crate opens a connection to a portal.

use url::Url;

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
}

/// What a conditional request sends back, exactly as received (RFC 9110 §13).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}
