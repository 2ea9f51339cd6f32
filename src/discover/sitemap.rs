//! A sitemap in, the addresses it names out: XML with right, wrong or no namespaces, news sitemaps, plain text, gzip,
//! RSS and Atom. Read as a stream, cut at the protocol's own limits; nothing it refers to is opened.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use url::Url;

use super::feed::instant;
use super::{Lead, address, feed, plain};
use crate::clock::Timestamp;
use crate::fetch;

/// The protocol's limit of one file, uncompressed.
const MAX_BYTES: u64 = 50 * 1024 * 1024;
/// The protocol's limit of entries in one file.
const MAX_URLS: usize = 50_000;
/// Deeper elements than any sitemap has.
const MAX_DEPTH: usize = 64;
/// Text of one element beyond this is no address.
const MAX_FIELD: usize = 4096;

/// What a sitemap says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sitemap {
    /// The pages it names, at most 50,000; `published` only from news sitemaps and feeds, `modified` from `lastmod`.
    pub leads: Vec<Lead>,
    /// The sitemaps it names, with their `lastmod`.
    pub sitemaps: Vec<(Url, Option<Timestamp>)>,
    /// What is wrong with it, in words.
    pub problems: Vec<String>,
}

/// Reads the sitemap that was served at `url`. Dates more than 48 hours after `now` are dropped.
#[must_use]
pub fn sitemap(body: &[u8], url: &Url, now: Timestamp) -> Sitemap {
    let mut problems = Vec::new();
    let unpacked = body.starts_with(&[0x1F, 0x8B]).then(|| unpack(body, MAX_BYTES, &mut problems));
    let body = unpacked.as_deref().unwrap_or(body);
    let text = fetch::decode_xml(body, None).text;
    let mut sitemap = match first_element(&text).as_str() {
        "" => lines(&text, url),
        "rss" | "rdf" | "feed" => {
            let feed = feed(body, None, url, now);
            Sitemap { leads: feed.leads(), sitemaps: Vec::new(), problems: feed.problems }
        }
        "html" => Sitemap { problems: vec!["not a sitemap: an HTML page".to_owned()], ..Sitemap::default() },
        _ => Xml::new(url, now).read(&text),
    };
    sitemap.problems.splice(0..0, problems);
    sitemap
}

fn unpack(body: &[u8], limit: u64, problems: &mut Vec<String>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Err(error) = MultiGzDecoder::new(body).take(limit).read_to_end(&mut out) {
        problems.push(format!("gzip is damaged, read what could be unpacked: {error}"));
    } else if out.len() as u64 == limit {
        problems.push(format!("larger than {} MB when unpacked, read up to there", limit >> 20));
    }
    out
}

/// Local name of the first element, lower case; empty when the text is no markup.
fn first_element(text: &str) -> String {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    while let Some(inner) = rest.strip_prefix('<') {
        let name: String = inner.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == ':').collect();
        let is_doctype_html = inner.get(..13).is_some_and(|start| start.eq_ignore_ascii_case("!doctype html"));
        if !name.is_empty() || is_doctype_html {
            let local = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
            return if is_doctype_html { "html".to_owned() } else { local };
        }
        let end = if inner.starts_with("!--") { "-->" } else { ">" };
        rest = rest.find(end).map_or("", |at| &rest[at + end.len()..]).trim_start();
    }
    // Text before the first element, as a script's warning leaves it, hides no sitemap.
    ["urlset", "sitemapindex"]
        .into_iter()
        .find(|root| text.contains(&format!("<{root}")))
        .unwrap_or_default()
        .to_owned()
}

/// One address a line.
fn lines(text: &str, url: &Url) -> Sitemap {
    let mut sitemap = Sitemap::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if sitemap.leads.len() == MAX_URLS {
            sitemap.problems.push(too_many());
            break;
        }
        let is_address = line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
        if let Some(url) = address::resolve(url, line).filter(|_| is_address) {
            sitemap.leads.push(Lead { url, title: None, published: None, modified: None });
        }
    }
    if sitemap.leads.is_empty() {
        sitemap.problems.push("not a sitemap: neither XML nor a list of addresses".to_owned());
    }
    sitemap
}

fn too_many() -> String {
    format!("more than {MAX_URLS} addresses, read up to there")
}

/// One `<url>` or `<sitemap>` while it is read.
#[derive(Default)]
struct Record {
    loc: String,
    lastmod: String,
    published: String,
    title: String,
    /// Text that stands directly in the record: some forget `<loc>`.
    bare: String,
}

struct Xml<'a> {
    url: &'a Url,
    now: Timestamp,
    is_index: bool,
    record: Record,
    /// The element that is being read, or nothing.
    field: &'static str,
    depth: usize,
    refused: usize,
    sitemap: Sitemap,
}

