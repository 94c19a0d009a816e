//! A life in which everything happens.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use testing::Client;

use crate::rest::steps::{add, list, path, text};

const WORDS: [&str; 5] = [
    "milk & bread",
    "Bread, later",
    "Zoë",
    "bread 'n' milk",
    "apple",
];
const DUES: [Option<&str>; 6] = [
    None,
    Some("2030-06-01"),
    Some("2030-06-02"),
    Some("2030-06-01T23:30"),
    Some("2020-01-01"),
    Some("2030-06-01T12:00:00Z"),
];
const TAGS: [&str; 4] = ["home", "work", "café", "x"];
const ZONES: [&str; 4] = ["Asia/Tokyo", "America/New_York", "UTC", "Europe/Berlin"];

/// Somebody who changes things at random.
pub(super) struct Life {
    pub(super) owner: Client,
    pub(super) dice: StdRng,
    tasks: BTreeSet<String>,
    projects: BTreeSet<String>,
}

impl Life {
    /// Of changes.
    pub(super) const KINDS: u32 = 15;

    pub(super) fn new(owner: Client, seed: u64) -> Self {
        Self {
            owner,
            dice: StdRng::seed_from_u64(seed),
            tasks: BTreeSet::new(),
            projects: BTreeSet::new(),
        }
    }

    /// Of everything that ever was.
    pub(super) fn paths(&self) -> Vec<String> {
        let tasks = self.tasks.iter().flat_map(|id| {
            [
                format!("/tasks/{id}"),
                format!("/tasks/{id}?include_deleted=true"),
            ]
        });
        let projects = self
            .projects
            .iter()
            .flat_map(|id| [format!("/projects/{id}"), format!("/tasks?project_id={id}")]);
        tasks.chain(projects).collect()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> Result<T> {
        of.choose(&mut self.dice)
            .copied()
            .context("nothing to choose from")
    }

    fn task(&mut self) -> Result<Value> {
        Ok(json!({
            "title": self.pick(&WORDS)?,
            "description": self.pick(&WORDS)?,
            "priority": self.pick(&["none", "low", "high", "urgent"])?,
            "tags": [self.pick(&TAGS)?, self.pick(&TAGS)?],
            "due_date": self.pick(&DUES)?,
            "completed": self.dice.random_bool(0.3),
            "position": self.dice.random_range(-3.0..3.0),
        }))
    }

    /// A task that is not deleted; made if there is none.
    async fn any_task(&mut self) -> Result<Value> {
        let page = self.owner.get("/tasks?limit=200").await?.expect(200)?;
        match list(&page["items"]).choose(&mut self.dice) {
            Some(task) => Ok(task.clone()),
            None => self.create(json!({})).await,
        }
    }

    async fn create(&mut self, more: Value) -> Result<Value> {
        let mut task = self.task()?;
        for (field, value) in more.as_object().into_iter().flatten() {
            task[field] = value.clone();
        }
        let task = add(&self.owner, &task).await?;
        self.tasks.insert(text(&task["id"]).to_owned());
        Ok(task)
    }

    async fn any_project(&mut self) -> Result<Value> {
        let page = self.owner.get("/projects").await?.expect(200)?;
        if let Some(project) = list(&page["items"]).choose(&mut self.dice) {
            return Ok(project["id"].clone());
        }
        let project = json!({"name": self.pick(&WORDS)?, "position": self.dice.random_range(0..3)});
        let project = self.owner.post("/projects", &project).await?.expect(201)?;
        self.projects.insert(text(&project["id"]).to_owned());
        Ok(project["id"].clone())
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Result<()> {
        let answer = testing::send(self.owner.request(method, path).json(&body)).await?;
        ensure!(
            answer.status < 300,
            "{path} {body}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        Ok(())
    }

    /// One change, or a few that belong together, of a kind.
    pub(super) async fn change(&mut self, kind: u32) -> Result<()> {
        let task = self.any_task().await?;
        let url = path(&task);
        let new = self.task()?;
        match kind {
            0 => self.create(json!({})).await.map(drop),
            1 => {
                let patch = json!({
                    "title": new["title"], "priority": new["priority"], "tags": new["tags"],
                    "description": "later", "position": new["position"],
                });
                self.send(Method::PATCH, &url, patch).await
            }
            2 => self.send(Method::PUT, &url, new).await,
            3 => {
                let patch = json!({"due_date": new["due_date"]});
                self.send(Method::PATCH, &url, patch).await
            }
            4 => {
                let completed = json!({"completed": task["completed"] == false});
                self.send(Method::PATCH, &format!("{url}/complete"), completed)
                    .await
            }
            5 => self.send(Method::DELETE, &url, Value::Null).await,
            6 => {
                self.send(Method::DELETE, &url, Value::Null).await?;
                self.send(Method::POST, &format!("{url}/restore"), json!({}))
                    .await
            }
            7 => {
                let project = self.any_project().await?;
                let patch = json!({"project_id": project});
                self.send(Method::PATCH, &url, patch).await
            }
            8 => {
                let parent = self.create(json!({})).await?;
                self.create(json!({"parent_id": parent["id"]})).await?;
                self.send(Method::DELETE, &path(&parent), Value::Null).await
            }
            9 => {
                let name = self.pick(&TAGS)?;
                self.create(json!({"tags": [name]})).await?;
                let tag = format!("/tags/{}", urlencoded(name));
                // May well be the name of another one, which then takes it in.
                let rename = json!({"name": self.pick(&TAGS)?, "color": "#abcdef"});
                self.send(Method::PATCH, &tag, rename).await
            }
            10 => {
                let name = self.pick(&TAGS)?;
                self.create(json!({"tags": [name]})).await?;
                let tag = format!("/tags/{}", urlencoded(name));
                self.send(Method::DELETE, &tag, Value::Null).await
            }
            11 => {
                // What is due on a day or at a local time moves with its owner.
                self.create(json!({"due_date": "2030-06-01", "completed": false}))
                    .await?;
                let zone = json!({"time_zone": self.pick(&ZONES)?});
                self.send(Method::PATCH, "/profile", zone).await
            }
            12 => {
                let batch = json!({"operations": [
                    {"op": "create", "task": new},
                    {"op": "update", "id": task["id"], "patch": {"title": "batch"}},
                    {"op": "complete", "id": task["id"]},
                ]});
                let done = self.owner.post("/tasks/batch", &batch).await?.expect(200)?;
                let id = text(&done["results"][0]["task"]["id"]);
                self.tasks.insert(id.to_owned());
                Ok(())
            }
            13 => {
                let project = self.any_project().await?;
                let url = format!("/projects/{}", text(&project));
                let patch =
                    json!({"name": self.pick(&WORDS)?, "position": self.dice.random_range(0..3)});
                self.send(Method::PATCH, &url, patch).await
            }
            _ => {
                let project = self.any_project().await?;
                self.create(json!({"project_id": project})).await?;
                let url = format!("/projects/{}", text(&project));
                self.send(Method::DELETE, &url, Value::Null).await
            }
        }
    }
}

fn urlencoded(name: &str) -> String {
    name.replace('é', "%C3%A9")
}
