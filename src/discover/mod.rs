//! Page in, links out: feeds, sitemaps, listing pages. Pure: what is broken becomes a problem beside what was found.

mod address;
mod feed;
mod guess;
mod listing;
mod plain;
mod sitemap;

use url::Url;

pub use feed::{Entry, Feed, feed};
pub use guess::{usual_feeds, usual_sitemaps};
pub use listing::{Habits, Listing, SCRIPT_PAGER, is_calendar, is_service_address, listing};
pub use sitemap::{Sitemap, sitemap};

use crate::clock::Timestamp;

/// A link to what may be an article, with what its listing said about it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Lead {
    /// Where it leads; absolute, http or https.
    pub url: Url,
    /// Its title there; for listings the text of the link.
    pub title: Option<String>,
    /// When it was published, as the listing says.
    pub published: Option<Timestamp>,
    /// When it was changed, as the listing says.
    pub modified: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use std::path::Path;

    use super::*;

    /// Numbers that look random and are the same at every run.
    fn numbers() -> impl FnMut(usize) -> usize {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        move |below| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap() % below.max(1)
        }
    }

    /// Every reader on documents that were cut, doubled and bitten: what matters is that each call returns.
    #[test]
    fn damaged_documents_never_panic() {
        let url: Url = "https://bo.gov.vn/a/b.html?page=2".parse().unwrap();
        let now = "2026-11-20T00:00:00Z".parse().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/discover");
        let mut documents: Vec<Vec<u8>> =
            std::fs::read_dir(fixtures).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        documents.push("<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'b'>]><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Bộ &amp; ngành</title><item rdf:about='x'><title type='html'><![CDATA[Lũ &lt;b> lụt]]></title><link href='/ấ'>http:ộ/x</link><guid>https://a.vn/1</guid><pubDate>Wed, 16 Aug 2023 01:08:37 GMT</pubDate></item></channel></rss>".into());
        documents.push("<urlset><url><loc>https://bo.gov.vn/ộ&amp;a</loc><lastmod>2023-08-16</lastmod><news:title>Ấ</news:title></url></urlset>".into());
        documents.push(
            r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"url":"/ộ","title":"Ấ &amp;"}]}"#.into(),
        );
        let mut random = numbers();
        let bites = b"<>&\"'=/;#[]!?-\0\xFF\xC3\xE1\xBB ax1";
        for round in 0..400 {
            let mut body = documents[round % documents.len()].clone();
            for _ in 0..=random(12) {
                let at = random(body.len());
                match random(3) {
                    0 => body[at] = bites[random(bites.len())],
                    1 => body.insert(at, bites[random(bites.len())]),
                    _ => drop(body.drain(at..(at + random(40)).min(body.len()))),
                }
                if body.is_empty() {
                    body.push(b'<');
                }
            }
            let _ = (feed(&body, None, &url, now), sitemap(&body, &url, now));
            let _ = listing(
                &crate::fetch::decode(&body, Some("text/html")).text,
                &url,
                &url,
                None,
                &Habits::default(),
                now,
            );
        }
    }
}
