//! The ways out, and what a reminder says on each of them.

use proto::v1::{self, delivery::Destination};

use crate::{attempt::Attempt, outbound::Outbound};

pub mod email;
pub mod push;
pub mod webhook;

use email::Mailer;
use push::vapid::Vapid;

/// Everything that sends. What is not configured is not there.
pub struct Channels {
    pub outbound: Outbound,
    pub mailer: Option<Mailer>,
    pub vapid: Option<Vapid>,
    /// Where the app is, without a slash at the end.
    pub app_url: String,
}

/// What a reminder says, whatever the channel.
pub struct Message<'a> {
    /// UUIDs.
    pub user_id: &'a str,
    pub reminder_id: &'a str,
    pub delivery_id: &'a str,
    pub reminder: &'a v1::Reminder,
    /// When it came due, RFC 3339.
    pub due_at: &'a str,
    /// The task, in the app.
    pub link: String,
    /// An earlier attempt has an unknown outcome.
    pub may_be_twice: bool,
}

impl Channels {
    /// Sends once.
    pub async fn send(&self, destination: &Destination, message: &Message<'_>) -> Attempt {
        let Self {
            outbound,
            mailer,
            vapid,
            ..
        } = self;
        match destination {
            Destination::Email(to) => match mailer {
                Some(mailer) => email::send(mailer, to, message).await,
                None => Attempt::for_good("e-mail is not configured"),
            },
            Destination::Push(to) => match vapid {
                Some(vapid) => push::send(outbound, vapid, to, message).await,
                None => Attempt::for_good("web push is not configured"),
            },
            Destination::Webhook(to) => {
                let (id, may_be_twice) = (message.delivery_id, message.may_be_twice);
                let body = webhook::reminder(message);
                webhook::send(outbound, &to.url, &to.secret, id, body, may_be_twice).await
            }
        }
    }
}

/// What the metrics call it.
pub fn name(destination: &Destination) -> &'static str {
    match destination {
        Destination::Email(_) => "email",
        Destination::Push(_) => "push",
        Destination::Webhook(_) => "webhook",
    }
}

/// What hangs when it hangs. All mail goes to one server.
pub fn lane(destination: &Destination) -> String {
    match destination {
        Destination::Email(_) => "mail server".to_owned(),
        Destination::Push(to) => Outbound::host(&to.endpoint),
        Destination::Webhook(to) => Outbound::host(&to.url),
    }
}
