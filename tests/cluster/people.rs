//! What people do, through the ingress.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use events::UserId;
use libtest_mimic::Trial;
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use testing::{Client, EMAIL_DOMAIN, Socket, Turn, send, wait};
use uuid::Uuid;

use crate::door::HOST;
use crate::kube::{items, text};
use crate::release::Release;
use crate::stage::Stage;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between the parts of a form.
const BOUNDARY: &str = "----part-of-a-form";

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.trial(
            "people: from signing up to a task that the socket tells of",
            newcomer,
        ),
        stage.trial(
            "people: a completed task that comes again is followed by the next",
            recurring,
        ),
        stage.trial(
            "people: the assistant does what it is told, whichever way one comes to it",
            assistant,
        ),
    ]
}

/// A browser without scripts: the form is a plain one then.
struct Browser<'a> {
    release: &'a Release,
    http: reqwest::Client,
    cookies: String,
}

impl<'a> Browser<'a> {
    fn new(release: &'a Release) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            // Where a form leads to comes with cookies.
            .redirect(Policy::none());
        Ok(Self {
            release,
            http: http.build()?,
            cookies: String::new(),
        })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.release.backend);
        let request = self.http.request(method, url);
        request
            .header("origin", format!("http://{HOST}"))
            .header("cookie", &self.cookies)
    }

    /// Fills in the form of a page.
    async fn submit(&mut self, path: &str, filled_in: &[(&str, &str)]) -> Result<()> {
        let page = send(self.request(Method::GET, path)).await?;
        let page = String::from_utf8_lossy(&page.body).into_owned();
        let mut fields = hidden(&page);
        ensure!(
            fields.iter().any(|(name, _)| name.starts_with("$ACTION")),
            "the form of {path} does nothing without scripts"
        );
        let filled_in = filled_in.iter();
        fields.extend(filled_in.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let form = self
            .request(Method::POST, path)
            .header(
                "content-type",
                format!("multipart/form-data; boundary={BOUNDARY}"),
            )
            .body(multipart(&fields));
        let answer = send(form).await?;
        ensure!(
            answer.status == 303,
            "{path} answers {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        let mut cookies = Vec::new();
        for cookie in answer.headers.get_all("set-cookie") {
            cookies.extend(cookie.to_str()?.split(';').next());
        }
        self.cookies = cookies.join("; ");
        Ok(())
    }
}

async fn newcomer(release: &Release) -> Result<()> {
    let email = format!("ada-{}@{EMAIL_DOMAIN}", Uuid::new_v4());
    let mut ada = Browser::new(release)?;
    let form = [
        ("name", "Ada Lovelace"),
        ("email", email.as_str()),
        ("password", "correct horse battery"),
    ];
    ada.submit("/sign-up", &form).await?;
    let profile = send(ada.request(Method::GET, "/api/backend/profile")).await?;
    let profile = profile.expect(200)?;
    ensure!(profile["email"] == email.as_str(), "{profile}");
    let user: UserId = text(&profile["user_id"]).parse()?;

    // Whoever writes says whose page it is.
    let writes = |path: &str| {
        let write = ada.request(Method::POST, path);
        write.header("x-taskflow-user", user.to_string())
    };
    let ticket = send(writes("/api/backend/ws-ticket")).await?;
    let ticket = ticket.expect(201)?;
    let ticket = text(&ticket["ticket"]);
    let mut socket = Socket::connect(&release.realtime, user, ticket, None).await?;
    let (cursor, _) = socket.ready().await?;

    let task = writes("/api/backend/tasks");
    let task = send(task.json(&json!({"title": "Water the plants"}))).await?;
    let task = task.expect(201)?;
    let told = socket.event().await?;
    ensure!(told.event_type == "task.created" && told.data.seq == cursor + 1);
    ensure!(task["id"] == told.data.task_id.to_string(), "{told:?}");

    // The front end passes on what the assistant is told.
    adds(release, "The cat is hungry, says Ada", "Feed the cat");
    let told = writes("/api/chat");
    is_carried_out(told.json(&chat_kit("The cat is hungry, says Ada"))).await?;
    ensure!(socket.event().await?.event_type == "conversation.created");

    // A program finds both without the front end.
    let titles = titles(&release.client(user)?).await?;
    ensure!(
        titles.iter().eq(["Feed the cat", "Water the plants"]),
        "{titles:?}"
    );
    Ok(())
}

async fn recurring(release: &Release) -> Result<()> {
    let owner = release.sign_up().await?;
    let task = json!({
        "title": "Pay rent", "due_date": "2099-01-31", "recurrence": {"rule": "monthly"},
    });
    let task = owner.post("/tasks", &task).await?.expect(201)?;
    let path = format!("/tasks/{}", text(&task["id"]));
    let complete = format!("{path}/complete");
    let done = json!({"completed": true});
    owner.patch(&complete, &done).await?.expect(200)?;
    let next = wait::until("the next occurrence", PATIENCE, async || {
        let task = owner.get(&path).await?.expect(200)?;
        let next = task["recurrence"]["next"].as_str();
        Ok(next.map(ToOwned::to_owned))
    })
    .await?;
    let next = owner.get(&format!("/tasks/{next}")).await?.expect(200)?;
    ensure!(
        next["due"] == json!({"kind": "date", "date": "2099-02-28"}),
        "{next}"
    );
    Ok(())
}

/// What it makes of it, a model says, which is asked from the agent's pod.
async fn assistant(release: &Release) -> Result<()> {
    let owner = release.sign_up().await?;
    let token = owner.token.as_deref().unwrap_or_default();
    let post = |path: &str| {
        let url = format!("{}{path}", release.backend);
        let request = release.http().post(url).bearer_auth(token);
        request.header("accept", "application/json, text/event-stream")
    };
    let messages = ["The plants are dry", "The cat is hungry"];
    adds(release, messages[0], "Water the plants");
    adds(release, messages[1], "Feed the cat");
    let message = json!({"message": messages[0]});
    is_carried_out(owner.request(Method::POST, "/chat").json(&message)).await?;
    is_carried_out(post("/chatkit").json(&chat_kit(messages[1]))).await?;
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "add_task", "arguments": {"title": "Call home"},
    }});
    let call = post("/mcp").json(&call);
    is_carried_out(call.header("mcp-protocol-version", "2025-06-18")).await?;
    let titles = titles(&owner).await?;
    ensure!(
        titles
            .iter()
            .eq(["Call home", "Feed the cat", "Water the plants"]),
        "{titles:?}"
    );

    for message in messages {
        // For the tool, and then with its result.
        ensure!(release.model.asked(message).len() == 2, "{message}");
    }
    let complaints = release.model.complaints();
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));

    let path = "/.well-known/oauth-protected-resource/mcp";
    let described = release.http().get(format!("{}{path}", release.backend));
    let described = send(described).await?.expect(200)?;
    ensure!(
        described["resource"] == format!("http://{HOST}/mcp"),
        "{described}"
    );
    Ok(())
}

