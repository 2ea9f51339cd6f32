//! Three small portals whose articles are known: one lists them in a feed with validators, one in a sitemap, one on its
//! home page. They publish, edit, and print some of each other's articles.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::desk::Article;

/// Articles of a portal before it publishes more, and how many it adds each time.
const FIRST: usize = 14;
const MORE: usize = 4;
/// Every so many articles one is the same on all portals, and one is edited some time after it was published.
const SHARED: usize = 7;
const EDITED: usize = 5;

const SLUGS: [&str; 3] = ["bo-mot", "bo-hai", "bo-ba"];

pub(crate) struct Web {
    addresses: Vec<String>,
    /// How often the portals have published.
    stage: Arc<AtomicUsize>,
}

impl Web {
    pub(crate) fn start() -> Self {
        let stage = Arc::new(AtomicUsize::new(0));
        let start = |portal| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            let (stage, here) = (Arc::clone(&stage), address.clone());
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let (stage, here) = (stage.load(Ordering::SeqCst), here.clone());
                    std::thread::spawn(move || answer(stream, portal, stage, &here));
                }
            });
            address
        };
        Self { addresses: (0..SLUGS.len()).map(start).collect(), stage }
    }

    /// More articles, and others edited.
    pub(crate) fn publish(&self) {
        self.stage.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn registry(&self) -> String {
        let lines =
            SLUGS.iter().zip(&self.addresses).map(|(slug, address)| format!("{slug},{slug},ministry,,{address}/,\n"));
        format!("slug,name,kind,parent,url,feed\n{}", lines.collect::<String>())
    }

    /// Address and title of every article, as the portals have them now.
    pub(crate) fn truth(&self) -> BTreeMap<String, String> {
        let stage = self.stage.load(Ordering::SeqCst);
        let of = |(portal, address): (usize, &String)| {
            let all = 0..articles(stage);
            all.map(|n| (format!("{address}{}", path(n)), title(portal, n, stage))).collect::<Vec<_>>()
        };
        self.addresses.iter().enumerate().flat_map(of).collect()
    }

    /// The addresses that share a text.
    pub(crate) fn stories(&self) -> BTreeSet<BTreeSet<String>> {
        let all = 0..articles(self.stage.load(Ordering::SeqCst));
        let everywhere = |n| self.addresses.iter().map(|address| format!("{address}{}", path(n))).collect();
        all.filter(|n| is_shared(*n)).map(everywhere).collect()
    }
}

/// The addresses that the record holds to be one story, stories of one article left out.
pub(crate) fn stories(record: &[Article]) -> BTreeSet<BTreeSet<String>> {
    let mut stories: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for article in record {
        stories.entry(&article.story).or_default().insert(article.url.clone());
    }
    stories.into_values().filter(|urls| urls.len() > 1).collect()
}

fn articles(stage: usize) -> usize {
    FIRST + MORE * stage
}

fn is_shared(n: usize) -> bool {
    n.is_multiple_of(SHARED)
}

fn path(n: usize) -> String {
    format!("/tin-tuc/ban-tin-so-{n}.html")
}

/// Numbers that tell texts apart, and are the same on all portals for an article that is.
fn own(portal: usize, n: usize) -> usize {
    if is_shared(n) { 900 + n } else { (portal + 1) * 1000 + n }
}

fn title(portal: usize, n: usize, stage: usize) -> String {
    let edited = n % EDITED == 1 && stage > n % 4 + 1;
    format!("Hội nghị về nhiệm vụ số {} của ngành{}", spelled(own(portal, n)), if edited { " (bổ sung)" } else { "" })
}

/// The number in words: pages that differ in figures alone are one page to some rules.
fn spelled(number: usize) -> String {
    let digits = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
    let words: Vec<&str> = number.to_string().bytes().map(|digit| digits[usize::from(digit - b'0')]).collect();
    words.join(" ")
}

fn article(portal: usize, n: usize, stage: usize) -> String {
    let number = own(portal, n);
    let words =
        ["thủy lợi", "giáo dục", "y tế", "giao thông", "đất đai", "lao động", "văn hóa", "du lịch", "bưu chính"];
    let word = |k: usize| words[(number * 7 + k * (number % 5 + 1)) % words.len()];
    let body: String = (0..9)
        .map(|k| format!("<p>Đoạn {k} của hội nghị {}: bàn về {}, {} và {} với {} đại biểu, {} kiến nghị, hoàn thành trước tuần {}.</p>", spelled(number), word(k), word(k + 3), word(k + 5), number * 3 + k, number + k * 11, (number * k) % 52))
        .collect();
    let title = title(portal, n, stage);
    format!(
        "<html><head><title>{title}</title><meta property=\"article:published_time\" content=\"2026-11-{:02}T08:{:02}:00+07:00\"></head>\
         <body><article><h1>{title}</h1>{body}</article></body></html>",
        n % 20 + 1,
        n % 60
    )
}

fn answer(mut stream: TcpStream, portal: usize, stage: usize, here: &str) {
    let mut asked = [0; 4096];
    let length = stream.read(&mut asked).unwrap_or(0);
    let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
    let path_asked = asked.split(' ').nth(1).unwrap_or("/");
    let number = path_asked.strip_prefix("/tin-tuc/ban-tin-so-").and_then(|rest| rest.strip_suffix(".html"));
    let known = number.and_then(|number| number.parse().ok()).filter(|n| *n < articles(stage));
    let all = (0..articles(stage)).rev();
    let etag = format!("\"{stage}\"");
    let (status, kind, body) = match (path_asked, portal, known) {
        (_, _, Some(n)) => ("200 OK", "text/html", article(portal, n, stage)),
        ("/", 0, _) => (
            "200 OK",
            "text/html",
            "<html><head><link rel=\"alternate\" type=\"application/rss+xml\" href=\"/rss.xml\"></head></html>"
                .to_owned(),
        ),
        ("/rss.xml", 0, _) if asked.contains(&format!("if-none-match: {etag}")) => {
            ("304 Not Modified", "text/xml", String::new())
        }
        ("/rss.xml", 0, _) => {
            let items = all.map(|n| {
                format!("<item><title>{}</title><link>{here}{}</link></item>", title(portal, n, stage), path(n))
            });
            (
                "200 OK",
                "text/xml",
                format!(
                    "<rss version=\"2.0\"><channel><title>Tin</title>{}</channel></rss>",
                    items.collect::<String>()
                ),
            )
        }
        ("/robots.txt", 1, _) => ("200 OK", "text/plain", format!("Sitemap: {here}/sitemap.xml\n")),
        ("/sitemap.xml", 1, _) => {
            let pages = all.map(|n| format!("<url><loc>{here}{}</loc></url>", path(n)));
            ("200 OK", "text/xml", format!("<urlset>{}</urlset>", pages.collect::<String>()))
        }
        ("/", _, _) => {
            let links = all.map(|n| format!("<h3><a href=\"{}\">{}</a></h3>", path(n), title(portal, n, stage)));
            ("200 OK", "text/html", format!("<html><body>{}</body></html>", links.collect::<String>()))
        }
        _ => ("404 Not Found", "text/plain", String::new()),
    };
    std::thread::sleep(Duration::from_millis(2));
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\netag: {etag}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}
