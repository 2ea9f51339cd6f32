//! Reads the body of an answer: by chunks, decompressing as it comes, within size, growth and rate. A body that is
//! cut short is an error and never half a page.

use std::time::Duration;

use tokio::time::Instant;

use super::FetchError;
use super::coding::{Coding, Decoder};
use super::error::Stage;

/// A body that grows more than this when decompressed is a bomb; text rarely reaches 20.
const MAX_GROWTH: usize = 100;

/// Decompressed bytes before growth is looked at: small bodies of repeated text may compress very well.
const GROWTH_FREE: usize = 1 << 20;

/// What [`read`] holds a body to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Largest size after decompression, in bytes.
    pub(super) max: usize,
    /// Whether a larger body is cut there, instead of being an error.
    pub(super) cut: bool,
    /// Bytes per second on the wire.
    pub(super) min_bytes_per_s: u64,
    /// How long each measurement of the rate takes.
    pub(super) rate_window: Duration,
}

/// Reads the body of `response`, decompressed.
pub(super) async fn read(mut response: reqwest::Response, limits: Limits) -> Result<Vec<u8>, FetchError> {
    let mut codings = Coding::of(response.headers())?.into_iter();
    let coding = codings.next().unwrap_or(Coding::Identity);
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    if coding == Coding::Identity && !limits.cut && announced.is_some_and(|length| length > limits.max) {
        return Err(too_large(limits.max));
    }
    let mut decoder = Decoder::new(coding, limits.max);
    let mut received = 0;
    let mut window = Window { end: Instant::now() + limits.rate_window, received: 0 };
    loop {
        let chunk = match tokio::time::timeout_at(window.end, response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => break,
            Ok(Err(error)) => return Err(FetchError::from_client(&error)),
            Err(_) => {
                window.turn(limits)?;
                continue;
            }
        };
        received += chunk.len();
        window.received += chunk.len() as u64;
        if Instant::now() >= window.end {
            window.turn(limits)?;
        }
        match decoder.push(&chunk) {
            Ok(()) => {}
            Err(_) if decoder.is_full() && limits.cut && codings.len() == 0 => return Ok(decoder.into_bytes()),
            Err(_) if decoder.is_full() => return Err(too_large(limits.max)),
            Err(error) => return Err(coding.damaged(&error)),
        }
        let grown_to = decoder.len();
        if grown_to > GROWTH_FREE && grown_to / MAX_GROWTH > received {
            return Err(too_large(received * MAX_GROWTH));
        }
    }
    let body = decoder.finish().map_err(|error| coding.damaged(&error))?;
    codings.try_fold(body, |body, coding| coding.unpack(&body, limits.max))
}

/// One measurement of the rate.
struct Window {
    end: Instant,
    received: u64,
}

impl Window {
    /// Ends the measurement and begins the next.
    fn turn(&mut self, limits: Limits) -> Result<(), FetchError> {
        let needed = limits.rate_window.as_secs_f64() * limits.min_bytes_per_s as f64;
        if (self.received as f64) < needed {
            return Err(FetchError::Timeout { stage: Stage::Rate });
        }
        *self = Self { end: Instant::now() + limits.rate_window, received: 0 };
        Ok(())
    }
}

fn too_large(limit: usize) -> FetchError {
    FetchError::TooLarge { limit_bytes: limit as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads an answer that sends `chunk` every 10 ms, against a bound of 1,000 bytes per second measured every 50 ms.
    async fn drip(chunk: &'static [u8], chunks: usize) -> Result<usize, FetchError> {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await;
            for _ in 0..chunks {
                tokio::time::sleep(Duration::from_millis(10)).await;
                let _ = stream.write_all(chunk).await;
            }
        });
        let options = crate::fetch::Options::default();
        let guard = crate::fetch::Guard::new(&options);
        let client = crate::fetch::client::build(&options, &guard, Default::default()).expect("a client");
        let response = client.get(url).send().await.expect("an answer");
        let limits = Limits { max: 10_000, cut: false, min_bytes_per_s: 1_000, rate_window: Duration::from_millis(50) };
        read(response, limits).await.map(|body| body.len())
    }

    #[tokio::test]
    async fn a_dripping_body_is_given_up() {
        assert_eq!(drip(b"a", 500).await, Err(FetchError::Timeout { stage: Stage::Rate }));
        assert_eq!(drip(&[b'a'; 400], 20).await, Ok(8_000));
        assert_eq!(drip(b"a", 3).await, Ok(3));
    }
}
