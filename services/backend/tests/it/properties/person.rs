//! Somebody who does things, and what they saw after each.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use events::UserId;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use testing::{Answer, Client, Site, send};

use super::command::{self, Command, Known};

/// How many of the last change-sets are taken back at most.
const TAKEN_BACK: usize = 6;

/// How many moments of the past are looked at again.
const MOMENTS: usize = 6;

pub(crate) struct Person<'a> {
    site: &'a Site,
    client: Client,
    rng: StdRng,
    known: Known,
    /// What was there after each write.
    past: Vec<Moment>,
    story: String,
}

struct Moment {
    seq: u64,
    change_set: Option<String>,
    seen: Seen,
}

/// Everything that a client can see.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    tasks: Value,
    projects: Value,
    tags: Value,
    profile: Value,
}

impl<'a> Person<'a> {
    pub(crate) async fn sign_up(site: &'a Site, seed: u64) -> Result<Self> {
        let mut person = Self {
            site,
            client: site.sign_up().await?,
            rng: StdRng::seed_from_u64(seed),
            known: Known::default(),
            past: Vec::new(),
            story: format!("TASKFLOW_SEED={seed} TASKFLOW_SEQUENCES=1"),
        };
        person.look_around(None).await?;
        Ok(person)
    }

    pub(crate) const fn user(&self) -> UserId {
        self.client.user
    }

    /// What was sent and how it was answered.
    pub(crate) fn story(&self) -> &str {
        &self.story
    }

    /// Sends commands at random.
    pub(crate) async fn live(&mut self, commands: usize) -> Result<()> {
        for _ in 0..commands {
            if self.rng.random_bool(0.04) {
                self.site.database.rename(self.user()).await?;
                self.look_around(None).await?;
            }
            let command = command::random(&mut self.rng, &self.known);
            let answer = self.send(&command).await?;
            self.learn(&answer);
            let change_set = answer.header("x-change-set-id").ok().map(str::to_owned);
            self.look_around(change_set)
                .await
                .with_context(|| self.story.clone())?;
        }
        Ok(())
    }

    /// Undoes the last change-sets, the newest first: what there was before them is back.
    pub(crate) async fn take_back(&mut self) -> Result<()> {
        let sets = self.past.len() - 1;
        let count = self.rng.random_range(0..=TAKEN_BACK.min(sets));
        let last = self.past.split_off(self.past.len() - count);
        let Some(before) = self.past.last() else {
            return Ok(());
        };
        let before = before.seen.clone();
        // Whatever was written stays in the log.
        let undone: Vec<_> = last
            .iter()
            .rev()
            .map(|moment| moment.change_set.clone())
            .collect();
        self.past.extend(last);
        for change_set in undone {
            let Some(change_set_id) = change_set else {
                return Ok(());
            };
            let undo = Command {
                method: reqwest::Method::POST,
                path: "/undo".to_owned(),
                body: Some(json!({ "change_set_id": change_set_id })),
                if_match: None,
            };
            let answer = self.send(&undo).await?;
            let report = answer.expect(200).with_context(|| self.story.clone())?;
            ensure!(report["skipped"] == json!([]), "{report}\n{}", self.story);
            self.look_around(None).await?;
        }
        let after = &self.past.last().context("no past")?.seen;
        ensure!(
            after.essence() == before.essence(),
            "{:#?}\nis not as before:\n{:#?}\n{}",
            after.essence(),
            before.essence(),
            self.story
        );
        Ok(())
    }

    /// Asks for moments of the past: what was seen then is seen again.
    pub(crate) async fn look_back(&mut self) -> Result<()> {
        for moment in self.past.sample(&mut self.rng, MOMENTS) {
            let at = Some(moment.seq);
            for (place, seen) in [
                ("/tasks", &moment.seen.tasks),
                ("/projects", &moment.seen.projects),
            ] {
                let then = self.list(place, at).await?;
                ensure!(
                    then == *seen,
                    "{place} as of {}:\n{then:#}\nnot as seen then:\n{seen:#}\n{}",
                    moment.seq,
                    self.story
                );
            }
        }
        Ok(())
    }

