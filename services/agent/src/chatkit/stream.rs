//! A turn as it happens, in frames.

use serde_json::{Value, json};
use uuid::Uuid;

use super::item::{self, Place};
use crate::chat::{
    confirmation::{Asked, Decided},
    turn::{Answer, Event},
};

/// What has been told so far.
#[derive(Default)]
pub(super) struct Frames {
    thread: String,
    created_at: String,
    /// The answer that is being written.
    writing: Option<(String, String)>,
    /// The calls of the step that is under way.
    step: Option<(String, Vec<Value>)>,
    /// What the step asks the person; shown after it.
    questions: Vec<Asked>,
}

impl Frames {
    /// The frames of an event.
    pub(super) fn of(&mut self, event: Event) -> Vec<Value> {
        match event {
            Event::Started {
                conversation,
                message,
                is_new,
                ..
            } => {
                self.thread.clone_from(&conversation.id);
                self.created_at.clone_from(&message.created_at);
                let mut frames = Vec::new();
                if is_new {
                    let thread = thread(&conversation.id, &conversation.title, &message.created_at);
                    frames.push(json!({"type": "thread.created", "thread": thread}));
                }
                frames.push(done(
                    &self.place().user_message(&message.id, &message.content),
                ));
                frames.push(
                    json!({"type": "stream_options", "stream_options": {"allow_cancel": true}}),
                );
                frames
            }
            Event::Delta(text) => self.write(&text),
            Event::Step(step) => {
                let mut frames = self.end_writing();
                frames.push(added(&self.place().workflow(&step.id, &[])));
                // What was done before somebody took over.
                let tasks: Vec<Value> = step.calls.iter().map(task).collect();
                let update = |(index, task): (usize, &Value)| json!({"type": "workflow.task.added", "task_index": index, "task": task});
                let id = format!("workflow_{}", step.id);
                let updates = tasks.iter().enumerate().map(update);
                frames.extend(updates.map(|update| updated(&id, &update)));
                self.step = Some((step.id, tasks));
                frames
            }
            Event::Calling(planned) => self.task("workflow.task.added", |tasks| {
                tasks.push(item::task(&planned.tool, None));
            }),
            Event::Called(call) => self.task("workflow.task.updated", |tasks| {
                if let Some(last) = tasks.last_mut() {
                    *last = task(&call);
                }
            }),
            Event::Stepped(_) => {
                let Some((id, tasks)) = self.step.take() else {
                    return Vec::new();
                };
                let mut frames = vec![done(&self.place().workflow(&id, &tasks))];
                let questions = std::mem::take(&mut self.questions);
                let place = self.place();
                let cards = questions.iter().map(|asked| place.question(asked, None));
                frames.extend(cards.map(|card| done(&card)));
                frames
            }
            Event::Confirmation(asked) => {
                self.questions.push(asked);
                Vec::new()
            }
            Event::Answered(answer) => self.answered(&answer),
            Event::Decided(decided) => vec![self.decided(&decided)],
            Event::Failed(problem) => {
                let retry = problem.status >= 500 || problem.status == 429;
                vec![json!({
                    "type": "error", "code": "custom", "message": problem.to_string(),
                    "allow_retry": retry,
                })]
            }
        }
    }

    /// The thread of a decision, which is made before its turn has begun.
    pub(super) fn in_thread(thread: Uuid) -> Self {
        Self {
            thread: thread.to_string(),
            created_at: telemetry::clock::now().to_string(),
            ..Self::default()
        }
    }

    fn place(&self) -> Place<'_> {
        Place {
            thread: &self.thread,
            created_at: &self.created_at,
        }
    }

    fn write(&mut self, text: &str) -> Vec<Value> {
        let mut frames = Vec::new();
        if self.writing.is_none() {
            let id = format!("answer_{}", Uuid::now_v7().simple());
            frames.push(added(&self.place().answer(&id, None)));
            let part = json!({
                "type": "assistant_message.content_part.added", "content_index": 0,
                "content": item::content(""),
            });
            frames.push(updated(&id, &part));
            self.writing = Some((id, String::new()));
        }
        if let Some((id, written)) = &mut self.writing {
            written.push_str(text);
            let delta = json!({
                "type": "assistant_message.content_part.text_delta", "content_index": 0,
                "delta": text,
            });
            frames.push(updated(id, &delta));
        }
        frames
    }

    fn end_writing(&mut self) -> Vec<Value> {
        let Some((id, text)) = self.writing.take() else {
            return Vec::new();
        };
        let part = json!({
            "type": "assistant_message.content_part.done", "content_index": 0,
            "content": item::content(&text),
        });
        let whole = self.place().answer(&id, Some(&text));
        vec![updated(&id, &part), done(&whole)]
    }

    fn task(&mut self, update: &str, change: impl FnOnce(&mut Vec<Value>)) -> Vec<Value> {
        let Some((id, tasks)) = &mut self.step else {
            return Vec::new();
        };
        change(tasks);
        let Some(last) = tasks.last() else {
            return Vec::new();
        };
        let update = json!({"type": update, "task_index": tasks.len() - 1, "task": last});
        vec![updated(&format!("workflow_{id}"), &update)]
    }

    fn answered(&mut self, answer: &Answer) -> Vec<Value> {
        let mut frames = self.end_writing();
        let changes = answer.change_set_ids.len();
        if changes > 0 {
            frames.push(done(&self.place().undo(&answer.run_id, changes, None)));
        }
        frames
    }

    fn decided(&self, decided: &Decided) -> Value {
        let outcome = match decided.decision {
            "yes" => "You said yes.",
            "no" => "You said no; nothing has changed.",
            _ => "Nobody decided in time; nothing has changed.",
        };
        let asked = Asked {
            id: decided.id.parse().unwrap_or_default(),
            tool: String::new(),
            summary: decided.summary.clone(),
            diff: Vec::new(),
            more: 0,
        };
        replaced(&self.place().question(&asked, Some(outcome)))
    }
}

fn task(call: &proto::v1::ToolCall) -> Value {
    let result: Value = serde_json::from_str(&call.result).unwrap_or_default();
    item::task(&call.tool, Some(&result))
}

/// A thread without its items.
pub(super) fn thread(id: &str, title: &str, created_at: &str) -> Value {
    json!({
        "id": id, "title": title, "created_at": created_at, "status": {"type": "active"},
        "metadata": {}, "items": {"data": [], "has_more": false, "after": null},
    })
}

fn added(item: &Value) -> Value {
    json!({"type": "thread.item.added", "item": item})
}

fn done(item: &Value) -> Value {
    json!({"type": "thread.item.done", "item": item})
}

pub(super) fn replaced(item: &Value) -> Value {
    json!({"type": "thread.item.replaced", "item": item})
}

fn updated(id: &str, update: &Value) -> Value {
    json!({"type": "thread.item.updated", "item_id": id, "update": update})
}
