//! Calls that wait for the person's own yes, and what becomes of them.

use axum::http::StatusCode;
use proto::v1::{self, confirmation::Decision};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    backend::{BackendError, Problem},
    call::{self, Called, FOR_PEOPLE},
    door::Guest,
    gateway::Gateway,
    tool::{Agreed, Done, Question, Session, Trouble, registry},
};

/// What the person is asked.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    pub id: Uuid,
    pub tool: String,
    pub summary: String,
    /// For each task its id, title, and what would happen to it.
    pub diff: Vec<Value>,
    /// Lines that are left out of it.
    pub more: u64,
}

/// What was decided, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Decided {
    pub id: String,
    /// `yes`, `no` or `expired`.
    pub decision: &'static str,
    /// What was asked.
    pub summary: String,
    /// The tool's result, after a yes to a call that no conversation waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
}

/// Keeps a call until the person has decided. Its id follows from the call's and from what is
/// asked: a step that is carried out again asks no second time, unless it would do something else
/// by then. `token` is the API token that a question is asked for anew; empty: whoever asks.
pub(super) async fn ask(
    gateway: &Gateway,
    guest: &Guest,
    record: &v1::ToolCall,
    question: &Question,
    token: &str,
) -> Result<Asked, BackendError> {
    let call: Uuid = record.id.parse().unwrap_or_default();
    let id = Uuid::new_v5(&call, question.fingerprint.as_bytes());
    let confirmation = v1::Confirmation {
        token_id: token.to_owned(),
        ..call::confirmation(id, record, question)
    };
    gateway
        .backend
        .ask_confirmation(&guest.caller, confirmation)
        .await?;
    Ok(Asked {
        id,
        tool: record.tool.clone(),
        summary: question.sentence.clone(),
        diff: question.diff.clone(),
        more: question.more.into(),
    })
}

/// How a decision is called.
pub(super) fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Yes => "yes",
        Decision::No => "no",
        Decision::Expired | Decision::Unspecified => "expired",
    }
}

/// Carries out a call that the person has said yes to, and that no conversation waits for. The
/// confirmation's id is its idempotency key: it does not matter how often.
pub(super) async fn carry_out(
    gateway: &Gateway,
    guest: &Guest,
    confirmed: &v1::Confirmation,
) -> Result<Value, BackendError> {
    let refused = |trouble: &Trouble| {
        BackendError::from(Problem {
            status: StatusCode::CONFLICT.as_u16(),
            code: "conflict".to_owned(),
            detail: trouble.for_people(),
            ..Problem::default()
        })
    };
    let id: Uuid = confirmed
        .id
        .parse()
        .map_err(|_| BackendError::Malformed("id"))?;
    let tool = registry::find(&guest.identity, &confirmed.tool);
    let tool = tool.map_err(|trouble| refused(&trouble))?;
    let arguments = serde_json::from_str(&confirmed.input);
    let arguments = arguments.map_err(|_| BackendError::Malformed("input"))?;
    let mut session = Session::new(
        gateway.backend.clone(),
        guest.caller.clone(),
        guest.identity.user,
        confirmed.run_id.clone(),
    );
    session.key = Some(id.to_string());
    session.agreed = Some(Agreed::Confirmation(id));
    session.at = confirmed.created_at.parse().ok();
    let Called { result, mut record } =
        call::carry_out(tool, session, id, arguments, "confirmation").await;
    let mut value: Value = serde_json::from_str(&record.result).unwrap_or_default();
    match result {
        Err(trouble) if trouble.is_passing() => return Err(refused(&trouble)),
        // It would do something else by now.
        Ok(Done {
            question: Some(question),
            ..
        }) => {
            let token = &confirmed.token_id;
            let asked = ask(gateway, guest, &record, &question, token).await?;
            value["confirmation_id"] = json!(asked.id);
            value[FOR_PEOPLE] = question.sentence.into();
            record.result = value.to_string();
        }
        _ => {}
    }
    gateway
        .backend
        .record_calls(&guest.caller, vec![record], None)
        .await?;
    Ok(value)
}
