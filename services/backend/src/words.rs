//! What is looked for in titles, descriptions and messages.

use sqlx::PgConnection;

use crate::error::ApiError;

/// `buy mil` → `'buy':* & 'mil':*`, with nothing in it that the query language could read.
///
/// Postgres takes the text apart, as it did with what is searched: what is a letter or a digit is not
/// the same to everybody.
pub(crate) async fn words(db: &mut PgConnection, text: &str) -> Result<String, ApiError> {
    if text.chars().count() > 200 {
        return Err(ApiError::invalid(
            "q",
            "`q` must not be longer than 200 characters",
        ));
    }
    sqlx::query_scalar!(
        "select string_agg(quote_literal(word) || ':*', ' & ')
         from regexp_split_to_table($1, '[^[:alnum:]]+') as word where word <> ''",
        // Postgres has no U+0000.
        text.replace('\0', " "),
    )
    .fetch_one(db)
    .await?
    .ok_or_else(|| ApiError::invalid("q", "`q` must contain a word"))
}
