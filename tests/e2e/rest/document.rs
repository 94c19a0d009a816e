//! The OpenAPI document says what there is, and there is nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::Value;
use testing::{Answer, send};

use super::steps::{same, text};
use crate::stage::{Product, Stage};

const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// What the product is to answer.
const ROUTES: &[(&str, &str)] = &[
    ("/api/{user_id}/tasks", "GET POST"),
    ("/api/{user_id}/tasks/{id}", "GET PUT PATCH DELETE"),
    ("/api/{user_id}/tasks/{id}/complete", "PATCH"),
    ("/api/{user_id}/tasks/{id}/restore", "POST"),
    ("/api/{user_id}/tasks/{id}/recurrence", "POST DELETE"),
    ("/api/{user_id}/tasks/{id}/recurrence/skip", "POST"),
    ("/api/{user_id}/tasks/{id}/occurrences", "GET"),
    ("/api/{user_id}/recurrence/preview", "POST"),
    ("/api/{user_id}/tasks/{id}/history", "GET"),
    ("/api/{user_id}/tasks/{id}/diff", "GET"),
    ("/api/{user_id}/tasks/batch", "POST"),
    ("/api/{user_id}/tasks/quick", "POST"),
    ("/api/{user_id}/projects", "GET POST"),
    ("/api/{user_id}/projects/{id}", "GET PATCH DELETE"),
    ("/api/{user_id}/projects/{id}/restore", "POST"),
    ("/api/{user_id}/tags", "GET"),
    ("/api/{user_id}/tags/{name}", "PATCH DELETE"),
    ("/api/{user_id}/profile", "GET PATCH"),
    ("/api/{user_id}/stats", "GET"),
    ("/api/{user_id}/events", "GET"),
    ("/api/{user_id}/history", "GET"),
    ("/api/{user_id}/undo", "POST"),
    ("/api/{user_id}/export", "GET"),
    ("/api/{user_id}/import", "POST"),
    ("/api/{user_id}/ws-ticket", "POST"),
    ("/api/{user_id}/tokens", "GET POST"),
    ("/api/{user_id}/tokens/{id}", "DELETE"),
    ("/api/{user_id}/tasks/{id}/reminders", "GET POST"),
    ("/api/{user_id}/reminders/{id}", "DELETE"),
    ("/api/{user_id}/reminders/{id}/snooze", "POST"),
    ("/api/{user_id}/reminders/{id}/why", "GET"),
    ("/api/{user_id}/notifications", "GET"),
    ("/api/{user_id}/notifications/unread", "GET"),
    ("/api/{user_id}/notifications/read", "POST"),
    ("/api/{user_id}/push/key", "GET"),
    ("/api/{user_id}/push-subscriptions", "GET POST"),
    ("/api/{user_id}/push-subscriptions/{id}", "DELETE"),
    ("/api/{user_id}/webhooks", "GET POST"),
    ("/api/{user_id}/webhooks/{id}", "PATCH DELETE"),
    ("/api/{user_id}/webhooks/{id}/deliveries", "GET"),
    ("/api/{user_id}/webhooks/{id}/replay", "POST"),
    ("/api/{user_id}/webhooks/{id}/test", "POST"),
    ("/api/{user_id}/notifications/{id}", "DELETE"),
    ("/api/{user_id}/conversations", "GET"),
    ("/api/{user_id}/conversations/search", "GET"),
    ("/api/{user_id}/conversations/{id}", "GET PATCH"),
    ("/api/{user_id}/conversations/{id}/messages", "GET"),
    ("/api/{user_id}/tasks/{id}/conversations", "GET"),
    ("/api/{user_id}/confirmations", "GET"),
    ("/api/{user_id}/account", "DELETE"),
    ("/calendar.ics", "GET"),
    ("/admin/dead-letters", "GET"),
    ("/admin/dead-letters/{id}", "GET"),
    ("/admin/dead-letters/{id}/drop", "POST"),
    ("/admin/dead-letters/replay", "POST"),
];

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: the document lists every route that answers", routes),
        stage.shared(
            "rest: the document is OpenAPI 3.1 and refers to what it has",
            sound,
        ),
        stage.shared("rest: the document can be browsed", browsable),
        stage.shared("rest: the event stream has a document too", event_stream),
    ]
}

