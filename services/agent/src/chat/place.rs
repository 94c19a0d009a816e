//! How many chats may be open at a time. Each holds memory for as long as a model takes its time:
//! so not more than there is room for, and not all of it for one person.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::StatusCode;
use events::UserId;
use metrics::gauge;

use crate::{backend::Problem, config::ChatArgs, measured::CHATS_OPEN};

/// Retry after this many seconds: answers take that long.
const RETRY_AFTER: u64 = 5;

/// The places of this process. Clones share them.
#[derive(Clone)]
pub struct Places {
    in_all: usize,
    of_one: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    of: HashMap<UserId, usize>,
}

/// For as long as it is held.
pub(super) struct Place {
    user: UserId,
    taken: Arc<Mutex<Taken>>,
}

impl Places {
    pub fn new(args: &ChatArgs) -> Self {
        Self {
            in_all: args.chats.get(),
            of_one: args.chats_per_user.get(),
            taken: Arc::default(),
        }
    }

    /// Nobody waits for a place: whoever has none is told when to come back.
    pub(super) fn take(&self, user: UserId) -> Result<Place, Box<Problem>> {
        let mut taken = lock(&self.taken);
        let own = taken.of.get(&user).copied().unwrap_or_default();
        if own >= self.of_one {
            let detail = format!("{own} of your chats are being answered; wait for one of them");
            let problem = full(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail);
            return Err(Box::new(problem));
        }
        if taken.in_all >= self.in_all {
            let detail = "Many people are talking at the moment; try again".to_owned();
            let problem = full(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
            return Err(Box::new(problem));
        }
        taken.in_all += 1;
        taken.of.insert(user, own + 1);
        gauge!(CHATS_OPEN).increment(1.0);
        Ok(Place {
            user,
            taken: Arc::clone(&self.taken),
        })
    }
}

fn full(status: StatusCode, code: &str, detail: String) -> Problem {
    Problem {
        status: status.as_u16(),
        code: code.to_owned(),
        detail,
        retry_after: Some(RETRY_AFTER),
        ..Problem::default()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.in_all -= 1;
        if let Some(own) = taken.of.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                taken.of.remove(&self.user);
            }
        }
        gauge!(CHATS_OPEN).decrement(1.0);
    }
}

// A panic elsewhere while holding the lock left a complete value behind.
fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    fn places(chats: usize, chats_per_user: usize) -> Places {
        Places::new(&ChatArgs {
            chats: NonZeroUsize::new(chats).unwrap(),
            chats_per_user: NonZeroUsize::new(chats_per_user).unwrap(),
        })
    }

    #[test]
    fn one_person_has_some_and_all_have_no_more_than_there_are() {
        let places = places(3, 2);
        let [ann, bob, eve] = [(); 3].map(|()| UserId::generate());
        let refused = |user| {
            places
                .take(user)
                .err()
                .map(|it| (it.status, it.retry_after))
        };
        let first = places.take(ann).unwrap();
        let second = places.take(ann).unwrap();
        assert_eq!(refused(ann), Some((429, Some(5))));
        let third = places.take(bob).unwrap();
        assert_eq!(refused(eve), Some((503, Some(5))));
        // Who has all of their own is told so, however full it is.
        assert_eq!(refused(ann), Some((429, Some(5))));
        drop(first);
        let fourth = places.take(eve).unwrap();
        drop((second, third, fourth));
        let taken = lock(&places.taken);
        assert!(taken.in_all == 0 && taken.of.is_empty());
    }
}
