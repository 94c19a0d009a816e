//! Every route against every stranger. The list of routes is the server's own: one that has
//! no row here fails.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use testing::{Answer, Client, from_now, send};
use uuid::Uuid;

use crate::stage::{Product, Stage};
use crate::violation::Violation;

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("routes: each is closed to everybody but its owner", closed),
        stage.shared(
            "routes: what names others' things in a body finds nothing",
            references,
        ),
    ]
}

/// What is needed to ask a route as its owner does.
pub(crate) struct Row {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    body: Option<Value>,
    /// What the owner is answered.
    pub(crate) status: u16,
}

impl Row {
    /// As the document calls it.
    pub(crate) fn route(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }
}

/// In an order in which each works for the owner of a [`Home`], and the next still does.
pub(crate) fn rows() -> Vec<Row> {
    let row = |method, path, status, body| Row {
        method,
        path,
        body,
        status,
    };
    let title = || Some(json!({"title": "x"}));
    vec![
        row(Method::GET, "/export", 200, None),
        // No line comes.
        row(Method::POST, "/import", 422, None),
        row(Method::GET, "/tasks", 200, None),
        row(Method::POST, "/tasks", 201, title()),
        row(
            Method::POST,
            "/tasks/batch",
            200,
            Some(json!({"operations": [
                {"op": "create", "task": {"title": "x"}},
            ]})),
        ),
        row(
            Method::POST,
            "/tasks/quick",
            201,
            Some(json!({"text": "x tomorrow"})),
        ),
        row(Method::GET, "/tasks/{id}", 200, None),
        row(Method::PUT, "/tasks/{id}", 200, title()),
        row(
            Method::PATCH,
            "/tasks/{id}",
            200,
            Some(json!({"due": {"kind": "date", "date": "2026-11-21"}})),
        ),
        row(
            Method::POST,
            "/tasks/{id}/recurrence",
            200,
            Some(json!({"rule": "daily"})),
        ),
        row(Method::POST, "/tasks/{id}/recurrence/skip", 200, None),
        row(
            Method::GET,
            "/tasks/{id}/occurrences?from=2026-11-01&to=2026-12-01",
            200,
            None,
        ),
        row(Method::DELETE, "/tasks/{id}/recurrence", 200, None),
        row(
            Method::POST,
            "/recurrence/preview",
            200,
            Some(json!({"rule": "daily", "due": {"kind": "date", "date": "2026-11-21"}})),
        ),
        row(Method::GET, "/tasks/{id}/reminders", 200, None),
        row(
            Method::POST,
            "/tasks/{id}/reminders",
            201,
            Some(json!({"when": {"kind": "before", "minutes": 10}})),
        ),
        row(
            Method::POST,
            "/reminders/{id}/snooze",
            200,
            Some(json!({"minutes": 600})),
        ),
        row(Method::GET, "/reminders/{id}/why", 200, None),
        row(Method::DELETE, "/reminders/{id}", 204, None),
        row(Method::PATCH, "/tasks/{id}/complete", 200, None),
        row(
            Method::POST,
            "/undo",
            404,
            Some(json!({"change_set_id": Uuid::nil()})),
        ),
        row(Method::DELETE, "/tasks/{id}", 204, None),
        row(Method::POST, "/tasks/{id}/restore", 200, None),
        row(Method::GET, "/tasks/{id}/history", 200, None),
        row(Method::GET, "/tasks/{id}/diff?from=1", 200, None),
        row(Method::GET, "/history", 200, None),
        row(Method::GET, "/projects", 200, None),
        row(Method::POST, "/projects", 201, Some(json!({"name": "x"}))),
        row(Method::GET, "/projects/{id}", 200, None),
        row(
            Method::PATCH,
            "/projects/{id}",
            200,
            Some(json!({"name": "x"})),
        ),
        row(Method::DELETE, "/projects/{id}", 204, None),
        row(Method::POST, "/projects/{id}/restore", 200, None),
        row(Method::GET, "/tags", 200, None),
        row(
            Method::PATCH,
            "/tags/{name}",
            200,
            Some(json!({"color": "#ffffff"})),
        ),
        row(Method::DELETE, "/tags/{name}", 204, None),
        row(Method::GET, "/profile", 200, None),
        row(
            Method::PATCH,
            "/profile",
            200,
            Some(json!({"time_zone": "Asia/Tokyo"})),
        ),
        row(Method::GET, "/stats", 200, None),
        row(Method::GET, "/events", 200, None),
        row(Method::POST, "/ws-ticket", 201, None),
        row(Method::GET, "/tokens", 200, None),
        row(
            Method::POST,
            "/tokens",
            201,
            Some(json!({"name": "x", "scope": "read", "expires_at": from_now(3600)})),
        ),
        row(Method::DELETE, "/tokens/{id}", 204, None),
        row(Method::GET, "/notifications", 200, None),
        row(Method::GET, "/notifications/unread", 200, None),
        row(
            Method::POST,
            "/notifications/read",
            200,
            Some(json!({"all": true})),
        ),
        row(Method::DELETE, "/notifications/{id}", 204, None),
        row(Method::GET, "/push/key", 200, None),
        row(Method::GET, "/push-subscriptions", 200, None),
        row(
            Method::POST,
            "/push-subscriptions",
            201,
            Some(subscription()),
        ),
        row(Method::DELETE, "/push-subscriptions/{id}", 204, None),
        row(Method::GET, "/webhooks", 200, None),
        row(Method::POST, "/webhooks", 201, Some(webhook())),
        row(
            Method::PATCH,
            "/webhooks/{id}",
            200,
            Some(json!({"event_types": ["reminder.fired"]})),
        ),
        row(Method::GET, "/webhooks/{id}/deliveries", 200, None),
        row(
            Method::POST,
            "/webhooks/{id}/replay",
            202,
            Some(json!({"after": 0})),
        ),
        row(Method::POST, "/webhooks/{id}/test", 202, None),
        row(Method::DELETE, "/webhooks/{id}", 204, None),
        row(Method::GET, "/conversations", 200, None),
        row(Method::GET, "/conversations/search?q=private", 200, None),
        row(Method::GET, "/conversations/{id}", 200, None),
        row(
            Method::PATCH,
            "/conversations/{id}",
            200,
            Some(json!({"archived": true})),
        ),
        row(Method::GET, "/conversations/{id}/messages", 200, None),
        row(Method::GET, "/tasks/{id}/conversations", 200, None),
        row(Method::GET, "/confirmations", 200, None),
        // Confirmed with another address: the owner still has a home.
        row(
            Method::DELETE,
            "/account",
            422,
            Some(json!({"confirm": "x"})),
        ),
    ]
}

