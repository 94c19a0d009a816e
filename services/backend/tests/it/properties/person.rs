//! Somebody who does things, and what they saw after each.

use std::{collections::HashSet, fmt::Write as _, io::Write as _};

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
    /// Time zone and settings.
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
                run: None,
            };
            let answer = self.send(&undo).await?;
            let report = answer.expect(200).with_context(|| self.story.clone())?;
            ensure!(report["skipped"] == json!([]), "{report}\n{}", self.story);
            self.look_around(None).await?;
        }
        self.is_as(&before)
    }

    /// Does things as an agent and undoes the run: what there was before it is back.
    pub(crate) async fn take_back_run(&mut self, commands: usize) -> Result<()> {
        let before = self.past.last().context("no past")?.seen.clone();
        let run = "run-of-its-own".to_owned();
        for _ in 0..commands {
            let mut command = command::write(&mut self.rng, &self.known);
            command.run = Some(run.clone());
            let answer = self.send(&command).await?;
            self.learn(&answer);
            self.look_around(None).await?;
        }
        let undo = Command {
            method: reqwest::Method::POST,
            path: "/undo".to_owned(),
            body: Some(json!({ "run_id": run })),
            if_match: None,
            run: None,
        };
        let answer = self.send(&undo).await?;
        if answer.status == 404 {
            // Nothing of it worked.
            return Ok(());
        }
        let report = answer.expect(200).with_context(|| self.story.clone())?;
        ensure!(report["skipped"] == json!([]), "{report}\n{}", self.story);
        self.look_around(None).await?;
        self.is_as(&before)
    }

    fn is_as(&self, before: &Seen) -> Result<()> {
        let after = self.past.last().context("no past")?.seen.essence(before);
        let before = before.essence(before);
        ensure!(
            after == before,
            "{after:#?}\nis not as before:\n{before:#?}\n{}",
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

    /// Takes the beginning of the log to a new account: it is seen what was seen then, also what
    /// cannot be asked for as of a moment.
    pub(crate) async fn begin_anew(&mut self) -> Result<()> {
        let (seq, then) = match self.past.choose(&mut self.rng) {
            Some(moment) => (moment.seq, moment.seen.clone()),
            None => return Ok(()),
        };
        let file = export(&self.client).await?;
        let events = usize::try_from(seq)?;
        let lines = file.split_inclusive(|byte| *byte == b'\n');
        let mut beginning: Vec<u8> = lines.take(1 + events).flatten().copied().collect();
        writeln!(beginning, "{}", json!({ "events": seq }))?;
        self.import(beginning).await?;
        let seen = self.see().await?;
        ensure!(
            seen == then,
            "after {seq} events:\n{seen:#?}\nnot as seen then:\n{then:#?}\n{}",
            self.story
        );
        Ok(())
    }

    /// Takes the log to a new account: what is exported there is the same, to the byte, and so is
    /// what is seen.
    pub(crate) async fn move_house(&mut self) -> Result<()> {
        let file = export(&self.client).await?;
        self.import(file.clone()).await?;
        let moved = export(&self.client).await?;
        ensure!(moved == file, "another file\n{}", self.story);
        let old = &self.past.last().context("no past")?.seen;
        let new = self.see().await?;
        ensure!(
            new == *old,
            "{new:#?}\ninstead of\n{old:#?}\n{}",
            self.story
        );
        Ok(())
    }

    /// Lives on in a new account.
    async fn import(&mut self, file: impl Into<reqwest::Body>) -> Result<()> {
        self.client = self.site.sign_up().await?;
        let import = self.client.request(reqwest::Method::POST, "/import");
        let answer = send(import.body(file)).await?;
        answer.expect(200).with_context(|| self.story.clone())?;
        Ok(())
    }

    async fn send(&mut self, command: &Command) -> Result<Answer> {
        let mut request = self.client.request(command.method.clone(), &command.path);
        if let Some(body) = &command.body {
            request = request.json(body);
        }
        if let Some(run) = &command.run {
            request = request.header("x-run-id", run);
        }
        if let Some(version) = command.if_match {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let answer = send(request).await?;
        let body = command.body.as_ref().map(Value::to_string);
        write!(
            self.story,
            "\n{} {} {} {} -> {}",
            command.run.as_deref().unwrap_or("-"),
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
        let done = body["results"].as_array().into_iter().flatten();
        for task in done.map(|result| &result["task"]).chain([&body]) {
            if let (Some(id), Some(parent)) = (task["id"].as_str(), task["parent_id"].as_str()) {
                self.known.families.push((parent.to_owned(), id.to_owned()));
            }
        }
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
        self.known.seq = seq;
        let seen = self.see().await?;
        self.past.push(Moment {
            seq,
            change_set,
            seen,
        });
        Ok(())
    }

    async fn see(&self) -> Result<Seen> {
        let mut profile = self.client.get("/profile").await?.expect(200)?;
        Ok(Seen {
            tasks: self.list("/tasks", None).await?,
            projects: self.list("/projects", None).await?,
            tags: self.list("/tags", None).await?,
            // The rest of it is not in the log.
            profile: json!([profile["time_zone"].take(), profile["settings"].take()]),
        })
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
    /// Without what only says that something was written, and without what was made since and
    /// deleted.
    fn essence(&self, before: &Self) -> Self {
        let items = before.tasks.as_array().into_iter().flatten();
        let known: HashSet<_> = items.map(|item| &item["id"]).collect();
        let strip = |items: &Value| -> Value {
            let items = items.as_array().into_iter().flatten();
            let kept =
                items.filter(|item| item["deleted_at"].is_null() || known.contains(&item["id"]));
            kept.map(|item| {
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
            profile: self.profile.clone(),
        }
    }
}
