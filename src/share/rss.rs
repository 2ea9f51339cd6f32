//! Rows in, RSS 2.0 out.

use std::fmt::Write;

use super::xml::text;
use super::{Amplified, Feed};
use crate::clock::Timestamp;

/// The feed as an RSS document.
#[must_use]
pub fn rss(feed: &Feed<'_>, entries: &[Amplified]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out += "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n";
    put(&mut out, "title", feed.title);
    put(&mut out, "link", &format!("{}/", feed.site));
    put(&mut out, "description", feed.title);
    put(&mut out, "language", "vi");
    put(&mut out, "lastBuildDate", &mail_date(feed.updated(entries)));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{}\"/>", text(feed.address));
    for entry in entries {
        out += "<item>\n";
        put(&mut out, "title", &entry.headline());
        put(&mut out, "link", &feed.leads_to(&entry.url, &entry.story));
        let _ = writeln!(out, "<guid isPermaLink=\"false\">{}</guid>", text(&entry.id(feed.site)));
        put(&mut out, "pubDate", &mail_date(entry.updated_at));
        put(&mut out, "category", entry.status.as_str());
        put(&mut out, "category", entry.level.as_str());
        // RSS takes descriptions for HTML: what is text must be escaped once more to stay text.
        put(&mut out, "description", &text(&entry.words()));
        out += "</item>\n";
    }
    out + "</channel>\n</rss>\n"
}

fn put(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "<{name}>{}</{name}>", text(value));
}

/// `Fri, 20 Nov 2026 08:37:00 +0700` (RFC 822, as RSS asks).
fn mail_date(at: Timestamp) -> String {
    at.to_zoned(crate::clock::vietnam()).strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{feed, stories};
    use super::*;

    #[test]
    fn text_stays_text_although_rss_takes_it_for_html() {
        let document = rss(&feed(), &stories());
        for expected in [
            "<title>[Thu hồi] Bão số 9 &lt;mạnh&gt; &amp; [31mđỏ</title>",
            "<link>https://moh.gov.vn/tin?a=1&amp;b=&quot;2&quot;</link>",
            "<guid isPermaLink=\"false\">tag:lantoa.gov.vn,2026:story/cccccccccccccccccccccccccc</guid>",
            "<pubDate>Fri, 20 Nov 2026 10:00:00 +0700</pubDate>",
            "&amp;lt;script&amp;gt;",
        ] {
            assert!(document.contains(expected), "no {expected} in {document}");
        }
        assert!(!document.contains("<script") && !document.contains("&lt;script"));
    }
}
