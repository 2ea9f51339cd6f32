//! Where a request comes from: the connection's address, or what a proxy that we know says about it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use ipnet::IpNet;

use crate::accounts::Caller;

/// Addresses of a forwarding header that are looked at; no chain of proxies is longer.
const HOPS: usize = 16;

/// The caller of a request; `device` is what its browser is known by.
pub(super) fn of(request: &Request, proxies: &[IpNet], device: Option<String>) -> Caller {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned();
    let address = peer.map_or_else(String::new, |peer| network(client(peer, request.headers(), proxies)));
    Caller { address, agent, device }
}

/// The nearest address that is no proxy of ours: what stands further left in the header anybody can have written.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let ours = |address: IpAddr| proxies.iter().any(|network| network.contains(&address));
    let mut nearest = peer.to_canonical();
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(',')).take(HOPS);
    for hop in hops {
        if !ours(nearest) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest
}

/// What counts as one address: a client of IPv6 has a whole network of 64 bits to itself.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn only_our_own_proxy_is_believed() {
        let proxies: Vec<IpNet> = vec!["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let check = |peer: &str, forwarded: &[&str], expected: &str| {
            let mut headers = HeaderMap::new();
            forwarded.iter().for_each(|line| {
                headers.append("x-forwarded-for", line.parse().unwrap());
            });
            let found = network(client(peer.parse().unwrap(), &headers, &proxies));
            assert_eq!(found, expected, "{peer} {forwarded:?}");
        };
        check("203.0.113.7", &[], "203.0.113.7");
        check("203.0.113.7", &["198.51.100.1"], "203.0.113.7");
        check("127.0.0.1", &[], "127.0.0.1");
        check("127.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("127.0.0.1", &["192.0.2.9, 198.51.100.1"], "198.51.100.1");
        check("127.0.0.1", &["192.0.2.9", "198.51.100.1, 10.1.2.3"], "198.51.100.1");
        check("127.0.0.1", &["nonsense"], "127.0.0.1");
        check("::ffff:203.0.113.7", &[], "203.0.113.7");
        check("2001:db8:1:2:3:4:5:6", &[], "2001:db8:1:2::/64");
    }
}
