//! `/profile`: the user's zone and settings.

use axum::{extract::State, http::StatusCode};
use events::{Change, Payload, UserChanged, UserChanges};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::types::Json as JsonColumn;
use utoipa::ToSchema;

use crate::{
    agenda::{self, Alerts},
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{
        body::Body,
        patch::{self, Patch},
        precondition::{IfMatch, RequestLine},
        reply::Reply,
    },
    reminder::ledger,
    task::{input, store},
    write::{Begun, Write},
};

const MAX_SETTINGS_BYTES: usize = 8 * 1024;

/// JSON that is nested deeper cannot be read everywhere an event goes.
const MAX_SETTINGS_DEPTH: usize = 32;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Profile {
    #[schema(value_type = uuid::Uuid)]
    user_id: events::UserId,
    name: String,
    email: String,
    /// IANA name.
    pub(crate) time_zone: String,
    /// `notifications` says when and how to be reminded; all others are the app's own.
    #[schema(value_type = Object)]
    pub(crate) settings: Map<String, Value>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfilePatch {
    /// IANA name, such as Europe/Berlin.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false)]
    time_zone: Patch<String>,
    /// Merged into what is there (RFC 7396): null removes a setting. At most 8 KiB in all, and
    /// not nested deeper than 32 levels. The server itself reads `notifications`:
    /// `{"channels": ["in_app", "push"], "all_day_at": "09:00", "quiet_hours": {"from": "22:00",
    /// "to": "07:00"}}`, where reminders go that do not say it themselves (`in_app`, `email`,
    /// `push`, `webhook`), at which hour one of a whole day comes, and when none does that is
    /// counted back from a due. Absent: the channels and the hour above, and no quiet hours.
    #[serde(default)]
    #[schema(value_type = Option<Object>, nullable = false)]
    settings: Patch<Map<String, Value>>,
}

/// The user's profile.
#[utoipa::path(
    get, path = "/profile", tag = "profile", operation_id = "get_profile",
    responses((status = 200, body = Profile, headers(("ETag" = String))))
)]
pub(crate) async fn get_profile(State(app): State<App>, ctx: Ctx) -> Result<Reply, ApiError> {
    let mut db = app.pool.acquire().await?;
    let found = find(&mut db, ctx.user).await?;
    Ok(Reply::json(StatusCode::OK, &found.profile)?.etag(found.version))
}

/// Changes the time zone or the settings.
#[utoipa::path(
    patch, path = "/profile", tag = "profile", operation_id = "update_profile",
    params(("If-Match" = Option<String>, Header), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = ProfilePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, body = Profile, headers(("ETag" = String))),
        (status = 412, body = Problem), (status = 422, body = Problem),
    )
)]
pub(crate) async fn update_profile(
    State(app): State<App>,
    ctx: Ctx,
    if_match: IfMatch,
    line: RequestLine,
    body: Body<ProfilePatch>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    let found = find(write.tx(), user).await?;
    if_match.check("profile", found.version)?;
    let mut after = found.profile.clone();
    let asked = body.value;
    after.time_zone = asked
        .time_zone
        .over_required("time_zone", after.time_zone)?;
    let settings = asked.settings.over_required("settings", Map::new())?;
    patch::merge(&mut after.settings, settings);
    check(&found.profile, &mut after)?;
    if after.settings != found.profile.settings {
        after.settings = as_kept(write.tx(), after.settings).await?;
    }
    let version = save(&mut write, found, &after).await?;
    let reply = Reply::json(StatusCode::OK, &after)?.etag(version);
    write.commit(reply).await
}

pub(crate) struct Found {
    pub(crate) profile: Profile,
    version: i64,
}

pub(crate) async fn find(
    db: &mut sqlx::PgConnection,
    user: events::UserId,
) -> Result<Found, ApiError> {
    let row = sqlx::query!(
        r#"select u.name, u.email, p.time_zone,
                  p.settings as "settings: JsonColumn<Map<String, Value>>", p.version
           from taskflow.profiles p join auth."user" u on u.id = p.user_id
           where p.user_id = $1"#,
        user.0,
    )
    .fetch_optional(db)
    .await?
    .ok_or(ApiError::Access(auth::Rejection::Unauthorized))?;
    Ok(Found {
        profile: Profile {
            user_id: user,
            name: row.name,
            email: row.email,
            time_zone: row.time_zone,
            settings: row.settings.0,
        },
        version: row.version,
    })
}

/// Refuses what cannot be kept, and spells the zone as the database of zones does.
fn check(before: &Profile, after: &mut Profile) -> Result<(), ApiError> {
    let zone = events::find_zone(&after.time_zone)
        .map_err(|error| ApiError::invalid("time_zone", error.to_string()))?;
    if let Some(name) = zone.iana_name() {
        name.clone_into(&mut after.time_zone);
    }
    if after.settings == before.settings {
        return Ok(());
    }
    check_settings(&after.settings)
}

