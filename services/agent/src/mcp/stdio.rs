//! MCP on standard input and output, for desktop clients: `taskflow-agent mcp`.
//!
//! It carries every request to a TaskFlow over HTTP, so that what a call may do is decided in one
//! place. All that happens here is to ask the person, for clients of the revisions in which a
//! server asks by itself.

use std::{borrow::Cow, fmt::Display, sync::Arc};

use anyhow::Context;
use rmcp::{
    ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, Peer, RoleClient, RoleServer,
    ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, ClientCapabilities, ClientConfig, Implementation,
        InputRequest, InputRequiredResult, InputResponses, ListToolsResult, PaginatedRequestParams,
        ProtocolVersion, ServerCapabilities, ServerConfig,
    },
    service::{RequestContext, RunningService, ServiceError},
    transport::{
        StreamableHttpClientTransport, stdio_pipes,
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{config::Desktop, tool::registry};

/// Questions that one call may lead to.
const MAX_ROUNDS: usize = 3;

/// Serves until standard input ends.
pub async fn run(desktop: Desktop) -> anyhow::Result<()> {
    // Without a provider reqwest panics. One that is installed already is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bridge = Bridge(Arc::new(Far {
        desktop,
        run: format!("mcp-{}", Uuid::now_v7().simple()),
        connection: OnceCell::new(),
    }));
    let service = bridge
        .serve(stdio_pipes())
        .await
        .context("the client did not begin as MCP clients do")?;
    service.waiting().await?;
    Ok(())
}

#[derive(Clone)]
struct Bridge(Arc<Far>);

/// The TaskFlow at the other end, connected to when it is first needed.
struct Far {
    desktop: Desktop,
    /// All that this process does is one run, which one undo takes back.
    run: String,
    connection: OnceCell<RunningService<RoleClient, Near>>,
}

/// We are the client that is at our own end.
#[derive(Clone)]
struct Near(ClientCapabilities);

impl ClientHandler for Near {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(
            self.0.clone(),
            Implementation::new("taskflow-agent", env!("CARGO_PKG_VERSION")),
        )
    }
}

impl Far {
    async fn peer(
        &self,
        context: &RequestContext<RoleServer>,
    ) -> Result<&Peer<RoleClient>, ErrorData> {
        let connect = || async {
            let token = self.desktop.token.expose_secret();
            let mut config =
                StreamableHttpClientTransportConfig::with_uri(self.desktop.url.as_str())
                    .auth_header(token);
            config.custom_headers.extend([(
                http::HeaderName::from_static("x-run-id"),
                self.run.parse().map_err(internal)?,
            )]);
            let can = context.client_capabilities().unwrap_or_default();
            let transport = StreamableHttpClientTransport::from_config(config);
            let mode = ClientLifecycleMode::Discover {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            };
            let near = Near(can);
            let connected = near.serve_with_lifecycle(transport, mode).await;
            connected.map_err(|error| {
                let url = &self.desktop.url;
                internal(format!("cannot use TaskFlow at {url}: {error}"))
            })
        };
        let connection = self.connection.get_or_try_init(connect).await?;
        Ok(connection.peer())
    }
}

impl ServerHandler for Bridge {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(capabilities)
            .with_server_info(
                Implementation::new("taskflow", env!("CARGO_PKG_VERSION")).with_title("TaskFlow"),
            )
            .with_instructions(registry::INSTRUCTIONS)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(ProtocolVersion::KNOWN_VERSIONS)
    }

    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let far = self.0.peer(&context).await?;
        far.list_tools(page).await.map_err(carried)
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let far = self.0.peer(&context).await?;
        // What the near client says of itself, we say for it.
        let mut params = params;
        params.meta = None;
        for _ in 0..MAX_ROUNDS {
            let response = far.call_tool_once(params.clone()).await.map_err(carried)?;
            let CallToolResponse::InputRequired(required) = response else {
                return Ok(response);
            };
            if asks_itself(&context) {
                return Ok(required.into());
            }
            params.request_state.clone_from(&required.request_state);
            params.input_responses = Some(put(&required, &context).await?);
        }
        Err(internal("there is no end of questions"))
    }
}

/// Whether the near client puts questions to the person by itself, between two rounds.
fn asks_itself(context: &RequestContext<RoleServer>) -> bool {
    let version = context.protocol_version();
    version.is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// Puts the questions to the person, one after the other.
async fn put(
    required: &InputRequiredResult,
    context: &RequestContext<RoleServer>,
) -> Result<InputResponses, ErrorData> {
    let mut responses = InputResponses::new();
    for (name, question) in required.input_requests.iter().flatten() {
        let InputRequest::Elicitation(question) = question else {
            return Err(internal("this question cannot be put to the user"));
        };
        let answer = context
            .peer
            .create_elicitation(question.params.clone())
            .await;
        let answer = serde_json::to_value(answer.map_err(internal)?).map_err(internal)?;
        responses.insert(name.clone(), answer);
    }
    Ok(responses)
}

/// An error of the far end as it is.
fn carried(error: ServiceError) -> ErrorData {
    match error {
        ServiceError::McpError(error) => error,
        other => internal(other),
    }
}

fn internal(error: impl Display) -> ErrorData {
    ErrorData::internal_error(format!("{error}"), None)
}
