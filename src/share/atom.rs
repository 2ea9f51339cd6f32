//! Rows in, Atom out (RFC 4287).

use std::fmt::Write;

use super::xml::text;
use super::{Amplified, Feed, host};
use crate::clock::Timestamp;
use crate::index::Hit;

/// What is amplified, as an Atom document.
#[must_use]
pub fn atom(feed: &Feed<'_>, stories: &[Amplified]) -> String {
    let mut out = begin(feed, "amplified", feed.updated(stories));
    for story in stories {
        out += "<entry>\n";
        put(&mut out, "title", &story.headline());
        put(&mut out, "id", &story.id(feed.site));
        put(&mut out, "published", &story.amplified_at.to_string());
        put(&mut out, "updated", &story.updated_at.to_string());
        link(&mut out, "alternate", "text/html", &feed.leads_to(&story.url, &story.story));
        author(&mut out, &story.portal_name);
        for (scheme, term) in [("status", story.status.as_str()), ("level", story.level.as_str())] {
            let _ = writeln!(out, "<category scheme=\"{}/feeds/{scheme}\" term=\"{term}\"/>", text(feed.site));
        }
        put(&mut out, "summary", &story.words());
        out += "</entry>\n";
    }
    out + "</feed>\n"
}

/// What a search found, as an Atom document: a reader that asks again sees what is new.
#[must_use]
pub fn found(feed: &Feed<'_>, hits: &[Hit]) -> String {
    let updated = hits.iter().map(|hit| hit.published_at).max().unwrap_or(feed.updated);
    // Two searches are two feeds.
    let query = feed.address.split_once('?').map_or("", |(_, query)| query);
    let mut out = begin(feed, &format!("search?{query}"), updated);
    for hit in hits {
        out += "<entry>\n";
        put(&mut out, "title", &hit.title);
        put(&mut out, "id", &format!("tag:{},2026:item/{}", host(feed.site), hit.id));
        put(&mut out, "updated", &hit.published_at.to_string());
        link(&mut out, "alternate", "text/html", &feed.leads_to(&hit.url, &hit.id));
        author(&mut out, &hit.portal_name);
        // The snippet is HTML, escaped and marked; escaped once more it is what Atom calls type html.
        let _ = writeln!(out, "<summary type=\"html\">{}</summary>", text(&hit.snippet));
        out += "</entry>\n";
    }
    out + "</feed>\n"
}

fn begin(feed: &Feed<'_>, name: &str, updated: Timestamp) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out += "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"vi\">\n";
    put(&mut out, "title", feed.title);
    put(&mut out, "id", &format!("tag:{},2026:{name}", host(feed.site)));
    put(&mut out, "updated", &updated.to_string());
    link(&mut out, "self", "application/atom+xml", feed.address);
    link(&mut out, "alternate", "text/html", &format!("{}/", feed.site));
    author(&mut out, feed.title);
    out
}

fn put(out: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<{name}>{}</{name}>", text(value));
}

fn link(out: &mut String, relation: &str, kind: &str, address: &str) {
    let _ = writeln!(out, "<link rel=\"{relation}\" type=\"{kind}\" href=\"{}\"/>", text(address));
}

fn author(out: &mut String, name: &str) {
    let _ = writeln!(out, "<author><name>{}</name></author>", text(name));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::super::tests::{feed, stories};
    use super::*;

    #[track_caller]
    fn check(document: &str, holds: &[&str]) {
        for expected in holds {
            assert!(document.contains(expected), "no {expected} in {document}");
        }
        assert!(!document.contains("<script") && !document.chars().any(|c| c.is_control() && c != '\n'));
    }

    #[test]
    fn every_story_says_whether_it_still_stands() {
        let document = atom(&feed(), &stories());
        check(
            &document,
            &[
                "<id>tag:lantoa.gov.vn,2026:story/aaaaaaaaaaaaaaaaaaaaaaaaaa</id>",
                "<title>[Thu hồi] Bão số 9 &lt;mạnh&gt; &amp; [31mđỏ</title>",
                "<title>[Đính chính] Tiêm chủng  X: y</title>",
                "<title>Học phí</title>",
                "<updated>2026-11-21T05:00:00Z</updated>",
            ],
        );
        // A recalled story is not told again.
        assert_eq!(document.matches("<summary></summary>").count(), 1);
    }

    #[test]
    fn an_empty_feed_has_a_date_too() {
        check(&atom(&feed(), &[]), &["<updated>2026-11-01T00:00:00Z</updated>"]);
    }

    #[test]
    fn a_search_is_a_feed_of_its_own() {
        let hit = Hit {
            id: "a".repeat(26),
            url: "https://moh.gov.vn/?a=1&b=2".into(),
            portal: "moh".into(),
            portal_name: "Bộ Y tế".into(),
            title: "<script>".into(),
            snippet: "<mark>bão</mark> &lt;b&gt;".into(),
            published_at: "2026-11-20T01:37:00Z".parse().unwrap(),
            documents: vec![],
            story: String::new(),
        };
        let feed = Feed { address: "https://lantoa.gov.vn/search.atom?q=b%C3%A3o", ..feed() };
        check(
            &found(&feed, &[hit]),
            &[
                "<id>tag:lantoa.gov.vn,2026:search?q=b%C3%A3o</id>",
                "&lt;mark&gt;bão&lt;/mark&gt; &amp;lt;b&amp;gt;</summary>",
                "href=\"https://moh.gov.vn/?a=1&amp;b=2\"",
            ],
        );
    }
}
