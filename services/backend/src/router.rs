//! Every route, in one place. What is under `/api/{user_id}` passes [`access::check`], and what
//! is under `/admin` [`admin::check`]; nothing can be added to them that does not.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, cors::CorsLayer, set_header::SetResponseHeaderLayer,
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    account,
    app::App,
    calendar, confirmation, conversation, dead_letter,
    error::{ApiError, Problem},
    event, history,
    http::{access, admin, body::MAX_BODY_BYTES, reply::CHANGE_SET},
    notification, profile, project, push, reminder, series, stats, tag, task, ticket, token,
    transfer, undo, webhook,
};

/// Longer than any statement may take.
const TIMEOUT: Duration = Duration::from_secs(20);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "TaskFlow",
        description = "Tasks whose every change is an event. Errors are RFC 9457 problem documents. \
                       Every write takes an Idempotency-Key, but for those that say why not. A \
                       task, a project and the profile have an ETag; where If-Match is not listed \
                       it is refused or has no meaning.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem)),
    modifiers(&BearerToken),
    security(("bearer" = [])),
)]
struct Document;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "bearer",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("A session's JWT, or an API token (`tf_…`)"))
                    .build(),
            ),
        );
    }
}

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(task::list::list_tasks, task::create::create_task))
        .routes(routes!(task::batch::batch_tasks))
        .routes(routes!(task::quick::quick_task))
        .routes(routes!(
            task::get::get_task,
            task::update::replace_task,
            task::update::update_task,
            task::delete::delete_task
        ))
        .routes(routes!(task::complete::complete_task))
        .routes(routes!(task::restore::restore_task))
        .routes(routes!(
            series::set::set_recurrence,
            series::set::end_recurrence
        ))
        .routes(routes!(series::skip::skip_occurrence))
        .routes(routes!(series::occurrences::list_occurrences))
        .routes(routes!(series::preview::preview_recurrence))
        .routes(routes!(history::endpoints::get_task_history))
        .routes(routes!(history::diff::get_task_diff))
        .routes(routes!(
            project::endpoints::list_projects,
            project::endpoints::create_project
        ))
        .routes(routes!(
            project::endpoints::get_project,
            project::endpoints::update_project,
            project::endpoints::delete_project
        ))
        .routes(routes!(tag::endpoints::list_tags))
        .routes(routes!(
            tag::endpoints::update_tag,
            tag::endpoints::delete_tag
        ))
        .routes(routes!(profile::get_profile, profile::update_profile))
        .routes(routes!(stats::get_stats))
        .routes(routes!(history::endpoints::list_history))
        .routes(routes!(event::list::list_events))
        .routes(routes!(ticket::create_ticket))
        .routes(routes!(
            token::endpoints::list_tokens,
            token::endpoints::create_token
        ))
        .routes(routes!(token::endpoints::revoke_token))
        .routes(routes!(
            reminder::endpoints::list_reminders,
            reminder::endpoints::add_reminder
        ))
        .routes(routes!(reminder::endpoints::delete_reminder))
        .routes(routes!(reminder::snooze::snooze_reminder))
        .routes(routes!(reminder::why::explain_reminder))
        .routes(routes!(notification::list::list_notifications))
        .routes(routes!(notification::list::count_unread_notifications))
        .routes(routes!(notification::read::read_notifications))
        .routes(routes!(notification::delete::delete_notification))
        .routes(routes!(push::endpoints::get_push_key))
        .routes(routes!(
            push::endpoints::list_push_subscriptions,
            push::endpoints::create_push_subscription
        ))
        .routes(routes!(push::endpoints::delete_push_subscription))
        .routes(routes!(
            webhook::endpoints::list_webhooks,
            webhook::endpoints::create_webhook
        ))
        .routes(routes!(
            webhook::endpoints::update_webhook,
            webhook::endpoints::delete_webhook
        ))
        .routes(routes!(webhook::deliveries::list_webhook_deliveries))
        .routes(routes!(webhook::replay::replay_webhook))
        .routes(routes!(webhook::replay::test_webhook))
        .routes(routes!(conversation::list::list_conversations))
        .routes(routes!(
            conversation::list::get_conversation,
            conversation::update::update_conversation
        ))
        .routes(routes!(conversation::messages::list_messages))
        .routes(routes!(conversation::search::search_conversations))
        .routes(routes!(conversation::of_task::list_task_conversations))
        .routes(routes!(confirmation::list::list_confirmations))
        .routes(routes!(account::endpoint::delete_account))
}

