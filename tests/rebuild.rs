//! `lantoa rebuild dedup` with the real binary: the stories are the same afterwards, and copies that come later find the
//! same stories, whether the window is the one that grew, was made anew on demand, was lost, or is of another version.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

/// A portal that shows articles, on a port of its own.
fn portal(articles: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &articles);
        }
    });
    address
}

fn answer(mut stream: TcpStream, articles: &[String]) {
    let mut asked = [0; 4096];
    let length = stream.read(&mut asked).unwrap_or(0);
    let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
    let path = asked.split(' ').nth(1).unwrap_or("/");
    let number = path.strip_prefix("/tin-tuc/bai-viet-so-").and_then(|rest| rest.strip_suffix(".html"));
    let number: Option<usize> = number.and_then(|number| number.parse().ok());
    let (status, body) = match number.and_then(|number| articles.get(number)) {
        Some(article) => ("200 OK", article.clone()),
        None if path == "/" => {
            let links = articles.iter().enumerate().map(|(n, article)| {
                let title = article.split(['<', '>']).nth(6).unwrap_or_default();
                format!("<h3><a href=\"/tin-tuc/bai-viet-so-{n}.html\">{title}</a></h3>")
            });
            ("200 OK", format!("<html><body>{}</body></html>", links.collect::<String>()))
        }
        None => ("404 Not Found", String::new()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}", body.len());
    let _ = write!(stream, "{head}\r\nConnection: close\r\n\r\n{body}");
}

/// The article of this number with its paragraphs from `from` on, published `hour` hours after the first.
fn article(number: usize, from: usize, hour: usize) -> String {
    const WORDS: [&str; 12] =
        ["đê", "kè", "cầu", "trường", "bệnh", "viện", "rừng", "biển", "chợ", "đường", "giống", "lúa"];
    let mut state = number * 7919 + 17;
    let mut word = || {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        format!("{} {}", WORDS[state / 65_536 % 12], WORDS[state / 1_048_576 % 12])
    };
    let paragraphs: Vec<String> = (0..8)
        .map(|_| format!("<p>Ủy ban cho biết {}.</p>", (0..14).map(|_| word()).collect::<Vec<_>>().join(" ")))
        .collect();
    let title = format!("Tin số {number} về công tác {}", word());
    format!(
        "<html><head><title>{title}</title><meta property=\"article:published_time\" content=\"2026-11-20T{:02}:00:00+07:00\">\
         </head><body><article><h1>{title}</h1>{}</article></body></html>",
        8 + hour,
        paragraphs[from..].concat()
    )
}

fn lantoa(home: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lantoa"));
    command.current_dir(home).args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANTOA__")) {
        command.env_remove(name);
    }
    command.env("LANTOA__FETCH__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]").env("LANTOA__FETCH__DELAY_MS", "0");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The story of every article, by its address.
fn stories(home: &Path) -> BTreeMap<String, String> {
    let exported = lantoa(home, &["export", "articles"]);
    let articles = exported.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    articles
        .map(|article| (article["url"].as_str().unwrap().to_owned(), article["story"].as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn a_window_made_anew_finds_the_same_stories() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let first = portal((0..6).map(|n| article(n, 0, 0)).collect());
    // Three copies, one of them without its beginning, and three articles of its own.
    let second = portal((0..6).map(|n| if n < 3 { article(n, n, 1) } else { article(10 + n, 0, 1) }).collect());
    for (slug, address) in [("mot", &first), ("hai", &second)] {
        lantoa(home, &["portal", "add", address, "--slug", slug, "--name", slug]);
        lantoa(home, &["crawl", slug]);
    }
    let grown = stories(home);
    let different: std::collections::BTreeSet<&String> = grown.values().collect();
    assert_eq!((grown.len(), different.len()), (12, 9), "{grown:?}");

    let before = home.join("before");
    let kept = Command::new("cp").arg("-r").arg(home.join("data")).arg(&before).status().unwrap();
    assert!(kept.success());
    let rebuilt: serde_json::Value = serde_json::from_str(&lantoa(home, &["--json", "rebuild", "dedup"])).unwrap();
    assert_eq!(rebuilt["articles"], 12);
    assert_eq!(stories(home), grown);

    // Copies of all nine stories come to a third portal.
    let third: Vec<String> = (0..9).map(|n| if n < 6 { article(n, 1, 3) } else { article(7 + n, 0, 3) }).collect();
    let third = portal(third);
    let mut told = Vec::new();
    for window in ["rebuilt", "grown", "lost", "of another version"] {
        if window != "rebuilt" {
            std::fs::remove_dir_all(home.join("data")).unwrap();
            let put_back = Command::new("cp").arg("-r").arg(&before).arg(home.join("data")).status().unwrap();
            assert!(put_back.success());
        }
        let folder = home.join("data/dedup");
        match window {
            "lost" => std::fs::remove_dir_all(&folder).unwrap(),
            "of another version" => {
                sled::open(&folder).unwrap().insert("layout", b"4").unwrap();
            }
            _ => {}
        }
        lantoa(home, &["portal", "add", &third, "--slug", "ba", "--name", "ba"]);
        lantoa(home, &["crawl", "ba"]);
        let all = stories(home);
        assert!(grown.iter().all(|(url, story)| all.get(url) == Some(story)), "{window}: a story changed");
        let different: std::collections::BTreeSet<&String> = all.values().collect();
        assert_eq!((all.len(), different.len()), (21, 9), "{window}: {all:?}");
        told.push(all);
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]));
}