impl<'a> Xml<'a> {
    fn new(url: &'a Url, now: Timestamp) -> Self {
        Self {
            url,
            now,
            is_index: false,
            record: Record::default(),
            field: "",
            depth: 0,
            refused: 0,
            sitemap: Sitemap::default(),
        }
    }

    fn read(mut self, text: &str) -> Sitemap {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            match reader.read_event() {
                Ok(Event::Start(tag)) => {
                    self.depth += 1;
                    self.open(tag.name().0);
                }
                Ok(Event::End(tag)) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.close(tag.name().0);
                }
                Ok(Event::Text(text)) => self.text(&text),
                Ok(Event::CData(text)) => self.text(&text),
                Ok(Event::GeneralRef(name)) => self.text(&plain::decode(&format!("&{};", &*name))),
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(error) => {
                    self.sitemap.problems.push(format!("not well-formed, read up to there: {error}"));
                    // The tag that was torn ended the text before it.
                    self.commit();
                    break;
                }
            }
            if self.depth > MAX_DEPTH {
                self.sitemap.problems.push("elements nested too deep, read up to there".to_owned());
                break;
            }
            if self.sitemap.leads.len() + self.sitemap.sitemaps.len() >= MAX_URLS {
                self.sitemap.problems.push(too_many());
                break;
            }
        }
        if self.refused > 0 {
            self.sitemap.problems.push(format!("{} addresses are unusable", self.refused));
        }
        self.sitemap
    }

    fn open(&mut self, name: &str) {
        match meaning(name) {
            // An address may be wrapped once more.
            _ if self.field == "loc" => {}
            "sitemap" | "url" => {
                self.commit();
                self.is_index = meaning(name) == "sitemap";
                self.field = "bare";
            }
            "loc" => {
                if !self.record.loc.trim().is_empty() {
                    self.commit();
                }
                self.field = "loc";
            }
            field @ ("lastmod" | "published" | "title") => self.field = field,
            _ => self.field = "",
        }
    }

    fn close(&mut self, name: &str) {
        let closed = meaning(name);
        if self.field == "loc" && closed != "loc" {
            return;
        }
        self.field = "";
        if matches!(closed, "sitemap" | "url" | "root") {
            self.commit();
        }
    }

    fn text(&mut self, text: &str) {
        let into = match self.field {
            "loc" => &mut self.record.loc,
            "lastmod" => &mut self.record.lastmod,
            "published" => &mut self.record.published,
            "title" => &mut self.record.title,
            "bare" => &mut self.record.bare,
            _ => return,
        };
        if into.len() < MAX_FIELD {
            into.push_str(plain::prefix(text, MAX_FIELD));
        }
    }

    fn commit(&mut self) {
        let record = std::mem::take(&mut self.record);
        let written = if record.loc.trim().is_empty() { record.bare.trim() } else { record.loc.trim() };
        if written.is_empty() {
            return;
        }
        let Some(url) = address::resolve(self.url, written) else {
            self.refused += 1;
            return;
        };
        let date = |text: &str| instant::read(text, self.now).filter(|&at| !instant::is_future(at, self.now));
        if self.is_index {
            self.sitemap.sitemaps.push((url, date(&record.lastmod)));
        } else {
            let title = plain::text(&record.title, plain::MAX_TITLE);
            self.sitemap.leads.push(Lead {
                url,
                title: (!title.is_empty()).then_some(title),
                published: date(&record.published),
                modified: date(&record.lastmod),
            });
        }
    }
}

