//! Names to addresses, for the client that connects to them.
//!
//! A name is resolved once, and what was looked at is what is connected to: an answer that
//! changes between two look-ups ("DNS rebinding") has nothing to change.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use super::{Reach, Refusal};

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.clone();
        Box::pin(async move {
            let host = name.as_str();
            // The client puts the URL's port in the place of 0.
            let found = lookup_host((host, 0)).await?;
            let admitted: Vec<SocketAddr> = found
                .filter(|found| reach.admits(host, found.ip()))
                .collect();
            if admitted.is_empty() {
                return Err(Refusal::Address.into());
            }
            let addresses: Addrs = Box::new(admitted.into_iter());
            Ok(addresses)
        })
    }
}
