//! What a `ChatKit` client may ask (`openai-chatkit` 1.6).

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", content = "params")]
pub(crate) enum Request {
    #[serde(rename = "threads.create")]
    Create { input: Input },
    #[serde(rename = "threads.add_user_message")]
    Say { thread_id: Uuid, input: Input },
    #[serde(rename = "threads.retry_after_item")]
    Retry { thread_id: Uuid, item_id: String },
    #[serde(rename = "threads.custom_action")]
    Act { thread_id: Uuid, action: Action },
    #[serde(rename = "threads.sync_custom_action")]
    ActAtOnce { thread_id: Uuid, action: Action },
    #[serde(rename = "threads.get_by_id")]
    Get { thread_id: Uuid },
    #[serde(rename = "threads.list")]
    List {
        #[serde(default)]
        limit: Option<u32>,
        #[serde(default)]
        order: Order,
        #[serde(default)]
        after: Option<String>,
    },
    #[serde(rename = "items.list")]
    Items {
        thread_id: Uuid,
        #[serde(default)]
        limit: Option<u32>,
        #[serde(default)]
        order: Order,
        #[serde(default)]
        after: Option<String>,
    },
    #[serde(rename = "items.feedback")]
    Feedback { thread_id: Uuid },
    #[serde(rename = "threads.update")]
    Rename { thread_id: Uuid, title: String },
    /// Into the archive: what was said is not taken back.
    #[serde(rename = "threads.delete")]
    Archive { thread_id: Uuid },
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub(crate) struct Input {
    content: Vec<Content>,
    #[serde(default)]
    attachments: Vec<Value>,
    #[serde(default)]
    quoted_text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Content {
    #[serde(rename = "input_text")]
    Text { text: String },
    #[serde(rename = "input_tag")]
    Tag { text: String },
}

/// A button that was pressed.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", content = "payload")]
pub(crate) enum Action {
    #[serde(rename = "taskflow.confirm")]
    Confirm { confirmation_id: Uuid },
    #[serde(rename = "taskflow.decline")]
    Decline { confirmation_id: Uuid },
    #[serde(rename = "taskflow.undo")]
    Undo { run_id: Uuid },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    Asc,
    #[default]
    Desc,
}

impl Input {
    /// As one message; `None` when files come with it, which we do not take.
    pub(super) fn text(&self) -> Option<String> {
        if !self.attachments.is_empty() {
            return None;
        }
        let quoted = self.quoted_text.iter().flat_map(|text| text.lines());
        let quoted: String = quoted.flat_map(|line| ["> ", line, "\n"]).collect();
        let parts = self.content.iter().map(|part| match part {
            Content::Text { text } | Content::Tag { text } => text.as_str(),
        });
        Some(quoted + &parts.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_its_parts() {
        let input: Input = serde_json::from_value(json!({
            "content": [
                {"type": "input_text", "text": "move "},
                {"type": "input_tag", "id": "1", "text": "Buy milk", "data": {}},
            ],
            "attachments": [], "quoted_text": "a\nb", "inference_options": {},
        }))
        .unwrap();
        assert_eq!(input.text().unwrap(), "> a\n> b\nmove Buy milk");
        let with_file = json!({"content": [], "attachments": ["file"]});
        let input: Input = serde_json::from_value(with_file).unwrap();
        assert_eq!(input.text(), None);
    }
}
