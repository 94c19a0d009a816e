//! A thread's items, as `ChatKit` draws them.

use serde_json::{Value, json};

use crate::{
    call::{self, FOR_PEOPLE},
    chat::{Plain, confirmation::Asked},
    tool::{Status, registry},
};

/// Lines of a question that a card shows.
const SHOWN: usize = 30;

/// What all items have.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) thread: &'a str,
    pub(super) created_at: &'a str,
}

impl Place<'_> {
    fn item(self, kind: &str, id: &str, more: Value) -> Value {
        let mut item = json!({
            "type": kind, "id": id, "thread_id": self.thread, "created_at": self.created_at,
        });
        if let (Value::Object(item), Value::Object(more)) = (&mut item, more) {
            item.extend(more);
        }
        item
    }

    pub(super) fn user_message(self, id: &str, text: &str) -> Value {
        let content = json!([{"type": "input_text", "text": text}]);
        let more = json!({"content": content, "attachments": [], "inference_options": {}});
        self.item("user_message", id, more)
    }

    /// Still to be written, when there is no text.
    pub(super) fn answer(self, id: &str, text: Option<&str>) -> Value {
        let content: Vec<Value> = text.map(content).into_iter().collect();
        self.item("assistant_message", id, json!({"content": content}))
    }

    /// Calls that belong together.
    pub(super) fn workflow(self, id: &str, tasks: &[Value]) -> Value {
        let workflow = json!({"type": "custom", "tasks": tasks, "expanded": false});
        let id = format!("workflow_{id}");
        self.item("workflow", &id, json!({"workflow": workflow}))
    }

    /// Asks the person; with the outcome instead of buttons once there is one.
    pub(super) fn question(self, asked: &Asked, outcome: Option<&str>) -> Value {
        let mut children = vec![json!({"type": "Title", "value": asked.summary, "size": "sm"})];
        children.extend(asked.diff.iter().take(SHOWN).map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let value = format!("“{}”: {}", text("title"), text("change"));
            json!({"type": "Text", "value": value, "size": "sm"})
        }));
        let hidden = asked.diff.len().saturating_sub(SHOWN);
        let hidden = asked.more + u64::try_from(hidden).unwrap_or_default();
        if hidden > 0 {
            let value = format!("… and {hidden} more");
            children.push(json!({"type": "Caption", "value": value}));
        }
        children.push(if let Some(outcome) = outcome {
            json!({"type": "Text", "value": outcome, "weight": "semibold"})
        } else {
            let payload = json!({"confirmation_id": asked.id});
            let yes = action("taskflow.confirm", &payload);
            let no = action("taskflow.decline", &payload);
            json!({"type": "Row", "gap": 2, "children": [
                {"type": "Button", "label": "Yes, do it", "style": "primary",
                 "color": "danger", "onClickAction": yes},
                {"type": "Button", "label": "No", "style": "secondary", "onClickAction": no},
            ]})
        });
        let key = format!("confirm:{}", asked.id);
        let id = format!("confirm_{}", asked.id);
        self.card(&id, &key, &children, &asked.summary)
    }

    /// Offers to take back what a run has done.
    pub(super) fn undo(self, run: &str, changes: usize, outcome: Option<&str>) -> Value {
        let said = match changes {
            0 => "Changes of this answer".to_owned(),
            1 => "1 change".to_owned(),
            changes => format!("{changes} changes"),
        };
        let last = if let Some(outcome) = outcome {
            json!({"type": "Text", "value": outcome, "weight": "semibold"})
        } else {
            let undo = action("taskflow.undo", &json!({"run_id": run}));
            json!({"type": "Button", "label": "Undo", "style": "secondary",
                   "onClickAction": undo})
        };
        let children = [json!({"type": "Text", "value": said, "size": "sm"}), last];
        let (id, key) = (format!("undo_{run}"), format!("undo:{run}"));
        self.card(&id, &key, &children, &said)
    }

    fn card(self, id: &str, key: &str, children: &[Value], copy_text: &str) -> Value {
        let widget = json!({"type": "Card", "key": key, "size": "md", "children": children});
        let more = json!({"widget": widget, "copy_text": copy_text});
        self.item("widget", id, more)
    }
}

/// The text of an answer.
pub(super) fn content(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": []})
}

/// A call, as far as it has come.
pub(super) fn task(tool: &str, result: Option<&Value>) -> Value {
    let known = registry::all().iter().find(|it| it.about.name == tool);
    let title = known.map_or(tool, |tool| tool.about.title);
    let said = result.map(|result| match call::sentence(result) {
        // It may say a title, and who shows it may read Markdown.
        Some(sentence) => Plain::default().take(sentence),
        None => counted(result),
    });
    let status = match result {
        None => "loading",
        Some(result) if is_undone(result) => "none",
        Some(_) => "complete",
    };
    json!({"type": "custom", "title": title, "content": said, "status_indicator": status})
}

/// What items show of a result: lists only where the person is asked about them, and otherwise how
/// long they are.
pub(super) fn shown(result: &Value) -> Value {
    let mut shown = json!({});
    for name in ["status", "summary", FOR_PEOPLE, "confirmation_id", "more"] {
        if let Some(value) = result.get(name) {
            shown[name] = value.clone();
        }
    }
    if is_waiting(result) {
        shown["results"] = result["results"].clone();
    }
    for name in LISTS {
        if let Some(items) = result[name].as_array() {
            shown[name] = vec![Value::Null; items.len()].into();
        }
    }
    shown
}

/// What tools that only read answer with.
const LISTS: [&str; 3] = ["tasks", "projects", "changes"];

/// What a tool that only reads has found.
fn counted(result: &Value) -> String {
    for what in LISTS {
        if let Some(items) = result[what].as_array() {
            return format!("{} {what}", items.len());
        }
    }
    "Done".to_owned()
}

/// Whether a call has done nothing: it waits for the person, or has failed.
fn is_undone(result: &Value) -> bool {
    is_waiting(result) || result["status"] == "error"
}

/// Whether a result waits for the person.
pub(super) fn is_waiting(result: &Value) -> bool {
    result["status"] == json!(Status::NeedsConfirmation)
}

fn action(name: &str, payload: &Value) -> Value {
    json!({"type": name, "payload": payload, "handler": "server", "loadingBehavior": "auto",
           "streaming": true})
}
