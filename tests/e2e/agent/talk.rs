//! Talking with the agent.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use testing::{Answer, Client, from_now, send};

use crate::rest::steps::{list, text};
use crate::stage::Product;

/// A request to the agent, by whoever has the client's token.
pub(crate) fn request(
    product: &Product,
    client: &Client,
    path: &str,
    body: &Value,
) -> Result<RequestBuilder> {
    let url = format!("{}{path}", product.agent()?);
    let token = client.token.as_deref().unwrap_or_default();
    Ok(product.http().post(url).bearer_auth(token).json(body))
}

/// One message of the chat; the key makes it one, however often it is sent.
pub(crate) async fn say(
    product: &Product,
    client: &Client,
    message: &str,
    key: &str,
) -> Result<Answer> {
    let path = format!("/api/{}/chat", client.user);
    let body = json!({"message": message});
    let request = request(product, client, &path, &body)?;
    send(request.header("idempotency-key", key)).await
}

/// The result of a tool over MCP, as clients before 2026-07-28 call it.
pub(crate) async fn call(
    product: &Product,
    client: &Client,
    tool: &str,
    arguments: &Value,
) -> Result<Value> {
    let params = json!({"name": tool, "arguments": arguments});
    rpc(product, client, "tools/call", &params)
        .await
        .with_context(|| tool.to_owned())
}

/// The names of the tools that somebody is offered.
pub(crate) async fn offered(product: &Product, client: &Client) -> Result<BTreeSet<String>> {
    let listed = rpc(product, client, "tools/list", &json!({})).await?;
    let tools = list(&listed["tools"]).iter();
    Ok(tools.map(|tool| text(&tool["name"]).to_owned()).collect())
}

async fn rpc(product: &Product, client: &Client, method: &str, params: &Value) -> Result<Value> {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let request = request(product, client, "/mcp", &body)?
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-06-18");
    let answer = send(request).await?.expect(200)?;
    let result = answer["result"].clone();
    ensure!(result.is_object(), "{answer}");
    Ok(result)
}

/// A new API token of the owner's.
pub(crate) async fn token(owner: &Client, scope: &str) -> Result<Client> {
    let wanted = json!({"name": scope, "scope": scope, "expires_at": from_now(3600)});
    let made = owner.post("/tokens", &wanted).await?.expect(201)?;
    Ok(owner.with_token(Some(text(&made["token"]).to_owned())))
}

/// The frames of a ChatKit stream, which must end.
pub(crate) async fn frames(product: &Product, client: &Client, body: &Value) -> Result<Vec<Value>> {
    let answer = send(request(product, client, "/chatkit", body)?).await?;
    let text = String::from_utf8(answer.body.to_vec())?;
    ensure!(answer.status == 200, "{}: {text}", answer.status);
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).context("a frame is no JSON"))
        .collect()
}
