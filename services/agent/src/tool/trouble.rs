//! Why a call was not carried out, and what to do about it.

use std::fmt;

use events::TaskId;

use super::consent::Question;
use crate::backend::{BackendError, Problem};

/// Nothing has changed when one is returned; what is [`Trouble::Unknown`] may have.
#[derive(Debug)]
pub enum Trouble {
    /// An argument is wrong.
    Argument { field: String, detail: String },
    /// A user is named who is not the caller.
    OtherUser,
    /// No task or project is meant by this.
    Missing { what: &'static str, named: String },
    /// Several are.
    Ambiguous {
        what: &'static str,
        named: String,
        candidates: Vec<(String, TaskId)>,
    },
    /// The task that is to come again has no due to count from.
    Undated,
    /// The backend says no.
    Refused(Box<Problem>),
    /// The user must say yes first.
    Asks(Box<Question>),
    /// Nobody knows whether it was done.
    Unknown(String),
    /// There is no such tool, or not for this token.
    NoSuchTool { name: String, there_are: String },
}

impl Trouble {
    pub(crate) fn argument(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Argument {
            field: field.into(),
            detail: detail.into(),
        }
    }

    pub(super) fn unwritable(error: &serde_json::Error) -> Self {
        tracing::error!(%error, "Cannot write a tool's result");
        Self::Unknown("the result cannot be written".to_owned())
    }

    /// Whether nobody knows what became of the call, or it is being carried out still: the very
    /// same one, sent again, will tell.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Refused(problem) => match problem.status {
                409 => problem.code == "key_held",
                status => status >= 500,
            },
            _ => false,
        }
    }

    /// Whether what the call means is not there, or not the only one.
    pub(super) fn finds_nothing(&self) -> bool {
        match self {
            Self::Missing { .. } | Self::Ambiguous { .. } => true,
            Self::Refused(problem) => problem.status == 404,
            _ => false,
        }
    }

    /// What happened, for a person who reads it in a chat: without ids and names of arguments,
    /// and with what they can do themselves.
    pub fn for_people(&self) -> String {
        match self {
            Self::Argument { detail, .. } => as_sentence(detail),
            Self::OtherUser => "These are somebody else's tasks.".to_owned(),
            Self::Missing { what, named } => format!("There is no {what} “{named}”."),
            Self::Ambiguous {
                what,
                named,
                candidates,
            } => choice(what, named, candidates),
            Self::Undated => {
                "A task comes again counted from its due date: give it one first.".to_owned()
            }
            Self::Refused(problem) => refusal_for_people(problem),
            Self::Asks(question) => question.sentence.clone(),
            Self::Unknown(_) => {
                "It is not certain whether this was done. Say it again: it is done once at most."
                    .to_owned()
            }
            Self::NoSuchTool { .. } => "This cannot be done here.".to_owned(),
        }
    }

    /// What whoever called can do now.
    fn way_out(&self) -> String {
        match self {
            Self::Argument { field, .. } => format!("Correct `{field}` and call again."),
            Self::OtherUser => {
                "Leave `user_id` out: whose tasks these are, the token says.".to_owned()
            }
            Self::Missing {
                what: "project", ..
            } => "Look at list_projects, or make it with save_project.".to_owned(),
            Self::Missing { .. } => {
                "Find it with search_tasks or list_tasks, and name its id.".to_owned()
            }
            Self::Ambiguous { .. } => {
                "Ask the user which one is meant, and name its id.".to_owned()
            }
            Self::Undated => {
                "Give it one with update_task (`due_date`), then call again.".to_owned()
            }
            Self::Unknown(_) => {
                "Call again with the same idempotency_key: it is done once at most.".to_owned()
            }
            Self::NoSuchTool { there_are, .. } => format!("There are: {there_are}."),
            Self::Asks(_) => "Nothing has changed: the user is asked.".to_owned(),
            Self::Refused(problem) => refusal(problem),
        }
    }
}

fn as_sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).chain(['.']).collect()
}

/// By their titles alone; where these say nothing either, only a hand can point at one.
fn choice(what: &str, named: &str, candidates: &[(String, TaskId)]) -> String {
    let titles = candidates.iter().map(|(title, _)| format!("“{title}”"));
    let titles = titles.collect::<Vec<_>>().join("; ");
    let wanted = named.to_lowercase();
    let is_named = |(title, _): &(String, TaskId)| title.trim().to_lowercase() == wanted;
    if candidates.iter().any(is_named) {
        format!("Several {what}s are called “{named}”. Choose the one that you mean in the list.")
    } else {
        format!("No {what} is called “{named}”; there is: {titles}. Say the whole title.")
    }
}

