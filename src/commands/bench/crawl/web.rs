//! The made-up portals on loopback: requests in, pages out. A server that does no more than it must, so that what is
//! measured is the crawler.
//!
//! It listens on every address, because each portal has its own of 127.12.0.0/16, and answers only what comes from this
//! machine.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use xxhash_rust::xxh3::xxh3_64;

use super::pages::{Answer, Site};

/// The head of a request may be so long; a crawler's has some hundred bytes.
const HEAD: usize = 8 << 10;

/// The portals, listening until dropped.
pub(super) struct Web {
    pub(super) port: u16,
    _runtime: Runtime,
}

impl Web {
    /// Serves the portals on a thread of their own.
    pub(super) fn serve(site: Site) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("cannot start a server")?;
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)))
            .context("cannot listen for the made-up portals")?;
        let port = listener.local_addr().context("cannot read the port of the made-up portals")?.port();
        let site = Arc::new(site);
        runtime.spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let site = Arc::clone(&site);
                        tokio::spawn(async move {
                            // A client that goes away in the middle is nobody's loss.
                            let _ = talk(stream, &site).await;
                        });
                    }
                    // Out of descriptors: those that are open close first.
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                }
            }
        });
        Ok(Self { port, _runtime: runtime })
    }
}

/// Answers the requests of one connection.
async fn talk(mut stream: TcpStream, site: &Site) -> std::io::Result<()> {
    let (own, peer) = (stream.local_addr()?, stream.peer_addr()?);
    let IpAddr::V4(address) = own.ip() else { return Ok(()) };
    let Some(portal) = site.portal_at(address).filter(|_| peer.ip().is_loopback()) else { return Ok(()) };
    stream.set_nodelay(true)?;
    let base = format!("http://{own}");
    let mut head = Vec::with_capacity(1 << 10);
    loop {
        let Some(end) = head.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            if head.len() > HEAD || stream.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
            continue;
        };
        let answer = reply(site, portal, &base, &String::from_utf8_lossy(&head[..end]));
        stream.write_all(&answer).await?;
        head.drain(..end + 4);
    }
}

/// The answer to the head of a request, as it goes out.
fn reply(site: &Site, portal: usize, base: &str, head: &str) -> Vec<u8> {
    let path = head.split(' ').nth(1).unwrap_or("/");
    let tag = format!("\"{:016x}\"", xxh3_64(format!("{} {path}", site.seed).as_bytes()));
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let known = lines.any(|(name, value)| name.eq_ignore_ascii_case("if-none-match") && value.trim() == tag);
    if known {
        return format!("HTTP/1.1 304 Not Modified\r\netag: {tag}\r\n\r\n").into_bytes();
    }
    match site.answer(portal, base, path) {
        Some(Answer { content_type, body }) => {
            let length = body.len();
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\netag: {tag}\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .into_bytes()
        }
        None => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_sent_again() {
        let site = Site { portals: 2, articles: 3, seed: 7 };
        let ask = |request: &str| {
            String::from_utf8(reply(&site, 1, "http://127.12.0.2:80", request)).expect("an answer in UTF-8")
        };
        let whole = ask("GET /feed.xml HTTP/1.1\r\nhost: a");
        assert!(whole.starts_with("HTTP/1.1 200 OK\r\n") && whole.contains("<item>"), "{whole}");
        let tag = whole.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag");
        let again = ask(&format!("GET /feed.xml HTTP/1.1\r\nIf-None-Match: {tag}"));
        assert!(again.starts_with("HTTP/1.1 304 "), "{again}");
        assert!(ask("GET /feed.xml HTTP/1.1\r\nIf-None-Match: \"x\"").starts_with("HTTP/1.1 200 "));
        assert!(ask("GET /nichts HTTP/1.1").starts_with("HTTP/1.1 404 "));
    }
}
