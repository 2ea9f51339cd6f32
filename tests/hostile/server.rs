//! A server that writes literal bytes, each portal on a port of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What a server does once it has read a request.
pub(crate) enum Act {
    /// Writes and closes.
    Say(Vec<u8>),
    /// Writes, then goes on with the second part so many times, a pause before each.
    Drip(Vec<u8>, Vec<u8>, Duration, u32),
    /// Keeps the connection and says nothing.
    Silence,
    /// Writes, and breaks the connection off in the middle.
    BreakOff(Vec<u8>),
}

/// `serve(path, address of this server)`; nothing is a 404.
pub(crate) type Serve = fn(&str, &str) -> Option<Act>;

pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) fn start(serve: Serve) -> Self {
        Self::start_at("127.0.0.1:0", serve)
    }

    pub(crate) fn start_at(at: &str, serve: Serve) -> Self {
        let listener = TcpListener::bind(at).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let (here, counter) = (address.clone(), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                let here = here.clone();
                std::thread::spawn(move || answer(stream, serve, &here));
            }
        });
        Self { address, asked }
    }

    /// Connections that were made.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, serve: Serve, here: &str) {
    let mut asked = [0; 4096];
    let length = stream.read(&mut asked).unwrap_or(0);
    let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
    let path = asked.split(' ').nth(1).unwrap_or("/");
    match serve(path, here).unwrap_or_else(|| Act::Say(said("404 Not Found", "", ""))) {
        Act::Say(bytes) => drop(stream.write_all(&bytes)),
        Act::Drip(first, more, pause, times) => {
            let mut sent = stream.write_all(&first);
            for _ in 0..times {
                if sent.is_err() {
                    break;
                }
                std::thread::sleep(pause);
                sent = stream.write_all(&more);
            }
        }
        Act::Silence => std::thread::sleep(Duration::from_secs(120)),
        Act::BreakOff(bytes) => {
            let _ = stream.write_all(&bytes);
            // What was not read yet makes the system send a reset in place of an end.
            let _ = stream.shutdown(std::net::Shutdown::Read);
        }
    }
}

/// A whole answer.
pub(crate) fn said(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

pub(crate) fn html(body: impl AsRef<[u8]>) -> Option<Act> {
    Some(Act::Say(said("200 OK", "Content-Type: text/html; charset=utf-8\r\n", body)))
}

pub(crate) fn xml(body: impl AsRef<[u8]>) -> Option<Act> {
    Some(Act::Say(said("200 OK", "Content-Type: text/xml; charset=utf-8\r\n", body)))
}
