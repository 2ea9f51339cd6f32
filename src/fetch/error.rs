//! Why a page was not fetched, in words for an operator, and how bad that is for the portal's health.

use std::error::Error;
use std::io;
use std::net::IpAddr;

use super::TlsFault;
use super::guard::{Refused, Unresolved};
use crate::clock::Timestamp;

/// Why there is no page. The message names what was met and, where there is one, the mend; the caller adds the URL.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FetchError {
    /// The host's robots.txt closes this address to us.
    #[error("robots.txt does not allow this address")]
    RobotsDenied,
    /// robots.txt could not be read, which closes the host for a while (RFC 9309 §2.3.1.4).
    #[error("robots.txt cannot be read, so nothing may be fetched: {cause}")]
    RobotsUnreachable {
        /// What went wrong with it.
        cause: Box<FetchError>,
    },
    /// The address is loopback, private or reserved, and not in `fetch.allow_networks`.
    #[error(
        "{host} is at {address}, which is not a public address (list its network in fetch.allow_networks if it may be visited)"
    )]
    AddressRefused {
        /// The host as written.
        host: String,
        /// The refused address.
        address: IpAddr,
    },
    /// Neither `http` nor `https`.
    #[error("scheme {0:?} is not fetched, only http and https")]
    Scheme(String),
    /// A port that is neither the portal's own nor in `fetch.allow_ports`.
    #[error("port {0} is not allowed (add it to fetch.allow_ports if it may be visited)")]
    Port(u16),
    /// The name has no address.
    #[error("cannot resolve {host}: {cause}")]
    Dns {
        /// The name.
        host: String,
        /// The resolver's words.
        cause: String,
    },
    /// The connection was turned away.
    #[error("cannot connect: the server turns connections away")]
    Refused,
    /// Nobody answered at the address.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// No secure connection could be agreed on; never retried without verification.
    #[error("no secure connection: {0}")]
    Tls(TlsFault),
    /// Something took longer than its limit.
    #[error("timed out {}", .stage.words())]
    Timeout {
        /// What was being waited for.
        stage: Stage,
    },
    /// The body is larger than allowed, or grows too much when decompressed.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit_bytes: u64,
    },
    /// More redirects than `fetch.max_redirects`.
    #[error("more redirects than fetch.max_redirects allows")]
    TooManyRedirects,
    /// A redirect led back to an address of the same chain.
    #[error("the redirects go round in a circle")]
    RedirectLoop,
    /// A status that brings no page: 4xx, 5xx, or one that was not asked for.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// The host asked for a pause; no request was made.
    #[error("the host asked for a pause until {until}")]
    Waiting {
        /// When to come back.
        until: Timestamp,
    },
    /// lantoa is stopping; the answer was not waited for.
    #[error("lantoa is stopping")]
    Cancelled,
    /// The answer is not HTTP, was cut short, or cannot be decompressed.
    #[error("the answer is broken: {0}")]
    Broken(String),
}

/// What a [`FetchError::Timeout`] was waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Look-up, connection and handshake.
    Connect,
    /// The first byte of the answer.
    FirstByte,
    /// The body: it came more slowly than `fetch.min_bytes_per_s`.
    Rate,
    /// The whole request.
    Total,
}

impl Stage {
    fn words(self) -> &'static str {
        match self {
            Self::Connect => "connecting (fetch.connect_timeout_s)",
            Self::FirstByte => "waiting for the answer to begin (fetch.first_byte_timeout_s)",
            Self::Rate => "because the answer came too slowly (fetch.min_bytes_per_s)",
            Self::Total => "before the answer was complete (fetch.timeout_s)",
        }
    }
}

