#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::*;

fn read(body: &str) -> Feed {
    feed(
        body.as_bytes(),
        Some("text/xml"),
        &"https://bo.gov.vn/rss/tin.rss".parse().unwrap(),
        "2026-11-20T00:00:00Z".parse().unwrap(),
    )
}

/// Each entry as `title | link | date`.
fn check(body: &str, expected: &[&str]) -> Feed {
    let feed = read(body);
    let shown: Vec<String> = feed
        .entries
        .iter()
        .map(|entry| {
            let date = entry.published.or(entry.updated).map(|at| at.to_string()).unwrap_or_default();
            format!(
                "{} | {} | {date}",
                entry.title.as_deref().unwrap_or(""),
                entry.link.as_ref().map_or("", Url::as_str)
            )
        })
        .collect();
    assert_eq!(shown, expected, "{body}\n{:?}", feed.problems);
    feed
}

fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Bộ</title><link>https://bo.gov.vn/</link>{items}</channel></rss>"
    )
}

#[test]
fn rss_of_every_kind() {
    let item = "<item><title>Một</title><link>https://bo.gov.vn/1</link><pubDate>Wed, 16 Aug 2023 08:37:00 +0700</pubDate></item>";
    let expected = ["Một | https://bo.gov.vn/1 | 2023-08-16T01:37:00Z"];
    for head in [
        "<rss>",
        "<rss version='0.91'>",
        "<rss version='2.01'>",
        "<RSS>",
        "<rss version='2.0' xmlns='http://backend.userland.com/rss2'>",
    ] {
        let feed = check(&format!("{head}<channel><title>Bộ</title>{item}</channel></rss>"), &expected);
        assert_eq!(feed.title, "Bộ");
    }
    check(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:d='http://purl.org/dc/elements/1.1/'><item rdf:about='https://bo.gov.vn/1'><title>Một</title><d:date>2023-08-16T08:37+07:00</d:date></item></rdf:RDF>",
        &expected,
    );
}

#[test]
fn atom_of_every_kind() {
    check(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://bo.gov.vn/a/'><title>T</title><entry><title type='html'>A &amp;amp; &lt;b>b&lt;/b></title><link rel='self' href='x'/><link href='1.htm'/><id>urn:1</id><updated>2023-08-16T01:37:00Z</updated><author><name>x</name></author><source><title>other</title></source></entry></feed>",
        &["A & b | https://bo.gov.vn/a/1.htm | 2023-08-16T01:37:00Z"],
    );
    check(
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>Cũ</title><link rel='alternate' type='text/html' href='/2'/><issued>2023-08-16T01:37:00Z</issued></entry></feed>",
        &["Cũ | https://bo.gov.vn/2 | 2023-08-16T01:37:00Z"],
    );
}

#[test]
fn json_feed() {
    check(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"Bộ","items":[{"id":7,"url":"/1","title":"Một","date_published":"2023-08-16T08:37:00+07:00"},{"id":"https://bo.gov.vn/2"}]}"#,
        &["Một | https://bo.gov.vn/1 | 2023-08-16T01:37:00Z", " | https://bo.gov.vn/2 | "],
    );
    let many = read(&format!("{{\"items\":[{}{{}}]}}", "{},".repeat(100_000)));
    assert!(many.entries.len() == MAX_ENTRIES && many.problems[0].contains("100001"));
    assert!(read("{\"a\":").problems[0].starts_with("not a feed"));
}