fn refusal_for_people(problem: &Problem) -> String {
    match (problem.status, problem.code.as_str()) {
        (401, _) => "You are signed out. Sign in and say it again.".to_owned(),
        (409, "undone") => "This was undone already.".to_owned(),
        (409, "unasked") => {
            "This needs your yes, and enough questions wait for you already.".to_owned()
        }
        (409, "key_held") => "This is being done already.".to_owned(),
        (412, _) => "It has changed meanwhile. Look at it and say it again.".to_owned(),
        _ => format!("{problem}."),
    }
}

fn refusal(problem: &Problem) -> String {
    match (problem.status, problem.code.as_str()) {
        (401, _) => "The token has expired or was revoked; the user has to make a new one.".into(),
        (403, "insufficient_scope") => {
            "This token may only read; ask the user for one with the scope write.".into()
        }
        (403, _) => "The token is not good for this; do not try again, tell the user.".into(),
        (404, _) => "Find it with search_tasks or list_tasks, and name its id.".into(),
        (409, "undone") => match problem.change_set_id {
            Some(later) => format!("To have it again, undo the change-set {later}."),
            None => "It is as it was before already.".into(),
        },
        (409, "unasked") => {
            "Do not try again: tell the user that questions wait for an answer.".into()
        }
        (409, "conflict") => "Look at what there is now, and decide anew.".into(),
        (409, _) => "Wait a moment and call again with the same idempotency_key.".into(),
        (412, _) => match problem.current_version {
            Some(version) => format!(
                "Read it with get_task; if your change still makes sense, call again with if_version {version}."
            ),
            None => "Read it with get_task and decide anew.".into(),
        },
        (429, _) => match problem.retry_after {
            Some(seconds) => {
                format!("Wait {seconds} seconds, then call again with the same idempotency_key.")
            }
            None => "Wait, then call again with the same idempotency_key.".into(),
        },
        (500.., _) => "Call again in a moment with the same idempotency_key.".into(),
        _ => match &problem.field {
            Some(field) => format!("Correct `{field}` and call again."),
            None => "Correct the arguments and call again.".into(),
        },
    }
}

/// Names what is wrong as tools call it, where REST calls it otherwise.
fn as_argument(problem: Problem) -> Problem {
    match problem.field.as_deref() {
        Some("Idempotency-Key") => Problem {
            field: Some("idempotency_key".to_owned()),
            detail: "This key was used for another call, and a new call takes a new one".to_owned(),
            ..problem
        },
        Some("recurrence.due") => Problem {
            field: Some("due_date".to_owned()),
            ..problem
        },
        _ => problem,
    }
}

impl From<BackendError> for Trouble {
    fn from(error: BackendError) -> Self {
        match error {
            BackendError::Refused(problem) => Self::Refused(Box::new(as_argument(*problem))),
            BackendError::Asks(question) => Self::Asks(Box::new((*question).into())),
            other => Self::Unknown(other.to_string()),
        }
    }
}

/// What happened and the way out, for a model or a program.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument { field, detail } => write!(f, "`{field}`: {detail}.")?,
            Self::OtherUser => f.write_str("The `user_id` is not the caller's.")?,
            Self::Missing { what, named } => write!(f, "There is no {what} “{named}”.")?,
            Self::Ambiguous {
                what,
                named,
                candidates,
            } => {
                match candidates.len() {
                    1 => write!(f, "No {what} is called “{named}”; there is: ")?,
                    count => write!(f, "“{named}” may mean {count} {what}s: ")?,
                }
                let candidates = candidates.iter();
                let named = candidates.map(|(title, id)| format!("“{title}” ({id})"));
                f.write_str(&named.collect::<Vec<_>>().join("; "))?;
                f.write_str(".")?;
            }
            Self::Undated => {
                f.write_str("The task has no due date, from which it would come again.")?;
            }
            Self::Refused(problem) => {
                let detail = problem.to_string();
                match &problem.field {
                    Some(field) if !detail.contains(field.as_str()) => {
                        write!(f, "`{field}`: {detail}.")?;
                    }
                    _ => write!(f, "{detail}.")?,
                }
            }
            Self::Unknown(detail) => write!(f, "{detail}.")?,
            Self::Asks(question) => f.write_str(&question.sentence)?,
            Self::NoSuchTool { name, .. } => write!(f, "There is no tool “{name}”.")?,
        }
        write!(f, " {}", self.way_out())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_called_as_tools_call_it() {
        for (field, detail, said) in [
            (
                "Idempotency-Key",
                "This Idempotency-Key was used for a different request",
                "`idempotency_key`: This key was used for another call, and a new call takes a new \
                 one. Correct `idempotency_key` and call again.",
            ),
            (
                "recurrence.due",
                "Give it one",
                "`due_date`: Give it one. Correct `due_date` and call again.",
            ),
            (
                "title",
                "It is too long",
                "`title`: It is too long. Correct `title` and call again.",
            ),
        ] {
            let refused = BackendError::from(Problem {
                status: 422,
                field: Some(field.to_owned()),
                detail: detail.to_owned(),
                ..Problem::default()
            });
            assert_eq!(Trouble::from(refused).to_string(), said);
        }
    }
}