async fn fetch(product: &Product, path: &str) -> Result<Answer> {
    send(product.http().get(format!("{}{path}", product.backend))).await
}

async fn routes(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let document = fetch(product, "/openapi.json").await?.expect(200)?;
    let documented: BTreeSet<(String, String)> = operations(&document)?;
    let mut answering = BTreeSet::new();
    for &(route, methods) in ROUTES {
        for method in METHODS {
            // Without a token a route that is there says 401, before it does anything.
            let path = route
                .replace("{user_id}", &owner.user.to_string())
                .replace("{id}", "7")
                .replace("{name}", "x");
            let url = format!("{}{path}", product.backend);
            let status = send(product.http().request(method.clone(), url))
                .await?
                .status;
            if status == 401 {
                answering.insert((route.to_owned(), method.to_string()));
            }
            let wanted = methods.split(' ').any(|wanted| wanted == method.as_str());
            ensure!(wanted == (status == 401), "{method} {route}: {status}");
        }
    }
    ensure!(
        answering == documented,
        "{answering:?}\nbut documented\n{documented:?}"
    );
    Ok(())
}

fn operations(document: &Value) -> Result<BTreeSet<(String, String)>> {
    let paths = document["paths"].as_object().context("no paths")?;
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = METHODS.iter().map(Method::as_str);
        let there = methods.filter(|method| item.get(method.to_ascii_lowercase()).is_some());
        there.map(|method| (path.clone(), method.to_owned()))
    });
    Ok(operations.collect())
}

async fn sound(product: &Product) -> Result<()> {
    let answer = fetch(product, "/openapi.json").await?;
    ensure!(answer.header("content-type")? == "application/json");
    let document = answer.expect(200)?;
    ensure!(
        text(&document["openapi"]).starts_with("3.1."),
        "{}",
        document["openapi"]
    );
    ensure!(document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer");
    let mut ids = BTreeSet::new();
    for (path, method) in operations(&document)? {
        let operation = &document["paths"][&path][method.to_ascii_lowercase()];
        let id = text(&operation["operationId"]);
        ensure!(!id.is_empty() && ids.insert(id), "{method} {path}: {id:?}");
        let responses = operation["responses"].as_object().context("no responses")?;
        ensure!(
            responses.keys().any(|status| status.starts_with('2')),
            "{method} {path}"
        );
    }
    refers_to_what_it_has(&document, &document)
}

/// Every `$ref` below `value` is in the document.
fn refers_to_what_it_has(document: &Value, value: &Value) -> Result<()> {
    if let Some(target) = value.get("$ref").and_then(Value::as_str) {
        let found = target
            .strip_prefix('#')
            .and_then(|target| document.pointer(target));
        found.with_context(|| format!("{target} is not there"))?;
    }
    let (items, fields) = (value.as_array(), value.as_object());
    let items = items.into_iter().flatten();
    let mut children = items.chain(fields.into_iter().flat_map(|fields| fields.values()));
    children.try_for_each(|child| refers_to_what_it_has(document, child))
}

async fn event_stream(product: &Product) -> Result<()> {
    let served = fetch(product, "/asyncapi.json").await?.expect(200)?;
    same(&served, &::events::asyncapi())
}

async fn browsable(product: &Product) -> Result<()> {
    let answer = fetch(product, "/docs").await?;
    ensure!(answer.status == 200);
    ensure!(answer.header("content-type")?.starts_with("text/html"));
    let page = String::from_utf8_lossy(&answer.body);
    ensure!(page.contains("openapi.json"));
    // It works without the network.
    for elsewhere in ["src=\"http", "src=\"//", "href=\"http", "@import"] {
        ensure!(
            !page.contains(elsewhere),
            "the page fetches from elsewhere: {elsewhere}"
        );
    }
    Ok(())
}