#[test]
fn slips_of_portals_are_mended() {
    check(
        &rss(
            "<item><title>A</title><link>http:moc.gov.vn/vn/1</link></item><item><title>B</title><link>https://vnanet.vnhttps://vnanet.vn/2</link></item><item><title>C</title><link>/Pages/x.aspx?ItemID=3&CateID=1</link></item>",
        ),
        &[
            "A | http://moc.gov.vn/vn/1 | ",
            "B | https://vnanet.vn/2 | ",
            "C | https://bo.gov.vn/Pages/x.aspx?ItemID=3&CateID=1 | ",
        ],
    );
    check(
        &rss("<item><title>&lt;![CDATA[ K&amp;yacute; ức ]]&gt;</title><guid>https://bo.gov.vn/1</guid></item>"),
        &["Ký ức | https://bo.gov.vn/1 | "],
    );
    check(
        &rss("<item><title><![CDATA[A &amp;nbsp; B &eacute;]]></title><link> https://bo.gov.vn/1\n</link></item>"),
        &["A B é | https://bo.gov.vn/1 | "],
    );
    check(
        &rss(
            "<item><title>A & B</title><link>https://bo.gov.vn/1</link><description><a href='x'><img src='y'></a></br>Tóm tắt</description><enclosure url='x?a=1&b=2'/></item>",
        ),
        &["A & B | https://bo.gov.vn/1 | "],
    );
    check(
        &rss(
            "<item><title>A</title><link>https://bo.gov.vn/1</link><guid isPermaLink='false'>9</guid><media:title>khác</media:title></item>",
        ),
        &["A | https://bo.gov.vn/1 | "],
    );
}

#[test]
fn what_was_cut_off_is_kept_up_to_there() {
    let whole = rss(
        "<item><title>A</title><link>https://bo.gov.vn/1</link></item><item><title>B</title><link>https://bo.gov.vn/2</link><description>x</description></item>",
    );
    check(
        &whole[..whole.find("<description>").unwrap() + 5],
        &["A | https://bo.gov.vn/1 | ", "B | https://bo.gov.vn/2 | "],
    );
    check(&whole[..whole.find("https://bo.gov.vn/2").unwrap() + 5], &["A | https://bo.gov.vn/1 | "]);
}

#[test]
fn documents_that_are_no_feeds_say_what_they_are() {
    let check = |body: &str, expected: &str| {
        let feed = read(body);
        assert!(feed.entries.is_empty() && feed.problems[0].contains(expected), "{:?}", feed.problems);
    };
    check("<!DOCTYPE html><html><body><p>RSS</p></body></html>", "an HTML page");
    check("<html><script>document.cookie=\"D1N=ab\";location.reload()</script></html>", "JavaScript challenge");
    check("", "an empty document");
    check("xin chào", "neither");
    assert!(read("<rss><channel><title>t</title></channel></rss>").problems.is_empty());
}

#[test]
fn dates_that_cannot_be_are_reported() {
    let item = |n: u8, date: &str| {
        format!("<item><title>T{n}</title><link>https://bo.gov.vn/{n}</link><pubDate>{date}</pubDate></item>")
    };
    let feed = check(&rss(&item(1, "Fri, 01 Jan 2100 00:00:00 GMT")), &["T1 | https://bo.gov.vn/1 | "]);
    assert!(feed.problems[0].contains("future"));
    let months: String = (1..=4).map(|n| item(n, &format!("Wed, 16 Aug 2023 0{n}:08:37 GMT"))).collect();
    let feed = read(&rss(&months));
    assert!(feed.problems[0].contains("minutes"), "{:?}", feed.problems);
    assert!(feed.entries[0].published.is_some());
}

#[test]
fn hostile_documents_are_bounded() {
    let many: String = (0..9000).map(|n| format!("<item><title>T</title><link>https://bo.gov.vn/{n}</link><pubDate>2023-08-16T{:02}:{:02}:00Z</pubDate></item>", n / 600, n % 60)).collect();
    let feed = read(&rss(&many));
    assert_eq!(feed.entries.len(), MAX_ENTRIES);
    assert!(feed.entries.iter().all(|entry| entry.published.unwrap() >= "2023-08-16T11:00:00Z".parse().unwrap()));
    let deep = read(&rss(&"<a>".repeat(200_000)));
    assert!(deep.problems[0].contains("deep"), "{:?}", deep.problems);
    let laughs = "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    check(
        &format!("{laughs}{}", rss("<item><title>&b;&x;</title><link>https://bo.gov.vn/1</link></item>")),
        &["&b;&x; | https://bo.gov.vn/1 | "],
    );
    let same: String = (0..3)
        .map(|n| format!("<item><guid>x</guid><title>{n}</title><link>https://bo.gov.vn/1</link></item>"))
        .collect();
    assert_eq!(read(&rss(&same)).leads().len(), 1);
}

