//! A file of comma-separated values, read more strictly than the `csv` crate does: a quote that
//! is never closed would swallow rows, and what is wrong is to be found by its line.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::refusal::wrong;
use crate::error::ApiError;

/// More than this is a job for the log.
const MAX_ROWS: usize = 5_000;

/// A header line, and the rows below it.
pub(super) struct Sheet {
    pub(super) headers: StringRecord,
    /// Each with its first line; the first of the file is 1.
    pub(super) rows: Vec<(u64, StringRecord)>,
}

/// Reads a file whose first line names the columns, each once. Rows have as many fields as that
/// line, unless the file is `ragged`.
pub(super) fn read(file: &[u8], ragged: bool) -> Result<Sheet, ApiError> {
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let lines = first_lines(file)?;
    let number = lines.len().saturating_sub(1);
    if number > MAX_ROWS {
        let detail = format!("A table has at most {MAX_ROWS} rows; this one has {number}");
        return Err(ApiError::invalid("", detail));
    }
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .flexible(ragged)
        .from_reader(file);
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or(1);
    let headers = reader
        .headers()
        .map_err(|error| unreadable(first, &error))?
        .clone();
    check_names(first, &headers)?;
    let rows = lines
        .zip(reader.into_records())
        .map(|(line, record)| Ok((line, record.map_err(|error| unreadable(line, &error))?)))
        .collect::<Result<_, ApiError>>()?;
    Ok(Sheet { headers, rows })
}

fn check_names(line: u64, headers: &StringRecord) -> Result<(), ApiError> {
    for (at, name) in headers.iter().enumerate() {
        let is_again = headers.iter().take(at).any(|other| other == name);
        if !name.is_empty() && is_again {
            return Err(wrong(line, format!("it names the column `{name}` twice")));
        }
    }
    Ok(())
}

fn unreadable(line: u64, error: &csv::Error) -> ApiError {
    let why = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8",
        csv::ErrorKind::UnequalLengths { .. } => "it has more or fewer fields than the first line",
        _ => "it cannot be read",
    };
    wrong(line, why)
}

enum Place {
    /// Before anything on a line.
    Line,
    /// Before the first character of a field.
    Field,
    Plain,
    /// Behind a quote that was opened on this line.
    Quoted(u64),
    /// Behind a quote that closes the field, unless another one follows.
    Closed(u64),
    /// White space behind a closed field.
    Behind,
}

/// The line on which each record begins; empty lines are none. The `csv` crate counts a line when
/// it reads its end, which it may put off.
fn first_lines(file: &[u8]) -> Result<Vec<u64>, ApiError> {
    let mut lines = Vec::new();
    let mut line = 1;
    let mut place = Place::Line;
    for (at, byte) in file.iter().enumerate() {
        let is_end = matches!(byte, b'\r' | b'\n');
        if matches!(place, Place::Line) && !is_end {
            lines.push(line);
        }
        place = match (place, byte) {
            (Place::Line | Place::Field, b'"') => Place::Quoted(line),
            (Place::Quoted(opened), b'"') => Place::Closed(opened),
            (Place::Closed(opened), b'"') | (Place::Quoted(opened), _) => Place::Quoted(opened),
            (_, b'\r' | b'\n') => Place::Line,
            (_, b',') => Place::Field,
            (Place::Closed(_) | Place::Behind, b' ' | b'\t') => Place::Behind,
            (Place::Closed(_) | Place::Behind, _) => {
                return Err(wrong(line, "text follows a closing quote"));
            }
            (Place::Line | Place::Field | Place::Plain, _) => Place::Plain,
        };
        // Of the two bytes of a Windows line end, the second counts.
        if *byte == b'\n' || (*byte == b'\r' && file.get(at + 1) != Some(&b'\n')) {
            line += 1;
        }
    }
    match place {
        Place::Quoted(opened) => Err(wrong(opened, "a quote is opened and never closed")),
        _ => Ok(lines),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_by_its_first_line() {
        for (file, expected) in [
            ("a\nb\nc\n", vec![1, 2, 3]),
            ("a\r\nb\r\nc", vec![1, 2, 3]),
            ("a\rb\rc\r", vec![1, 2, 3]),
            ("\n\na\n\r\n\nb\n", vec![3, 6]),
            ("a\n\"x\ny\"\nb", vec![1, 2, 4]),
            ("a\r\n\"x\r\n\r\ny\" ,z\r\nb", vec![1, 2, 5]),
            ("\"\"\"\"\n\"a\"\"b\"\n", vec![1, 2]),
            ("", vec![]),
        ] {
            assert_eq!(first_lines(file.as_bytes()).unwrap(), expected, "{file:?}");
            let mut reader = ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(file.as_bytes());
            assert_eq!(reader.records().count(), expected.len(), "{file:?}");
        }
    }

    #[test]
    fn quotes_are_closed_and_columns_are_named_once() {
        for (file, line) in [
            ("a\nb\n\"c\nd\ne\n", 3),
            ("a\n\"b\" junk\n", 2),
            ("a\n\"b\"c\n", 2),
            ("a,b,a\n", 1),
            ("a,b\nx\n", 2),
            ("a,b\r\n\r\nx\r\n", 3),
        ] {
            let problem = read(file.as_bytes(), false).err().unwrap().problem();
            assert_eq!(problem.field, Some(format!("line {line}")), "{file:?}");
        }
    }
}
