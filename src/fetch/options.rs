//! What an operator may set about fetching, with the reason of each default.

use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// The `[fetch]` section. Every bound exists because some portal, or someone in its place, went beyond it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Where a portal's administrator reaches us: an e-mail address or a URL, sent in `User-Agent`.
    pub contact: String,
    /// Product name in `User-Agent` and the token looked up in robots.txt: letters, `-` and `_` (RFC 9309 §2.2.1).
    pub user_agent: String,
    /// Milliseconds between the end of an answer and the next request to the same host; 0 for none. State portals
    /// are small machines: two seconds keep us below any visitor.
    pub delay_ms: u64,
    /// Longest `Crawl-delay` that is honoured, in seconds; a portal that asks for more is given this.
    pub max_crawl_delay_s: u64,
    /// Seconds for look-up, connection and TLS handshake; at least 1.
    pub connect_timeout_s: u64,
    /// Seconds from the connection to the first byte of the answer; at least 1. Old portals render slowly.
    pub first_byte_timeout_s: u64,
    /// Seconds for one request with its whole answer; at least 1. Each redirect counts anew.
    pub timeout_s: u64,
    /// Bytes per second below which an answer is given up, measured every five seconds; 0 for no bound. A server
    /// that drips would otherwise hold its host's only connection until the total time is over.
    pub min_bytes_per_s: u64,
    /// Redirects followed for one request.
    pub max_redirects: usize,
    /// Largest page after decompression, in MB (1,000,000 bytes).
    pub page_max_mb: u64,
    /// Largest feed or sitemap after decompression, in MB.
    pub feed_max_mb: u64,
    /// How much of a robots.txt is read, in KiB; the rest is ignored. RFC 9309 §2.5 wants at least 500.
    pub robots_max_kb: u64,
    /// Longest `Retry-After` that is honoured, in hours, so that a mistyped header does not silence a portal.
    pub max_retry_after_h: u64,
    /// Networks that may be reached although they are loopback, private or reserved, e.g. `["10.1.0.0/16"]`.
    pub allow_networks: Vec<IpNet>,
    /// Ports that may be reached besides the one of a portal's own address.
    pub allow_ports: Vec<u16>,
    /// Requests per second over all hosts, at least 1: a guard that no bug passes, far above what politeness to each
    /// host leaves.
    pub requests_per_second: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            contact: "https://lantoa.example/crawler".to_owned(),
            user_agent: "lantoa".to_owned(),
            delay_ms: 2_000,
            max_crawl_delay_s: 60,
            connect_timeout_s: 10,
            first_byte_timeout_s: 15,
            timeout_s: 60,
            min_bytes_per_s: 1_024,
            max_redirects: 10,
            page_max_mb: 15,
            feed_max_mb: 20,
            robots_max_kb: 500,
            max_retry_after_h: 24,
            allow_networks: Vec::new(),
            allow_ports: vec![80, 443],
            requests_per_second: 2000,
        }
    }
}

impl Options {
    /// Says what cannot be worked with, in the operator's words.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let is_token = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_');
        anyhow::ensure!(
            !self.user_agent.is_empty() && self.user_agent.bytes().all(is_token),
            "fetch.user_agent is {:?}: use letters, hyphens and underscores only, as robots.txt does",
            self.user_agent
        );
        anyhow::ensure!(
            !self.contact.is_empty()
                && self.contact.bytes().all(|byte| byte.is_ascii_graphic() && !b"()".contains(&byte)),
            "fetch.contact is {:?}: give an e-mail address or a URL without spaces or parentheses",
            self.contact
        );
        let at_least_1 = [
            ("connect_timeout_s", self.connect_timeout_s),
            ("first_byte_timeout_s", self.first_byte_timeout_s),
            ("timeout_s", self.timeout_s),
            ("requests_per_second", u64::from(self.requests_per_second)),
        ];
        for (name, value) in at_least_1 {
            anyhow::ensure!(value >= 1, "fetch.{name} is 0: set it to at least 1");
        }
        Ok(())
    }

    pub(super) fn user_agent_header(&self) -> String {
        format!("{}/{} (+{})", self.user_agent, env!("CARGO_PKG_VERSION"), self.contact)
    }

    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    pub(super) fn max_crawl_delay(&self) -> Duration {
        Duration::from_secs(self.max_crawl_delay_s)
    }

    pub(super) fn max_retry_after(&self) -> Duration {
        Duration::from_secs(self.max_retry_after_h.saturating_mul(3_600))
    }

    /// Largest page, in bytes.
    pub(super) fn page_max(&self) -> usize {
        bytes(self.page_max_mb, 1_000_000)
    }

    /// Largest feed or sitemap, in bytes.
    pub(super) fn feed_max(&self) -> usize {
        bytes(self.feed_max_mb, 1_000_000)
    }

    /// How much of a robots.txt is read, in bytes.
    pub(super) fn robots_max(&self) -> usize {
        bytes(self.robots_max_kb, 1_024)
    }
}

fn bytes(count: u64, unit: u64) -> usize {
    usize::try_from(count.saturating_mul(unit)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_values_are_named() {
        let check = |change: fn(&mut Options), expected: &str| {
            let mut options = Options::default();
            change(&mut options);
            match options.check() {
                Ok(()) => assert_eq!(expected, ""),
                Err(error) => assert!(!expected.is_empty() && error.to_string().contains(expected), "{error}"),
            }
        };
        check(|_| (), "");
        check(|options| options.user_agent = "lan toa".to_owned(), "fetch.user_agent");
        check(|options| options.contact = "a\r\nX: y".to_owned(), "fetch.contact");
        check(|options| options.timeout_s = 0, "fetch.timeout_s");
        check(|options| options.requests_per_second = 0, "fetch.requests_per_second");
    }

    #[test]
    fn options_read_what_they_write() {
        let options = Options { allow_networks: vec!["10.0.0.0/8".parse().expect("a network")], ..Options::default() };
        let text = toml::to_string(&options).expect("options are plain values");
        assert_eq!(toml::from_str::<Options>(&text).expect("what was written"), options);
        assert!(toml::from_str::<Options>("dealy_ms = 1").is_err());
    }
}
