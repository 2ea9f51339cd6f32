//! The bad portals: what each does, and what an operator has to be told of it.

use std::io::Write;
use std::time::Duration;

use data_encoding::BASE64;

use crate::pages::{article, home};
use crate::server::{Act, Serve, html, said, xml};

/// One bad portal.
pub(crate) struct Bad {
    pub(crate) slug: &'static str,
    /// What has to stand in its problem or in one of its errors; nothing where it is read like any other.
    pub(crate) words: &'static str,
    /// Articles that come out of it all the same.
    pub(crate) articles: u64,
    pub(crate) serve: Serve,
}

const fn bad(slug: &'static str, words: &'static str, articles: u64, serve: Serve) -> Bad {
    Bad { slug, words, articles, serve }
}

/// Times and sizes are those of `main`: one second for the first byte, four for the whole, pages of 2 MB, feeds of 4.
pub(crate) const GALLERY: &[Bad] = &[
    bad("never-answers", "waiting for the answer to begin", 0, |_, _| Some(Act::Silence)),
    bad("slow-header", "waiting for the answer to begin", 0, |_, _| {
        Some(Act::Drip(b"HTTP/1.1 200 OK\r\nX: ".to_vec(), b"a".to_vec(), Duration::from_millis(200), 200))
    }),
    bad("slow-body", "before the answer was complete", 0, |path, _| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".to_vec();
        (path == "/").then(|| Act::Drip(head, b"a".to_vec(), Duration::from_millis(200), 200))
    }),
    bad("endless-body", "larger than", 0, |path, _| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n".to_vec();
        (path == "/").then(|| Act::Drip(head, vec![b'a'; 1 << 16], Duration::ZERO, 1 << 20))
    }),
    bad("endless-chunks", "larger than", 0, |path, _| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        let chunk = [b"10000\r\n".as_slice(), &[b'a'; 1 << 16], b"\r\n"].concat();
        (path == "/").then_some(Act::Drip(head, chunk, Duration::ZERO, 1 << 20))
    }),
    bad("gzip-bomb", "larger than", 0, |path, _| (path == "/").then(|| packed("gzip", &gzip_bomb()))),
    bad("brotli-bomb", "larger than", 0, |path, _| (path == "/").then(|| packed("br", &brotli_bomb()))),
    bad("sitemap-bomb", "no feed, sitemap or listing", 0, |path, here| match path {
        "/robots.txt" => Some(Act::Say(said("200 OK", "", format!("Sitemap: {here}/s.xml.gz\n")))),
        "/s.xml.gz" => Some(Act::Say(said("200 OK", "Content-Type: application/gzip\r\n", gzip_bomb()))),
        "/" => html("<p>Không có tin"),
        _ => None,
    }),
    bad("thousand-redirects", "more redirects than", 0, |path, _| {
        let hop: u32 = if path == "/" { 0 } else { path.strip_prefix("/den/")?.parse().ok()? };
        Some(Act::Say(said("302 Found", &format!("Location: /den/{}\r\n", hop + 1), "")))
    }),
    bad("redirect-circle", "round in a circle", 0, |path, _| {
        let to = match path {
            "/" => "/a",
            "/a" => "/",
            _ => return None,
        };
        Some(Act::Say(said("301 Moved", &format!("Location: {to}\r\n"), "")))
    }),
    bad("redirect-to-metadata", "not a public address", 0, |path, _| redirect(path, "http://169.254.169.254/latest/")),
    bad("redirect-to-mapped", "not a public address", 0, |path, _| redirect(path, "http://[::ffff:10.0.0.1]/")),
    bad("redirect-in-octal", "not a public address", 0, |path, _| redirect(path, "http://0300.0250.1/")),
    bad("redirect-to-file", "only http and https", 0, |path, _| redirect(path, "file:///etc/passwd")),
    bad("redirect-to-redis", "port 6379 is not allowed", 0, |path, here| {
        let host = here.rsplit_once(':').map_or(here, |(host, _)| host).to_owned();
        redirect(path, &format!("{host}:6379/"))
    }),
    bad("not-http", "broken", 0, |path, _| {
        (path == "/").then(|| Act::Say(b"<html><body>hello</body></html>".to_vec()))
    }),
    bad("huge-headers", "broken", 0, |path, _| {
        let line = format!("X: {}\r\n", "y".repeat(10_000));
        (path == "/").then(|| Act::Say(said("200 OK", &line.repeat(1_000), "x")))
    }),
    bad("header-lines", "broken", 0, |path, _| {
        (path == "/").then(|| Act::Say(said("200 OK", &"X: y\r\n".repeat(100_000), "x")))
    }),
    bad("cut-short", "broken", 0, |path, _| {
        let whole =
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n<html><h1>Tin".to_vec();
        (path == "/").then_some(Act::BreakOff(whole))
    }),
    bad("wrong-length", "broken", 0, |path, _| {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello, it".to_vec();
        (path == "/").then_some(Act::Say(answer))
    }),
    bad("wrong-gzip", "damaged or cut short", 0, |path, _| (path == "/").then(|| packed("gzip", b"this is no gzip"))),
    bad("status-999", "status 999", 0, |path, _| (path == "/").then(|| Act::Say(said("999 No", "", "no")))),
    bad("busy-for-years", "left alone until", 0, |path, _| {
        (path == "/").then(|| Act::Say(said("429 Busy", "Retry-After: 315360000\r\n", "")))
    }),
    bad("robots-fail", "robots.txt cannot be read", 0, |path, _| match path {
        "/robots.txt" => Some(Act::Say(said("500 No", "", ""))),
        path => page(path, 3),
    }),
    bad("robots-close", "robots.txt does not allow", 0, |path, _| match path {
        "/robots.txt" => Some(Act::Say(said("200 OK", "", "User-agent: *\nDisallow: /\n"))),
        path => page(path, 3),
    }),
    bad("robots-huge", "", 3, |path, _| match path {
        "/robots.txt" => {
            let rule = format!("Disallow: /{}b\n", "*a".repeat(400));
            Some(Act::Drip(
                b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\n".to_vec(),
                rule.repeat(80).into(),
                Duration::ZERO,
                800,
            ))
        }
        path => page(path, 3),
    }),
    bad("feed-of-300-mb", "larger than", 0, |path, _| match path {
        "/" => html(WITH_FEED),
        "/rss.xml" => {
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss><channel>".to_vec();
            let item = "<item><title>Tin</title><link>http://127.0.0.1/1.html</link></item>";
            Some(Act::Drip(head, item.repeat(1_000).into(), Duration::ZERO, 4_500))
        }
        _ => None,
    }),
    bad("million-entries", "no feed, sitemap or listing", 0, |path, _| match path {
        "/" => html(WITH_FEED),
        "/rss.xml" => xml(format!("<rss><channel>{}", "<i/>".repeat(10) + &"<item/>".repeat(500_000))),
        _ => None,
    }),
    bad("entity-bomb", "", 0, |path, _| match path {
        "/" => html(WITH_FEED),
        "/rss.xml" => {
            let level = |n: u32| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10));
            let levels: String = (1..10).map(level).collect();
            xml(format!(
                "<!DOCTYPE r [<!ENTITY e0 \"ha\"><!ENTITY x SYSTEM \"file:///etc/passwd\">{levels}]><rss><channel><item><title>&e9;&x;</title></item></channel></rss>"
            ))
        }
        _ => None,
    }),
    bad("deep-feed", "deep", 0, |path, _| match path {
        "/" => html(WITH_FEED),
        "/rss.xml" => xml(format!("<rss><channel><item>{}", "<a>".repeat(500_000))),
        _ => None,
    }),
    bad("feed-is-a-page", "an HTML page", 0, |path, _| match path {
        "/" => html(WITH_FEED),
        "/rss.xml" => html("<html><body>Trang chủ</body></html>"),
        _ => None,
    }),
    bad("deep-page", "", 0, |path, _| match path {
        "/" => html(home(1)),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => html(format!("{}{}", "<div>".repeat(300_000), article(0))),
        _ => None,
    }),
    bad("deep-list", "", 1, |path, _| match path {
        "/" => html(home(1)),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => {
            html(format!("{}{}", "<ul><li>".repeat(64_000), article(0)))
        }
        _ => None,
    }),
    bad("formatting", "", 1, |path, _| match path {
        "/" => html(home(1)),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => {
            html(format!("{}{}", "<b><i><font>x<p>".repeat(3_000), article(0)))
        }
        _ => None,
    }),
    bad("attributes", "", 1, |path, _| match path {
        "/" => html(home(1)),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => {
            let many: String = (0..150_000).map(|n| format!(" a{n}=1")).collect();
            html(article(0).replacen("<body>", &format!("<body{many}>"), 1))
        }
        _ => None,
    }),
    bad("hundred-thousand-links", "", 0, |path, _| match path {
        "/" => {
            let links: String = (0..60_000).map(|n| format!("<a href=/x{n}>a</a>\n")).collect();
            html(links)
        }
        _ => None,
    }),
    bad("nul-bytes", "", 2, |path, _| match path {
        "/" => html(home(2).replace("<h3>", "<h3>\0")),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => {
            html(article(number(path)).replace("nhiệm vụ", "nhiệm\0 vụ\u{1b}[31m\u{202e}").replace("<p>", "<p>\0\u{7}"))
        }
        _ => None,
    }),
    bad("invalid-utf8", "", 2, |path, _| match path {
        "/" => html(home(2)),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => {
            let mut bytes = article(number(path)).into_bytes();
            for at in (400..bytes.len()).step_by(97) {
                bytes.splice(at..at, *b"\xff\xc0\xaf\xed\xa0\x80");
            }
            html(bytes)
        }
        _ => None,
    }),
    bad("huge-title", "", 1, |path, _| match path {
        "/" => html(home(1)),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => {
            html(article(0).replace("nhiệm vụ", &"nhiệm vụ ".repeat(40_000)))
        }
        _ => None,
    }),
    bad("not-text", "", 0, |path, _| match path {
        "/" => html(home(2)),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => {
            html(["PK\u{3}\u{4}".as_bytes(), &[0_u8, 200, 7, 30].repeat(50_000)].concat())
        }
        _ => None,
    }),
    bad("script-wall", "", 0, |path, _| {
        (path != "/robots.txt").then(|| {
            let body = "<html><script>document.cookie='D1N=abc';location.reload(true)</script></html>";
            Act::Say(said("200 OK", "Content-Type: text/html\r\n", body))
        })
    }),
    bad("cookies", "", 3, |path, _| {
        let body = match path {
            "/" => home(3),
            path if path.starts_with("/tin-tuc/bai-viet-so-") => article(number(path)),
            _ => return None,
        };
        let cookies: String =
            (0..60).map(|n| format!("Set-Cookie: c{n}={}; Domain=gov.vn\r\n", "v".repeat(500))).collect();
        Some(Act::Say(said("200 OK", &format!("Content-Type: text/html; charset=utf-8\r\n{cookies}"), body)))
    }),
    bad("sitemap-of-itself", "", 0, |path, here| match path {
        "/robots.txt" => Some(Act::Say(said("200 OK", "", format!("Sitemap: {here}/s0.xml\n")))),
        "/" => html("<p>Không có tin"),
        path => {
            let n: u32 = path.strip_prefix("/s")?.strip_suffix(".xml")?.parse().ok()?;
            let next: String =
                (1..50).map(|k| format!("<sitemap><loc>{here}/s{}.xml</loc></sitemap>", n + k)).collect();
            xml(format!("<sitemapindex><sitemap><loc>{here}/s{n}.xml</loc></sitemap>{next}</sitemapindex>"))
        }
    }),
    bad("pages-without-end", "", 0, |path, _| {
        let n: u32 = path.strip_prefix("/?page=").map_or(Some(1), |n| n.parse().ok())?;
        (path != "/robots.txt").then(|| {
            let links: String = (0..5).map(|k| format!("<h3><a href=\"/muc/{n}-{k}.html\">Thông báo về việc triển khai số {n} {k}</a></h3>")).collect();
            let next = format!("{links}<div class=pagination><a href=\"/?page={}\">{}</a><a rel=next href=\"/?page={}\">Tiếp</a></div>", n + 1, n + 1, n + 1);
            Act::Say(said("200 OK", "Content-Type: text/html; charset=utf-8\r\n", next))
        })
    }),
];