/// Refuses what cannot be kept.
pub(crate) fn check_settings(settings: &Map<String, Value>) -> Result<(), ApiError> {
    Alerts::check(settings)?;
    let text = serde_json::to_vec(settings).map_err(|error| ApiError::Internal(error.into()))?;
    if text.len() > MAX_SETTINGS_BYTES {
        return Err(ApiError::invalid(
            "settings",
            format!("Settings must not be larger than {MAX_SETTINGS_BYTES} bytes"),
        ));
    }
    if depth(settings) > MAX_SETTINGS_DEPTH {
        return Err(ApiError::invalid(
            "settings",
            format!("Settings must not be nested deeper than {MAX_SETTINGS_DEPTH} levels"),
        ));
    }
    if has_nul(settings) {
        return Err(ApiError::invalid(
            "settings",
            "Settings must not contain U+0000",
        ));
    }
    Ok(())
}

/// Postgres spells large numbers out, which makes a whole number of a `1e16`: the event tells
/// the settings as they will be read.
async fn as_kept(
    db: &mut sqlx::PgConnection,
    settings: Map<String, Value>,
) -> sqlx::Result<Map<String, Value>> {
    let kept = sqlx::query_scalar!(
        r#"select $1::jsonb as "settings!: JsonColumn<Map<String, Value>>""#,
        JsonColumn(settings) as _,
    );
    Ok(kept.fetch_one(db).await?.0)
}

/// Whether a value is as [`as_kept`] would have it.
pub(crate) fn is_as_kept(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0);
            let spelled_out = whole.map(|number| format!("{number:.0}"));
            let is_one = |text: &String| text.parse::<u64>().is_ok() || text.parse::<i64>().is_ok();
            !number.to_string().contains('e') || !spelled_out.as_ref().is_some_and(is_one)
        }
        Value::Array(items) => items.iter().all(is_as_kept),
        Value::Object(fields) => fields.values().all(is_as_kept),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// How many lists and objects lie in one another, this one included.
fn depth(fields: &Map<String, Value>) -> usize {
    fn of_value(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(of_value).max().unwrap_or(0),
            Value::Object(fields) => depth(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        }
    }
    1 + fields.values().map(of_value).max().unwrap_or(0)
}

/// Whether U+0000, which Postgres cannot keep in JSON, is anywhere in it.
fn has_nul(fields: &Map<String, Value>) -> bool {
    fn in_value(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(in_value),
            Value::Object(fields) => has_nul(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    fields
        .iter()
        .any(|(name, value)| name.contains('\0') || in_value(value))
}

/// Writes the difference between two states of a profile, if there is one; gives the version
/// that it has then.
pub(crate) async fn save(
    write: &mut Write,
    found: Found,
    after: &Profile,
) -> Result<i64, ApiError> {
    let Found {
        profile: before,
        version,
    } = found;
    let time_zone = Change::between(before.time_zone, after.time_zone.clone());
    let settings = Change::between(
        Value::Object(before.settings),
        Value::Object(after.settings.clone()),
    );
    let changed: Vec<String> = [
        settings.as_ref().map(|_| "settings"),
        time_zone.as_ref().map(|_| "time_zone"),
    ]
    .into_iter()
    .flatten()
    .map(ToOwned::to_owned)
    .collect();
    if changed.is_empty() {
        return Ok(version);
    }
    let version = version + 1;
    let user = write.ctx.user;
    sqlx::query!(
        "update taskflow.profiles set time_zone = $2, settings = $3, version = $4 where user_id = $1",
        user.0,
        after.time_zone,
        JsonColumn(&after.settings) as _,
        version,
    )
    .execute(write.tx())
    .await?;
    if time_zone.is_some() {
        move_local_dues(write, &after.time_zone).await?;
    }
    let alerts = Alerts::of(&after.settings);
    if time_zone.is_some() || alerts != write.home.alerts {
        write.home.alerts = alerts;
        remake_agenda(write).await?;
    }
    let payload = Payload::UserUpdated(UserChanged {
        changed,
        changes: UserChanges {
            time_zone,
            settings,
        },
    });
    write.record(user.0, version, payload);
    Ok(version)
}

/// Dates and floating times follow the user to the new zone.
async fn move_local_dues(write: &mut Write, time_zone: &str) -> Result<(), ApiError> {
    let home = events::find_zone(time_zone)
        .map_err(|error| ApiError::invalid("time_zone", error.to_string()))?;
    let user = write.ctx.user;
    let mut ids = Vec::new();
    let mut instants = Vec::new();
    for task in store::with_local_due(write.tx(), user).await? {
        if let Some(due_at) = input::due_at(task.due.as_ref(), &home)? {
            ids.push(task.id.0);
            instants.push(due_at);
        }
    }
    store::set_due_at(write.tx(), user, &ids, &instants).await?;
    write.home.zone = home;
    Ok(())
}

/// What is to be done at some time follows the zone and the settings.
async fn remake_agenda(write: &mut Write) -> Result<(), ApiError> {
    let (user, now, home) = (write.ctx.user, write.clock, write.home.clone());
    let tasks = store::on_agenda(write.tx(), user).await?;
    ledger::follow(write.tx(), user, &tasks, &home, now).await?;
    agenda::follow(write.tx(), user, &tasks, &home, now).await?;
    Ok(())
}
