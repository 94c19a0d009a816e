//! Commands at random: most of them good, some of them not.

use rand::{Rng, RngExt, rngs::StdRng, seq::IndexedRandom};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// What can be pointed at, deleted or not.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) tasks: Vec<String>,
    pub(crate) projects: Vec<String>,
    pub(crate) change_sets: Vec<String>,
    /// A whole and its part, at some time.
    pub(crate) families: Vec<(String, String)>,
    /// How far the log goes.
    pub(crate) seq: u64,
}

#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) if_match: Option<u64>,
    /// The agent's run that it is a part of.
    pub(crate) run: Option<String>,
}

/// Text that a careless writer would break.
const WORDS: [&str; 8] = [
    "milk",
    "a\\tb \\N",
    "\"quoted\", {braced}",
    "naïve 🦀",
    "NULL",
    "back\\",
    "#7",
    "e\u{301}",
];
const TAGS: [&str; 7] = ["home", "Home", "a b", "ü\"", "c\\d", "null", "{x},y"];
const ZONES: [&str; 5] = [
    "UTC",
    "Europe/Berlin",
    "America/Santiago",
    "Pacific/Apia",
    "Asia/Kathmandu",
];
const RUNS: [&str; 2] = ["run-a", "run-b"];
const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

pub(crate) fn random(rng: &mut StdRng, known: &Known) -> Command {
    let mut command = if rng.random_bool(0.05) {
        Command::new(Method::POST, "/undo", undo(rng, known))
    } else {
        write(rng, known)
    };
    if rng.random_bool(0.15) {
        command.run = RUNS.choose(rng).map(|run| (*run).to_owned());
    }
    command
}

/// Anything but an undo.
pub(crate) fn write(rng: &mut StdRng, known: &Known) -> Command {
    // Where there is nothing yet, little can happen.
    let kinds = if known.tasks.len() < 3 { 20 } else { 106 };
    match rng.random_range(0..kinds) {
        0..5 => Command::new(Method::POST, "/projects", new_project(rng)),
        5..20 => Command::new(Method::POST, "/tasks", new_task(rng, known)),
        20..42 => Command::new(Method::PATCH, task(rng, known), patch(rng, known)),
        42..46 => Command::new(Method::PUT, task(rng, known), new_task(rng, known)),
        46..52 => {
            let path = format!("{}/complete", task(rng, known));
            Command::new(
                Method::PATCH,
                path,
                json!({"completed": rng.random::<bool>()}),
            )
        }
        52..57 => Command::bare(Method::DELETE, task(rng, known)),
        57..62 => restore(task(rng, known), rng, known),
        62..66 => Command::new(Method::POST, "/tasks/batch", family(rng, known)),
        66..73 => Command::new(Method::POST, "/tasks/batch", batch(rng, known)),
        73..77 => Command::new(Method::PATCH, project(rng, known), new_project(rng)),
        77..80 => Command::bare(Method::DELETE, project(rng, known)),
        80..83 => restore(project(rng, known), rng, known),
        83..89 => Command::new(Method::PATCH, tag(rng), tag_patch(rng)),
        89..92 => Command::bare(Method::DELETE, tag(rng)),
        92..98 => Command::new(Method::PATCH, "/profile", profile(rng)),
        98..103 => recurrence(rng, known),
        _ => Command::new(
            Method::POST,
            format!("{}/reminders", task(rng, known)),
            json!({"when": {"kind": "before", "minutes": rng.random_range(0..90)}}),
        ),
    }
    .perhaps_if_match(rng)
}

/// A change-set, often one of the last, or a run.
fn undo(rng: &mut StdRng, known: &Known) -> Value {
    let preview = rng.random_bool(0.2);
    if rng.random_bool(0.2) {
        return json!({"run_id": RUNS.choose(rng), "preview": preview});
    }
    let all = &known.change_sets;
    let from = if rng.random() {
        all.len().saturating_sub(4)
    } else {
        0
    };
    json!({"change_set_id": one_of(rng, &all[from..]), "preview": preview})
}

