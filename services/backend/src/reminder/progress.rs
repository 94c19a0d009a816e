//! How far a delivery has come, and what may happen to it next. Nothing here touches a row.

use events::Channel;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A claim that comes to no attempt lapses after this.
const CLAIMED_FOR: SignedDuration = SignedDuration::from_secs(30);

/// An attempt whose outcome nobody has told by then has an unknown one.
const SENT_FOR: SignedDuration = SignedDuration::from_mins(2);

/// What is later than this is no reminder any more: it is only told of in the app.
pub(crate) const LATEST: SignedDuration = SignedDuration::from_hours(24);

/// Why it is not sent then.
pub(crate) const TOO_LATE: &str = "it is more than 24 hours late";

/// After the first attempt, the second, and so on; there is one more attempt than pauses.
const PAUSES: [SignedDuration; 4] = [
    SignedDuration::from_secs(10),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(12),
    SignedDuration::from_mins(45),
];

/// However long a destination asks to be left alone.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub(crate) enum State {
    /// Waits for its next attempt.
    Scheduled,
    /// Somebody is about to send it.
    Claimed,
    /// Nobody has told yet what became of it.
    Sent,
    /// Taken over by the destination, or by the server before it.
    Accepted,
    Failed,
    /// It was sent, and nobody knows what became of it.
    Unknown,
    /// In the app, by the person.
    Seen,
    /// Only told, never kept: its task was completed, or the reminder moved, before it was sent.
    Cancelled,
}

/// One destination of one firing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) id: Uuid,
    pub(crate) channel: Channel,
    /// The push subscription or the webhook.
    pub(crate) destination: Option<Uuid>,
    pub(crate) state: State,
    pub(crate) attempts: i32,
    pub(crate) may_be_twice: bool,
    pub(crate) claim_id: Option<Uuid>,
    /// When to look at it again; `None` when it is done.
    pub(crate) wake_at: Option<Timestamp>,
    pub(crate) steps: Vec<Step>,
}

/// Something that happened to a delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    pub(crate) what: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    /// Of HTTP or SMTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latency_ms: Option<u32>,
    /// When the next attempt is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next_at: Option<Timestamp>,
}

/// How one attempt ended.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) outcome: Outcome,
    pub(crate) why: Option<String>,
    /// How long the destination asks to be left alone.
    pub(crate) retry_after: SignedDuration,
    pub(crate) status: Option<u32>,
    pub(crate) latency_ms: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    FailedRetry,
    FailedForGood,
    Unknown,
}

/// Whether a firing is too long ago to be told of.
fn is_too_late(due_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(due_at) > LATEST
}

impl Step {
    pub(crate) const fn new(at: Timestamp, what: State) -> Self {
        Self {
            at,
            what,
            why: None,
            status: None,
            latency_ms: None,
            next_at: None,
        }
    }

    fn because(self, why: impl Into<String>) -> Self {
        Self {
            why: Some(why.into()),
            ..self
        }
    }
}

impl Delivery {
    /// To be sent at once.
    pub(crate) fn new(channel: Channel, destination: Option<Uuid>, now: Timestamp) -> Self {
        Self {
            id: Uuid::now_v7(),
            channel,
            destination,
            state: State::Scheduled,
            attempts: 0,
            may_be_twice: false,
            claim_id: None,
            wake_at: Some(now),
            steps: vec![Step::new(now, State::Scheduled)],
        }
    }

    /// What is in the app's list already.
    pub(crate) fn in_app(notification: Uuid, now: Timestamp) -> Self {
        Self {
            id: notification,
            state: State::Accepted,
            wake_at: None,
            steps: vec![Step::new(now, State::Accepted)],
            ..Self::new(Channel::InApp, None, now)
        }
    }

    /// Ends it.
    pub(crate) fn fail(&mut self, why: impl Into<String>, now: Timestamp) {
        self.settle(State::Failed, None);
        self.steps.push(Step::new(now, State::Failed).because(why));
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.wake_at.is_none()
    }

    /// Gives it to whoever claims it, if there is anything to do now. A claim that is repeated
    /// has it already.
    pub(crate) fn claim(&mut self, claim_id: Uuid, due_at: Timestamp, now: Timestamp) -> bool {
        if self.state == State::Claimed && self.claim_id == Some(claim_id) {
            return true;
        }
        if self.wake_at.is_none_or(|wake_at| wake_at > now) {
            return false;
        }
        if self.state == State::Sent {
            self.unknown("it was not told in time", SignedDuration::ZERO, now);
        }
        if self.is_done() {
            return false;
        }
        if is_too_late(due_at, now) {
            self.fail(TOO_LATE, now);
            return false;
        }
        self.state = State::Claimed;
        self.claim_id = Some(claim_id);
        self.wake_at = Some(now + CLAIMED_FOR);
        self.steps.push(Step::new(now, State::Claimed));
        true
    }

    /// Whether the claim holds still; from then on it counts as sent.
    pub(crate) fn start(&mut self, claim_id: Uuid, now: Timestamp) -> bool {
        if self.claim_id != Some(claim_id) || self.wake_at.is_none_or(|until| until <= now) {
            return false;
        }
        match self.state {
            State::Claimed => {
                self.state = State::Sent;
                self.attempts += 1;
                self.wake_at = Some(now + SENT_FOR);
                self.steps.push(Step::new(now, State::Sent));
                true
            }
            // Asked again because the answer was lost.
            state => state == State::Sent,
        }
    }

