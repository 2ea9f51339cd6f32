//! The fetcher against small servers that write literal bytes on loopback.

mod answers;
mod curl;
mod politeness;
mod quirks;
mod robots;
mod tls;
mod ways;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::*;
use crate::clock::{Clock, Timestamp};

/// What a server does once it has read a request.
enum Act {
    /// Writes and closes.
    Say(Vec<u8>),
    /// Writes, then goes on for ever with the second part, a pause before each.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// Writes and keeps silent.
    Hang(Vec<u8>),
}

struct Server {
    address: SocketAddr,
    /// Heads of the requests, in order.
    log: Arc<Mutex<Vec<String>>>,
    /// Most requests that were served at once.
    most: Arc<AtomicUsize>,
}

impl Server {
    /// Serves `act(path, head)`; a robots.txt that `act` does not know is a 404.
    async fn start(act: impl Fn(&str, &str) -> Option<Act> + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", act).await
    }

    async fn start_at(address: &str, act: impl Fn(&str, &str) -> Option<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let server =
            Self { address: listener.local_addr().expect("an address"), log: Arc::default(), most: Arc::default() };
        let (log, most, active, act) =
            (server.log.clone(), server.most.clone(), Arc::new(AtomicUsize::new(0)), Arc::new(act));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (log, most, active, act) = (log.clone(), most.clone(), active.clone(), act.clone());
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = stream.read_u8().await else { return };
                        head.push(byte);
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    log.lock().expect("no panic").push(head.clone());
                    most.fetch_max(active.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let act = act(&path, &head).unwrap_or_else(|| Act::Say(answer("404 Not Found", "", "")));
                    if path != "/robots.txt" {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    active.fetch_sub(1, Ordering::SeqCst);
                    match act {
                        Act::Say(bytes) => drop(stream.write_all(&bytes).await),
                        Act::Hang(bytes) => {
                            let _ = stream.write_all(&bytes).await;
                            tokio::time::sleep(Duration::from_secs(30)).await;
                        }
                        Act::Drip(bytes, more, pause) => {
                            let _ = stream.write_all(&bytes).await;
                            while stream.write_all(&more).await.is_ok() {
                                tokio::time::sleep(pause).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).expect("a URL")
    }

    fn paths(&self) -> Vec<String> {
        let log = self.log.lock().expect("no panic");
        log.iter().filter_map(|head| Some(head.split(' ').nth(1)?.to_owned())).collect()
    }
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
        .into_bytes()
}

fn say(status: &str, headers: &str, body: &str) -> Option<Act> {
    Some(Act::Say(answer(status, headers, body)))
}

fn options() -> Options {
    Options {
        delay_ms: 0,
        connect_timeout_s: 1,
        first_byte_timeout_s: 1,
        timeout_s: 3,
        page_max_mb: 2,
        feed_max_mb: 4,
        allow_networks: vec!["127.0.0.1/32".parse().expect("a network")],
        requests_per_second: 10_000,
        ..Options::default()
    }
}

fn fetcher(options: Options) -> Fetcher {
    Fetcher::new(options, Clock::System).expect("usable options")
}

fn ask(url: &Url) -> Request<'_> {
    Request { url, what: What::Page, validators: None, home: url, delay: None }
}

/// Fetches one page of a server that says `act` for every path but /robots.txt.
async fn one(act: impl Fn() -> Act + Send + Sync + 'static) -> Result<Page, FetchError> {
    let server = Server::start(move |path, _| (path != "/robots.txt").then(&act)).await;
    let url = server.url("/tin.html");
    match fetcher(options()).get(ask(&url)).await? {
        Fetched::Page(page) => Ok(page),
        Fetched::NotModified => panic!("nothing was conditional"),
    }
}

async fn raw(bytes: impl Into<Vec<u8>>) -> Result<Page, FetchError> {
    let bytes = bytes.into();
    one(move || Act::Say(bytes.clone())).await
}