/// Set, left out once, or ended.
fn recurrence(rng: &mut StdRng, known: &Known) -> Command {
    let path = format!("{}/recurrence", task(rng, known));
    match rng.random_range(0..5) {
        0 => Command::bare(Method::DELETE, path),
        1 => Command::bare(Method::POST, path + "/skip"),
        _ => {
            let rules = [
                "daily",
                "FREQ=MONTHLY;BYMONTHDAY=31",
                "FREQ=WEEKLY;COUNT=2",
                "no",
            ];
            let open = ["keep_one", "pile_up"].choose(rng);
            Command::new(
                Method::POST,
                path,
                json!({"rule": rules.choose(rng), "open": open}),
            )
        }
    }
}

/// As it is, or as it was.
fn restore(mut path: String, rng: &mut StdRng, known: &Known) -> Command {
    path.push_str("/restore");
    if rng.random() {
        return Command::bare(Method::POST, path);
    }
    let seq = rng.random_range(known.seq / 2..=known.seq);
    Command::new(Method::POST, path, json!({"as_of": seq.to_string()}))
}

impl Command {
    fn new(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::bare(method, path)
        }
    }

    fn bare(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
            if_match: None,
            run: None,
        }
    }

    fn perhaps_if_match(mut self, rng: &mut StdRng) -> Self {
        if rng.random_bool(0.1) {
            self.if_match = Some(rng.random_range(1..4));
        }
        self
    }
}