const WITH_FEED: &str =
    "<html><head><link rel=alternate type=application/rss+xml href=/rss.xml></head><body></body></html>";

fn redirect(path: &str, to: &str) -> Option<Act> {
    (path == "/").then(|| Act::Say(said("302 Found", &format!("Location: {to}\r\n"), "")))
}

/// A portal as it should be.
pub(crate) fn page(path: &str, articles: usize) -> Option<Act> {
    match path {
        "/" => html(home(articles)),
        path if path.starts_with("/tin-tuc/bai-viet-so-") => html(article(number(path))),
        _ => None,
    }
}

fn number(path: &str) -> usize {
    path.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| (number * 10 + usize::from(digit - b'0')) % 100_000)
}

fn packed(coding: &str, body: &[u8]) -> Act {
    Act::Say(said("200 OK", &format!("Content-Type: text/html\r\nContent-Encoding: {coding}\r\n"), body))
}

/// 64 MB of one letter.
fn gzip_bomb() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..64 {
        encoder.write_all(&[b'a'; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

/// 64 MB of one letter in 54 bytes.
fn brotli_bomb() -> Vec<u8> {
    BASE64.decode(b"z///f/glwuKxQCD3/p/////wSwDEYQGA7v0/////4ZcAiMMiAN37//x/hMYvARCHBQC6h9A=").unwrap()
}
