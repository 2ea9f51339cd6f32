//! Connections in, requests to the router: an accept loop with the defences that `axum::serve` lacks.
//!
//! A client that dawdles over its headers is dropped, connections are counted, a request that others may split
//! differently is the last of its connection, and the end is orderly: what was begun is finished, within bounds.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use axum::http::header::{CONNECTION, TRANSFER_ENCODING};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::pages::desk::live::Closing;

/// Time for the headers of a request, and for the next request on an idle connection.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// Connections at once: a bound on memory and file handles (most systems give 1,024 or more).
const MAX_CONNECTIONS: usize = 1_024;
/// Bytes of a request's headers.
const MAX_HEADERS: usize = 32 * 1024;
/// Time that open requests get at the end; service managers kill after ten seconds or more.
const DRAIN_TIME: Duration = Duration::from_secs(8);
/// How long to wait when the system has no file handle left.
const BREATH: Duration = Duration::from_millis(200);

/// Serves until `cancel`, then finishes what was begun.
///
/// # Errors
/// None today; the signature leaves room for a listener that fails for good.
pub async fn serve(listener: TcpListener, router: Router, cancel: CancellationToken) -> Result<()> {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let open = TaskTracker::new();
    loop {
        let next = async {
            // Room first: a connection that finds none waits in the system's queue.
            let permit = Arc::clone(&room).acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            next = next => next,
            () = cancel.cancelled() => break,
        };
        match accepted {
            Ok((stream, client)) => {
                let connection = converse(stream, client, router.clone(), cancel.clone());
                open.spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    open.close();
    if timeout(DRAIN_TIME, open.wait()).await.is_err() {
        tracing::warn!(connections = open.len(), "closed connections whose requests did not end in time");
    }
    Ok(())
}

async fn converse(stream: TcpStream, client: SocketAddr, router: Router, cancel: CancellationToken) {
    // Small answers should not wait for more to come.
    let _ = stream.set_nodelay(true);
    let closing = Closing(cancel.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(client));
        request.extensions_mut().insert(closing.clone());
        // Where a proxy went by a length that stood beside the chunks, it takes what follows for more of this body.
        let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
        let answer = router.clone().oneshot(request);
        async move {
            let mut answer = answer.await?;
            if is_chunked {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = cancel.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients go away all the time; that is their business.
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn start(router: Router) -> (std::net::SocketAddr, CancellationToken, tokio::task::JoinHandle<Result<()>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, cancel) = (listener.local_addr().unwrap(), CancellationToken::new());
        let task = tokio::spawn(serve(listener, router, cancel.clone()));
        (address, cancel, task)
    }

    #[tokio::test]
    async fn what_was_begun_is_finished() {
        let router = Router::new().route(
            "/",
            get(|| async {
                sleep(Duration::from_millis(300)).await;
                "đã xong"
            }),
        );
        let (address, cancel, task) = start(router).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        sleep(Duration::from_millis(100)).await;
        cancel.cancel();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("đã xong"), "{answer}");
        task.await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[tokio::test]
    async fn an_idle_connection_does_not_hold_up_the_end() {
        let (address, cancel, task) = start(Router::new()).await;
        let _idle = TcpStream::connect(address).await.unwrap();
        sleep(Duration::from_millis(50)).await;
        cancel.cancel();
        timeout(Duration::from_secs(9), task).await.unwrap().unwrap().unwrap();
    }
}