/// Compares with what feedparser reads, over the public suites.
#[test]
fn public_suites() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance");
    let now = "2026-11-20T00:00:00Z".parse().unwrap();
    let mut all_suites = (0, 0);
    for suite in ["feedparser", "w3c-feedvalidator", "gofeed", "miniflux"] {
        let Ok(manifest) = std::fs::read_to_string(root.join(suite).join("manifest.json")) else {
            println!("skipped: ../shared is absent");
            return;
        };
        let cases: Vec<Value> = serde_json::from_str(&manifest).unwrap();
        let mut tally: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for case in &cases {
            let file = case["file"].as_str().unwrap();
            let headers = &case["headers"];
            let url = headers["content-location"]
                .as_str()
                .and_then(|at| at.parse().ok())
                .unwrap_or_else(|| "http://127.0.0.1:8097/".parse().unwrap());
            let body = std::fs::read(root.join(suite).join(file)).unwrap();
            let feed = feed(&body, headers["content-type"].as_str(), &url, now);
            let golden: &[Value] = case["golden"]["entries"].as_array().map_or(&[], Vec::as_slice);
            for (place, wanted) in golden.iter().enumerate() {
                compare(file, &mut tally, feed.entries.get(place), wanted, &url);
            }
        }
        println!("{suite}: {tally:?}");
        for (good, all) in tally.values() {
            all_suites = (all_suites.0 + good, all_suites.1 + all);
        }
    }
    let (good, all) = all_suites;
    println!("all: {good} of {all}");
    // What is left are dates that do not exist, and pages in old encodings that nobody labelled.
    assert!(good * 1000 >= all * 985, "{good} of {all}");
}

fn compare(
    file: &str,
    tally: &mut BTreeMap<&'static str, (usize, usize)>,
    entry: Option<&Entry>,
    wanted: &Value,
    url: &Url,
) {
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let mut count = |name, good: bool, what: &dyn std::fmt::Debug| {
        let slot = tally.entry(name).or_default();
        slot.0 += usize::from(good);
        slot.1 += 1;
        if !good {
            println!("  {file}: {name} {what:?}");
        }
    };
    count("found", entry.is_some(), &"");
    let Some(entry) = entry else { return };
    if let Some(title) = wanted["title"].as_str() {
        let found = entry.title.as_deref().unwrap_or("");
        count(
            "title",
            [title, &plain::text(title, 300)].iter().any(|title| bare(found) == bare(title)),
            &(found, title),
        );
    }
    // feedparser makes an address of any identifier; an identifier that is none stays one here.
    let from_id = entry.link.is_none() && !entry.id.starts_with("http");
    if let Some(link) = wanted["link"]
        .as_str()
        .filter(|link| !link.is_empty() && !from_id)
        .and_then(|link| url.join(link).ok())
        .filter(|link| link.scheme().starts_with("http"))
    {
        count("link", entry.link.as_ref() == Some(&link), &(&entry.link, link));
    }
    let wanted_at = wanted["published_ts"].as_i64().or(wanted["updated_ts"].as_i64());
    if let Some(at) = wanted_at {
        let found = entry.published.or(entry.updated).map_or(0, Timestamp::as_second);
        // A time without a zone is Vietnam's here and UTC there.
        count("date", found == at || found + 7 * 3600 == at, &(found, at));
    }
}
