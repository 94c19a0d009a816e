//! One step of a turn: calls that were written down, and are now carried out.

use std::collections::HashSet;

use jiff::Timestamp;
use proto::v1;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    confirmation::{self, Asked},
    turn::{Event, TurnError, question},
};
use crate::{
    backend::{BackendError, Problem, Turn},
    call::{self, Called, FOR_PEOPLE},
    door::Guest,
    gateway::Gateway,
    tool::{Agreed, Done, Question, Session, Tool, Trouble, registry},
};

/// Questions to the person that come of one message: more, nobody answers with care.
const MAX_QUESTIONS: usize = 5;

/// What carries out the calls of a turn.
pub(super) struct Steps<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) guest: &'a Guest,
    pub(super) turn: &'a Turn,
    /// Questions to the person that have come of the turn so far.
    pub(super) asked: usize,
    /// What the person has said yes to.
    pub(super) confirmed: Option<v1::Confirmation>,
}

impl Steps<'_> {
    /// Carries out those calls of a step that nobody has recorded, in order, and records each
    /// before the next: whoever takes over knows how far it went.
    pub(super) async fn carry_out(
        &mut self,
        step: &mut v1::Message,
        tell: &impl Fn(Event),
    ) -> Result<(), TurnError> {
        let recorded: HashSet<String> = step.calls.iter().map(|call| call.id.clone()).collect();
        self.asked += step.calls.iter().filter_map(question).count();
        for planned in step.planned.clone() {
            if recorded.contains(&planned.id) {
                continue;
            }
            tell(Event::Calling(planned.clone()));
            let record = self.one(&planned, tell).await?;
            let backend = &self.gateway.backend;
            let claim = Some(self.turn.claim);
            let caller = &self.guest.caller;
            backend
                .record_calls(caller, vec![record.clone()], claim)
                .await?;
            self.asked += usize::from(question(&record).is_some());
            tell(Event::Called(record.clone()));
            step.calls.push(record);
        }
        Ok(())
    }

    async fn one(
        &self,
        planned: &v1::PlannedCall,
        tell: &impl Fn(Event),
    ) -> Result<v1::ToolCall, TurnError> {
        let id: Uuid = planned.id.parse().map_err(|_| TurnError::Damaged)?;
        let Called { result, mut record } = match self.read(planned) {
            Ok((tool, arguments)) => {
                let session = self.session(&planned.id);
                call::carry_out(tool, session, id, arguments, "chat").await
            }
            Err(trouble) => {
                let input = json!({"text": planned.input});
                let run = self.turn.run_id.clone();
                let why = call::failure(&trouble);
                let record = call::refused(id, &planned.tool, &input, run, &why);
                Called {
                    result: Err(trouble),
                    record,
                }
            }
        };
        hang_if_planted(&result).await;
        record
            .conversation_id
            .clone_from(&self.turn.conversation.id);
        if let Err(trouble) = &result
            && trouble.is_passing()
        {
            // Whether it was done nobody knows, so nothing is recorded: the same request again
            // goes on with this very call, under its own key.
            return Err(TurnError::Interrupted(trouble.to_string()));
        }
        if let Ok(done) = &result
            && let Some(question) = &done.question
        {
            match self.ask(&record, question).await? {
                Ok(asked) => {
                    let mut value = done.value.clone();
                    value["confirmation_id"] = json!(asked.id);
                    value[FOR_PEOPLE] = question.sentence.clone().into();
                    record.result = value.to_string();
                    tell(Event::Confirmation(asked));
                }
                Err(trouble) => {
                    record.result = call::failure(&trouble).to_string();
                    record.is_error = true;
                }
            }
        }
        Ok(record)
    }

    /// Has the person asked. Where too much waits already, the call has failed, and the turn goes
    /// on: it must be able to say so.
    async fn ask(
        &self,
        record: &v1::ToolCall,
        question: &Question,
    ) -> Result<Result<Asked, Trouble>, TurnError> {
        let unasked = |detail: String| {
            Trouble::Refused(Box::new(Problem {
                status: 409,
                code: "unasked".to_owned(),
                detail,
                ..Problem::default()
            }))
        };
        if self.asked >= MAX_QUESTIONS {
            let detail = "This needs the user's yes, and they are asked enough for one message";
            return Ok(Err(unasked(detail.to_owned())));
        }
        let token = self.confirmed.as_ref().map(|it| it.token_id.as_str());
        let token = token.unwrap_or_default();
        match confirmation::ask(self.gateway, self.guest, record, question, token).await {
            Ok(asked) => Ok(Ok(asked)),
            Err(BackendError::Refused(problem)) if problem.status == 409 => {
                Ok(Err(unasked(problem.detail)))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn session(&self, key: &str) -> Session {
        let mut session = Session::new(
            self.gateway.backend.clone(),
            self.guest.caller.clone(),
            self.guest.identity.user,
            self.turn.run_id.clone(),
        );
        session.key = Some(if telemetry::faults::enabled("agent-acts-anew") {
            Uuid::new_v4().to_string()
        } else {
            key.to_owned()
        });
        session.at = written_at(key);
        if let Some(confirmed) = &self.confirmed
            && confirmed.id == key
        {
            session.agreed = confirmed.id.parse().ok().map(Agreed::Confirmation);
            session.at = confirmed.created_at.parse().ok();
        }
        session
    }

    /// The tool and its arguments, as far as the model's words mean any.
    fn read(
        &self,
        planned: &v1::PlannedCall,
    ) -> Result<(&'static Tool, Map<String, Value>), Trouble> {
        let tool = registry::find(&self.guest.identity, &planned.tool)?;
        let input = match planned.input.trim() {
            "" => "{}",
            input => input,
        };
        let arguments = serde_json::from_str(input);
        let arguments = arguments.map_err(|error| {
            Trouble::argument("arguments", format!("they are not a JSON object ({error})"))
        })?;
        Ok((tool, arguments))
    }
}

/// For the trial that kills us between an effect and its record.
async fn hang_if_planted(result: &Result<Done, Trouble>) {
    let wrote = result
        .as_ref()
        .is_ok_and(|done| done.change_set_id.is_some());
    if wrote && telemetry::faults::enabled("agent-hangs-after-effect") {
        std::future::pending::<()>().await;
    }
}

/// When a call was written down, by its id.
fn written_at(id: &str) -> Option<Timestamp> {
    let id: Uuid = id.parse().ok()?;
    let (seconds, nanoseconds) = id.get_timestamp()?.to_unix();
    Timestamp::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planned_call_says_when_it_was_planned() {
        let id = Uuid::now_v7().to_string();
        let age = telemetry::clock::now().duration_since(written_at(&id).unwrap());
        assert!(age.as_secs().abs() < 60, "{age}");
        assert_eq!(written_at(&Uuid::new_v4().to_string()), None);
    }
}
