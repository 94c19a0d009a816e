//! What became of the events that a webhook was sent.

use jiff::SignedDuration;
use uuid::Uuid;

use super::{
    deliveries, off,
    store::{self, Webhook},
};
use crate::{
    app::App,
    ctx::Ctx,
    error::ApiError,
    http::reply::Reply,
    reminder::progress::{Attempt, Outcome},
    write::{Begun, Write},
};

/// After the first failure in a row, the second, and so on twice as long.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Whom nobody had time for is left alone so long.
const REST: SignedDuration = SignedDuration::from_secs(30);

/// Who has taken nothing for so long is given up.
const PATIENCE: SignedDuration = SignedDuration::from_hours(5 * 24);

/// An event of a claim, and how the attempt to deliver it ended.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    pub(crate) event_id: Uuid,
    pub(crate) seq: i64,
    pub(crate) attempt: Attempt,
    /// The destination itself said that it is no more.
    pub(crate) is_gone: bool,
}

/// Takes down what a claim came to, and ends it. Whether more can be claimed at once.
pub(crate) async fn record(
    app: &App,
    ctx: Ctx,
    id: Uuid,
    claim_id: Uuid,
    results: Vec<Tried>,
) -> Result<bool, ApiError> {
    let Begun::Fresh(mut write) = Write::begin(app, ctx, None).await? else {
        return Ok(false);
    };
    let (user, now) = (write.ctx.user, write.clock);
    let found = store::find(write.tx(), user, id).await?;
    // Whoever has lost the claim is told nothing more about it.
    let Some(mut webhook) = found.filter(|webhook| webhook.claim_id == Some(claim_id)) else {
        return Ok(false);
    };
    webhook.release();
    let mut given_up = None;
    for tried in &results {
        let is_test = webhook.test_id == Some(tried.event_id);
        let seq = (!is_test).then_some(tried.seq);
        let (event, attempt) = (tried.event_id, &tried.attempt);
        deliveries::insert(write.tx(), user, webhook.id, event, seq, attempt, now).await?;
        if is_test {
            webhook.test_id = None;
        } else if attempt.outcome == Outcome::Accepted {
            webhook.settle();
            webhook.cursor = webhook.cursor.max(tried.seq);
        } else {
            given_up = webhook.fail(tried, now);
        }
    }
    let soonest = if results.is_empty() {
        webhook.retry_at = webhook.retry_at.or(Some(now + REST));
        now + REST
    } else {
        now
    };
    let more = store::has_more(write.tx(), user, &webhook).await?;
    let wake_at = match webhook.retry_at {
        _ if !webhook.active => None,
        None => more.then_some(now),
        retry_at => retry_at,
    };
    let wake_at = webhook.test_id.map(|_| soonest).or(wake_at);
    store::update(write.tx(), user, &webhook, wake_at).await?;
    if let Some(why) = given_up {
        off::switch_off(&mut write, id, why).await?;
    }
    write.commit(Reply::no_content()).await?;
    Ok(wake_at == Some(now))
}

impl Webhook {
    /// Counts a failure. Why it is given up, if it is.
    fn fail(&mut self, tried: &Tried, now: jiff::Timestamp) -> Option<String> {
        let attempt = &tried.attempt;
        let since = *self.failing_since.get_or_insert(now);
        let doublings = u32::try_from(self.failures).unwrap_or_default().min(20);
        let pause = PAUSE * 2_i32.pow(doublings);
        self.failures = self.failures.saturating_add(1);
        self.retry_at = Some(now + pause.max(attempt.retry_after).min(LONGEST_PAUSE));
        if tried.is_gone {
            Some(off::GONE.to_owned())
        } else if attempt.outcome == Outcome::FailedForGood {
            attempt.why.clone()
        } else if now.duration_since(since) > PATIENCE {
            let why = attempt.why.as_deref().unwrap_or_default();
            Some(format!(
                "it has taken nothing for five days; at last: {why}"
            ))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use events::WebhookId;
    use jiff::Timestamp;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn webhook() -> Webhook {
        Webhook {
            id: WebhookId(Uuid::nil()),
            url: String::new(),
            secret: String::new(),
            event_types: Vec::new(),
            active: true,
            off_because: None,
            created_at: at(0),
            cursor: 0,
            test_id: None,
            claim_id: None,
            lease_until: None,
            claimed_to: None,
            failures: 0,
            failing_since: None,
            retry_at: None,
        }
    }

    fn tried(outcome: Outcome) -> Tried {
        let attempt = Attempt {
            outcome,
            why: Some("the server answered 500".to_owned()),
            retry_after: SignedDuration::ZERO,
            status: Some(500),
            latency_ms: 1,
        };
        Tried {
            event_id: Uuid::nil(),
            seq: 1,
            attempt,
            is_gone: false,
        }
    }

    #[test]
    fn pauses_grow_to_an_hour_and_patience_ends_after_five_days() {
        let (mut webhook, mut now) = (webhook(), at(0));
        let mut attempts = 0;
        let given_up = loop {
            attempts += 1;
            if let Some(why) = webhook.fail(&tried(Outcome::FailedRetry), now) {
                break why;
            }
            let next = webhook.retry_at.unwrap();
            assert!(next > now && next <= now + LONGEST_PAUSE);
            now = next;
        };
        assert!(given_up.ends_with("the server answered 500"), "{given_up}");
        assert!(now > at(0) + PATIENCE && now < at(0) + PATIENCE + LONGEST_PAUSE * 2);
        assert!((120..140).contains(&attempts), "{attempts}");
    }

    #[test]
    fn what_says_so_itself_is_given_up_at_once() {
        let refused = webhook().fail(&tried(Outcome::FailedForGood), at(0));
        assert_eq!(refused.as_deref(), Some("the server answered 500"));
        let gone = Tried {
            is_gone: true,
            ..tried(Outcome::FailedForGood)
        };
        assert_eq!(webhook().fail(&gone, at(0)).as_deref(), Some(off::GONE));
    }
}
