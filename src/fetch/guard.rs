//! Which addresses may be reached. A name is resolved here, what is not allowed is dropped from the answer, and the
//! connection goes to what is left: nobody resolves a second time. Hosts written as addresses never reach a
//! resolver, so [`Guard::check`] looks at them before the request.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::{FetchError, Options};

/// Seconds for one look-up; a resolver that is silent for longer does not answer at all.
const LOOK_UP_TIMEOUT: Duration = Duration::from_secs(5);

/// The rule for schemes, ports and addresses. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    allow_networks: Arc<[IpNet]>,
    allow_ports: Arc<[u16]>,
}

/// A name whose every address was refused; travels through the client's error to [`FetchError`].
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) host: String,
    pub(super) address: IpAddr,
}

/// A name that has no address, or none that was told in time.
#[derive(Debug)]
pub(super) struct Unresolved {
    pub(super) host: String,
    pub(super) cause: String,
}

impl Guard {
    /// The rule that `options` ask for.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self { allow_networks: options.allow_networks.clone().into(), allow_ports: options.allow_ports.clone().into() }
    }

    /// Checks scheme, port and, where the host is one, the address of `url`. `home` is the portal's own address:
    /// its port is allowed too.
    ///
    /// # Errors
    /// `Scheme`, `Port` or `AddressRefused`.
    pub fn check(&self, url: &Url, home: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Scheme(url.scheme().to_owned()));
        }
        let port = url.port_or_known_default();
        if !port.is_some_and(|port| self.allow_ports.contains(&port)) && port != home.port_or_known_default() {
            return Err(FetchError::Port(port.unwrap_or_default()));
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(FetchError::Scheme(url.scheme().to_owned())),
        };
        if self.permits(address) {
            Ok(())
        } else {
            Err(FetchError::AddressRefused { host: url.host_str().unwrap_or_default().to_owned(), address })
        }
    }

    /// Whether the host of `url` is an address of a network that `fetch.allow_networks` lists.
    pub(super) fn is_listed(&self, url: &Url) -> bool {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical(),
            _ => return false,
        };
        self.allow_networks.iter().any(|network| network.contains(&address))
    }

    /// Whether a packet may be sent to `address`: it is public, or listed in `fetch.allow_networks`.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.allow_networks.iter().any(|network| network.contains(&address))
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let looked_up = tokio::time::timeout(LOOK_UP_TIMEOUT, tokio::net::lookup_host((name.as_str(), 0))).await;
            let found: Vec<SocketAddr> = match looked_up.map(|found| found.map(Iterator::collect)) {
                Ok(Ok(found)) => found,
                Ok(Err(error)) => return Err(Unresolved { host, cause: error.to_string() }.into()),
                Err(_) => {
                    return Err(Unresolved { host, cause: "the name server did not answer in time".to_owned() }.into());
                }
            };
            let Some(refused) = found.first().map(SocketAddr::ip) else {
                return Err(Unresolved { host, cause: "the name has no address".to_owned() }.into());
            };
            let allowed: Vec<SocketAddr> = found.into_iter().filter(|address| guard.permits(address.ip())).collect();
            if allowed.is_empty() {
                return Err(Refused { host, address: refused }.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public Internet. Addresses that carry another inside are judged by that one.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b)) // between a provider and its customers, RFC 6598
        || (a == 198 && (b == 18 || b == 19)) // benchmarks, RFC 2544
        || (a, b, c) == (192, 0, 0) // protocol assignments, RFC 6890
        || (a, b, c) == (192, 88, 99) // old 6to4 relays, RFC 7526
        || address == Ipv4Addr::new(168, 63, 129, 16); // the metadata service of one cloud, on a public number
    !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = |high: u16, low: u16| {
        let [[i, j], [k, l]] = [high.to_be_bytes(), low.to_be_bytes()];
        is_public_v4(Ipv4Addr::new(i, j, k, l))
    };
    match (a, b) {
        (0x64, 0xff9b) => (c, d, e, f) == (0, 0, 0, 0) && embedded(g, h), // NAT64, RFC 6052
        (0x2002, _) => embedded(b, c),                                    // 6to4, RFC 3056
        (0x2001, 0..=0x01ff | 0x0db8) | (0x3fff, 0..=0x0fff) => false,    // Teredo, ORCHID, documentation
        // All other public addresses are in 2000::/3: this drops loopback, unique local, link-local and multicast.
        _ => a & 0xe000 == 0x2000,
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} resolves to {}, which is not public", self.host, self.address)
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot resolve {}: {}", self.host, self.cause)
    }
}

impl Error for Refused {}
impl Error for Unresolved {}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(networks: &[&str]) -> Guard {
        let allow_networks = networks.iter().map(|network| network.parse().expect("a network")).collect();
        Guard::new(&Options { allow_networks, ..Options::default() })
    }

    fn check(url: &str, expected: &str) {
        let home = Url::parse("http://a.gov.vn:8080/").expect("a URL");
        let verdict = guard(&[]).check(&Url::parse(url).expect("a URL"), &home);
        let got = match verdict {
            Ok(()) => "ok",
            Err(FetchError::Scheme(_)) => "scheme",
            Err(FetchError::Port(_)) => "port",
            Err(FetchError::AddressRefused { .. }) => "address",
            Err(_) => "other",
        };
        assert_eq!(got, expected, "{url}");
    }

    #[test]
    fn schemes_ports_and_addresses_in_disguise() {
        check("https://a.gov.vn/", "ok");
        check("http://a.gov.vn:8080/", "ok");
        check("http://a.gov.vn:22/", "port");
        check("http://a.gov.vn:6379/", "port");
        check("file:///etc/passwd", "scheme");
        check("ftp://a.gov.vn/", "scheme");
        check("http://113.160.1.1/", "ok");
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.1",
            "0",
            "127.0.0.1.",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[ff02::1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::1]",
            "[2001::1]",
            "[2001:db8::1]",
        ] {
            check(&format!("http://{host}/"), "address");
        }
        check("http://[2001:ee0::1]/", "ok");
        check("http://[64:ff9b::71a0:101]/", "ok");
    }

    #[test]
    fn listed_networks_are_reached() {
        assert!(guard(&["10.1.0.0/16"]).permits("10.1.2.3".parse().expect("an address")));
        assert!(guard(&["10.1.0.0/16"]).permits("::ffff:10.1.2.3".parse().expect("an address")));
        assert!(!guard(&["10.1.0.0/16"]).permits("10.2.2.3".parse().expect("an address")));
    }
}
