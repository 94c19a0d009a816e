//! What was said, from the backend's messages to a model's.

use proto::v1;
use serde_json::Value;

use super::model::{Asked, Said};
use crate::call::sentence;

/// The longest result that a model is told, in bytes; it can ask for less at a time.
const MAX_RESULT: usize = 24 * 1024;

/// What is left of each at least, however many there are.
const MIN_RESULT: usize = 512;

/// Follows what was cut.
const CUT: &str = "… (cut; ask for less at a time)";

/// Of JSON, no tokeniser makes fewer.
const BYTES_PER_TOKEN: usize = 3;

/// A message, and what came of its calls.
pub(super) fn said(message: &v1::Message) -> Vec<Said> {
    if message.role() == v1::Role::User {
        return vec![Said::User(message.content.clone())];
    }
    let asked = message.planned.iter().map(|planned| Asked {
        id: planned.model_call_id.clone(),
        tool: planned.tool.clone(),
        input: planned.input.clone(),
    });
    let mut said = vec![Said::Assistant(message.content.clone(), asked.collect())];
    said.extend(message.planned.iter().map(|planned| {
        let recorded = message.calls.iter().find(|call| call.id == planned.id);
        match recorded {
            Some(recorded) => result(&planned.model_call_id, &recorded.result),
            // The turn ended before it; every call must have an answer.
            None => result(&planned.model_call_id, r#"{"status":"not_done"}"#),
        }
    }));
    said
}

/// What came of a call.
pub(super) fn result(call: &str, json: &str) -> Said {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    Said::Tool {
        call: call.to_owned(),
        value: cut(json, MAX_RESULT),
        sentence: sentence(&value).unwrap_or_default().to_owned(),
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most);
    format!("{}{CUT}", &text[..end])
}

/// What it costs a model to be told, with room to spare.
pub(super) fn tokens(said: &[Said]) -> u64 {
    u64::try_from(said.iter().map(size).sum::<usize>() / BYTES_PER_TOKEN).unwrap_or(u64::MAX)
}

fn size(said: &Said) -> usize {
    match said {
        Said::User(text) => text.len(),
        Said::Assistant(text, calls) => {
            let calls = calls.iter().map(|call| call.tool.len() + call.input.len());
            text.len() + calls.sum::<usize>()
        }
        Said::Tool { value, .. } => value.len(),
    }
}

/// Leaves out what a model has no room for: turns of before, the oldest first and each as a whole,
/// because no model takes a result without its call; and where this turn alone is too much, what is
/// behind the beginning of results.
pub(super) fn fit(said: &mut Vec<Said>, before: &mut usize, room: u64) {
    while *before > 0 && tokens(said) > room {
        let next = said[1..*before]
            .iter()
            .position(|said| matches!(said, Said::User(_)));
        let end = next.map_or(*before, |next| next + 1);
        said.drain(..end);
        *before -= end;
    }
    let mut most = MAX_RESULT;
    while most > MIN_RESULT && tokens(said) > room {
        most /= 2;
        for said in &mut *said {
            if let Said::Tool { value, .. } = said
                && value.len() > most + CUT.len()
            {
                *value = cut(value, most);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(n: usize, bytes: usize) -> Vec<Said> {
        let call = Asked {
            id: format!("call {n}"),
            tool: "list_tasks".to_owned(),
            input: "{}".to_owned(),
        };
        vec![
            Said::User(format!("question {n}")),
            Said::Assistant(String::new(), vec![call]),
            Said::Tool {
                call: format!("call {n}"),
                value: "ä".repeat(bytes / 2),
                sentence: String::new(),
            },
            Said::Assistant(format!("answer {n}"), Vec::new()),
        ]
    }

    #[test]
    fn the_oldest_turns_go_first_and_as_a_whole() {
        let mut said: Vec<Said> = (0..10).flat_map(|n| turn(n, 24_000)).collect();
        let mut before = said.len() - 4;
        fit(&mut said, &mut before, 50_000);
        assert!(tokens(&said) <= 50_000);
        assert_eq!((said.len(), before), (24, 20));
        assert!(matches!(&said[0], Said::User(text) if text == "question 4"));
        let Said::Tool { value, .. } = &said[22] else {
            panic!("{said:?}");
        };
        assert_eq!(value.len(), 24_000, "what there is room for is whole");
    }

    #[test]
    fn results_of_one_turn_are_cut_until_they_fit() {
        let results = (0..32).flat_map(|n| turn(n, 24_000)).skip(1);
        let mut said: Vec<Said> = std::iter::once(Said::User("all".to_owned()))
            .chain(results.filter(|said| !matches!(said, Said::User(_))))
            .collect();
        let (count, mut before) = (said.len(), 0);
        fit(&mut said, &mut before, 50_000);
        assert!(tokens(&said) <= 50_000, "{}", tokens(&said));
        assert_eq!((said.len(), before), (count, 0));
    }
}
