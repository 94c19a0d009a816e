//! Threads and their items, read from the backend.

use axum::http::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    item::{self, Place},
    request::Order,
    stream,
};
use crate::{
    backend::{Answer, Ask, Backend, BackendError},
    call,
    chat::confirmation::Asked,
    door::Guest,
};

/// Messages of a thread that are shown at most.
const MOST: usize = 2_000;

const PAGE: u32 = 20;

/// Messages that are asked for at once; fewer, where they are larger than an answer may be.
const AT_ONCE: u32 = 200;

/// The conversations of one person.
pub(super) struct Threads<'a> {
    pub(super) backend: &'a Backend,
    pub(super) guest: &'a Guest,
}

#[derive(Deserialize)]
struct Conversation {
    id: Uuid,
    title: String,
    created_at: String,
}

#[derive(Deserialize)]
struct Page<T, C> {
    items: Vec<T>,
    next_cursor: Option<C>,
}

/// What was said, as REST shows it.
#[derive(Deserialize)]
pub(super) struct Said {
    id: String,
    role: Role,
    content: Option<String>,
    created_at: String,
    run_id: String,
    planned: Vec<Planned>,
    calls: Vec<Called>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    User,
    Assistant,
}

#[derive(Deserialize)]
struct Planned {
    id: String,
    tool: String,
}

#[derive(Deserialize)]
struct Called {
    id: String,
    #[serde(default)]
    result: Value,
    change_set_id: Option<String>,
}

#[derive(Deserialize)]
struct Open {
    items: Vec<OpenConfirmation>,
}

#[derive(Deserialize)]
struct OpenConfirmation {
    id: Uuid,
}

