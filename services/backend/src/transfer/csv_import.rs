//! A table with a header line: `title` and any of `description`, `priority`, `tags` (separated
//! by commas), `project`, `due_date`, `completed` (true or false).

use csv::StringRecord;
use events::Priority;

use super::{
    import::File,
    refusal::in_line,
    sheet,
    table::{self, Row},
};
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

pub(super) async fn import(app: &App, ctx: Ctx, file: File) -> Result<Reply, ApiError> {
    let rows = rows(&file.bytes)?;
    table::write(app, ctx, file.key, "csv", rows, Vec::new()).await
}

fn rows(file: &[u8]) -> Result<Vec<Row>, ApiError> {
    let sheet = sheet::read(file, false)?;
    let headers = &sheet.headers;
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
    let rows = sheet.rows.iter();
    rows.map(|(line, record)| row(*line, headers, record))
        .collect()
}

fn row(line: u64, headers: &StringRecord, record: &StringRecord) -> Result<Row, ApiError> {
    let mut row = Row {
        line,
        ..Row::default()
    };
    let wrong = |field: &str, detail: &str| in_line(line, ApiError::invalid(field, detail));
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