/// Has the model add a task when it hears this, which only a model understands.
fn adds(release: &Release, said: &str, title: &str) {
    let arguments = json!({"title": title}).to_string();
    let turns = vec![
        Turn::Call(vec![("add_task".to_owned(), arguments)]),
        Turn::Say("Done.".to_owned()),
    ];
    release.model.on(said, turns);
}

/// What somebody says for the first time, in the words of ChatKit.
fn chat_kit(said: &str) -> Value {
    let content = json!([{"type": "input_text", "text": said}]);
    let input = json!({"content": content, "attachments": [], "inference_options": {}});
    json!({"type": "threads.create", "params": {"input": input}})
}

/// Whatever form the answer has; it ends when all is done.
async fn is_carried_out(request: RequestBuilder) -> Result<()> {
    let answer = send(request).await?;
    ensure!(
        answer.status == 200,
        "{}: {}",
        answer.status,
        String::from_utf8_lossy(&answer.body)
    );
    Ok(())
}

async fn titles(owner: &Client) -> Result<BTreeSet<String>> {
    let tasks = owner.get("/tasks").await?.expect(200)?;
    let titles = items(&tasks["items"]).map(|task| text(&task["title"]).to_owned());
    Ok(titles.collect())
}

/// Names and values of the fields that nobody sees.
fn hidden(page: &str) -> Vec<(String, String)> {
    let fields = page.split("<input type=\"hidden\"").skip(1);
    let fields = fields.filter_map(|rest| {
        let field = rest.split('>').next()?;
        // One that only says which form it is has no value.
        let value = attribute(field, "value").unwrap_or_default();
        Some((attribute(field, "name")?, value))
    });
    fields.collect()
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let (_, value) = element.split_once(&format!(" {name}=\""))?;
    let (value, _) = value.split_once('"')?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#x27;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

fn multipart(fields: &[(String, String)]) -> String {
    let parts = fields.iter().map(|(name, value)| {
        let head = format!("content-disposition: form-data; name=\"{name}\"");
        format!("--{BOUNDARY}\r\n{head}\r\n\r\n{value}\r\n")
    });
    parts.chain([format!("--{BOUNDARY}--\r\n")]).collect()
}
