//! The flow of one request: scheme, port and address; robots.txt; the host's turn; the exchange; and all of it
//! again for each redirect.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::exchange::{Answer, Ask, exchange};
use super::pace::Pace;
use super::rules::{self, Cache, Rules};
use super::tls::Anchors;
use super::{FetchError, Fetched, Guard, Options, Page, Request, What, client};
use crate::clock::{Clock, Timestamp};

/// Redirects followed for a robots.txt (RFC 9309 §2.3.1.2).
const ROBOTS_REDIRECTS: usize = 5;

/// The one way to the portals. Clones share the client, the turns of the hosts and the rules.
#[derive(Clone)]
pub struct Fetcher {
    parts: Arc<Parts>,
}

struct Parts {
    options: Options,
    clock: Clock,
    client: reqwest::Client,
    anchors: Anchors,
    guard: Guard,
    pace: Pace,
    cache: Cache,
}

impl Fetcher {
    /// Builds the client.
    ///
    /// # Errors
    /// When an option cannot be worked with.
    pub fn new(options: Options, clock: Clock) -> anyhow::Result<Self> {
        options.check()?;
        let guard = Guard::new(&options);
        let anchors = Anchors::default();
        let client = client::build(&options, &guard, anchors.clone())?;
        let pace = Pace::new(&options, clock.clone());
        Ok(Self { parts: Arc::new(Parts { options, clock, client, anchors, guard, pace, cache: Cache::default() }) })
    }

