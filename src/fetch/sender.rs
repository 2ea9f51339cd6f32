//! Messages to receivers outside: a body in, the status of the answer out. The guard looks at every address before the
//! connection and at the connection itself; redirects are not followed, and nothing of the answer's body is read.

use std::time::Duration;

use url::Url;

use super::error::Stage;
use super::tls::Anchors;
use super::{FetchError, Guard, Options, client};

/// Time for a whole delivery.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Time for looking a name up.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(5);

/// The one way to receivers. Clones share the client.
#[derive(Clone)]
pub struct Sender {
    client: reqwest::Client,
    guard: Guard,
}

impl Sender {
    /// Builds the client. Receivers are reached on port 443 and what `fetch.allow_networks` and `fetch.allow_ports` add.
    ///
    /// # Errors
    /// When an option cannot be worked with.
    pub fn new(options: &Options) -> anyhow::Result<Self> {
        let guard = Guard::new(options);
        Ok(Self { client: client::build(options, &guard, Anchors::default())?, guard })
    }

    /// Whether something may be sent to `url`, as far as can be told without asking the name servers.
    ///
    /// # Errors
    /// Scheme, port or address, whichever is refused.
    pub fn check(&self, url: &Url) -> Result<(), FetchError> {
        // The address stands for no portal, whose own port would be allowed too.
        const NOBODY: &str = "https://receiver.invalid/";
        let nobody = Url::parse(NOBODY).map_err(|cause| FetchError::Broken(cause.to_string()))?;
        self.guard.check(url, &nobody)?;
        // Signed, not sealed: what is sent goes unencrypted only to a network that the operator listed by address.
        if url.scheme() == "https" || self.guard.is_listed(url) {
            Ok(())
        } else {
            Err(FetchError::Scheme(url.scheme().to_owned()))
        }
    }

    /// Whether something may be sent to `url`; its name is looked up.
    ///
    /// # Errors
    /// Why not.
    pub async fn check_by_name(&self, url: &Url) -> Result<(), FetchError> {
        self.check(url)?;
        let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let host = name.to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        let looked_up = tokio::time::timeout(LOOK_UP_TIMEOUT, tokio::net::lookup_host((name, port))).await;
        let found: Result<Vec<_>, String> = match looked_up {
            Ok(found) => found.map(Iterator::collect).map_err(|cause| cause.to_string()),
            Err(_) => Err("the name server did not answer in time".into()),
        };
        let found = match found {
            Ok(found) => found,
            Err(cause) => return Err(FetchError::Dns { host, cause }),
        };
        match found.iter().find(|address| !self.guard.permits(address.ip())) {
            Some(refused) => Err(FetchError::AddressRefused { host, address: refused.ip() }),
            None => Ok(()),
        }
    }

    /// Sends `body` as JSON with these headers.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn post(&self, url: &Url, headers: &[(&'static str, String)], body: String) -> Result<u16, FetchError> {
        self.check(url)?;
        let mut request = self.client.post(url.clone()).header("content-type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = match tokio::time::timeout(TIMEOUT, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(cause)) => return Err(FetchError::from_client(&cause)),
            Err(_) => return Err(FetchError::Timeout { stage: Stage::Total }),
        };
        if let Some(peer) = response.remote_addr().map(|peer| peer.ip())
            && !self.guard.permits(peer)
        {
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(FetchError::AddressRefused { host, address: peer });
        }
        Ok(response.status().as_u16())
    }
}
