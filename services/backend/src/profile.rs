//! `/profile`: the user's zone and settings.

use axum::{Json, extract::State, http::StatusCode};
use events::{Change, Payload, UserChanged};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::types::Json as JsonColumn;
use utoipa::ToSchema;

use crate::{
    app::App,
    ctx::Ctx,
    error::{ApiError, Problem},
    http::{body::Body, patch::Patch, precondition::RequestLine, reply::Reply},
    task::{input, store},
    write::{Begun, Write},
};

const MAX_SETTINGS_BYTES: usize = 8 * 1024;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Profile {
    #[schema(value_type = uuid::Uuid)]
    user_id: events::UserId,
    name: String,
    email: String,
    /// IANA name.
    time_zone: String,
    /// The app's own settings; the server keeps and does not read them.
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfilePatch {
    /// IANA name, such as Europe/Berlin.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false)]
    time_zone: Patch<String>,
    /// Replaces all settings; at most 8 KiB.
    #[serde(default)]
    #[schema(value_type = Option<Object>, nullable = false)]
    settings: Patch<Map<String, Value>>,
}

/// The user's profile.
#[utoipa::path(
    get, path = "/profile", tag = "profile", operation_id = "get_profile",
    responses((status = 200, body = Profile))
)]
pub(crate) async fn get_profile(
    State(app): State<App>,
    ctx: Ctx,
) -> Result<Json<Profile>, ApiError> {
    let mut db = app.pool.acquire().await?;
    Ok(Json(find(&mut db, ctx.user).await?.profile))
}

/// Changes the time zone or the settings.
#[utoipa::path(
    patch, path = "/profile", tag = "profile", operation_id = "update_profile",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body(content = ProfilePatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Profile), (status = 422, body = Problem))
)]
pub(crate) async fn update_profile(
    State(app): State<App>,
    ctx: Ctx,
    line: RequestLine,
    body: Body<ProfilePatch>,
) -> Result<Reply, ApiError> {
    let mut write = match Write::begin(&app, ctx, line.key(body.hash)?).await? {
        Begun::Fresh(write) => write,
        Begun::Answered(reply) => return Ok(reply),
    };
    let user = write.ctx.user;
    let Found {
        profile: before,
        version,
    } = find(write.tx(), user).await?;
    let patch = body.value;
    let mut after = Profile {
        time_zone: patch
            .time_zone
            .over_required("time_zone", before.time_zone.clone())?,
        settings: patch
            .settings
            .over_required("settings", before.settings.clone())?,
        ..before.clone()
    };
    check(&mut after)?;
    save(&mut write, before, &after, version).await?;
    let reply = Reply::json(StatusCode::OK, &after)?;
    write.commit(reply).await
}

struct Found {
    profile: Profile,
    version: i64,
}

async fn find(db: &mut sqlx::PgConnection, user: events::UserId) -> Result<Found, ApiError> {
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
fn check(profile: &mut Profile) -> Result<(), ApiError> {
    let zone = events::find_zone(&profile.time_zone)
        .map_err(|error| ApiError::invalid("time_zone", error.to_string()))?;
    if let Some(name) = zone.iana_name() {
        name.clone_into(&mut profile.time_zone);
    }
    let settings =
        serde_json::to_vec(&profile.settings).map_err(|error| ApiError::Internal(error.into()))?;
    if settings.len() > MAX_SETTINGS_BYTES {
        return Err(ApiError::invalid(
            "settings",
            format!("Settings must not be larger than {MAX_SETTINGS_BYTES} bytes"),
        ));
    }
    if has_nul(&profile.settings) {
        return Err(ApiError::invalid(
            "settings",
            "Settings must not contain U+0000",
        ));
    }
    Ok(())
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

async fn save(
    write: &mut Write,
    before: Profile,
    after: &Profile,
    version: i64,
) -> Result<(), ApiError> {
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
        return Ok(());
    }
    let user = write.ctx.user;
    sqlx::query!(
        "update taskflow.profiles set time_zone = $2, settings = $3, version = $4 where user_id = $1",
        user.0,
        after.time_zone,
        JsonColumn(&after.settings) as _,
        version + 1,
    )
    .execute(write.tx())
    .await?;
    if time_zone.is_some() {
        move_local_dues(write, &after.time_zone).await?;
    }
    let payload = Payload::UserUpdated(UserChanged {
        changed,
        time_zone,
        settings,
    });
    write.record(user.0, version + 1, payload);
    Ok(())
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
    Ok(())
}
