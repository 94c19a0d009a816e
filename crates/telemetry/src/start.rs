//! Logging, metrics and tracing, switched on.

use std::io;

use clap::Args;
use metrics_exporter_prometheus::BuildError;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Metadata;
use tracing_subscriber::{
    EnvFilter, filter,
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

use crate::{log::JsonLines, metrics, otlp};

/// How a service reports on itself.
#[derive(Args, Clone, Debug)]
pub struct TelemetryArgs {
    /// Which log lines to write, such as `info` or `info,sqlx=debug`
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    pub log_filter: String,

    /// Collector to send spans to by OTLP over gRPC, such as `http://localhost:4317`
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,
}

/// Why [`init`] failed.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error("RUST_LOG is not a log filter; write for example `info,sqlx=warn`")]
    Filter(#[from] filter::ParseError),
    #[error(
        "OTEL_EXPORTER_OTLP_ENDPOINT cannot be used; write for example `http://localhost:4317`"
    )]
    Exporter(#[from] ExporterBuildError),
    #[error("metrics are already recorded in this process")]
    Metrics(#[from] BuildError),
    #[error("logging is already set up in this process")]
    Logging(#[from] TryInitError),
}

/// Sends the spans that are still waiting when dropped. Keep it until the end of `main`.
#[must_use = "dropping it ends the export of spans"]
pub struct Guard(Option<SdkTracerProvider>);

/// Starts logging to standard output, recording metrics and, if configured,
/// exporting spans. Call it once, first thing in `main`, inside the runtime.
pub fn init(service_name: &'static str, args: &TelemetryArgs) -> Result<Guard, InitError> {
    start(service_name, args, io::stdout)
}

/// The same for a command, whose answer is alone on standard output: it logs to standard error.
pub fn init_command(service_name: &'static str, args: &TelemetryArgs) -> Result<Guard, InitError> {
    start(service_name, args, io::stderr)
}

/// Whether a line may be written, whatever the filter asks for. The client of the language model
/// logs bodies that it cannot read, and these hold what people and models said.
pub(crate) fn is_told(metadata: &Metadata<'_>) -> bool {
    !metadata.target().starts_with("async_openai")
}

fn start<W>(service_name: &'static str, args: &TelemetryArgs, writer: W) -> Result<Guard, InitError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&args.log_filter)?;
    let provider = match args.otlp_endpoint.as_deref() {
        None | Some("") => None,
        Some(endpoint) => Some(otlp::provider(service_name, endpoint)?),
    };
    let spans = provider
        .as_ref()
        .map(|provider| tracing_opentelemetry::layer().with_tracer(provider.tracer(service_name)));
    tracing_subscriber::registry()
        .with(filter)
        .with(filter::filter_fn(is_told))
        .with(spans)
        .with(JsonLines::new(service_name, writer))
        .try_init()?;
    metrics::install()?;
    Ok(Guard(provider))
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = &self.0
            && let Err(error) = provider.shutdown_with_timeout(otlp::TIMEOUT)
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "Some spans were not sent"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::captured::Captured;

    #[test]
    fn what_people_said_to_a_model_is_not_logged() {
        let (captured, _guard) = Captured::start("trace,async_openai::error=trace");
        tracing::error!(target: "async_openai::error", "failed deserialization of: a secret");
        tracing::error!(target: "async_openai", "Server error: 500 - a secret");
        tracing::error!(target: "agent::chat::openai", "No answer of the language model");
        assert_eq!(captured.lines().len(), 1, "{}", captured.text());
        assert!(!captured.text().contains("secret"));
    }
}
