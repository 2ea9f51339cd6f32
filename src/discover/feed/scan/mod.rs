//! Repaired XML in, every entry that can be made out of it: the reader for feeds that a strict one refuses. It looks at
//! local names, closes what was left open, and keeps what stands before the place where a feed was cut off.

mod values;

use std::collections::HashMap;
use std::time::Duration;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use url::Url;

use super::field::{Family, Field, field};
use super::{Entry, instant};
use crate::clock::Timestamp;
use crate::discover::plain;
use values::later;

/// Deeper elements than any feed has.
const MAX_DEPTH: usize = 256;
/// Text of one field beyond this is not read.
const MAX_FIELD: usize = 64 * 1024;

/// What was made out.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Local name of the first element, lower case.
    pub(super) root: String,
    /// Title of the channel.
    pub(super) title: String,
    /// How long the channel asks to be left alone.
    pub(super) ttl: Option<Duration>,
    /// The newest entries, in the order of the feed.
    pub(super) entries: Vec<Entry>,
    /// Entries seen, kept or not.
    pub(super) total: usize,
    /// Whether an element lay deeper than any feed needs.
    pub(super) too_deep: bool,
    /// Entries whose date lay in the future.
    pub(super) future: usize,
    /// Entries whose date could not be read.
    pub(super) undatable: usize,
    /// Entries with a date that names a month and a minute, and those where the two are equal.
    pub(super) minutes: (usize, usize),
}

/// Reads the repaired text of a feed that was served at `url`.
pub(super) fn scan(xml: &str, url: &Url, now: Timestamp) -> Scan {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut scanner = Scanner::new(url, now);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                scanner.depth += 1;
                scanner.open(&tag, false);
            }
            Ok(Event::Empty(tag)) => scanner.open(&tag, true),
            Ok(Event::End(tag)) => {
                scanner.depth = scanner.depth.saturating_sub(1);
                scanner.close(tag.name().0);
            }
            Ok(Event::Text(text)) => scanner.text(&text),
            Ok(Event::CData(text)) => scanner.text(&text),
            Ok(Event::GeneralRef(name)) => scanner.text(&plain::decode(&format!("&{};", &*name))),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
        if scanner.depth > MAX_DEPTH {
            scanner.scan.too_deep = true;
            break;
        }
    }
    scanner.finish()
}

/// An element whose text is being collected.
struct Capture {
    name: String,
    field: Field,
    rank: u8,
    kind: Kind,
    /// Elements of the same name that were opened inside.
    nested: usize,
    text: String,
    base: Option<Url>,
    is_permalink: bool,
    /// The script or style inside that is passed over now.
    unspoken: Option<String>,
}

/// What the text of an element is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Html,
    Base64,
}

/// An entry while it is read: each value with the rank of the element it came from.
#[derive(Default)]
struct Item {
    name: String,
    base: Option<Url>,
    id: Option<String>,
    title: Option<(u8, String)>,
    link: Option<(u8, Url)>,
    summary: Option<(u8, String)>,
    published: Option<(u8, Timestamp)>,
    updated: Option<(u8, Timestamp)>,
    future: bool,
    undatable: bool,
}

struct Scanner<'a> {
    url: &'a Url,
    now: Timestamp,
    base: Url,
    site: Option<Url>,
    depth: usize,
    families: HashMap<String, Family>,
    period: Option<(Duration, u32)>,
    item: Option<Item>,
    capture: Option<Capture>,
    kept: Vec<(usize, Entry)>,
    scan: Scan,
}

