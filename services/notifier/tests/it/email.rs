//! Reminders by e-mail.

use mailparse::{MailHeaderMap, ParsedMail, SingleInfo};
use notifier::channel::email::Mailer;
use proto::v1::{
    attempt::Outcome,
    delivery::{Destination, Email},
};

use crate::{
    backend::TASK,
    smtp::{self, Fault, Mail, Options, SmtpServer, Step},
    world::{DEADLINE, Setup, World},
};

const ADDRESS: &str = "ada@example.org";
const NAME: &str = "Ada, Countess of \"Lovelace\"";

fn to(address: &str) -> Destination {
    Destination::Email(Email {
        address: address.to_owned(),
        name: NAME.to_owned(),
    })
}

fn mailer(url: &str, ca: Option<&str>) -> Mailer {
    let from = "TaskFlow <reminders@taskflow.example>";
    Mailer::new(&url.into(), from, ca, DEADLINE).unwrap()
}

async fn world(mailer: Mailer) -> World {
    World::with(Setup {
        mailer: Some(mailer),
        ..Setup::default()
    })
    .await
}

async fn world_of(server: &SmtpServer) -> World {
    world(mailer(&format!("smtp://127.0.0.1:{}", server.port), None)).await
}

fn the_one(mails: Vec<Mail>) -> Mail {
    let [mail] = <[Mail; 1]>::try_from(mails).unwrap();
    mail
}

fn part(mail: &ParsedMail<'_>, mimetype: &str) -> String {
    let part = mail.parts().find(|part| part.ctype.mimetype == mimetype);
    part.unwrap().get_body().unwrap()
}

#[tokio::test]
async fn a_mail_says_what_when_and_where() {
    let mut server = SmtpServer::start(Options::default()).await;
    let world = world_of(&server).await;
    let title = "<b>Übung</b> & \"co\"";
    let attempt = world.remind(title, to(ADDRESS)).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");
    assert_eq!(attempt.status, 250);

    let mail = the_one(server.mails());
    assert_eq!(mail.from, "reminders@taskflow.example");
    assert_eq!(mail.to, [ADDRESS]);
    assert!(mail.content.is_ascii(), "the server takes nothing else");
    let mail = mailparse::parse_mail(mail.content.as_bytes()).unwrap();
    let header = |name: &str| mail.headers.get_first_value(name).unwrap();
    assert_eq!(header("Subject"), format!("Reminder: {title}"));
    assert_eq!(header("From"), "TaskFlow <reminders@taskflow.example>");
    let to = mail.headers.get_first_header("To").unwrap();
    let ada = SingleInfo {
        display_name: Some(NAME.to_owned()),
        addr: ADDRESS.to_owned(),
    };
    let to = mailparse::addrparse_header(to).unwrap();
    assert_eq!(to.extract_single_info(), Some(ada));
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    let link = format!("https://app.example/tasks/{TASK}");
    let text = part(&mail, "text/plain");
    for said in [title, "Due: Sat 21 Nov 2026, 09:00", &link] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    assert!(!text.contains("before"), "nothing was sent before");
    let html = part(&mail, "text/html");
    assert!(
        html.contains("<p>&lt;b&gt;Übung&lt;/b&gt; &amp; &quot;co&quot;</p>"),
        "{html}"
    );
    assert!(html.contains(&format!("<a href=\"{link}\">")), "{html}");
}

#[tokio::test]
async fn a_second_copy_is_marked_and_has_the_same_id() {
    let mut server = SmtpServer::start(Options::default()).await;
    let world = world_of(&server).await;
    for (number, may_be_twice) in [(1, false), (2, true)] {
        let (reminder, deliveries) =
            world
                .backend
                .remind_again("Milk", vec![to(ADDRESS)], number, may_be_twice);
        world.trigger(events::TriggerType::Reminder, reminder).await;
        world.backend.attempt(&deliveries[0]).await;
        let mail = the_one(server.mails());
        let mail = mailparse::parse_mail(mail.content.as_bytes()).unwrap();
        let id = mail.headers.get_first_value("Message-ID").unwrap();
        assert_eq!(id, format!("<{}@taskflow.example>", deliveries[0]));
        let marked = part(&mail, "text/plain").contains("You may have got this reminder before");
        assert_eq!(marked, may_be_twice);
    }
}

