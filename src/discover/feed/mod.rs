//! A feed in, its entries out: RSS of every version, Atom, JSON Feed, and what calls itself so. Nothing is expanded,
//! nothing is fetched, and it never fails: a document that is no feed has no entries and a problem that says what it is.
//!
//! The text is repaired and read twice: by feed-rs, which is strict and knows the vocabularies, and by a tolerant
//! scanner. Where both see the same entries the scanner fills what feed-rs left empty; where feed-rs refuses the
//! document or loses entries the scanner alone is believed.

mod field;
pub(super) mod instant;
mod json;
mod repair;
mod scan;

use std::time::Duration;

use feed_rs::model;
use url::Url;
use xxhash_rust::xxh3::xxh3_128;

use super::{Lead, plain};
use crate::clock::Timestamp;
use crate::{fetch, portal};

/// Entries of one feed that are kept, the newest: a poll every day misses nothing of any portal with these.
const MAX_ENTRIES: usize = 2000;
/// Feeds with fewer dated entries may carry any minute by chance.
const MIN_DATED: usize = 3;

/// What a feed says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// The channel's title; empty when it has none.
    pub title: String,
    /// At most 2,000 entries, in the feed's order.
    pub entries: Vec<Entry>,
    /// What is wrong with it, in words.
    pub problems: Vec<String>,
    /// How long it asks to be left alone.
    pub ttl: Option<Duration>,
}

/// One entry of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The feed's own identifier, or a hash of link and title when it gives none. Feeds repeat and change them: a hint.
    pub id: String,
    /// Plain text, at most 300 characters.
    pub title: Option<String>,
    /// Where the article is; absolute, http or https.
    pub link: Option<Url>,
    /// When it was published, as the feed says.
    pub published: Option<Timestamp>,
    /// When it was changed, as the feed says.
    pub updated: Option<Timestamp>,
    /// Plain text, at most 2,000 characters; empty when there is none.
    pub summary: String,
}

impl Entry {
    /// What is worth visiting: nothing when the entry has no link. A feed that gives one date gives that of publication,
    /// whatever it calls it.
    #[must_use]
    pub fn lead(&self) -> Option<Lead> {
        Some(Lead {
            url: self.link.clone()?,
            title: self.title.clone(),
            published: self.published.or(self.updated),
            modified: self.updated.filter(|_| self.published.is_some()),
        })
    }
}

impl Feed {
    /// The leads of its entries, each canonical address once, in the feed's order.
    #[must_use]
    pub fn leads(&self) -> Vec<Lead> {
        let mut seen = std::collections::HashSet::new();
        self.entries
            .iter()
            .filter_map(Entry::lead)
            .filter(|lead| seen.insert(portal::canonical_url(&lead.url)))
            .collect()
    }
}

/// Reads the feed that was served at `url`. Dates more than 48 hours after `now` are dropped.
#[must_use]
pub fn feed(body: &[u8], content_type: Option<&str>, url: &Url, now: Timestamp) -> Feed {
    let decoded = fetch::decode_xml(body, content_type);
    let mut feed = if decoded.text.trim_start().starts_with(['{', '[']) {
        json::read(&decoded.text, url, now)
    } else {
        xml(&decoded.text, url, now)
    };
    if decoded.doubtful && !feed.entries.is_empty() {
        feed.problems.push(format!("encoding is doubtful, read as {}", decoded.encoding));
    }
    let linkless = feed.entries.iter().filter(|entry| entry.link.is_none()).count();
    if linkless > 0 {
        feed.problems.push(format!("{linkless} of {} entries have no link", feed.entries.len()));
    }
    for entry in &mut feed.entries {
        if entry.id.is_empty() {
            entry.id = own_id(entry);
        }
    }
    feed
}

fn xml(text: &str, url: &Url, now: Timestamp) -> Feed {
    let repaired = repair::repair(text);
    let scan = scan::scan(&repaired, url, now);
    let mut problems = Vec::new();
    if let Some(problem) = not_a_feed(text, &scan) {
        problems.push(problem);
        return Feed { problems, ..Feed::default() };
    }
    if scan.total > MAX_ENTRIES {
        problems.push(format!("{} entries, kept the newest {MAX_ENTRIES}", scan.total));
    }
    if scan.too_deep {
        problems.push("elements nested too deep, read up to there".to_owned());
    }
    if scan.future > 0 {
        problems.push(format!("{} entries are dated in the future, dates dropped", scan.future));
    }
    if scan.undatable > 0 {
        problems.push(format!("{} entries have dates that cannot be read", scan.undatable));
    }
    if scan.minutes.0 >= MIN_DATED && scan.minutes.0 == scan.minutes.1 {
        problems.push("the minutes of every date are its month, only the day and hour are known".to_owned());
    }
    let (mut entries, mut title) = (scan.entries, scan.title);
    let is_ordinary = scan.total <= MAX_ENTRIES && !scan.too_deep;
    if let Some(strict) = is_ordinary.then(|| strictly(&repaired, url, now)).flatten() {
        if title.is_empty() {
            title = strict.title.as_ref().map(|text| text_of(text, plain::MAX_TITLE)).unwrap_or_default();
        }
        if strict.entries.len() == entries.len() {
            for (entry, strict) in entries.iter_mut().zip(&strict.entries) {
                complete(entry, strict, url, now);
            }
        }
    }
    Feed { title, entries, problems, ttl: scan.ttl }
}

