//! The one HTTP client: no proxy, no cookies, no redirects of its own, the guard as its resolver.

use std::time::Duration;

use anyhow::Context;
use reqwest::ClientBuilder;
use reqwest::redirect::Policy;

use super::tls::{self, Anchors};
use super::{Guard, Options};

/// Idle connections are dropped after this; longer than the usual pause between two requests to a host.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Header lines of one answer; portals send about fifteen, and a flood of cookies sixty.
const MAX_HEADER_LINES: usize = 100;

/// Bytes of headers of one answer.
pub(super) const MAX_HEADER_BYTES: u32 = 64 << 10;

/// Builds the client; `anchors` are the certificates of single portals. Without any CA certificate on the machine it
/// still works for plain HTTP.
pub(super) fn build(options: &Options, guard: &Guard, anchors: Anchors) -> anyhow::Result<reqwest::Client> {
    // Another part of the program may have installed a provider first; either serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tls = tls::config(anchors)?;
    builder(options, guard).tls_backend_preconfigured(tls).build().context("cannot build the http client")
}

fn builder(options: &Options, guard: &Guard) -> ClientBuilder {
    ClientBuilder::new()
        .user_agent(options.user_agent_header())
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .dns_resolver(guard.clone())
        .connect_timeout(Duration::from_secs(options.connect_timeout_s))
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(KEEP_ALIVE)
        // Decompressed in `body`, where the bytes on the wire can be counted.
        .no_gzip()
        .no_brotli()
        // Another crate switches these on for every client of the program.
        .no_deflate()
        .no_zstd()
        .http1_max_headers(MAX_HEADER_LINES)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        // RFC 9112 §5.1 and §5.2 let a client read these two mistakes of old servers.
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
}