    /// Takes down how an attempt ended; `false` if it does not count.
    pub(crate) fn record(&mut self, claim_id: Uuid, attempt: Attempt, now: Timestamp) -> bool {
        let is_open = matches!(self.state, State::Claimed | State::Sent);
        if self.claim_id != Some(claim_id) || !is_open {
            return false;
        }
        let why = attempt.why.unwrap_or_default();
        let pause = self.pause(attempt.retry_after);
        match attempt.outcome {
            Outcome::Accepted => {
                self.settle(State::Accepted, None);
                self.steps.push(Step::new(now, State::Accepted));
            }
            Outcome::FailedForGood => self.fail(why, now),
            Outcome::FailedRetry => {
                let next_at = self.has_more_attempts().then_some(now + pause);
                let state = next_at.map_or(State::Failed, |_| State::Scheduled);
                self.settle(state, next_at);
                let step = Step::new(now, State::Failed).because(why);
                self.steps.push(Step { next_at, ..step });
            }
            Outcome::Unknown => self.unknown(why, pause, now),
        }
        if let Some(step) = self.steps.last_mut() {
            step.status = attempt.status;
            step.latency_ms = Some(attempt.latency_ms);
        }
        true
    }

    fn unknown(&mut self, why: impl Into<String>, pause: SignedDuration, now: Timestamp) {
        let next_at = self.has_more_attempts().then_some(now + pause);
        self.may_be_twice = true;
        self.settle(State::Unknown, next_at);
        let step = Step::new(now, State::Unknown).because(why);
        self.steps.push(Step { next_at, ..step });
    }

    fn settle(&mut self, state: State, wake_at: Option<Timestamp>) {
        self.state = state;
        self.wake_at = wake_at;
        self.claim_id = None;
    }

    fn pause(&self, asked_for: SignedDuration) -> SignedDuration {
        let number = usize::try_from(self.attempts).unwrap_or_default();
        let ours = PAUSES.get(number.saturating_sub(1)).copied();
        ours.unwrap_or(PAUSES[0]).max(asked_for).min(LONGEST_PAUSE)
    }

    fn has_more_attempts(&self) -> bool {
        usize::try_from(self.attempts).is_ok_and(|attempts| attempts <= PAUSES.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn ended(outcome: Outcome) -> Attempt {
        Attempt {
            outcome,
            why: Some("the server answered 503".to_owned()),
            retry_after: SignedDuration::ZERO,
            status: Some(503),
            latency_ms: 7,
        }
    }

    fn mail() -> Delivery {
        Delivery::new(Channel::Email, None, at(0))
    }

    #[test]
    fn what_somebody_has_claimed_nobody_else_gets_until_the_claim_lapses() {
        let (mut mail, one, other) = (mail(), Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(mail.claim(one, at(0), at(0)));
        assert!(mail.claim(one, at(0), at(0)), "the same claim again");
        assert!(!mail.claim(other, at(0), at(0)));
        assert!(mail.claim(other, at(0), at(1)));
        assert!(!mail.start(one, at(1)) && mail.start(other, at(1)));
        assert!(mail.start(other, at(1)), "the same question again");
        assert_eq!((mail.attempts, mail.may_be_twice), (1, false));
    }

    #[test]
    fn an_attempt_that_nobody_tells_of_is_unknown_and_made_again() {
        let (mut mail, one, other) = (mail(), Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(mail.claim(one, at(0), at(0)) && mail.start(one, at(0)));
        assert!(!mail.claim(other, at(0), at(1)), "it may be told yet");
        assert!(mail.claim(other, at(0), at(2)));
        assert!(mail.may_be_twice);
        assert!(
            !mail.record(one, ended(Outcome::Accepted), at(3)),
            "too late"
        );
        assert!(mail.start(other, at(2)));
        assert!(mail.record(other, ended(Outcome::Accepted), at(2)));
        assert!(!mail.record(other, ended(Outcome::FailedRetry), at(2)));
        assert_eq!(mail.state, State::Accepted);
    }

    #[test]
    fn attempts_end_after_the_fifth() {
        let (mut mail, mut now) = (mail(), at(0));
        for number in 0..5 {
            let claim = Uuid::from_u128(number);
            assert!(mail.claim(claim, at(0), now) && mail.start(claim, now));
            assert!(mail.record(claim, ended(Outcome::FailedRetry), now));
            now = mail.wake_at.unwrap_or(now);
        }
        assert_eq!((mail.state, mail.attempts), (State::Failed, 5));
        assert!(mail.is_done() && now > at(59) && now < at(61));
    }

    #[test]
    fn a_day_late_is_too_late() {
        let mut mail = mail();
        assert!(!mail.claim(Uuid::nil(), at(0), at(24 * 60 + 1)));
        assert_eq!(mail.state, State::Failed);
    }

    #[test]
    fn a_destination_may_ask_for_a_pause_within_reason() {
        for (asked, given) in [(300, 300), (1, 10), (999_999, 3600)] {
            let (mut mail, claim) = (mail(), Uuid::nil());
            assert!(mail.claim(claim, at(0), at(0)) && mail.start(claim, at(0)));
            let retry_after = SignedDuration::from_secs(asked);
            let attempt = Attempt {
                retry_after,
                ..ended(Outcome::FailedRetry)
            };
            assert!(mail.record(claim, attempt, at(0)));
            assert_eq!(mail.wake_at, Some(at(0) + SignedDuration::from_secs(given)));
        }
    }
}