/// What an element means; pictures, films and translations have addresses and titles that are not the page's.
fn meaning(name: &str) -> &'static str {
    let (prefix, local) = name.rsplit_once(':').unwrap_or(("", name));
    if ["image", "video", "xhtml", "mobile", "pagemap", "geo"].iter().any(|other| prefix.eq_ignore_ascii_case(other)) {
        return "";
    }
    match local.to_ascii_lowercase().as_str() {
        "sitemap" => "sitemap",
        "url" => "url",
        "loc" => "loc",
        "lastmod" => "lastmod",
        "publication_date" => "published",
        "title" => "title",
        "urlset" | "sitemapindex" => "root",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use std::io::Write;
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    fn read(body: &[u8]) -> Sitemap {
        sitemap(body, &"https://bo.gov.vn/sitemap.xml".parse().unwrap(), "2026-11-20T00:00:00Z".parse().unwrap())
    }

    /// Pages as `address date title`, sitemaps as `> address date`.
    fn check(body: &[u8], expected: &[&str]) -> Sitemap {
        let sitemap = read(body);
        let date = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let pages = sitemap.leads.iter().map(|lead| {
            format!("{} {} {}", lead.url, date(lead.published.or(lead.modified)), lead.title.as_deref().unwrap_or(""))
        });
        let indexes = sitemap.sitemaps.iter().map(|(url, at)| format!("> {url} {}", date(*at)));
        let shown: Vec<String> = pages.chain(indexes).map(|line| line.trim_end().to_owned()).collect();
        assert_eq!(shown, expected, "{}\n{:?}", String::from_utf8_lossy(body), sitemap.problems);
        sitemap
    }

    #[test]
    fn pages_and_indexes() {
        check(
            b"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>\n https://bo.gov.vn/a?x=1&amp;y=2 </loc><lastmod>2023-08-16</lastmod></url><url><loc><![CDATA[https://bo.gov.vn/b&c]]></loc></url></urlset>",
            &["https://bo.gov.vn/a?x=1&y=2 2023-08-15T17:00:00Z", "https://bo.gov.vn/b&c"],
        );
        check(b"<sm:sitemapindex><sm:sitemap><sm:loc>/s1.xml.gz</sm:loc><sm:lastmod>2023-08-16T01:00:00Z</sm:lastmod></sm:sitemap></sm:sitemapindex>", &["> https://bo.gov.vn/s1.xml.gz 2023-08-16T01:00:00Z"]);
        check(
            "<urlset><url><loc>https://bo.gov.vn/1</loc><news:news><news:publication><news:name>Bộ</news:name></news:publication><news:publication_date>2023-08-16T08:37+07:00</news:publication_date><news:title>Một &amp; hai</news:title></news:news><image:image><image:loc>https://bo.gov.vn/a.jpg</image:loc><image:title>ảnh</image:title></image:image></url></urlset>".as_bytes(),
            &["https://bo.gov.vn/1 2023-08-16T01:37:00Z Một & hai"],
        );
    }

    #[test]
    fn other_forms() {
        check(
            "\u{FEFF}https://bo.gov.vn/1\r\n\r\nghi chú\nhttps://bo.gov.vn/2".as_bytes(),
            &["https://bo.gov.vn/1", "https://bo.gov.vn/2"],
        );
        check(
            "<rss><channel><item><title>Một</title><link>https://bo.gov.vn/1</link></item></channel></rss>".as_bytes(),
            &["https://bo.gov.vn/1  Một"],
        );
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"<urlset><url><loc>https://bo.gov.vn/1</loc></url></urlset>").unwrap();
        let packed = gzip.finish().unwrap();
        check(&packed, &["https://bo.gov.vn/1"]);
        assert!(read(&packed[..packed.len() - 9]).problems[0].contains("gzip"));
        assert!(read(b"<!DOCTYPE html><html></html>").problems[0].contains("HTML"));
        assert!(read(b"").problems[0].contains("not a sitemap"));
    }

    #[test]
    fn damage_and_malice() {
        check(b"<urlset><url><loc>https://bo.gov.vn/1</lo", &["https://bo.gov.vn/1"]);
        check(b"<urlset><url><loc>https://bo.gov.vn/1", &[]);
        check(
            b"<sitemapindex><sitemap>https://bo.gov.vn/s.xml</sitemap></sitemapindex>",
            &["> https://bo.gov.vn/s.xml"],
        );
        check(b"<!DOCTYPE u [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><urlset><url><loc>https://bo.gov.vn/&x;</loc></url><url><loc>javascript:x</loc></url></urlset>", &["https://bo.gov.vn/&x;"]);
        assert!(read("<url>".repeat(100_000).as_bytes()).problems[0].contains("deep"));
        let many = format!("<urlset>{}</urlset>", "<url><loc>https://bo.gov.vn/1</loc></url>".repeat(MAX_URLS + 5));
        assert_eq!(read(many.as_bytes()).leads.len(), MAX_URLS);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&[b' '; 5000]).unwrap();
        let mut problems = Vec::new();
        assert_eq!(unpack(&gzip.finish().unwrap(), 1000, &mut problems).len(), 1000);
        assert!(problems[0].contains("larger"));
    }

    #[test]
    fn public_suite() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/sitemaps");
        let Ok(manifest) = std::fs::read_to_string(root.join("manifest.json")) else {
            println!("skipped: ../shared is absent");
            return;
        };
        let cases: Vec<Value> = serde_json::from_str(&manifest).unwrap();
        for case in &cases {
            let file = case["file"].as_str().unwrap();
            let found = read(&std::fs::read(root.join(file)).unwrap());
            println!("{file}: {} pages, {} sitemaps, {:?}", found.leads.len(), found.sitemaps.len(), found.problems);
            let addresses: Vec<&str> = found
                .leads
                .iter()
                .map(|lead| lead.url.as_str())
                .chain(found.sitemaps.iter().map(|(url, _)| url.as_str()))
                .collect();
            for wanted in case["golden"]["locs"].as_array().into_iter().flatten() {
                let loc = wanted["loc"].as_str().unwrap_or("");
                assert!(
                    loc.is_empty() || addresses.contains(&Url::parse(loc).unwrap().as_str()),
                    "{file}: {loc} not in {addresses:?}"
                );
            }
        }
    }
}