    /// Gives a host certificates of its own, which complete its chain or are its authority; those of before are
    /// forgotten.
    pub fn trust(&self, host: &str, certificates: &[rustls::pki_types::CertificateDer<'static>]) {
        self.parts.anchors.set(host, certificates);
    }

    /// Fetches a page politely.
    ///
    /// # Errors
    /// Every reason why there is no page; a status of 400 or more is one.
    pub async fn get(&self, request: Request<'_>) -> Result<Fetched, FetchError> {
        let options = &self.parts.options;
        let delay = request.delay.unwrap_or(options.delay());
        let (accept, max) = match request.what {
            What::Page => ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", options.page_max()),
            What::Feed => (
                "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.8",
                options.feed_max(),
            ),
            What::Sitemap => ("application/xml, text/xml, text/plain;q=0.9, */*;q=0.8", options.feed_max()),
            What::File { max_bytes } => ("application/pdf, application/*;q=0.9, text/rtf;q=0.9, */*;q=0.5", max_bytes),
        };
        let mut url = sendable(request.url);
        let mut validators =
            request.validators.filter(|validators| validators.etag.is_some() || validators.last_modified.is_some());
        let mut seen = HashSet::from([url.clone()]);
        let mut for_good = true;
        loop {
            let rules = self.rules(&url, request.home, delay).await?;
            if !rules.allows(&options.user_agent, url.as_str()) {
                return Err(FetchError::RobotsDenied);
            }
            let crawl_delay = rules.crawl_delay(&options.user_agent).unwrap_or_default().min(options.max_crawl_delay());
            let ask = Ask { url: &url, accept, validators, max, cut: false };
            let answer = self.send(ask, request.home, delay.max(crawl_delay)).await?;
            if answer.status == 304 && validators.is_some() {
                return Ok(Fetched::NotModified);
            }
            if answer.is_page() {
                let page = self.page(request.url, url, answer);
                return Ok(Fetched::Page(Page { moved_for_good: for_good && seen.len() > 1, ..page }));
            }
            if !answer.is_redirect() {
                return Err(FetchError::Status(answer.status));
            }
            for_good &= matches!(answer.status, 301 | 308);
            url = target(&url, &answer)?;
            if !seen.insert(url.clone()) {
                return Err(FetchError::RedirectLoop);
            }
            if seen.len() > options.max_redirects + 1 {
                return Err(FetchError::TooManyRedirects);
            }
            // They belong to the address that gave them (RFC 9110 §13).
            validators = None;
        }
    }

    /// Whether robots.txt lets us fetch `url`, asking for it when it is not known yet.
    ///
    /// # Errors
    /// When the address may not be reached or robots.txt cannot be read.
    pub async fn allowed(&self, url: &Url, home: &Url) -> Result<bool, FetchError> {
        let url = sendable(url);
        let rules = self.rules(&url, home, self.parts.options.delay()).await?;
        Ok(rules.allows(&self.parts.options.user_agent, url.as_str()))
    }

    /// Until when the host of `url` has asked to be left alone, for the process that comes after this one.
    pub async fn pause(&self, url: &Url) -> Option<Timestamp> {
        self.parts.pace.pause(&host_and_port(url)).await
    }

    /// The sitemaps that the robots.txt of `home` names; none when it cannot be read.
    pub async fn sitemaps(&self, home: &Url) -> Vec<Url> {
        let Ok(rules) = self.rules(home, home, self.parts.options.delay()).await else { return Vec::new() };
        let base = robots_url(home);
        let named = rules.sitemaps().iter().filter_map(|line| base.join(line).ok());
        named.filter(|url| matches!(url.scheme(), "http" | "https")).collect()
    }

    /// The rules for the origin of `url`.
    async fn rules(&self, url: &Url, home: &Url, delay: Duration) -> Rules {
        let parts = &self.parts;
        parts.guard.check(url, home)?;
        let slot = parts.cache.slot(&url.origin().ascii_serialization());
        let mut entry = slot.lock().await;
        if let Some(rules) = entry.as_ref().and_then(|entry| entry.fresh(parts.clock.now())) {
            return rules;
        }
        let rules = rules::judge(self.robots(robots_url(url), home, delay).await, parts.options.robots_max());
        // A host that asked for a pause was not asked for its rules.
        if !matches!(rules, Err(FetchError::Waiting { .. })) {
            parts.cache.keep(&mut entry, rules.clone(), parts.clock.now());
        }
        rules
    }

    /// Fetches a robots.txt through its redirects, also to other hosts: the rules stay those of the first.
    async fn robots(&self, mut url: Url, home: &Url, delay: Duration) -> Result<Answer, FetchError> {
        for _ in 0..=ROBOTS_REDIRECTS {
            let ask = Ask {
                url: &url,
                accept: "text/plain, */*;q=0.5",
                validators: None,
                max: self.parts.options.robots_max(),
                cut: true,
            };
            let answer = self.send(ask, home, delay).await?;
            if !answer.is_redirect() {
                return Ok(answer);
            }
            url = target(&url, &answer)?;
        }
        Err(FetchError::TooManyRedirects)
    }

    /// One guarded request in its host's turn.
    async fn send(&self, ask: Ask<'_>, home: &Url, delay: Duration) -> Result<Answer, FetchError> {
        let parts = &self.parts;
        parts.guard.check(ask.url, home)?;
        let mut turn = parts.pace.turn(&host_and_port(ask.url), delay).await?;
        let answer = exchange(&parts.client, &parts.options, &parts.guard, ask).await?;
        turn.answered(answer.status, answer.retry_after.as_deref());
        Ok(answer)
    }

    fn page(&self, requested: &Url, url: Url, answer: Answer) -> Page {
        Page {
            requested: requested.clone(),
            url,
            status: answer.status,
            content_type: answer.content_type,
            robots_tag: answer.robots_tag,
            validators: answer.validators,
            fresh_for: answer.fresh_for,
            moved_for_good: false,
            body: answer.body,
            fetched_at: self.parts.clock.now(),
        }
    }
}

/// The address without what is not sent to a server, or not by us: fragment, name and password.
fn sendable(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // Both fail only on addresses without a host, which the guard refuses.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// Where a redirect leads.
fn target(from: &Url, answer: &Answer) -> Result<Url, FetchError> {
    let Some(location) = &answer.location else {
        return Err(FetchError::Broken(format!("status {} without a location", answer.status)));
    };
    let to = from.join(location).map_err(|error| FetchError::Broken(format!("redirect to no address: {error}")))?;
    Ok(sendable(&to))
}

fn robots_url(url: &Url) -> Url {
    let mut robots = sendable(url);
    robots.set_path("/robots.txt");
    robots.set_query(None);
    robots
}

fn host_and_port(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}
