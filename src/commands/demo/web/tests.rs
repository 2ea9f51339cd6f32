//! The fixture web asked over real sockets.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::commands::demo::fixture;

async fn web() -> FixtureWeb {
    serve(fixture::all().unwrap()).await.unwrap()
}

/// Status line and headers in lower case, and the body.
async fn get(web: &FixtureWeb, slug: &str, target: &str, headers: &str) -> (String, Vec<u8>) {
    let url = web.url(slug, "/").unwrap();
    let mut stream = TcpStream::connect(url.socket_addrs(|| None).unwrap()[0]).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    (String::from_utf8_lossy(&answer[..end]).to_lowercase(), answer[end + 4..].to_vec())
}

async fn check(web: &FixtureWeb, slug: &str, target: &str, expected: &[&str]) {
    let (head, _) = get(web, slug, target, "").await;
    for part in expected {
        assert!(head.contains(part), "{slug}{target}: no `{part}` in\n{head}");
    }
}

#[tokio::test]
async fn portals_answer_as_told() {
    let web = web().await;
    for (slug, target, expected) in [
        ("bo-ha-tang-do-thi", "/", &["200 ok", "content-type: text/html; charset=utf-8", "etag: \""][..]),
        ("bo-ha-tang-do-thi", "/tin-moi.rss", &["200 ok", "application/rss+xml"]),
        ("bo-ha-tang-do-thi", "/khong-co.htm", &["404"]),
        ("bo-an-sinh-viec-lam", "/Pages/chi-tiet-tin.aspx?ItemID=4127", &["200 ok"]),
        ("bo-an-sinh-viec-lam", "/Pages/chi-tiet-tin.aspx?ItemID=9", &["404"]),
        ("xa-hoa-khe", "/", &["200 ok", "content-type: text/html\r\n"]),
        ("tinh-van-son", "/khong-co", &["200 ok"]),
        ("cuc-ung-pho-thien-tai", "/sitemap_index.xml.gz", &["200 ok", "application/gzip"]),
        ("bo-cham-soc-suc-khoe", "/", &["503", "retry-after: 1800"]),
        ("bo-cham-soc-suc-khoe", "/robots.txt", &["200 ok"]),
        ("so-cong-thuong-truong-hai", "/", &["301", "location: /vi/trang-chu.html"]),
    ] {
        check(&web, slug, target, expected).await;
    }
    let successor = format!("location: {}", web.url("tinh-truong-hai", "/").unwrap());
    check(&web, "so-thong-tin-truong-hai", "/gioi-thieu", &["301", &successor]).await;
}

#[tokio::test]
async fn what_the_asker_has_is_not_sent_again() {
    let web = web().await;
    let slug = "tinh-lam-giang";
    let (head, _) = get(&web, slug, "/", "").await;
    let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    for (headers, expected) in [
        (format!("if-none-match: {etag}\r\n"), "304"),
        (format!("if-none-match: \"x\", W/{etag}\r\n"), "304"),
        ("if-none-match: \"x\"\r\n".to_owned(), "200"),
        ("if-modified-since: Wed, 18 Nov 2026 10:30:00 GMT\r\n".to_owned(), "304"),
        ("if-modified-since: Tue, 17 Nov 2026 03:00:00 GMT\r\n".to_owned(), "200"),
    ] {
        let (head, body) = get(&web, slug, "/", &headers).await;
        assert!(head.starts_with(&format!("http/1.1 {expected}")), "{headers}{head}");
        assert_eq!(body.is_empty(), expected == "304", "{headers}");
    }
    web.later();
    let (head, _) = get(&web, slug, "/", &format!("if-none-match: {etag}\r\n")).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
}

#[tokio::test]
async fn addresses_are_filled_in() {
    let web = web().await;
    let base = web.url("tinh-lam-giang", "").unwrap().to_string();
    let (_, feed) = get(&web, "tinh-lam-giang", "/vi/news/rss/", "").await;
    let feed = String::from_utf8(feed).unwrap();
    assert!(feed.contains(&format!("<link>{base}vi/news/")) && !feed.contains("{{"), "{feed}");
}

#[tokio::test]
async fn the_later_epoch_edits_adds_and_removes() {
    let web = web().await;
    let (removed, new) = ("/cap-the-xe-buyt-nguoi-cao-tuoi-77051", "/tiep-nhan-hang-cuu-tro-77141");
    check(&web, "tinh-cuu-ha", removed, &["200 ok"]).await;
    check(&web, "tinh-cuu-ha", new, &["404"]).await;
    web.later();
    check(&web, "tinh-cuu-ha", removed, &["410"]).await;
    check(&web, "tinh-cuu-ha", new, &["200 ok", "last-modified: fri, 20 nov 2026"]).await;
}

#[tokio::test]
async fn requests_are_written_down() {
    let web = web().await;
    let target = "/noi-bo/lich-hop-ban-can-su?x=1";
    get(&web, "tinh-cuu-ha", target, "").await;
    get(&web, "tinh-cuu-ha", target, "").await;
    assert_eq!(web.asked("tinh-cuu-ha").unwrap(), [Asked { target: target.into(), status: 200, times: 2 }]);
    assert_eq!(web.asked("tinh-lam-giang").unwrap(), []);
}

#[tokio::test]
async fn a_slow_portal_is_slow() {
    let web = web().await;
    let started = tokio::time::Instant::now();
    check(&web, "tinh-truong-hai", "/tin-tuc?page=1", &["200 ok"]).await;
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn dropping_it_closes_the_portals() {
    let web = web().await;
    let address = web.url("tinh-lam-giang", "/").unwrap().socket_addrs(|| None).unwrap()[0];
    drop(web);
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{address} still answers");
}

#[tokio::test]
async fn portals_can_be_registered_in_order() {
    let web = web().await;
    let entries = web.portals().unwrap();
    assert_eq!(entries.len(), 14);
    for (at, entry) in entries.iter().enumerate() {
        let known = |parent: &String| entries[..at].iter().any(|earlier| earlier.slug == *parent);
        assert!(entry.parent.as_ref().is_none_or(known), "{} comes before its parent", entry.slug);
    }
}