impl<'a> Scanner<'a> {
    fn new(url: &'a Url, now: Timestamp) -> Self {
        Self {
            url,
            now,
            base: url.clone(),
            site: None,
            depth: 0,
            families: HashMap::new(),
            period: None,
            item: None,
            capture: None,
            kept: Vec::new(),
            scan: Scan::default(),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, is_empty: bool) {
        let name = tag.name().0.to_owned();
        let (family, local) = self.resolve(tag, &name);
        if self.scan.root.is_empty() {
            self.scan.root.clone_from(&local);
        }
        let is_entry = family == Family::Core && matches!(local.as_str(), "item" | "entry");
        if is_entry && !self.inside_foreign_content(&name) {
            self.end_item();
            self.begin_item(tag, name);
            if is_empty {
                self.end_item();
            }
            return;
        }
        let found = field(family, &local);
        if let Some(capture) = &mut self.capture {
            if capture.name.eq_ignore_ascii_case(&name) {
                capture.nested += usize::from(!is_empty);
            }
            // An element that was never closed would hide the title and link that follow it.
            let is_hidden = capture.field == Field::Other
                && found.is_some_and(|(_, rank)| rank >= 3)
                && !is_container(&capture.name);
            if !is_hidden {
                if !capture.text.is_empty() && is_block(&local) {
                    capture.text.push(' ');
                }
                if !is_empty && matches!(local.as_str(), "script" | "style") {
                    capture.unspoken = Some(local);
                }
                return;
            }
        }
        self.begin_capture(tag, name, found);
        if is_empty {
            self.end_capture();
        }
    }

    /// Whether an element called `entry` or `item` belongs to the content of an entry.
    fn inside_foreign_content(&self, name: &str) -> bool {
        let in_content = self.capture.as_ref().is_some_and(|capture| capture.field == Field::Summary);
        in_content && self.item.as_ref().is_some_and(|item| !item.name.eq_ignore_ascii_case(name))
    }

    /// The vocabulary and the local name of an element, from the prefixes declared so far.
    fn resolve(&mut self, tag: &BytesStart<'_>, name: &str) -> (Family, String) {
        for attribute in tag.attributes().with_checks(false).flatten() {
            if let Some(prefix) = attribute.key.0.strip_prefix("xmlns:")
                && let Some(family) = Family::of_namespace(&attribute.value)
                && self.families.len() < 100
            {
                self.families.insert(prefix.to_ascii_lowercase(), family);
            }
        }
        match name.rsplit_once(':') {
            Some((prefix, local)) => {
                let prefix = prefix.to_ascii_lowercase();
                let family = self.families.get(&prefix).copied().unwrap_or_else(|| Family::of_prefix(&prefix));
                (family, local.to_ascii_lowercase())
            }
            None => (Family::Core, name.to_ascii_lowercase()),
        }
    }

    fn begin_item(&mut self, tag: &BytesStart<'_>, name: String) {
        self.scan.total += 1;
        let base = attribute(tag, "xml:base").and_then(|base| self.base.join(&base).ok());
        let mut item = Item { name, base, ..Item::default() };
        // RSS 1.0 names the entry on its element, Channel Definition Format links it there.
        for (key, rank) in [("href", 3), ("rdf:about", 1)] {
            let Some(value) = attribute(tag, key) else { continue };
            if key == "rdf:about" {
                item.id = Some(plain::line(&value, plain::MAX_TITLE));
            }
            if let Some(url) = self.link(item.base.as_ref(), &value, rank == 1) {
                later(&mut item.link, rank, url);
            }
        }
        if let Some(changed) = attribute(tag, "lastmod").and_then(|at| instant::read(&at, self.now)) {
            item.updated = Some((1, changed)).filter(|_| !instant::is_future(changed, self.now));
        }
        self.item = Some(item);
    }

    fn begin_capture(&mut self, tag: &BytesStart<'_>, name: String, found: Option<(Field, u8)>) {
        let (field, rank) = found.unwrap_or((Field::Other, 0));
        let base = attribute(tag, "xml:base").and_then(|base| self.current_base().join(&base).ok());
        if self.item.is_none()
            && !matches!(field, Field::Title | Field::Link | Field::Ttl | Field::Period | Field::Frequency)
        {
            if let Some(base) = base {
                self.base = base;
            }
            // Outside an entry only pictures, forms and people have titles and links of their own.
            if !is_container(&name) {
                return;
            }
            self.capture = Some(Capture {
                name,
                field: Field::Other,
                rank: 0,
                kind: Kind::Plain,
                nested: 0,
                text: String::new(),
                base: None,
                is_permalink: false,
                unspoken: None,
            });
            return;
        }
        let kind = match attribute(tag, "type").as_deref() {
            _ if attribute(tag, "mode").as_deref() == Some("base64") => Kind::Base64,
            // RFC 4287 §4.1.3.3: what is neither text nor XML is base64.
            Some("application/octet-stream") => Kind::Base64,
            Some("text" | "text/plain") if attribute(tag, "mode").as_deref() != Some("escaped") => Kind::Plain,
            Some("xhtml" | "application/xhtml+xml" | "application/xml") => Kind::Plain,
            None if matches!(self.scan.root.as_str(), "feed" | "entry") => Kind::Plain,
            _ => Kind::Html,
        };
        let is_permalink = !attribute(tag, "ispermalink").is_some_and(|value| value.eq_ignore_ascii_case("false"));
        let rel = attribute(tag, "rel").unwrap_or_default().to_ascii_lowercase();
        let leads_elsewhere = field == Field::Link && !(rel.is_empty() || rel.ends_with("alternate"));
        let field = if leads_elsewhere { Field::Other } else { field };
        let capture =
            Capture { name, field, rank, kind, nested: 0, text: String::new(), base, is_permalink, unspoken: None };
        if field == Field::Link
            && let Some(href) = attribute(tag, "href")
        {
            self.atom_link(tag, &href, capture.base.as_ref());
        }
        self.capture = Some(capture);
    }

    /// `<link rel="alternate" type="text/html" href="…">`.
    fn atom_link(&mut self, tag: &BytesStart<'_>, href: &str, base: Option<&Url>) {
        let media = attribute(tag, "type").unwrap_or_default();
        let is_rss = !matches!(self.scan.root.as_str(), "feed" | "entry") && !tag.name().0.contains(':');
        let rank = match media.is_empty() || media.contains("html") {
            // RSS has one kind of link, however it is written.
            true if is_rss => 5,
            true => 4,
            false => 3,
        };
        let Some(url) = self.link(base, href, false) else { return };
        match &mut self.item {
            Some(item) => later(&mut item.link, rank, url),
            None => self.site = self.site.take().or(Some(url)),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(capture) = &mut self.capture
            && capture.field != Field::Other
            && capture.unspoken.is_none()
            && capture.text.len() < MAX_FIELD
        {
            capture.text.push_str(plain::prefix(text, MAX_FIELD));
        }
    }

    fn close(&mut self, name: &str) {
        let local = name.rsplit(':').next().unwrap_or(name);
        let closes_item = self.item.as_ref().is_some_and(|item| item.name.eq_ignore_ascii_case(name));
        let closes_feed = ["channel", "feed", "rss", "rdf"].iter().any(|root| local.eq_ignore_ascii_case(root));
        if closes_item || closes_feed {
            self.end_item();
            return;
        }
        let Some(capture) = &mut self.capture else { return };
        capture.unspoken = capture.unspoken.take().filter(|unspoken| !unspoken.eq_ignore_ascii_case(local));
        if !capture.name.eq_ignore_ascii_case(name) {
            if !capture.text.is_empty() && is_block(&local.to_ascii_lowercase()) {
                capture.text.push(' ');
            }
        } else if capture.nested > 0 {
            capture.nested -= 1;
        } else {
            self.end_capture();
        }
    }

    fn finish(mut self) -> Scan {
        // The last entry of a feed that was cut off counts when it said what and where.
        if self.item.as_ref().is_some_and(|item| item.title.is_none() || item.link.is_none()) {
            self.item = None;
        }
        self.end_item();
        self.keep_newest();
        self.scan.ttl = self.scan.ttl.or(self.period.map(|(length, times)| length / times));
        self.scan.entries = self.kept.into_iter().map(|(_, entry)| entry).collect();
        self.scan
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.0.eq_ignore_ascii_case(name))?;
    Some(plain::decode(&found.value).trim().to_owned())
}

/// Elements with titles and links that are not the entry's.
fn is_container(name: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    matches!(
        local.as_str(),
        "author" | "contributor" | "source" | "image" | "textinput" | "group" | "content" | "owner" | "person" | "logo"
    )
}

fn is_block(local: &str) -> bool {
    matches!(local, "p" | "div" | "br" | "li" | "tr" | "td" | "h1" | "h2" | "h3" | "h4")
}