/// At least so many of them, and at most three.
fn some(rng: &mut StdRng, all: &[&'static str], least: usize) -> Vec<&'static str> {
    let count = rng.random_range(least..4);
    all.sample(rng, count).copied().collect()
}

fn one_of(rng: &mut StdRng, ids: &[String]) -> String {
    let known = if rng.random_bool(0.02) { &[] } else { ids };
    known.choose(rng).map_or(NOBODY, String::as_str).to_owned()
}

fn task(rng: &mut StdRng, known: &Known) -> String {
    format!("/tasks/{}", one_of(rng, &known.tasks))
}

fn project(rng: &mut StdRng, known: &Known) -> String {
    format!("/projects/{}", one_of(rng, &known.projects))
}

fn tag(rng: &mut StdRng) -> String {
    tag_name(rng)
        .bytes()
        .fold("/tags/".to_owned(), |path, byte| {
            format!("{path}%{byte:02X}")
        })
}

fn tag_name(rng: &mut StdRng) -> &'static str {
    TAGS.choose(rng).copied().unwrap_or_default()
}

/// Some of the fields of a task; now and then one that cannot be.
fn patch(rng: &mut StdRng, known: &Known) -> Value {
    let all = [
        "title",
        "description",
        "completed",
        "priority",
        "tags",
        "project_id",
        "parent_id",
        "position",
        "due",
        "due_date",
    ];
    let mut fields = Map::new();
    for name in some(rng, &all, 1) {
        fields.insert(name.to_owned(), field(rng, known, name));
    }
    Value::Object(fields)
}

fn new_task(rng: &mut StdRng, known: &Known) -> Value {
    let mut task = patch(rng, known);
    task["title"] = field(rng, known, "title");
    task
}

fn field(rng: &mut StdRng, known: &Known, name: &str) -> Value {
    let is_cleared = rng.random_bool(0.15);
    match name {
        "title" if is_cleared => json!(" "),
        "description" | "project_id" | "due" if is_cleared => Value::Null,
        "title" => json!(words(rng)),
        "description" => json!(format!("{}\r\n\t{}", words(rng), words(rng))),
        "completed" => json!(rng.random::<bool>()),
        "priority" => json!(["none", "low", "medium", "high", "urgent"].choose(rng)),
        "tags" => json!(some(rng, &TAGS, 0)),
        "project_id" => json!(one_of(rng, &known.projects)),
        "parent_id" if rng.random_bool(0.4) => Value::Null,
        "parent_id" => json!(one_of(rng, &known.tasks)),
        "position" => position(rng),
        "due" => due(rng),
        _ if is_cleared => Value::Null,
        _ => json!(
            [
                "2026-03-29T02:30",
                "2026-11-21",
                "2026-11-21T09:00:00Z",
                "soon"
            ]
            .choose(rng)
        ),
    }
}

fn words(rng: &mut StdRng) -> String {
    some(rng, &WORDS, 1).join(" ")
}

fn position(rng: &mut StdRng) -> Value {
    json!((rng.random::<f64>() - 0.5) * 10_f64.powi(rng.random_range(-8..15)))
}

/// Close to where clocks change, so that zones make a difference.
fn due(rng: &mut StdRng) -> Value {
    let day = rng.random_range(27..30);
    let hour = rng.random_range(0..24);
    let local = format!("2026-03-{day}T{hour:02}:30:00.123456789");
    match rng.random_range(0..4) {
        0 => json!({"kind": "date", "date": format!("2026-03-{day}")}),
        1 => json!({"kind": "floating", "local": local}),
        // What a date means, as another kind.
        2 => json!({"kind": "zoned", "local": format!("2026-03-{day}T23:59:59.999999"),
                    "zone": ZONES.choose(rng)}),
        _ => json!({"kind": "zoned", "local": local, "zone": ZONES.choose(rng)}),
    }
}

fn batch(rng: &mut StdRng, known: &Known) -> Value {
    let operations: Vec<_> = (0..rng.random_range(1..7))
        .map(|_| {
            let id = one_of(rng, &known.tasks);
            match rng.random_range(0..6) {
                0..2 => json!({"op": "create", "task": new_task(rng, known)}),
                2 => json!({"op": "update", "id": id, "patch": patch(rng, known)}),
                3 => json!({"op": "complete", "id": id, "completed": rng.random::<bool>()}),
                4 => json!({"op": "delete", "id": id}),
                _ => json!({"op": "restore", "id": id}),
            }
        })
        .collect();
    json!({"atomic": rng.random_bool(0.3), "operations": operations})
}

/// A whole and its part come, go, part and change in one go.
fn family(rng: &mut StdRng, known: &Known) -> Value {
    let Some((whole, part)) = known.families.choose(rng) else {
        return batch(rng, known);
    };
    let operations: Vec<_> = (0..rng.random_range(2..7))
        .map(|_| {
            let id = if rng.random() { whole } else { part };
            match rng.random_range(0..6) {
                0 => json!({"op": "update", "id": part, "patch": {"parent_id": null}}),
                1 => json!({"op": "update", "id": part, "patch": {"parent_id": whole}}),
                2 => json!({"op": "delete", "id": id}),
                3 => json!({"op": "restore", "id": id}),
                _ => json!({"op": "update", "id": id, "patch": patch(rng, known)}),
            }
        })
        .collect();
    json!({"atomic": false, "operations": operations})
}

fn new_project(rng: &mut StdRng) -> Value {
    json!({"name": words(rng), "color": color(rng), "position": position(rng)})
}

fn tag_patch(rng: &mut StdRng) -> Value {
    if rng.random::<bool>() {
        json!({"name": tag_name(rng)})
    } else {
        json!({"name": tag_name(rng), "color": color(rng)})
    }
}

fn color(rng: &mut StdRng) -> Value {
    let colors = [Some("#00ff00"), Some("#ABCDEF"), Some("green"), None];
    json!(colors.choose(rng))
}

fn profile(rng: &mut StdRng) -> Value {
    if rng.random_bool(0.6) {
        return json!({"time_zone": ZONES.choose(rng)});
    }
    let numbers = [
        json!(1e16),
        json!(-0.0),
        json!(1e-7),
        json!(u64::MAX),
        json!(1e300),
    ];
    json!({"settings": {
        "words": words(rng),
        "number": numbers.choose(rng),
        "fraction": rng.random::<f64>(),
        "bits": rng.next_u64(),
    }})
}