/// A webhook that nothing is sent to unless it is tested, and then in vain.
fn webhook() -> Value {
    json!({"url": "https://hook.invalid/", "event_types": ["reminder.fired"]})
}

/// A browser that is not there.
fn subscription() -> Value {
    json!({
        "endpoint": format!("https://push.invalid/{}", Uuid::new_v4()),
        "keys": {"p256dh": "A".repeat(87), "auth": "AAAAAAAAAAAAAAAAAAAAAA"},
    })
}

/// Somebody with one of everything.
pub(crate) struct Home {
    pub(crate) owner: Client,
    task: String,
    project: String,
    tag: String,
    token: String,
    reminder: String,
    notification: String,
    conversation: String,
    subscription: String,
    webhook: String,
}

impl Home {
    pub(crate) async fn furnish(product: &Product) -> Result<Self> {
        let owner = product.sign_up().await?;
        // A name that nobody else has.
        let tag = Uuid::new_v4().to_string();
        let task = json!({
            "title": "Private",
            "tags": [tag],
            "reminders": [{"when": {"kind": "before", "minutes": 30}}],
        });
        let task = owner.post("/tasks", &task).await?.expect(201)?;
        let project = owner
            .post("/projects", &json!({"name": "Private"}))
            .await?
            .expect(201)?;
        let token = json!({"name": "Private", "scope": "write", "expires_at": from_now(3600)});
        let token = owner.post("/tokens", &token).await?.expect(201)?;
        let webhook = owner.post("/webhooks", &webhook()).await?.expect(201)?;
        let subscription = owner
            .post("/push-subscriptions", &subscription())
            .await?
            .expect(201)?;
        let notification = product.database.notify(owner.user).await?;
        let conversation = product.database.converse(owner.user, "Private").await?;
        let id = |of: &Value| of["id"].as_str().map(str::to_owned).context("no id");
        Ok(Self {
            task: id(&task)?,
            project: id(&project)?,
            token: id(&token)?,
            reminder: id(&task["reminders"][0])?,
            notification: notification.to_string(),
            conversation: conversation.to_string(),
            subscription: id(&subscription)?,
            webhook: id(&webhook)?,
            tag,
            owner,
        })
    }

    /// The path of a row with this home's things in it.
    pub(crate) fn path(&self, row: &Row) -> String {
        let id = if row.path.starts_with("/tasks") {
            &self.task
        } else if row.path.starts_with("/tokens") {
            &self.token
        } else if row.path.starts_with("/reminders") {
            &self.reminder
        } else if row.path.starts_with("/notifications") {
            &self.notification
        } else if row.path.starts_with("/conversations") {
            &self.conversation
        } else if row.path.starts_with("/push-subscriptions") {
            &self.subscription
        } else if row.path.starts_with("/webhooks") {
            &self.webhook
        } else {
            &self.project
        };
        row.path.replace("{id}", id).replace("{name}", &self.tag)
    }
}

pub(crate) fn request(client: &Client, row: &Row, path: &str) -> RequestBuilder {
    let request = client.request(row.method.clone(), path);
    match &row.body {
        Some(body) => request.json(body),
        None => request,
    }
}