impl FetchError {
    /// Whether the server says that the page no longer exists.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Status(404 | 410))
    }

    /// Whether it concerns the whole host, so that no other page of it need be tried now.
    #[must_use]
    pub fn is_of_the_host(&self) -> bool {
        matches!(
            self,
            Self::AddressRefused { .. }
                | Self::Dns { .. }
                | Self::Refused
                | Self::Connect(_)
                | Self::Tls(_)
                | Self::Port(_)
                | Self::Scheme(_)
                | Self::RobotsUnreachable { .. }
        )
    }

    /// Whether the same request may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::RobotsUnreachable { .. }
            | Self::Dns { .. }
            | Self::Refused
            | Self::Connect(_)
            | Self::Timeout { .. }
            | Self::Waiting { .. }
            | Self::Cancelled
            | Self::Broken(_) => true,
            Self::Status(status) => matches!(status, 304 | 408 | 425 | 429 | 500..),
            Self::RobotsDenied
            | Self::AddressRefused { .. }
            | Self::Scheme(_)
            | Self::Port(_)
            | Self::Tls(_)
            | Self::TooLarge { .. }
            | Self::TooManyRedirects
            | Self::RedirectLoop => false,
        }
    }

    /// Failure points for the health of a portal: 1 for what somebody must mend, 0.5 for what the server may get
    /// over, 0.25 for what the network may, 0 when no request was made.
    #[must_use]
    pub fn points(&self) -> f64 {
        match self {
            Self::Waiting { .. } => 0.0,
            Self::Dns { .. } | Self::Refused | Self::Connect(_) | Self::Timeout { .. } => 0.25,
            Self::RobotsUnreachable { .. } | Self::Broken(_) => 0.5,
            Self::Status(404) => 0.5,
            Self::Status(_) if self.is_temporary() => 0.5,
            _ => 1.0,
        }
    }

    /// Whether the host itself could not be reached, so that any other address there would fail alike.
    pub(super) fn is_about_the_host(&self) -> bool {
        matches!(
            self,
            Self::AddressRefused { .. }
                | Self::Scheme(_)
                | Self::Port(_)
                | Self::Dns { .. }
                | Self::Refused
                | Self::Connect(_)
                | Self::Tls(_)
                | Self::Waiting { .. }
        )
    }

    /// Reads what the client reports: our own refusals first, then TLS, then the stage it happened in.
    pub(super) fn from_client(error: &reqwest::Error) -> Self {
        if let Some(Refused { host, address }) = find(error) {
            return Self::AddressRefused { host: host.clone(), address: *address };
        }
        if let Some(Unresolved { host, cause }) = find(error) {
            return Self::Dns { host: host.clone(), cause: cause.clone() };
        }
        if let Some(cause) = find::<rustls::Error>(error) {
            return Self::Tls(TlsFault::from(cause));
        }
        let cause = innermost(error);
        let is_refused = |fault: &io::Error| fault.kind() == io::ErrorKind::ConnectionRefused;
        if find::<io::Error>(error).is_some_and(is_refused) {
            return Self::Refused;
        }
        // The connector's own words: there is no other sign that it was the handshake which ended.
        if error.is_connect() && cause.contains("handshake eof") {
            return Self::Tls(TlsFault::BrokenOff);
        }
        match (error.is_connect(), error.is_timeout()) {
            (true, true) => Self::Timeout { stage: Stage::Connect },
            (true, false) => Self::Connect(cause),
            (false, true) => Self::Timeout { stage: Stage::Total },
            (false, false) => Self::Broken(cause),
        }
    }
}

/// The first cause of type `T`. An `io::Error` hides the one it wraps from `source`, so it is opened.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = inside(error);
    }
    None
}

fn inside<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// The words of the last cause, which is the one that says something, on one line and of bounded length.
fn innermost(error: &reqwest::Error) -> String {
    let mut last: &(dyn Error + 'static) = error;
    while let Some(error) = inside(last) {
        last = error;
    }
    let words: String =
        last.to_string().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(200).collect();
    words.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_verdicts() {
        let check = |error: FetchError, points: f64, temporary: bool, gone: bool| {
            assert!((error.points() - points).abs() < f64::EPSILON, "{error}");
            assert_eq!((error.is_temporary(), error.is_gone()), (temporary, gone), "{error}");
            let words = error.to_string();
            assert!(
                !words.contains('\n') && !words.ends_with('.') && !words.starts_with(char::is_uppercase),
                "{words}"
            );
        };
        check(FetchError::Status(404), 0.5, false, true);
        check(FetchError::Status(410), 1.0, false, true);
        check(FetchError::Status(403), 1.0, false, false);
        check(FetchError::Status(429), 0.5, true, false);
        check(FetchError::Status(503), 0.5, true, false);
        check(FetchError::Status(999), 0.5, true, false);
        check(FetchError::Dns { host: "a".to_owned(), cause: "b".to_owned() }, 0.25, true, false);
        check(FetchError::Timeout { stage: Stage::Rate }, 0.25, true, false);
        check(FetchError::Tls(TlsFault::Expired), 1.0, false, false);
        check(FetchError::Refused, 0.25, true, false);
        check(FetchError::Waiting { until: Timestamp::UNIX_EPOCH }, 0.0, true, false);
        check(FetchError::RobotsUnreachable { cause: Box::new(FetchError::Status(500)) }, 0.5, true, false);
    }

    #[test]
    fn causes_are_found_inside_io_errors() {
        let wrapped = io::Error::other(io::Error::other(rustls::Error::InvalidCertificate(
            rustls::CertificateError::UnknownIssuer,
        )));
        assert!(find::<rustls::Error>(&wrapped).is_some());
        assert!(find::<Refused>(&wrapped).is_none());
    }
}
