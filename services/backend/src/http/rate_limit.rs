//! How often a user and an address may ask.

use std::{net::IpAddr, num::NonZeroU32};

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
    /// As often as a user may ask at once.
    burst: NonZeroU32,
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
        let of_user = quota(user_per_second);
        Self {
            users: DefaultKeyedRateLimiter::keyed(of_user),
            burst: of_user.burst_size(),
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

    /// For what came as one request, which was checked, and stands for so many more. More than a
    /// burst would never be let in, and counts as that.
    pub(crate) fn check_more(&self, user: UserId, requests: usize) -> Result<(), ApiError> {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        let Some(requests) = NonZeroU32::new(requests.min(self.burst.get() - 1)) else {
            return Ok(());
        };
        // There is room for so many, if not now.
        let checked = self.users.check_key_n(&user, requests).unwrap_or(Ok(()));
        checked.map_err(|wait| self.too_many(&wait))
    }

    pub(crate) fn check_address(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), ApiError> {
        let network = serve::client_network(headers, peer, self.trusted_proxies);
        self.addresses
            .check_key(&network)
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn many_that_come_as_one_count_as_many() {
        let one = NonZeroU32::MIN;
        let limits = RateLimits::new(one, one, 0);
        let user = UserId::generate();
        limits.check_user(user).unwrap();
        limits.check_more(user, 0).unwrap();
        limits.check_more(user, 5).unwrap();
        // Together or not at all.
        limits.check_more(user, 8).unwrap_err();
        limits.check_more(user, 4).unwrap();
        limits.check_user(user).unwrap_err();
        // More than there may ever be.
        let user = UserId::generate();
        limits.check_user(user).unwrap();
        limits.check_more(user, 1_000).unwrap();
        limits.check_user(user).unwrap_err();
    }
}
