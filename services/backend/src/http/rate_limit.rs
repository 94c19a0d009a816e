//! How often a user and an address may ask.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

use axum::http::HeaderMap;
use events::UserId;
use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};

use crate::error::ApiError;

/// A burst of ten seconds' worth is allowed, then the average.
const BURST_SECONDS: u32 = 10;

pub(crate) struct RateLimits {
    users: DefaultKeyedRateLimiter<UserId>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    trusted_proxies: usize,
}

impl RateLimits {
    pub(crate) fn new(
        user_per_second: NonZeroU32,
        address_per_second: NonZeroU32,
        trusted_proxies: usize,
    ) -> Self {
        let quota = |per_second: NonZeroU32| {
            Quota::per_second(per_second).allow_burst(
                per_second.saturating_mul(NonZeroU32::MIN.saturating_add(BURST_SECONDS - 1)),
            )
        };
        Self {
            users: DefaultKeyedRateLimiter::keyed(quota(user_per_second)),
            addresses: DefaultKeyedRateLimiter::keyed(quota(address_per_second)),
            clock: DefaultClock::default(),
            trusted_proxies,
        }
    }

    pub(crate) fn check_user(&self, user: UserId) -> Result<(), ApiError> {
        self.users
            .check_key(&user)
            .map_err(|wait| self.too_many(&wait))
    }

    pub(crate) fn check_address(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), ApiError> {
        let address = client_address(headers, peer, self.trusted_proxies);
        self.addresses
            .check_key(&network(address))
            .map_err(|wait| self.too_many(&wait))
    }

    /// Forgets those who have not asked for a while, so that memory stays bounded.
    pub(crate) fn forget_idle(&self) {
        self.users.retain_recent();
        self.addresses.retain_recent();
        self.users.shrink_to_fit();
        self.addresses.shrink_to_fit();
    }

    fn too_many(&self, wait: &governor::NotUntil<governor::clock::QuantaInstant>) -> ApiError {
        let wait = wait.wait_time_from(self.clock.now());
        ApiError::TooMany {
            retry_after: wait.as_secs() + 1,
        }
    }
}

/// Each trusted proxy appended the address it saw; what stands left of them the client made up.
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

/// One subscriber has a whole IPv6 /64; counting single addresses would limit nobody.
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
        assert_eq!(client_address(&headers, peer, 0), peer);
        assert_eq!(client_address(&headers, peer, 1).to_string(), "203.0.113.7");
        assert_eq!(client_address(&headers, peer, 2).to_string(), "1.2.3.4");
        assert_eq!(client_address(&headers, peer, 3), peer);
    }

    #[test]
    fn rotating_within_an_ipv6_subnet_counts_as_one() {
        let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        assert_eq!(network(one), network(other));
    }

    #[test]
    fn a_burst_is_followed_by_a_refusal_that_says_when() {
        let one = NonZeroU32::MIN;
        let limits = RateLimits::new(one, one, 0);
        let user = UserId::generate();
        for _ in 0..BURST_SECONDS {
            limits.check_user(user).unwrap();
        }
        assert!(matches!(
            limits.check_user(user),
            Err(ApiError::TooMany { retry_after: 1.. })
        ));
        limits.check_user(UserId::generate()).unwrap();
    }
}