/// What the document is when it is no feed.
fn not_a_feed(text: &str, scan: &scan::Scan) -> Option<String> {
    if scan.total > 0 || matches!(scan.root.as_str(), "rss" | "rdf" | "feed" | "channel") {
        return None;
    }
    let head = plain::prefix(text, 64 * 1024).to_ascii_lowercase();
    let reason = if head.trim().is_empty() {
        "an empty document"
    } else if head.contains("document.cookie") && head.contains("<script") && text.len() < 64 * 1024 {
        "a JavaScript challenge page, the portal turns crawlers away here"
    } else if head.contains("<html") || head.contains("<!doctype html") || head.contains("<body") {
        "an HTML page"
    } else if matches!(scan.root.as_str(), "urlset" | "sitemapindex") {
        "a sitemap"
    } else {
        "neither RSS nor Atom nor JSON Feed"
    };
    Some(format!("not a feed: {reason}"))
}

/// What feed-rs makes of the document, or nothing when it refuses.
fn strictly(xml: &str, url: &Url, now: Timestamp) -> Option<model::Feed> {
    feed_rs::parser::Builder::new()
        .base_uri(Some(url.as_str()))
        // An invented identifier is worse than none: the same entry would be new at every visit.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| instant::read(text, now).and_then(|at| at.to_string().parse().ok()))
        .sanitize_content(false)
        .build()
        .parse(xml.as_bytes())
        .ok()
}

/// Fills what the scanner left empty.
fn complete(entry: &mut Entry, strict: &model::Entry, url: &Url, now: Timestamp) {
    let believable = |millis: i64| Timestamp::from_millisecond(millis).ok().filter(|&at| !instant::is_future(at, now));
    if entry.id.is_empty() {
        entry.id = plain::line(&strict.id, plain::MAX_TITLE);
    }
    if entry.title.is_none() {
        entry.title =
            strict.title.as_ref().map(|text| text_of(text, plain::MAX_TITLE)).filter(|title| !title.is_empty());
    }
    if entry.link.is_none() {
        let is_article = |link: &&model::Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
        entry.link = strict.links.iter().find(is_article).and_then(|link| super::address::resolve(url, &link.href));
    }
    if entry.published.is_none() {
        entry.published = strict.published.and_then(|at| believable(at.timestamp_millis()));
    }
    if entry.updated.is_none() {
        entry.updated = strict.updated.and_then(|at| believable(at.timestamp_millis()));
    }
    if entry.summary.is_empty() {
        entry.summary = strict.summary.as_ref().map(|text| text_of(text, plain::MAX_SUMMARY)).unwrap_or_default();
    }
}

fn text_of(text: &model::Text, max: usize) -> String {
    spoken(&text.content, text.content_type.essence().to_string() != "text/plain", max)
}

/// The text of a title or summary. Some software writes CDATA marks as text, or escapes twice.
fn spoken(written: &str, is_html: bool, max: usize) -> String {
    let written = written.trim();
    let inner = written.strip_prefix("<![CDATA[").map(|inner| inner.strip_suffix("]]>").unwrap_or(inner));
    let has_references = written.contains('&');
    if is_html || inner.is_some() || has_references {
        let once = plain::text(inner.unwrap_or(written), max);
        // `&amp;nbsp;` that was escaped again shows as a reference even now.
        return if once.contains('&') && once.contains(';') { plain::line(&plain::decode(&once), max) } else { once };
    }
    plain::line(written, max)
}

fn own_id(entry: &Entry) -> String {
    let link = entry.link.as_ref().map(portal::canonical_url);
    let name = link.as_ref().map_or_else(|| entry.title.as_deref().unwrap_or(&entry.summary), Url::as_str);
    format!("{:032x}", xxh3_128(name.as_bytes()))
}

#[cfg(test)]
mod tests;