#[tokio::test]
async fn a_line_that_begins_with_a_dot_arrives_whole() {
    let mut server = SmtpServer::start(Options::default()).await;
    let world = world_of(&server).await;
    for title in [".", "..", ".profile"] {
        let attempt = world.remind(title, to(ADDRESS)).await;
        assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");
        let mail = the_one(server.mails());
        let mail = mailparse::parse_mail(mail.content.as_bytes()).unwrap();
        let text = part(&mail, "text/plain");
        assert_eq!(text.lines().next(), Some(title));
    }
}

#[tokio::test]
async fn what_the_server_answers_decides_what_happens_next() {
    use Outcome::{FailedForGood, FailedRetry, Unknown};
    let cases = [
        // Before the mail is mentioned, nothing is the mail's fault.
        (
            Step::Greeting,
            Fault::Answer("554 no service"),
            FailedRetry,
            554,
        ),
        (
            Step::Greeting,
            Fault::Answer("421 too busy"),
            FailedRetry,
            421,
        ),
        (Step::Greeting, Fault::Close, FailedRetry, 0),
        (Step::Greeting, Fault::Hang, FailedRetry, 0),
        (Step::Ehlo, Fault::Answer("550 go away"), FailedRetry, 550),
        (Step::Ehlo, Fault::Close, FailedRetry, 0),
        (Step::Mail, Fault::Answer("451 later"), FailedRetry, 451),
        (Step::Mail, Fault::Answer("553 not you"), FailedForGood, 553),
        (Step::Mail, Fault::Close, FailedRetry, 0),
        (
            Step::Rcpt,
            Fault::Answer("450 greylisted"),
            FailedRetry,
            450,
        ),
        (
            Step::Rcpt,
            Fault::Answer("550 no such user"),
            FailedForGood,
            550,
        ),
        (Step::Rcpt, Fault::Close, FailedRetry, 0),
        (Step::Rcpt, Fault::Hang, FailedRetry, 0),
        (Step::Data, Fault::Answer("452 disk full"), FailedRetry, 452),
        (Step::Data, Fault::Answer("554 no"), FailedForGood, 554),
        (Step::Data, Fault::Close, FailedRetry, 0),
        (Step::Content, Fault::Answer("451 later"), FailedRetry, 451),
        (Step::Content, Fault::Answer("554 spam"), FailedForGood, 554),
        // The server may have it.
        (Step::Content, Fault::Close, Unknown, 0),
        (Step::Content, Fault::Hang, Unknown, 0),
    ];
    let checks = cases.map(|(step, fault, outcome, status)| async move {
        let server = SmtpServer::failing(step, fault).await;
        let world = world_of(&server).await;
        let attempt = world.remind("Milk", to(ADDRESS)).await;
        let case = format!("{step:?} {fault:?}: {attempt:?}");
        assert_eq!(attempt.outcome(), outcome, "{case}");
        assert_eq!(attempt.status, status, "{case}");
        assert!(
            !attempt.why.is_empty() && !attempt.why.contains('@'),
            "{case}"
        );
        assert!(!attempt.destination_gone, "{case}");
    });
    futures::future::join_all(checks).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    // Port 1 is nobody's.
    let world = world(mailer("smtp://127.0.0.1:1", None)).await;
    let attempt = world.remind("Milk", to(ADDRESS)).await;
    assert_eq!(attempt.outcome(), Outcome::FailedRetry, "{attempt:?}");
}

#[tokio::test]
async fn without_configuration_there_is_no_mail() {
    let world = World::start().await;
    let attempt = world.remind("Milk", to(ADDRESS)).await;
    assert_eq!(attempt.outcome(), Outcome::FailedForGood);
    assert_eq!(attempt.why, "e-mail is not configured");
}

