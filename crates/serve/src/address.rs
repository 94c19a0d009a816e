//! From where a request comes.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// The network of the client: its address, or the /64 that one IPv6 subscriber has whole.
/// Counting single addresses of that would limit nobody.
///
/// Each trusted proxy appended to `X-Forwarded-For` the address it saw; what stands left of them
/// the client made up.
pub fn client_network(headers: &HeaderMap, peer: IpAddr, trusted_proxies: usize) -> IpAddr {
    network(client_address(headers, peer, trusted_proxies))
}

fn client_address(headers: &HeaderMap, peer: IpAddr, trusted_proxies: usize) -> IpAddr {
    let Some(skip) = trusted_proxies.checked_sub(1) else {
        return peer;
    };
    headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .nth(skip)
        .and_then(|address| address.parse().ok())
        .unwrap_or(peer)
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", value.parse().unwrap());
        headers
    }

    #[test]
    fn a_made_up_forwarded_address_does_not_help() {
        let peer: IpAddr = "10.0.0.9".parse().unwrap();
        let headers = forwarded("1.2.3.4, 203.0.113.7");
        assert_eq!(client_network(&headers, peer, 0), peer);
        assert_eq!(client_network(&headers, peer, 1).to_string(), "203.0.113.7");
        assert_eq!(client_network(&headers, peer, 2).to_string(), "1.2.3.4");
        assert_eq!(client_network(&headers, peer, 3), peer);
    }

    #[test]
    fn rotating_within_an_ipv6_subnet_counts_as_one() {
        let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        let nothing = HeaderMap::new();
        assert_eq!(
            client_network(&nothing, one, 0),
            client_network(&nothing, other, 0)
        );
    }
}
