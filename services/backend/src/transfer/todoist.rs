//! A project as Todoist exports it: `TYPE`, `CONTENT`, `DESCRIPTION`, `PRIORITY`, `INDENT`,
//! `DATE` and columns that we have no use for. A section becomes a tag, a note a paragraph of
//! its task's description, `@label` at the end of the content a tag. Subtasks go one level deep,
//! and dates in words stay words: what is not kept as it was is a warning.
//!
//! <https://todoist.com/help/articles/format-a-csv-file-to-import-into-todoist-UVUXTmm6>

use events::Priority;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};

use super::{
    import::{File, Warning},
    refusal::wrong,
    sheet,
    table::{self, Row},
};
use crate::{app::App, ctx::Ctx, error::ApiError, http::reply::Reply};

pub(super) async fn import(
    app: &App,
    ctx: Ctx,
    file: File,
    project: Option<String>,
) -> Result<Reply, ApiError> {
    let mut reading = Reading {
        project,
        ..Reading::default()
    };
    reading.read(&file.bytes)?;
    table::write(
        app,
        ctx,
        file.key,
        "todoist",
        reading.rows,
        reading.warnings,
    )
    .await
}

#[derive(Default)]
struct Reading {
    project: Option<String>,
    section: Option<String>,
    rows: Vec<Row>,
    warnings: Vec<Warning>,
}

impl Reading {
    fn read(&mut self, file: &[u8]) -> Result<(), ApiError> {
        // Todoist's lines have different lengths.
        let sheet = sheet::read(file, true)?;
        let headers = &sheet.headers;
        for needed in ["TYPE", "CONTENT"] {
            if !headers.iter().any(|name| name == needed) {
                let detail =
                    format!("The first line must name a column `{needed}`, as Todoist's do");
                return Err(ApiError::invalid("line 1", detail));
            }
        }
        for (line, record) in &sheet.rows {
            let field = |name: &str| {
                let at = headers.iter().position(|header| header == name);
                at.and_then(|at| record.get(at)).unwrap_or_default()
            };
            self.record(*line, field)?;
        }
        Ok(())
    }

    fn record<'a>(&mut self, line: u64, field: impl Fn(&str) -> &'a str) -> Result<(), ApiError> {
        match field("TYPE") {
            "task" => {
                let row = self.task(line, field)?;
                self.rows.push(row);
            }
            "section" => {
                let name = field("CONTENT");
                self.section = (!name.is_empty()).then(|| name.to_owned());
            }
            "note" => match self.rows.last_mut() {
                Some(task) => add_paragraph(&mut task.description, field("CONTENT")),
                None => self.warn(line, "a note before the first task was left out"),
            },
            // An empty line between sections, or what the project looks like.
            "" | "meta" => {}
            other => {
                return Err(wrong(line, format!("there is no TYPE `{other}`")));
            }
        }
        Ok(())
    }

    fn task<'a>(&mut self, line: u64, field: impl Fn(&str) -> &'a str) -> Result<Row, ApiError> {
        let (title, mut tags) = labels(field("CONTENT"));
        tags.extend(self.section.clone());
        let indent: u32 = match field("INDENT") {
            "" => 1,
            indent => indent
                .parse()
                .map_err(|_| wrong(line, "INDENT is a number"))?,
        };
        if indent > 2 {
            self.warn(line, "a subtask of a subtask became a subtask");
        }
        let mut description = field("DESCRIPTION").to_owned();
        let due_date = match field("DATE") {
            "" => None,
            date if is_date(date) => Some(date.replace(' ', "T")),
            words => {
                add_paragraph(&mut description, &format!("Date: {words}"));
                self.warn(line, "a date in words was kept in the description");
                None
            }
        };
        for (column, unit, what) in [
            ("DEADLINE", "", "Deadline"),
            ("DURATION", "DURATION_UNIT", "Duration"),
        ] {
            let kept = format!("{} {}", field(column), field(unit));
            // There is a unit where there is nothing to measure, too.
            if !matches!(field(column), "" | "None") {
                add_paragraph(&mut description, &format!("{what}: {}", kept.trim()));
                let message = format!("a {} was kept in the description", what.to_lowercase());
                self.warn(line, &message);
            }
        }
        Ok(Row {
            line,
            title,
            description,
            priority: priority(field("PRIORITY")),
            tags,
            project: self.project.clone(),
            due_date,
            completed: false,
            is_part: indent > 1 && !self.rows.is_empty(),
        })
    }

    fn warn(&mut self, line: u64, message: &str) {
        self.warnings.push(Warning {
            line,
            message: message.to_owned(),
        });
    }
}

fn is_date(text: &str) -> bool {
    text.parse::<Date>().is_ok()
        || text.parse::<DateTime>().is_ok()
        || text.parse::<Timestamp>().is_ok()
}

/// 1 is the most urgent, 4 is what a task has that was given none.
fn priority(number: &str) -> Priority {
    match number {
        "1" => Priority::Urgent,
        "2" => Priority::High,
        "3" => Priority::Medium,
        _ => Priority::None,
    }
}

/// The content without its labels, and the labels.
fn labels(content: &str) -> (String, Vec<String>) {
    let is_label = |word: &&str| word.len() > 1 && word.starts_with('@');
    let words: Vec<&str> = content.split(' ').collect();
    let labels = words.iter().filter(|word| is_label(word));
    let labels = labels.map(|word| word[1..].to_owned()).collect();
    let title: Vec<&str> = words.into_iter().filter(|word| !is_label(word)).collect();
    (title.join(" "), labels)
}

fn add_paragraph(text: &mut String, paragraph: &str) {
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(paragraph);
}