#[tokio::test]
async fn an_address_must_be_one_that_the_server_takes() {
    let mut server = SmtpServer::start(Options::default()).await;
    let world = world_of(&server).await;
    for address in ["", "ada", "a@b\r\nRCPT TO:<x@y>", "jörg@example.org"] {
        let attempt = world.remind("Milk", to(address)).await;
        assert_eq!(attempt.outcome(), Outcome::FailedForGood, "{address}");
    }
    assert!(server.mails().is_empty());

    let mut server = SmtpServer::start(Options {
        utf8: true,
        ..Options::default()
    })
    .await;
    let world = world_of(&server).await;
    let attempt = world.remind("Milk", to("jörg@example.org")).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");
    assert_eq!(the_one(server.mails()).to, ["jörg@example.org"]);
}

#[tokio::test]
async fn tls_is_used_when_it_is_configured_and_never_left_out() {
    let (acceptor, ca) = smtp::tls();
    for (from_the_start, scheme, query) in [(false, "smtp", "?tls=required"), (true, "smtps", "")] {
        let mut server = SmtpServer::start(Options {
            tls: Some((acceptor.clone(), from_the_start)),
            ..Options::default()
        })
        .await;
        let url = format!("{scheme}://localhost:{}{query}", server.port);
        let trusting = world(mailer(&url, Some(&ca))).await;
        let attempt = trusting.remind("Milk", to(ADDRESS)).await;
        assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");
        assert!(the_one(server.mails()).encrypted);

        let stranger = world(mailer(&url, None)).await;
        let attempt = stranger.remind("Milk", to(ADDRESS)).await;
        assert_eq!(attempt.outcome(), Outcome::FailedRetry, "{attempt:?}");
        assert!(server.mails().is_empty());
    }

    let mut without = SmtpServer::start(Options::default()).await;
    let url = format!("smtp://localhost:{}?tls=required", without.port);
    let world = world(mailer(&url, Some(&ca))).await;
    let attempt = world.remind("Milk", to(ADDRESS)).await;
    assert_eq!(attempt.outcome(), Outcome::FailedRetry, "{attempt:?}");
    assert!(without.mails().is_empty());
}

#[tokio::test]
async fn credentials_are_shown_as_they_were_written() {
    let mut server = SmtpServer::start(Options {
        login: Some(("me@example.org", "s:e/c@r%t")),
        ..Options::default()
    })
    .await;
    let url = |password: &str| {
        let port = server.port;
        format!("smtp://me%40example.org:{password}@127.0.0.1:{port}")
    };
    let right = world(mailer(&url("s%3Ae%2Fc%40r%25t"), None)).await;
    let wrong = world(mailer(&url("guess"), None)).await;
    let attempt = right.remind("Milk", to(ADDRESS)).await;
    assert_eq!(attempt.outcome(), Outcome::Accepted, "{attempt:?}");
    the_one(server.mails());

    let attempt = wrong.remind("Milk", to(ADDRESS)).await;
    // Ours to repair, and no reason to give the reminder up.
    assert_eq!(attempt.outcome(), Outcome::FailedRetry, "{attempt:?}");
    assert_eq!(attempt.status, 535);
    assert!(server.mails().is_empty());
}

#[test]
fn a_configuration_that_cannot_work_is_refused() {
    let from = "TaskFlow <a@b.example>";
    for url in [
        "",
        "host",
        "http://host",
        "smtp://host?tls=maybe",
        "smtps://host?tls=required",
    ] {
        assert!(
            Mailer::new(&url.into(), from, None, DEADLINE).is_err(),
            "{url}"
        );
    }
    assert!(Mailer::new(&"smtp://host".into(), "nobody", None, DEADLINE).is_err());
    assert!(Mailer::new(&"smtps://host".into(), from, Some("PEM"), DEADLINE).is_err());
}
