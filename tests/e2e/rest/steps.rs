//! What many trials do on their way to what they prove.

use anyhow::{Context, Result, ensure};
use reqwest::{Method, Url};
use serde_json::Value;
use testing::{Answer, Client, send};

/// Creates a task that must be right.
pub(crate) async fn add(client: &Client, task: &Value) -> Result<Value> {
    client.post("/tasks", task).await?.expect(201)
}

/// The task as it is now.
pub(crate) async fn get(client: &Client, task: &Value) -> Result<Value> {
    client.get(&path(task)).await?.expect(200)
}

pub(crate) fn path(task: &Value) -> String {
    format!("/tasks/{}", text(&task["id"]))
}

/// A string, or nothing.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The elements of an array, or nothing.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// `path?query` with everything that needs it escaped.
pub(crate) fn with_query(path: &str, query: &[(&str, &str)]) -> Result<String> {
    let url = Url::parse_with_params("http://localhost", query)?;
    Ok(format!("{path}?{}", url.query().unwrap_or_default()))
}

/// The titles of the tasks that a filter leaves, sorted by title.
pub(crate) async fn titles(client: &Client, filter: &[(&str, &str)]) -> Result<Vec<String>> {
    let query = [filter, &[("sort", "title"), ("limit", "200")]].concat();
    let answer = client.get(&with_query("/tasks", &query)?).await?;
    let page = answer
        .expect(200)
        .with_context(|| format!("with {filter:?}"))?;
    let titles = list(&page["items"]).iter();
    Ok(titles.map(|task| text(&task["title"]).to_owned()).collect())
}

/// Sends text as `application/json`, whatever it is.
pub(crate) async fn send_text(
    client: &Client,
    method: Method,
    path: &str,
    body: impl Into<reqwest::Body>,
) -> Result<Answer> {
    let request = client.request(method, path).body(body);
    send(request.header("content-type", "application/json")).await
}

/// The user's events after a cursor.
pub(crate) async fn events_after(client: &Client, seq: u64) -> Result<Vec<Value>> {
    let path = format!("/events?limit=500&after={seq}");
    let page = client.get(&path).await?.expect(200)?;
    Ok(list(&page["items"]).to_vec())
}

/// The `event_type` of each.
pub(crate) fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| text(&event["event_type"]))
        .collect()
}

pub(crate) fn same(actual: &Value, expected: &Value) -> Result<()> {
    ensure!(actual == expected, "{actual}\ninstead of\n{expected}");
    Ok(())
}