/// They take as long as what they take back is large.
fn unhurried() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(project::restore::restore_project))
        .routes(routes!(undo::endpoint::undo))
}

/// They take as long as the file does.
fn transfer() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(transfer::export::export))
        .routes(routes!(transfer::import::import))
}

/// Outside `/api/{user_id}`: the token in the address says whose it is.
fn feeds() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(calendar::endpoint::get_calendar))
}

fn administration() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(dead_letter::endpoints::list_dead_letters))
        .routes(routes!(dead_letter::endpoints::replay_dead_letters))
        .routes(routes!(dead_letter::endpoints::get_dead_letter))
        .routes(routes!(dead_letter::endpoints::drop_dead_letter))
}

/// The OpenAPI 3.1 document, made from the code that serves it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    OpenApiRouter::with_openapi(Document::openapi())
        .nest("/api/{user_id}", api().merge(unhurried()).merge(transfer()))
        .nest("/admin", administration())
        .merge(feeds())
        .split_for_parts()
        .1
}

pub(crate) fn router(
    app: App,
    origins: Vec<HeaderValue>,
    health: &telemetry::health::Health,
) -> Router {
    let document = openapi();
    let (feeds, _) = bounded(feeds()).with_state(app.clone()).split_for_parts();
    let (administration, _) = bounded(administration())
        .route_layer(middleware::from_fn_with_state(app.clone(), admin::check))
        .with_state(app.clone())
        .split_for_parts();
    Router::new()
        .nest("/api/{user_id}", owned(app, small().merge(transfer())))
        .nest("/admin", administration)
        .merge(feeds)
        .route("/openapi.json", get(|| async move { Json(document) }))
        .route("/asyncapi.json", get(async || Json(events::asyncapi())))
        .route("/docs", get(Html(DOCS)))
        .merge(health.router())
        .fallback(async || ApiError::NotFound("Path"))
        .method_not_allowed_fallback(async || ApiError::Method)
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(cors(origins))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(middleware::from_fn(telemetry::http::track))
}

/// What the agent reaches for somebody: the same routes behind the same door, but those whose
/// bodies have no limit.
pub(crate) fn for_agent(app: App) -> Router {
    Router::new()
        .nest("/api/{user_id}", owned(app, small()))
        .fallback(async || ApiError::NotFound("Path"))
        .method_not_allowed_fallback(async || ApiError::Method)
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(middleware::from_fn(telemetry::http::track))
}

/// What everybody's requests are but those whose bodies are files.
fn small() -> OpenApiRouter<App> {
    let unhurried = unhurried().route_layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    bounded(api()).merge(unhurried)
}

/// Within the time and the size that a request may have.
fn bounded(routes: OpenApiRouter<App>) -> OpenApiRouter<App> {
    let in_bounds = ServiceBuilder::new()
        .layer(middleware::from_fn(in_time))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    routes.route_layer(in_bounds)
}

/// Behind the door of `/api/{user_id}`.
fn owned(app: App, routes: OpenApiRouter<App>) -> Router {
    routes
        .route_layer(middleware::from_fn_with_state(app.clone(), access::check))
        .with_state(app)
        .split_for_parts()
        .0
}

/// Answers before the client or a proxy gives up. The write is rolled back, unless it was
/// committing at that moment.
async fn in_time(request: Request, next: Next) -> Result<Response, ApiError> {
    tokio::time::timeout(TIMEOUT, next.run(request))
        .await
        .map_err(|_| ApiError::TimedOut)
}

/// The panic itself is on standard error.
fn panicked() -> Response {
    ApiError::Internal(anyhow::anyhow!("a handler panicked")).into_response()
}

/// A page that draws the document without fetching anything from elsewhere.
const DOCS: &str = include_str!("docs.html");

fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static(access::RUN),
            HeaderName::from_static(telemetry::correlation::HEADER),
            HeaderName::from_static("traceparent"),
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static(CHANGE_SET),
            HeaderName::from_static(telemetry::correlation::HEADER),
        ])
        .max_age(Duration::from_mins(10))
}
