//! The event stream as an AsyncAPI document: where it can be heard, and what is said there.

mod messages;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::{Payload, Topic};

/// The channels that are no topics.
const SOCKET: &str = "socket";
const EVENT_STREAM: &str = "event-stream";

/// The AsyncAPI 3.0 document of the WebSocket, the server-sent events and the Kafka topics.
pub fn asyncapi() -> Value {
    // What AsyncAPI calls a schema is JSON Schema draft 7 and a little more.
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let messages = messages::all(&mut generator);
    let mut schemas = generator.take_definitions(true);
    schemas.insert("CloudEvent".to_owned(), messages::cloud_event());
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "TaskFlow events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every change is an event, in the order of its user's `seq`. Sockets and \
                event streams say that something changed, never what to: fetch it, or read the \
                events themselves by `GET /api/{user_id}/events?after=` (see openapi.json). \
                GENERATED from crates/events by `cargo xtask generate`.",
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": channels(),
        "operations": operations(),
        "components": {
            "messages": messages,
            "schemas": schemas,
            "parameters": { "user_id": { "description": "Whose events: the owner of the token." } },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A session's JWT, or an API token (`tf_…`) of either scope.",
                },
                "token": {
                    "type": "httpApiKey",
                    "in": "query",
                    "name": "token",
                    "description": "A ticket of `POST /api/{user_id}/ws-ticket`, which opens once, \
                        or what `Authorization` may hold.",
                },
            },
        },
    })
}

fn servers() -> Value {
    let realtime = |protocol: &str, description: &str| {
        json!({
            "host": "{host}",
            "protocol": protocol,
            "description": description,
            "variables": { "host": { "default": "localhost:8001" } },
            "security": [refer("securitySchemes", "bearer"), refer("securitySchemes", "token")],
        })
    };
    json!({
        "websocket": realtime("ws", "The service realtime; wss behind TLS."),
        "sse": realtime("http", "The same service, for those who cannot have a socket."),
        "kafka": {
            "host": "{brokers}",
            "protocol": "kafka",
            "description": "Inside the deployment only: whoever reads a topic reads all users.",
            "variables": { "brokers": { "default": "localhost:9092" } },
        },
    })
}

fn channels() -> Value {
    let user = json!({ "user_id": refer("parameters", "user_id") });
    let mut channels = Map::new();
    channels.insert(
        SOCKET.to_owned(),
        json!({
            "address": "/ws/user/{user_id}/tasks",
            "description": "After `since` the history, then what happens, without a gap or a \
                repetition. Closed with 4001 when the token is bad, expires, or was revoked up to \
                a few seconds ago, 4003 if it is another user's, 4008 after more than 10 messages \
                in a second, 4009 when the client reads too slowly.",
            "servers": [{ "$ref": "#/servers/websocket" }],
            "parameters": user,
            "messages": references(&["notice", "ready", "pong", "ping"]),
            "bindings": { "ws": { "method": "GET", "query": {
                "type": "object",
                "properties": {
                    "token": { "type": "string" },
                    "since": { "type": "integer", "minimum": 0, "description": "The last `seq` you have." },
                },
            } } },
        }),
    );
    channels.insert(
        EVENT_STREAM.to_owned(),
        json!({
            "address": "/sse/user/{user_id}/tasks",
            "description": "Server-sent events: `event` is the type, `id` the `seq`, `data` the \
                message. A browser that comes back sends the last one as `Last-Event-ID`. The \
                stream ends with its token.",
            "servers": [{ "$ref": "#/servers/sse" }],
            "parameters": user,
            "messages": references(&["notice", "ready"]),
        }),
    );
    for topic in topics() {
        channels.insert(
            topic.name().to_owned(),
            json!({
                "address": topic.name(),
                "description": "At least once; after a broker's crash also late. Go by `seq` and \
                    `version`, and pass over types that you do not know.",
                "servers": [{ "$ref": "#/servers/kafka" }],
                "messages": references(&types(topic)),
                "bindings": { "kafka": {
                    "topic": topic.name(),
                    "partitions": Topic::PARTITIONS,
                    "topicConfiguration": {
                        "cleanup.policy": ["delete"],
                        "retention.ms": Topic::RETENTION_MS,
                    },
                } },
            }),
        );
    }
    channels.into()
}

/// From the service's side: it sends events, and hears pings.
fn operations() -> Value {
    let operation = |action: &str, channel: &str, messages: &[&str]| {
        let channel = format!("#/channels/{channel}");
        let messages = messages.iter();
        let messages = messages.map(|name| json!({ "$ref": format!("{channel}/messages/{name}") }));
        json!({
            "action": action,
            "channel": { "$ref": channel },
            "messages": messages.collect::<Vec<_>>(),
        })
    };
    let mut operations = Map::from_iter([
        (
            "tell-socket".to_owned(),
            operation("send", SOCKET, &["notice", "ready", "pong"]),
        ),
        (
            "hear-socket".to_owned(),
            operation("receive", SOCKET, &["ping"]),
        ),
        (
            "tell-event-stream".to_owned(),
            operation("send", EVENT_STREAM, &["notice", "ready"]),
        ),
    ]);
    for topic in topics() {
        let publish = operation("send", topic.name(), &types(topic));
        operations.insert(format!("publish-{topic}"), publish);
    }
    operations.into()
}

/// The topics on which there is something today.
fn topics() -> impl Iterator<Item = Topic> {
    Topic::ALL
        .into_iter()
        .filter(|topic| !types(*topic).is_empty())
}

fn types(topic: Topic) -> Vec<&'static str> {
    let types = Payload::TYPES.iter();
    let types = types.filter(|(_, travels_on)| *travels_on == topic);
    types.map(|(event_type, _)| *event_type).collect()
}

fn references(messages: &[&str]) -> Value {
    let messages = messages.iter();
    messages
        .map(|name| ((*name).to_owned(), refer("messages", name)))
        .collect::<Map<_, _>>()
        .into()
}

fn refer(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}
