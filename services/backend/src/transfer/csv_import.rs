//! A table with a header line: `title` and any of `description`, `priority`, `tags` (separated
//! by commas), `project`, `due_date`, `completed` (true or false).

use csv::{ReaderBuilder, StringRecord, Trim};
use events::Priority;

use super::table::{self, Row, unreadable};
use crate::{app::App, ctx::Ctx, error::ApiError, http::reply::Reply};

const COLUMNS: [&str; 7] = [
    "title",
    "description",
    "priority",
    "tags",
    "project",
    "due_date",
    "completed",
];

pub(super) async fn import(app: &App, ctx: Ctx, file: &[u8]) -> Result<Reply, ApiError> {
    table::write(app, ctx, "csv", rows(file)?, Vec::new()).await
}

fn rows(file: &[u8]) -> Result<Vec<Row>, ApiError> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(file);
    let headers = reader
        .headers()
        .map_err(|error| unreadable(&error))?
        .clone();
    if let Some(unknown) = headers.iter().find(|name| !COLUMNS.contains(name)) {
        let detail = format!(
            "There is no column `{unknown}`; there are {}",
            COLUMNS.join(", ")
        );
        return Err(ApiError::invalid("line 1", detail));
    }
    if !headers.iter().any(|name| name == "title") {
        return Err(ApiError::invalid(
            "line 1",
            "The first line must name a column `title`",
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(row(&headers, &record.map_err(|error| unreadable(&error))?)?);
    }
    Ok(rows)
}

fn row(headers: &StringRecord, record: &StringRecord) -> Result<Row, ApiError> {
    let mut row = Row {
        line: record.position().map_or(0, csv::Position::line),
        ..Row::default()
    };
    let line = row.line;
    let wrong =
        |field: &str, detail: &str| ApiError::invalid(format!("line {line}.{field}"), detail);
    for (name, value) in headers
        .iter()
        .zip(record)
        .filter(|(_, value)| !value.is_empty())
    {
        match name {
            "title" => value.clone_into(&mut row.title),
            "description" => value.clone_into(&mut row.description),
            "priority" => {
                row.priority = priority(value).ok_or_else(|| {
                    wrong(name, "The priority is none, low, medium, high or urgent")
                })?;
            }
            "tags" => row.tags = value.split(',').map(ToOwned::to_owned).collect(),
            "project" => row.project = Some(value.to_owned()),
            "due_date" => row.due_date = Some(value.to_owned()),
            _ => {
                row.completed = value
                    .parse()
                    .map_err(|_| wrong(name, "`completed` is true or false"))?;
            }
        }
    }
    Ok(row)
}

fn priority(name: &str) -> Option<Priority> {
    serde_json::from_value(name.into()).ok()
}
