//! What needs the person's own yes.
//!
//! Which calls do, the backend says: it counts in the events that a call would write. A model can
//! say anything, so nothing that it can say counts as a yes: an argument least of all. An
//! [`Agreed`] is made where the person's own answer arrives, and nowhere else, and it covers what
//! the person was shown.

use proto::v1;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// What the person has said yes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// To a question with this fingerprint, between two rounds of MCP.
    Question(String),
    /// To this confirmation, in the app.
    Confirmation(Uuid),
}

/// What the person is to say yes to.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    pub sentence: String,
    /// What would change: for each task its id, title, and what happens to it.
    pub diff: Vec<Value>,
    /// Lines that are left out of it.
    pub more: u32,
    /// The same only for the same question.
    #[serde(skip)]
    pub fingerprint: String,
}

impl From<v1::Question> for Question {
    fn from(asked: v1::Question) -> Self {
        let lines = asked.lines.into_iter().map(|line| {
            let mut shown = json!({"title": line.title, "change": line.change});
            if !line.task_id.is_empty() {
                shown["id"] = line.task_id.into();
            }
            shown
        });
        Self {
            sentence: sentence(asked.deletes, asked.completes, asked.changes),
            diff: lines.collect(),
            more: asked.more,
            fingerprint: asked.fingerprint,
        }
    }
}

fn sentence(deletes: u32, completes: u32, changes: u32) -> String {
    let tasks = |count: u32| match count {
        1 => "1 task".to_owned(),
        count => format!("{count} tasks"),
    };
    let what = match (deletes, completes) {
        (0, 0) => return format!("Change {}?", tasks(changes)),
        (deletes, 0) => format!("Delete {}", tasks(deletes)),
        (0, completes) => format!("Complete {}", tasks(completes)),
        (deletes, completes) => format!("Delete {deletes} and complete {}", tasks(completes)),
    };
    match changes {
        0 => format!("{what}?"),
        changes => format!("{what}, and change {changes} more?"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_all_that_would_happen() {
        for (counts, said) in [
            ((6, 0, 0), "Delete 6 tasks?"),
            ((0, 1, 0), "Complete 1 task?"),
            ((2, 5, 0), "Delete 2 and complete 5 tasks?"),
            ((6, 0, 3), "Delete 6 tasks, and change 3 more?"),
            ((0, 0, 1), "Change 1 task?"),
        ] {
            let (deletes, completes, changes) = counts;
            assert_eq!(sentence(deletes, completes, changes), said);
        }
    }
}