impl Threads<'_> {
    /// A page of threads, those with the newest messages first.
    pub(super) async fn list(
        &self,
        limit: Option<u32>,
        after: Option<&str>,
    ) -> Result<Value, BackendError> {
        let limit = limit.unwrap_or(PAGE).clamp(1, 100);
        let mut path = format!("/conversations?limit={limit}");
        if let Some(after) = after {
            path += "&cursor=";
            path.extend(form_urlencoded::byte_serialize(after.as_bytes()));
        }
        let page: Page<Conversation, String> = self.get(&path).await?;
        let threads = page.items.iter().map(Conversation::thread);
        Ok(json!({
            "data": threads.collect::<Vec<_>>(),
            "has_more": page.next_cursor.is_some(),
            "after": page.next_cursor,
        }))
    }

    /// A thread with its newest items, oldest first.
    pub(super) async fn get_thread(&self, id: Uuid) -> Result<Value, BackendError> {
        let conversation: Conversation = self.get(&format!("/conversations/{id}")).await?;
        let mut thread = conversation.thread();
        thread["items"] = self.items(id, Order::Asc, None, Some(100)).await?;
        Ok(thread)
    }

    /// A page of items after the one with an id.
    pub(super) async fn items(
        &self,
        thread: Uuid,
        order: Order,
        after: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Value, BackendError> {
        let said = self.said(thread).await?;
        let open: Open = self.get("/confirmations").await?;
        let open: Vec<Uuid> = open.items.into_iter().map(|open| open.id).collect();
        let mut items = items(&thread.to_string(), &said, &open);
        if order == Order::Desc {
            items.reverse();
        }
        let start = after.and_then(|after| items.iter().position(|item| item["id"] == after));
        let mut rest = items.split_off(start.map_or(0, |at| at + 1));
        let limit = limit.unwrap_or(PAGE).clamp(1, 100);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rest.len() > limit;
        rest.truncate(limit);
        let last = rest.last().map(|item| item["id"].clone());
        Ok(json!({"data": rest, "has_more": has_more, "after": last.filter(|_| has_more)}))
    }

    /// The turn of a message of the person's, and what it says.
    pub(super) async fn message(
        &self,
        thread: Uuid,
        item: &str,
    ) -> Result<Option<(Uuid, String)>, BackendError> {
        let said = self.said(thread).await?;
        let meant = said
            .into_iter()
            .find(|said| said.role == Role::User && said.id == item);
        Ok(meant.and_then(|said| Some((said.run_id.parse().ok()?, said.content?))))
    }

    pub(super) async fn rename(&self, id: Uuid, title: &str) -> Result<Value, BackendError> {
        let body = json!({"title": title});
        let path = format!("/conversations/{id}");
        let answer = self.ask(Method::PATCH, &path, Some(body)).await?;
        Ok(answer.json::<Conversation>()?.thread())
    }

    pub(super) async fn archive(&self, id: Uuid) -> Result<(), BackendError> {
        let body = json!({"archived": true});
        let path = format!("/conversations/{id}");
        self.ask(Method::PATCH, &path, Some(body)).await?;
        Ok(())
    }

    /// All that was said in a thread, oldest first.
    async fn said(&self, thread: Uuid) -> Result<Vec<Said>, BackendError> {
        let mut said: Vec<Said> = Vec::new();
        let mut cursor: Option<i64> = None;
        let mut limit = AT_ONCE;
        loop {
            let after = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
            let path = format!("/conversations/{thread}/messages?limit={limit}{after}");
            let page: Page<Said, i64> = match self.get(&path).await {
                Err(BackendError::Refused(problem))
                    if problem.code == "answer_too_large" && limit > 1 =>
                {
                    limit = (limit / 4).max(1);
                    continue;
                }
                page => page?,
            };
            said.extend(page.items.into_iter().map(Said::shown));
            cursor = page.next_cursor;
            if cursor.is_none() || said.len() >= MOST {
                said.reverse();
                return Ok(said);
            }
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, BackendError> {
        self.ask(Method::GET, path, None).await?.json()
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, BackendError> {
        let ask = Ask {
            method,
            path: format!("/api/{}{path}", self.guest.identity.user),
            body,
            idempotency_key: None,
            if_version: None,
            dry_run: false,
            run: "",
            tool: "",
            bound_to: None,
            agreed: None,
        };
        self.backend.ask(&self.guest.caller, ask).await
    }
}

impl Said {
    /// Without what no item shows: of a long thread the rest would be much to hold.
    fn shown(mut self) -> Self {
        for call in &mut self.calls {
            call.result = item::shown(&call.result);
        }
        self
    }
}

impl Conversation {
    fn thread(&self) -> Value {
        stream::thread(&self.id.to_string(), &self.title, &self.created_at)
    }
}

/// What was said, as items: the same that were told while it happened.
fn items(thread: &str, said: &[Said], open: &[Uuid]) -> Vec<Value> {
    let mut items = Vec::new();
    // Changes of the run that is being told.
    let mut changes = 0;
    for said in said {
        let place = Place {
            thread,
            created_at: &said.created_at,
        };
        let text = said.content.as_deref().unwrap_or_default();
        if said.role == Role::User {
            changes = 0;
            items.push(place.user_message(&said.id, text));
            continue;
        }
        if !text.is_empty() {
            items.push(place.answer(&said.id, Some(text)));
        }
        if said.planned.is_empty() {
            if changes > 0 {
                items.push(place.undo(&said.run_id, changes, None));
            }
            continue;
        }
        let result = |planned: &Planned| {
            let call = said.calls.iter().find(|call| call.id == planned.id);
            call.map(|call| &call.result)
        };
        let tasks = said
            .planned
            .iter()
            .map(|it| item::task(&it.tool, result(it)));
        items.push(place.workflow(&said.id, &tasks.collect::<Vec<_>>()));
        let written = said
            .calls
            .iter()
            .filter(|call| call.change_set_id.is_some());
        changes += written.count();
        let waiting = said.planned.iter().filter_map(|it| asked(it, result(it)?));
        items.extend(waiting.map(|asked| {
            let outcome = (!open.contains(&asked.id)).then_some("This was decided.");
            place.question(&asked, outcome)
        }));
    }
    items
}

/// What the person is asked because of a call.
fn asked(planned: &Planned, result: &Value) -> Option<Asked> {
    if !item::is_waiting(result) {
        return None;
    }
    Some(Asked {
        id: result["confirmation_id"].as_str()?.parse().ok()?,
        tool: planned.tool.clone(),
        summary: call::sentence(result)?.to_owned(),
        diff: result["results"].as_array().cloned().unwrap_or_default(),
        more: result["more"].as_u64().unwrap_or_default(),
    })
}
