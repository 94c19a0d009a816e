//! What an e-mail says.

use jiff::Timestamp;
use lettre::message::{
    Mailbox, Message as Letter, MultiPart,
    header::{HeaderName, HeaderValue},
};

use crate::channel::Message;

/// Tells answering machines not to.
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

const MAY_BE_TWICE: &str = "You may have got this reminder before: \
     what became of an earlier attempt to send it is not known.";

/// The id comes from the delivery, so that a second copy can be recognised.
pub(super) fn write(
    from: &Mailbox,
    to: Mailbox,
    message: &Message<'_>,
    now: Timestamp,
) -> Result<Letter, lettre::error::Error> {
    let id = format!("<{}@{}>", message.delivery_id, from.email.domain());
    let automatic = HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned());
    Letter::builder()
        .from(from.clone())
        .to(to)
        .subject(format!("Reminder: {}", message.reminder.title))
        .date(now.into())
        .message_id(Some(id))
        .raw_header(automatic)
        .multipart(MultiPart::alternative_plain_html(
            text(message),
            html(message),
        ))
}

fn text(message: &Message<'_>) -> String {
    let lines = paragraphs(message);
    format!("{}\n\n{}\n", lines.join("\n\n"), message.link)
}

fn html(message: &Message<'_>) -> String {
    let paragraphs = paragraphs(message).into_iter().map(|line| escaped(&line));
    let paragraphs = paragraphs.collect::<Vec<_>>().join("</p><p>");
    let link = escaped(&message.link);
    format!(
        "<!doctype html><html><body><p>{paragraphs}</p><p><a href=\"{link}\">{link}</a></p></body></html>"
    )
}

fn paragraphs(message: &Message<'_>) -> Vec<String> {
    let mut paragraphs = vec![message.reminder.title.clone()];
    let due = &message.reminder.due_text;
    if !due.is_empty() {
        paragraphs.push(format!("Due: {due}"));
    }
    if message.may_be_twice {
        paragraphs.push(MAY_BE_TWICE.to_owned());
    }
    paragraphs
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