pub(crate) async fn ask(client: &Client, row: &Row, path: &str) -> Result<Answer> {
    send(request(client, row, path)).await
}

pub(crate) async fn closed(product: &Product) -> Result<()> {
    let rows = rows();
    all_are_listed(product, &rows).await?;
    let (home, other) = (Home::furnish(product).await?, Home::furnish(product).await?);
    let expired = product.signer.token_for(home.owner.user, -3600)?;
    let before = both(product, &home, &other).await?;
    for row in &rows {
        let owner = &home.owner;
        let own = home.path(row);
        for (who, client, path, status) in [
            ("nobody", owner.with_token(None), own.clone(), 401),
            (
                "an expired token",
                owner.with_token(Some(expired.clone())),
                own.clone(),
                401,
            ),
            (
                "another user",
                owner.with_token(other.owner.token.clone()),
                own.clone(),
                403,
            ),
            (
                "the owner at nobody's door",
                owner.at(events::UserId::generate()),
                own.clone(),
                403,
            ),
            (
                "another user at another door",
                other.owner.at(owner.user),
                other.path(row),
                403,
            ),
        ] {
            expect(who, row, &ask(&client, row, &path).await?, status)?;
        }
        if row.path.contains('{') {
            let foreign = ask(owner, row, &other.path(row)).await?;
            expect("the owner, of another's thing", row, &foreign, 404)?;
            let random = Uuid::now_v7().to_string();
            let random = row.path.replace("{id}", &random).replace("{name}", &random);
            let nothing = ask(owner, row, &random).await?;
            expect("the owner, of nothing", row, &nothing, 404)?;
            // Another's thing and nothing look alike.
            ensure!(foreign.body == nothing.body, "{} {}", row.method, row.path);
        }
    }
    if both(product, &home, &other).await? != before {
        return Err(Violation::Changed("although every request was refused".to_owned()).into());
    }
    // The rows are right: to the owner every route is open.
    for row in &rows {
        expect(
            "the owner",
            row,
            &ask(&home.owner, row, &home.path(row)).await?,
            row.status,
        )?;
    }
    Ok(())
}

pub(crate) fn expect(who: &str, row: &Row, answer: &Answer, status: u16) -> Result<(), Violation> {
    if answer.status == status {
        return Ok(());
    }
    Err(Violation::Answered {
        what: format!("{who}, who asked {} {}", row.method, row.path),
        status: format!("{} instead of {status}", answer.status),
    })
}

async fn both(product: &Product, one: &Home, other: &Home) -> Result<[String; 2]> {
    Ok([
        product.database.fingerprint(one.owner.user).await?,
        product.database.fingerprint(other.owner.user).await?,
    ])
}

/// The server's document and the rows name the same routes.
async fn all_are_listed(product: &Product, rows: &[Row]) -> Result<()> {
    let url = format!("{}/openapi.json", product.backend);
    let document = send(product.http().get(url)).await?.expect(200)?;
    let mut served = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().context("no paths")? {
        // Those have a door and a list of their own.
        if path.starts_with("/admin/") || path == "/calendar.ics" {
            continue;
        }
        let path = path
            .strip_prefix("/api/{user_id}")
            .context("a route outside /api/{user_id}")?;
        for method in operations.as_object().context("no operations")?.keys() {
            if method != "parameters" {
                served.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let listed: BTreeSet<String> = rows.iter().map(Row::route).collect();
    ensure!(
        served == listed,
        "only here or there: {:?}",
        served.symmetric_difference(&listed)
    );
    Ok(())
}

async fn references(product: &Product) -> Result<()> {
    let (home, other) = (Home::furnish(product).await?, Home::furnish(product).await?);
    let before = both(product, &home, &other).await?;
    let own = format!("/tasks/{}", home.task);
    let (task, project) = (&other.task, &other.project);
    for field in [json!({"project_id": project}), json!({"parent_id": task})] {
        let mut body = field.clone();
        body["title"] = "x".into();
        let name = field
            .as_object()
            .and_then(|field| field.keys().next().cloned());
        let name = name.unwrap_or_default();
        home.owner.post("/tasks", &body).await?.invalid(&name)?;
        home.owner.put(&own, &body).await?.invalid(&name)?;
        home.owner.patch(&own, &field).await?.invalid(&name)?;
    }
    for operation in ["update", "complete", "delete", "restore"] {
        let batch = json!({"operations": [{"op": operation, "id": task, "patch": {"title": "x"}}]});
        home.owner
            .post("/tasks/batch", &batch)
            .await?
            .invalid("operations[0]")?;
    }
    for list in [
        format!("/tasks?project_id={project}"),
        format!("/tasks?parent_id={task}&include_deleted=true"),
        format!("/tasks?tag={}", other.tag),
        format!("/tasks?q={task}"),
    ] {
        let found = home.owner.get(&list).await?.expect(200)?;
        ensure!(found["items"] == json!([]), "{list}: {found}");
    }
    ensure!(both(product, &home, &other).await? == before);
    Ok(())
}