    /// Takes the log to a new account: what is exported there is the same, to the byte, and so is
    /// what is seen.
    pub(crate) async fn move_house(&mut self) -> Result<()> {
        let file = export(&self.client).await?;
        let heir = self.site.sign_up().await?;
        let import = heir
            .request(reqwest::Method::POST, "/import")
            .body(file.clone());
        send(import)
            .await?
            .expect(200)
            .with_context(|| self.story.clone())?;
        ensure!(export(&heir).await? == file, "another file\n{}", self.story);
        let old = self.past.last().context("no past")?.seen.tasks.clone();
        self.client = heir;
        let new = self.list("/tasks", None).await?;
        ensure!(new == old, "{new:#}\ninstead of\n{old:#}\n{}", self.story);
        Ok(())
    }

    async fn send(&mut self, command: &Command) -> Result<Answer> {
        let mut request = self.client.request(command.method.clone(), &command.path);
        if let Some(body) = &command.body {
            request = request.json(body);
        }
        if let Some(version) = command.if_match {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let answer = send(request).await?;
        let body = command.body.as_ref().map(Value::to_string);
        write!(
            self.story,
            "\n{} {} {} -> {}",
            command.method,
            command.path,
            body.unwrap_or_default(),
            answer.status
        )?;
        ensure!(
            answer.status < 500,
            "{}\n{}",
            String::from_utf8_lossy(&answer.body),
            self.story
        );
        Ok(answer)
    }

    /// Remembers what was made, to do something with it later.
    fn learn(&mut self, answer: &Answer) {
        if let Ok(change_set) = answer.header("x-change-set-id") {
            self.known.change_sets.push(change_set.to_owned());
        }
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
            return;
        };
        if answer.status == 201 {
            let id = body["id"].as_str().unwrap_or_default().to_owned();
            if body["priority"].is_string() {
                self.known.tasks.push(id);
            } else {
                self.known.projects.push(id);
            }
        }
        for result in body["results"].as_array().into_iter().flatten() {
            if let (Some(201), Some(id)) =
                (result["status"].as_u64(), result["task"]["id"].as_str())
            {
                self.known.tasks.push(id.to_owned());
            }
        }
    }

    /// Remembers what is there, if anything was written.
    async fn look_around(&mut self, change_set: Option<String>) -> Result<()> {
        let seq = self.site.database.head(self.user()).await?;
        if self.past.last().is_some_and(|last| last.seq == seq) {
            return Ok(());
        }
        let seen = Seen {
            tasks: self.list("/tasks", None).await?,
            projects: self.list("/projects", None).await?,
            tags: self.list("/tags", None).await?,
            profile: self.client.get("/profile").await?.expect(200)?,
        };
        self.past.push(Moment {
            seq,
            change_set,
            seen,
        });
        Ok(())
    }

    async fn list(&self, place: &str, as_of: Option<u64>) -> Result<Value> {
        let mut query = Vec::new();
        if place == "/tasks" {
            query.push("limit=200&include_deleted=true".to_owned());
        }
        query.extend(as_of.map(|seq| format!("as_of={seq}")));
        let path = format!("{place}?{}", query.join("&"));
        let page = self.client.get(&path).await?.expect(200);
        let mut page = page.with_context(|| format!("{path}\n{}", self.story))?;
        Ok(page["items"].take())
    }
}

async fn export(client: &Client) -> Result<bytes::Bytes> {
    let answer = client.get("/export").await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(answer.body)
}

impl Seen {
    /// Without what only says that something was written, and without what was deleted.
    fn essence(&self) -> Self {
        let strip = |items: &Value| -> Value {
            let items = items.as_array().into_iter().flatten();
            let live = items.filter(|item| item["deleted_at"].is_null());
            live.map(|item| {
                let mut item = item.clone();
                for field in ["version", "updated_at"] {
                    item[field].take();
                }
                item
            })
            .collect()
        };
        Self {
            tasks: strip(&self.tasks),
            projects: strip(&self.projects),
            tags: strip(&self.tags),
            profile: {
                let mut profile = self.profile.clone();
                profile["name"].take();
                profile
            },
        }
    }
}
