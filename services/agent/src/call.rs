//! One call of a tool, from its beginning to what is written down of it.

use std::{collections::BTreeSet, time::Instant};

use proto::v1;
use serde_json::{Map, Value, json};
use telemetry::clock;
use uuid::Uuid;

use crate::{
    measured,
    tool::{Done, Question, Session, Tool, Trouble},
};

/// Of an input or a result, in bytes, by the backend's contract.
const MAX_JSON: usize = 64 * 1024;

/// Of a tool, by the same contract.
const MAX_NAME: usize = 64;

/// In a result: what people read in place of a summary that speaks to a model.
pub(crate) const FOR_PEOPLE: &str = "for_people";

/// A list of more tasks is about none of them.
const MANY: usize = 10;

/// Tasks that the backend links with a call, at most.
pub(crate) const MAX_MENTIONED: usize = 100;

/// What came of a call, and the record of it.
pub(crate) struct Called {
    pub(crate) result: Result<Done, Trouble>,
    pub(crate) record: v1::ToolCall,
}

/// Carries out a call; `from` says who made it.
pub(crate) async fn carry_out(
    tool: &Tool,
    session: Session,
    id: Uuid,
    arguments: Map<String, Value>,
    from: &'static str,
) -> Called {
    let run_id = session.run.clone();
    let given = Value::Object(arguments.clone());
    let (at, begun) = (clock::now(), Instant::now());
    let result = tool.call(session, arguments).await;
    let duration = begun.elapsed();
    let outcome = match &result {
        Ok(done) if done.question.is_some() => "asked",
        Ok(_) => "done",
        Err(_) => "refused",
    };
    measured::called(tool.about.name, from, outcome, duration);
    let (value, change_set_id) = match &result {
        Ok(done) => (done.value.clone(), done.change_set_id),
        Err(trouble) => (failure(trouble), None),
    };
    let record = v1::ToolCall {
        id: id.to_string(),
        tool: tool.about.name.to_owned(),
        input: given.to_string(),
        result: clipped(value.to_string()),
        is_error: result.is_err(),
        change_set_id: change_set_id.map(|id| id.to_string()).unwrap_or_default(),
        task_ids: mentioned(&given, &value),
        at: at.to_string(),
        duration_ms: u32::try_from(duration.as_millis()).unwrap_or(u32::MAX),
        run_id,
        conversation_id: String::new(),
    };
    Called { result, record }
}

/// The record of a call that was refused before it began.
pub(crate) fn refused(
    id: Uuid,
    tool: &str,
    input: &Value,
    run_id: String,
    result: &Value,
) -> v1::ToolCall {
    v1::ToolCall {
        id: id.to_string(),
        tool: name(tool),
        input: input.to_string(),
        result: result.to_string(),
        is_error: true,
        at: clock::now().to_string(),
        run_id,
        ..v1::ToolCall::default()
    }
}

/// A call to be decided about by the person, and what it is about.
pub(crate) fn confirmation(
    id: Uuid,
    record: &v1::ToolCall,
    question: &Question,
) -> v1::Confirmation {
    v1::Confirmation {
        id: id.to_string(),
        tool: record.tool.clone(),
        input: record.input.clone(),
        preview: json!(question).to_string(),
        run_id: record.run_id.clone(),
        conversation_id: record.conversation_id.clone(),
        fingerprint: question.fingerprint.clone(),
        ..v1::Confirmation::default()
    }
}

/// What somebody calls a tool, as far as it can be written down.
pub(crate) fn name(tool: &str) -> String {
    let graphic = tool.chars().filter(char::is_ascii_graphic);
    let name: String = graphic.take(MAX_NAME).collect();
    if name.is_empty() {
        "unnamed".to_owned()
    } else {
        name
    }
}

/// As much as the backend keeps of an input or a result: nobody is told more of it afterwards
/// either.
pub(crate) fn clipped(mut json: String) -> String {
    json.truncate(json.floor_char_boundary(MAX_JSON));
    json
}

/// Tasks that a conversation is about because of a call, beside those that it changed: those that
/// the arguments name, that it was asked, and that it has found, unless they are many. Ids of other
/// things are among them; the backend passes over these.
fn mentioned(given: &Value, result: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut named = vec![given.clone(), result["task"].clone()];
    for several in ["operations", "tasks", "items"] {
        named.extend(list(&given[several]));
    }
    named.extend(list(&result["results"]));
    let found = list(&result["tasks"]);
    if found.len() <= MANY {
        named.extend(found);
    }
    let ids = named.iter().flat_map(|one| [&one["id"], &one["task_id"]]);
    let ids = ids.filter_map(|id| id.as_str()?.parse::<Uuid>().ok());
    let ids: BTreeSet<Uuid> = ids.take(MAX_MENTIONED).collect();
    ids.iter().map(Uuid::to_string).collect()
}

/// What went wrong, as data.
pub(crate) fn failure(trouble: &Trouble) -> Value {
    json!({
        "status": "error",
        "summary": trouble.to_string(),
        FOR_PEOPLE: trouble.for_people(),
    })
}

/// What a result says to a person.
pub(crate) fn sentence(result: &Value) -> Option<&str> {
    let told = result[FOR_PEOPLE].as_str();
    told.or_else(|| result["summary"].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_about_the_tasks_that_it_names_and_finds() {
        let [a, b, c] = [1, 2, 3].map(|n| Uuid::from_u128(n).to_string());
        for (given, result, about) in [
            (json!({"task_id": a}), json!({"status": "error"}), vec![&a]),
            (
                json!({"task_id": "A title"}),
                json!({"task": {"id": b}}),
                vec![&b],
            ),
            (
                json!({"operations": [{"op": "delete", "id": a}, {"op": "create"}]}),
                json!({"results": [{"id": b}, {"error": "no"}, {"id": c}]}),
                vec![&a, &b, &c],
            ),
            (
                json!({"query": "x"}),
                json!({"tasks": [{"id": c}]}),
                vec![&c],
            ),
            (
                json!({}),
                json!({"tasks": vec![json!({"id": a}); 11]}),
                vec![],
            ),
        ] {
            let about: Vec<String> = about.into_iter().cloned().collect();
            assert_eq!(mentioned(&given, &result), about, "{given} {result}");
        }
    }
}
