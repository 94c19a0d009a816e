//! Stands in for the backend: a few tasks, conversations, and what it was asked.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use events::{TaskId, UserId};
use proto::v1::{
    self, add_step_response, api_service_server::ApiService, ask_confirmation_response,
    call_request::Agreed, confirmation::Decision, conversation_service_server::ConversationService,
    decide_confirmation_response, finish_turn_response, get_identity_response, start_turn_response,
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// As much as fits into an answer.
const MAX_ANSWER_BYTES: usize = 3 << 20;

/// Tasks that go without a question.
const FREE: usize = 5;

const AT: &str = "2026-11-21T09:00:00Z";

#[derive(Clone, Default)]
pub(crate) struct FakeBackend(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    loses: AtomicBool,
    misses: AtomicBool,
    is_busy: AtomicBool,
    is_old: AtomicBool,
    /// Requests to REST.
    calls: Gate,
    /// Calls that are to be written down.
    records: Gate,
}

/// What comes waits here while it is to be held.
#[derive(Default)]
pub(crate) struct Gate {
    holds: watch::Sender<bool>,
    /// How many have come.
    came: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    people: HashMap<String, v1::Identity>,
    tasks: HashMap<UserId, Vec<Value>>,
    asked: Vec<Asked>,
    /// By key, with what the key is bound to.
    answers: HashMap<String, (Vec<u8>, v1::Answer)>,
    /// How many tasks each run has taken away.
    removed: HashMap<String, usize>,
    turns: Vec<Turn>,
    recorded: Vec<v1::ToolCall>,
    /// How many calls came together each time.
    gathered: Vec<usize>,
    confirmations: HashMap<String, v1::Confirmation>,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) run: String,
    pub(crate) tool: String,
}

#[derive(Clone)]
struct Turn {
    key: String,
    run: String,
    claim: Option<String>,
    conversation: v1::Conversation,
    messages: Vec<v1::Message>,
    done: bool,
}

impl FakeBackend {
    /// Somebody with a session, whose bearer is `token`.
    pub(crate) fn person(&self, token: &str) -> UserId {
        self.guest(token, true, "", &[])
    }

    /// A program with an API token that is limited to some tools, if any are named.
    pub(crate) fn program(&self, token: &str, may_write: bool, tools: &[&str]) -> UserId {
        let id = Uuid::new_v4().to_string();
        self.guest(token, may_write, &id, tools)
    }

    fn guest(&self, token: &str, may_write: bool, token_id: &str, tools: &[&str]) -> UserId {
        let user = UserId::generate();
        let grant = v1::Grant {
            tools: tools.iter().map(ToString::to_string).collect(),
            ..v1::Grant::default()
        };
        let identity = v1::Identity {
            user_id: user.to_string(),
            token_id: token_id.to_owned(),
            may_write,
            expires_at: 4_000_000_000,
            grant: (!tools.is_empty()).then_some(grant),
        };
        let mut state = self.state();
        state.people.insert(format!("Bearer {token}"), identity);
        state.tasks.insert(user, Vec::new());
        user
    }

    /// Another bearer of somebody's: an API token.
    pub(crate) fn token_of(&self, user: UserId, token: &str) {
        let identity = v1::Identity {
            user_id: user.to_string(),
            token_id: Uuid::new_v4().to_string(),
            may_write: true,
            expires_at: 4_000_000_000,
            grant: None,
        };
        self.state()
            .people
            .insert(format!("Bearer {token}"), identity);
    }

    /// A bearer is good no more.
    pub(crate) fn revoke(&self, token: &str) {
        self.state().people.remove(&format!("Bearer {token}"));
    }

    /// Somebody gives a task another title.
    pub(crate) fn rename(&self, user: UserId, id: &str, title: &str) {
        self.change(user, id, "title", title.into());
    }

    /// Somebody brings a deleted task back.
    pub(crate) fn restore(&self, user: UserId, id: &str) {
        self.change(user, id, "deleted_at", Value::Null);
    }

    fn change(&self, user: UserId, id: &str, field: &str, value: Value) {
        let mut state = self.state();
        let tasks = state.tasks.get_mut(&user).unwrap();
        let task = tasks.iter_mut().find(|task| task["id"] == id).unwrap();
        task[field] = value;
    }

