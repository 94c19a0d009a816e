//! A person's data on their way out and in: the whole log as lines of JSON ([`export`],
//! [`log_import`]) with what was said in conversations ([`words`]), and tasks as rows of a table ([`table`]).

mod check;
mod csv_import;
pub(crate) mod export;
pub(crate) mod import;
mod line;
mod log_import;
mod pace;
mod refusal;
mod sheet;
mod table;
mod todoist;
mod values;
mod words;