    /// Adds open tasks with these titles; says their ids.
    pub(crate) fn add(&self, user: UserId, titles: &[&str]) -> Vec<String> {
        let mut state = self.state();
        let tasks = state.tasks.get_mut(&user).unwrap();
        titles
            .iter()
            .map(|title| {
                let task = task(title);
                let id = task["id"].as_str().unwrap().to_owned();
                tasks.push(task);
                id
            })
            .collect()
    }

    pub(crate) fn titles(&self, user: UserId) -> Vec<String> {
        let state = self.state();
        let open = state.tasks[&user]
            .iter()
            .filter(|it| it["deleted_at"].is_null());
        open.map(|it| it["title"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Requests but those that read.
    pub(crate) fn writes(&self) -> Vec<Asked> {
        let state = self.state();
        let writes = state.asked.iter().filter(|asked| asked.method != "GET");
        writes.cloned().collect()
    }

    pub(crate) fn recorded(&self) -> Vec<v1::ToolCall> {
        self.state().recorded.clone()
    }

    /// How many calls it was told of together, the fewest first.
    pub(crate) fn gathered(&self) -> Vec<usize> {
        let mut gathered = self.state().gathered.clone();
        gathered.sort_unstable();
        gathered
    }

    /// What turns ended with.
    pub(crate) fn answers(&self) -> Vec<v1::Message> {
        let state = self.state();
        let done = state.turns.iter().filter(|turn| turn.done);
        done.filter_map(|turn| turn.messages.last().cloned())
            .collect()
    }

    pub(crate) fn confirmations(&self) -> Vec<v1::Confirmation> {
        self.state().confirmations.values().cloned().collect()
    }

    /// Carries out the next write, and does not say so.
    pub(crate) fn lose_the_next_answer(&self) {
        self.0.loses.store(true, Ordering::SeqCst);
    }

    /// Is not there when the next calls are to be written down.
    pub(crate) fn miss_the_next_record(&self) {
        self.0.misses.store(true, Ordering::SeqCst);
    }

    /// Has too much to do for the next call that is to be written down after that.
    pub(crate) fn be_busy_at_the_next_record(&self) {
        self.0.is_busy.store(true, Ordering::SeqCst);
    }

    /// Is of a version that is told of calls one by one.
    pub(crate) fn be_old(&self) {
        self.0.is_old.store(true, Ordering::SeqCst);
    }

    /// Through which requests to REST come.
    pub(crate) fn calls(&self) -> &Gate {
        &self.0.calls
    }

    /// Through which comes what is to be written down.
    pub(crate) fn records(&self) -> &Gate {
        &self.0.records
    }

    /// Whether somebody holds the turn of a key.
    pub(crate) fn is_held(&self, key: &str) -> bool {
        let state = self.state();
        let turn = state.turns.iter().find(|turn| turn.key == key);
        turn.is_some_and(|turn| turn.claim.is_some() && !turn.done)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gate {
    /// Lets nothing through, until it is told to.
    pub(crate) fn hold(&self, holds: bool) {
        self.holds.send_replace(holds);
    }

    /// Until so many have come.
    pub(crate) async fn reached(&self, count: usize) {
        let mut came = self.came.subscribe();
        came.wait_for(|came| *came >= count).await.unwrap();
    }

    async fn pass(&self, count: usize) {
        self.came.send_modify(|came| *came += count);
        let mut holds = self.holds.subscribe();
        holds.wait_for(|holds| !holds).await.unwrap();
    }
}

fn task(title: &str) -> Value {
    json!({
        "id": TaskId::generate(), "title": title, "description": "", "completed": false,
        "priority": "none", "tags": [], "reminders": [], "version": 1, "project_id": null,
        "parent_id": null, "due": null, "recurrence": null, "deleted_at": null,
    })
}

fn answer(status: u32, body: &Value, change_set: bool) -> v1::Answer {
    let header = |name: &str, value: String| v1::Header {
        name: name.to_owned(),
        value,
    };
    let mut headers = vec![header("content-type", "application/json".to_owned())];
    if change_set {
        headers.push(header("x-change-set-id", Uuid::now_v7().to_string()));
    }
    v1::Answer {
        status,
        headers,
        body: body.to_string().into(),
    }
}

fn problem(status: u32, code: &str, detail: &str) -> v1::Answer {
    let body = json!({"status": status, "code": code, "detail": detail});
    answer(status, &body, false)
}

impl State {
    fn identity(&self, caller: Option<&v1::Caller>) -> Option<&v1::Identity> {
        self.people.get(&caller?.authorization)
    }

    fn rest(&mut self, request: &v1::CallRequest) -> v1::Answer {
        let Some(identity) = self.identity(request.caller.as_ref()) else {
            return problem(401, "unauthorized", "who?");
        };
        let may_write = identity.may_write;
        let user: UserId = identity.user_id.parse().unwrap();
        let rest = request.path.strip_prefix(&format!("/api/{user}"));
        let Some(rest) = rest else {
            return problem(403, "forbidden", "You may not act for this user");
        };
        if request.method != "GET" && !may_write {
            return problem(403, "insufficient_scope", "This token may only read");
        }
        let path = rest.split('?').next().unwrap();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let tasks = self.tasks.get_mut(&user).unwrap();
        let live = |task: &Value| task["deleted_at"].is_null();
        match (request.method.as_str(), path) {
            ("GET", "/profile") => answer(200, &json!({"time_zone": "Europe/Berlin"}), false),
            ("GET", "/confirmations") => {
                let asked = self.confirmations.values();
                let open = asked.filter(|it| it.decision() == Decision::Unspecified);
                let open: Vec<Value> = open.map(|it| json!({"id": it.id})).collect();
                answer(200, &json!({"items": open}), false)
            }
            ("GET", path)
                if path.starts_with("/conversations/") && !path.ends_with("/messages") =>
            {
                let id = path.rsplit('/').next().unwrap();
                let of = self.turns.iter().find(|turn| turn.conversation.id == id);
                of.map_or_else(
                    || problem(404, "not_found", "Conversation not found"),
                    |turn| {
                        let it = &turn.conversation;
                        let shown = json!({
                            "id": it.id, "title": it.title, "created_at": it.created_at,
                        });
                        answer(200, &shown, false)
                    },
                )
            }
            ("GET", "/tasks") => {
                let query = rest.split_once('?').map_or("", |(_, query)| query);
                let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes())
                    .into_owned()
                    .collect();
                let words = query.get("q").map(|text| text.to_lowercase());
                let words = words.unwrap_or_default();
                let has_words = |task: &Value| {
                    let text = format!("{} {}", task["title"], task["description"]);
                    let text = text.to_lowercase();
                    words.split_whitespace().all(|word| text.contains(word))
                };
                let is_wanted = |task: &&Value| {
                    (live(task) || query.contains_key("include_deleted")) && has_words(task)
                };
                let items: Vec<_> = tasks.iter().filter(is_wanted).collect();
                answer(200, &json!({"items": items, "next_cursor": null}), false)
            }
            ("GET", path) if path.starts_with("/tasks/") => {
                let id = path.rsplit('/').next().unwrap();
                match tasks.iter().find(|task| task["id"] == id) {
                    Some(task) => answer(200, task, false),
                    None => problem(404, "not_found", "Task not found"),
                }
            }
            ("GET", path) if path.ends_with("/messages") => {
                let id = path.split('/').nth(2).unwrap();
                let of = self.turns.iter().filter(|turn| turn.conversation.id == id);
                let mut items: Vec<Value> = of.flat_map(|turn| &turn.messages).map(said).collect();
                items.reverse();
                let query = rest.split_once('?').map_or("", |(_, query)| query);
                let number = |name: &str| {
                    let mut pairs = form_urlencoded::parse(query.as_bytes());
                    let found = pairs.find(|(known, _)| known == name);
                    found.map_or(0, |(_, value)| value.parse().unwrap())
                };
                let (start, limit): (usize, usize) = (number("cursor"), number("limit"));
                let end = items.len().min(start + limit);
                let next = (end < items.len()).then_some(end);
                let page = json!({"items": items[start..end], "next_cursor": next});
                if page.to_string().len() > MAX_ANSWER_BYTES {
                    return problem(422, "answer_too_large", "ask for less");
                }
                answer(200, &page, false)
            }
            ("PATCH", path) if path.starts_with("/tasks/") => {
                let id = path.rsplit('/').next().unwrap();
                match tasks.iter_mut().find(|task| task["id"] == id && live(task)) {
                    Some(task) => {
                        for (field, value) in body.as_object().unwrap() {
                            task[field] = value.clone();
                        }
                        answer(200, task, true)
                    }
                    None => problem(404, "not_found", "Task not found"),
                }
            }
            // There are no previews here.
            ("POST", path) if path.ends_with("/recurrence") => {
                let id = path.split('/').nth(2).unwrap();
                let task = tasks.iter_mut().find(|task| task["id"] == id).unwrap();
                task["due"] = json!({"kind": "date", "date": "2027-01-04"});
                task["recurrence"] = json!({
                    "series_id": Uuid::new_v4(), "rule": body["rule"], "mode": "from_due",
                    "open": "keep_one", "catch_up": "latest", "start": "2027-01-04",
                    "occurrence": "2027-01-04", "number": 1,
                });
                answer(200, task, true)
            }
            ("POST", "/tasks") => {
                let made = task(body["title"].as_str().unwrap_or_default());
                if !request.dry_run {
                    tasks.push(made.clone());
                }
                answer(201, &made, !request.dry_run)
            }
            ("POST", "/tasks/batch") => {
                let operations = body["operations"].as_array().unwrap();
                let results: Vec<Value> = operations
                    .iter()
                    .map(
                        |it| match tasks.iter_mut().find(|task| task["id"] == it["id"]) {
                            Some(task) if it["op"] == "delete" => {
                                task["deleted_at"] = AT.into();
                                json!({"status": 200, "task": task})
                            }
                            Some(task) => json!({"status": 200, "task": task}),
                            None => json!({"status": 404, "error": {"detail": "Task not found"}}),
                        },
                    )
                    .collect();
                answer(200, &json!({"results": results}), true)
            }
            ("DELETE", path) => {
                let id = path.rsplit('/').next().unwrap();
                let found = tasks.iter_mut().find(|task| task["id"] == id && live(task));
                match found {
                    Some(task) => {
                        task["deleted_at"] = AT.into();
                        v1::Answer {
                            status: 204,
                            body: Vec::new(),
                            ..answer(204, &Value::Null, true)
                        }
                    }
                    None => problem(404, "not_found", "Task not found"),
                }
            }
            _ => problem(404, "not_found", "Path not found"),
        }
    }

    /// What is to be asked first, if anything; what is not asked about is counted.
    fn question(&mut self, request: &v1::CallRequest) -> Option<v1::Question> {
        let caller = request.caller.as_ref()?;
        if caller.tool.is_empty() || request.dry_run {
            return None;
        }
        let user: UserId = self.identity(Some(caller))?.user_id.parse().unwrap();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let operations = body["operations"].as_array().into_iter().flatten();
        let deletes = operations.filter(|operation| operation["op"] == "delete");
        let mut ids: Vec<Value> = deletes.map(|operation| operation["id"].clone()).collect();
        if request.method == "DELETE" {
            ids.extend(request.path.rsplit('/').next().map(Value::from));
        }
        let gone = self.tasks[&user]
            .iter()
            .filter(|task| task["deleted_at"].is_null() && ids.contains(&task["id"]));
        let lines: Vec<v1::question::Line> = gone
            .map(|task| v1::question::Line {
                task_id: task["id"].as_str().unwrap().to_owned(),
                title: task["title"].as_str().unwrap().to_owned(),
                change: "delete".to_owned(),
            })
            .collect();
        let question = v1::Question {
            deletes: u32::try_from(lines.len()).unwrap(),
            fingerprint: format!("{lines:?}"),
            lines,
            ..v1::Question::default()
        };
        let agreed = match &request.agreed {
            Some(Agreed::Fingerprint(fingerprint)) => Some(fingerprint.clone()),
            Some(Agreed::ConfirmationId(id)) => {
                let asked = &self.confirmations[id];
                assert_eq!(asked.decision(), Decision::Yes, "nobody said yes");
                Some(asked.fingerprint.clone())
            }
            None => None,
        };
        if let Some(agreed) = agreed {
            return (agreed != question.fingerprint).then_some(question);
        }
        let removed = self.removed.entry(caller.run_id.clone()).or_default();
        if *removed + question.lines.len() > FREE && !question.lines.is_empty() {
            return Some(question);
        }
        *removed += question.lines.len();
        None
    }

    fn turn(&mut self, run: &str) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|turn| turn.run == run)
    }

    fn held(&mut self, run: &str, claim: &str) -> Result<&mut Turn, v1::Answer> {
        match self.turn(run) {
            Some(turn) if turn.claim.as_deref() == Some(claim) => Ok(turn),
            _ => Err(problem(409, "turn_held", "somebody else has it")),
        }
    }
}

#[tonic::async_trait]
impl ApiService for FakeBackend {
    async fn call(
        &self,
        request: Request<v1::CallRequest>,
    ) -> Result<Response<v1::CallResponse>, Status> {
        self.0.calls.pass(1).await;
        let request = request.into_inner();
        let mut state = self.state();
        let caller = request.caller.clone().unwrap();
        assert!(caller.client_address.parse::<std::net::IpAddr>().is_ok());
        let key = request
            .headers
            .iter()
            .find(|it| it.name == "idempotency-key");
        let key = key.map(|header| header.value.clone());
        state.asked.push(Asked {
            method: request.method.clone(),
            path: request.path.clone(),
            key: key.clone(),
            run: caller.run_id,
            tool: caller.tool,
        });
        let known = key.as_ref().and_then(|key| state.answers.get(key)).cloned();
        let answer = match known {
            Some((bound_to, answer)) if bound_to == request.bound_to => answer,
            Some(_) => problem(422, "invalid", "used for a different request"),
            None => {
                if let Some(question) = state.question(&request) {
                    return Ok(Response::new(v1::CallResponse {
                        answer: Some(problem(409, "needs_confirmation", "ask first")),
                        question: Some(question),
                    }));
                }
                state.rest(&request)
            }
        };
        if let Some(key) = key
            && answer.status < 300
        {
            let bound_to = request.bound_to.clone();
            state.answers.insert(key, (bound_to, answer.clone()));
        }
        if request.method != "GET" && self.0.loses.swap(false, Ordering::SeqCst) {
            return Err(Status::unavailable("the answer was lost"));
        }
        Ok(Response::new(v1::CallResponse {
            answer: Some(answer),
            question: None,
        }))
    }

    async fn find_answer(
        &self,
        request: Request<v1::FindAnswerRequest>,
    ) -> Result<Response<v1::FindAnswerResponse>, Status> {
        let request = request.into_inner();
        let state = self.state();
        let found = state.answers.get(&request.key);
        let found = found.filter(|(bound_to, _)| *bound_to == request.bound_to);
        Ok(Response::new(v1::FindAnswerResponse {
            answer: found.map(|(_, answer)| answer.clone()),
            refused: None,
        }))
    }

    async fn get_identity(
        &self,
        request: Request<v1::GetIdentityRequest>,
    ) -> Result<Response<v1::GetIdentityResponse>, Status> {
        let caller = request.into_inner().caller;
        let state = self.state();
        let outcome = match state.identity(caller.as_ref()) {
            Some(identity) => get_identity_response::Outcome::Identity(identity.clone()),
            None => get_identity_response::Outcome::Refused(problem(401, "unauthorized", "who?")),
        };
        Ok(Response::new(v1::GetIdentityResponse {
            outcome: Some(outcome),
        }))
    }
}

/// As REST shows it.
fn said(message: &v1::Message) -> Value {
    let role = match message.role() {
        v1::Role::User => "user",
        _ => "assistant",
    };
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let planned = message.planned.iter();
    let planned = planned.map(|call| json!({"id": call.id, "tool": call.tool}));
    let calls = message.calls.iter();
    let calls = calls.map(|call| {
        let change_set = Some(&call.change_set_id).filter(|id| !id.is_empty());
        json!({"id": call.id, "result": json(&call.result), "change_set_id": change_set})
    });
    json!({
        "id": message.id, "role": role, "content": message.content,
        "created_at": message.created_at, "run_id": message.run_id,
        "planned": planned.collect::<Vec<_>>(), "calls": calls.collect::<Vec<_>>(),
    })
}

fn message(role: v1::Role, run: &str, content: &str) -> v1::Message {
    v1::Message {
        id: Uuid::now_v7().to_string(),
        role: role.into(),
        content: content.to_owned(),
        created_at: AT.to_owned(),
        run_id: run.to_owned(),
        ..v1::Message::default()
    }
}

#[tonic::async_trait]
impl ConversationService for FakeBackend {
    async fn start_turn(
        &self,
        request: Request<v1::StartTurnRequest>,
    ) -> Result<Response<v1::StartTurnResponse>, Status> {
        let request = request.into_inner();
        let mut state = self.state();
        let is_meant = |turn: &Turn| match request.run_id.as_str() {
            "" => turn.key == request.key,
            run => turn.run == run,
        };
        let history = state.turns.iter();
        let history: Vec<v1::Message> = history
            .filter(|turn| turn.conversation.id == request.conversation_id && !is_meant(turn))
            .flat_map(|turn| turn.messages.clone())
            .collect();
        let at = state.turns.iter().position(is_meant);
        let outcome = if let Some(at) = at {
            let turn = &mut state.turns[at];
            if turn.claim.is_some() && !turn.done {
                start_turn_response::Outcome::Refused(problem(409, "turn_held", "held"))
            } else {
                turn.claim = Some(request.claim_id);
                start_turn_response::Outcome::Turn(turn.on_wire(history))
            }
        } else {
            let run = Uuid::now_v7().to_string();
            let id = match request.conversation_id.as_str() {
                "" => Uuid::now_v7().to_string(),
                id => id.to_owned(),
            };
            let turn = Turn {
                key: request.key,
                run: run.clone(),
                claim: Some(request.claim_id),
                conversation: v1::Conversation {
                    id,
                    title: request.message.clone(),
                    created_at: AT.to_owned(),
                    ..v1::Conversation::default()
                },
                messages: vec![message(v1::Role::User, &run, &request.message)],
                done: false,
            };
            state.turns.push(turn.clone());
            start_turn_response::Outcome::Turn(turn.on_wire(history))
        };
        Ok(Response::new(v1::StartTurnResponse {
            outcome: Some(outcome),
        }))
    }

    async fn add_step(
        &self,
        request: Request<v1::AddStepRequest>,
    ) -> Result<Response<v1::AddStepResponse>, Status> {
        let request = request.into_inner();
        let mut state = self.state();
        let outcome = match state.held(&request.run_id, &request.claim_id) {
            Err(refused) => add_step_response::Outcome::Refused(refused),
            Ok(turn) => {
                let at = usize::try_from(request.step).unwrap();
                if turn.messages.len() == at {
                    let mut step = message(v1::Role::Assistant, &turn.run, &request.content);
                    step.planned = request.planned;
                    turn.messages.push(step);
                }
                add_step_response::Outcome::Message(turn.messages[at].clone())
            }
        };
        Ok(Response::new(v1::AddStepResponse {
            outcome: Some(outcome),
        }))
    }

    async fn record_tool_calls(
        &self,
        request: Request<v1::RecordToolCallsRequest>,
    ) -> Result<Response<v1::RecordToolCallsResponse>, Status> {
        let request = request.into_inner();
        let mut state = self.state();
        for call in request.calls {
            if let Some(turn) = state.turn(&call.run_id) {
                let planned = |it: &&mut v1::Message| it.planned.iter().any(|it| it.id == call.id);
                if let Some(step) = turn.messages.iter_mut().find(planned) {
                    step.calls.push(call.clone());
                }
            }
            state.recorded.push(call);
        }
        Ok(Response::new(v1::RecordToolCallsResponse::default()))
    }

    async fn record_gathered_calls(
        &self,
        request: Request<v1::RecordGatheredCallsRequest>,
    ) -> Result<Response<v1::RecordGatheredCallsResponse>, Status> {
        if self.0.is_old.load(Ordering::SeqCst) {
            return Err(Status::not_found("what is that?"));
        }
        let calls = request.into_inner().calls;
        self.0.records.pass(calls.len()).await;
        if self.0.misses.swap(false, Ordering::SeqCst) {
            return Err(Status::unavailable("not there"));
        }
        let mut state = self.state();
        state.gathered.push(calls.len());
        let mut outcomes = Vec::new();
        for gathered in calls {
            let refused = if self.0.is_busy.swap(false, Ordering::SeqCst) {
                Some(problem(429, "too_many_requests", "too often"))
            } else if state.identity(gathered.caller.as_ref()).is_none() {
                Some(problem(401, "unauthorized", "who?"))
            } else {
                state.recorded.push(gathered.call.unwrap());
                None
            };
            outcomes.push(v1::RecordToolCallsResponse { refused });
        }
        Ok(Response::new(v1::RecordGatheredCallsResponse { outcomes }))
    }

    async fn finish_turn(
        &self,
        request: Request<v1::FinishTurnRequest>,
    ) -> Result<Response<v1::FinishTurnResponse>, Status> {
        let request = request.into_inner();
        let mut state = self.state();
        let outcome = match state.held(&request.run_id, &request.claim_id) {
            Err(refused) => finish_turn_response::Outcome::Refused(refused),
            Ok(turn) => {
                let mut answer = message(v1::Role::Assistant, &turn.run, &request.content);
                answer.task_ids = request.task_ids;
                turn.messages.push(answer.clone());
                turn.done = true;
                finish_turn_response::Outcome::Message(answer)
            }
        };
        Ok(Response::new(v1::FinishTurnResponse {
            outcome: Some(outcome),
        }))
    }

    async fn release_turn(
        &self,
        request: Request<v1::ReleaseTurnRequest>,
    ) -> Result<Response<v1::ReleaseTurnResponse>, Status> {
        let request = request.into_inner();
        let mut state = self.state();
        if let Ok(turn) = state.held(&request.run_id, &request.claim_id) {
            turn.claim = None;
        }
        Ok(Response::new(v1::ReleaseTurnResponse::default()))
    }

    async fn ask_confirmation(
        &self,
        request: Request<v1::AskConfirmationRequest>,
    ) -> Result<Response<v1::AskConfirmationResponse>, Status> {
        let mut confirmation = request.into_inner().confirmation.unwrap();
        AT.clone_into(&mut confirmation.created_at);
        let mut state = self.state();
        let kept = state.confirmations.entry(confirmation.id.clone());
        let kept = kept.or_insert(confirmation).clone();
        Ok(Response::new(v1::AskConfirmationResponse {
            outcome: Some(ask_confirmation_response::Outcome::Confirmation(kept)),
        }))
    }

    async fn decide_confirmation(
        &self,
        request: Request<v1::DecideConfirmationRequest>,
    ) -> Result<Response<v1::DecideConfirmationResponse>, Status> {
        let request = request.into_inner();
        let mut state = self.state();
        let identity = state.identity(request.caller.as_ref()).unwrap();
        let outcome = if identity.token_id.is_empty() {
            match state.confirmations.get_mut(&request.id) {
                Some(asked) => {
                    if asked.decision() == Decision::Unspecified {
                        let decision = if request.yes {
                            Decision::Yes
                        } else {
                            Decision::No
                        };
                        asked.set_decision(decision);
                    }
                    decide_confirmation_response::Outcome::Confirmation(asked.clone())
                }
                None => decide_confirmation_response::Outcome::Refused(problem(
                    404,
                    "not_found",
                    "Confirmation not found",
                )),
            }
        } else {
            let refused = problem(403, "session_required", "sign in");
            decide_confirmation_response::Outcome::Refused(refused)
        };
        Ok(Response::new(v1::DecideConfirmationResponse {
            outcome: Some(outcome),
        }))
    }
}

impl Turn {
    fn on_wire(&self, history: Vec<v1::Message>) -> v1::Turn {
        v1::Turn {
            run_id: self.run.clone(),
            conversation: Some(self.conversation.clone()),
            history,
            messages: self.messages.clone(),
            is_done: self.done,
        }
    }
}
