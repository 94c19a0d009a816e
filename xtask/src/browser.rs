//! The app in a real browser, with everything behind it: what `frontend/e2e` stands on.

mod stagehand;

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use children::Spec;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::app::Profile;
use crate::frontend::{self, Frontend, Settings};
use crate::infra::Infra;
use crate::install::{self, Node};
use crate::logs::Logs;
use crate::ports::Ports;
use crate::progress::Progress;
use crate::stack::{Options, Stack};
use crate::workspace;

/// The product on free ports, its app, and the browser.
struct Theatre {
    infra: Infra,
    stack: Stack,
    frontend: Frontend,
    node: Node,
    chromium: PathBuf,
    /// Data and logs of everything that runs.
    dir: PathBuf,
    stagehand: TcpListener,
    /// The port where a trial may put a language model.
    model: u16,
    _ports: Ports,
}

/// What was measured in the browser.
#[derive(Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
}

/// Runs the trials of `frontend/e2e`, or those whose files or names the arguments choose, as
/// vitest understands them. The services must have been built.
pub(crate) async fn check(args: &[String], progress: &Progress) -> Result<()> {
    let theatre = Theatre::open(Profile::Debug, progress).await?;
    let outcome = theatre.play("e2e/vitest.config.ts", args, progress).await;
    theatre.close(outcome.is_err()).await?;
    outcome
}

/// Measures the app in the browser so many times, on release builds of the services.
pub async fn measure(times: usize, progress: &Progress) -> Result<Vec<Figure>> {
    let theatre = Theatre::open(Profile::Release, progress).await?;
    let outcome = theatre.measure(times, progress).await;
    theatre.close(outcome.is_err()).await?;
    outcome
}

impl Theatre {
    async fn open(profile: Profile, progress: &Progress) -> Result<Self> {
        let chromium = install::chromium(progress).await?;
        let node = frontend::build(progress).await?;
        let dir = workspace::scratch("browser")?;
        let ports = Ports::claim()?;
        let port = ports.next()?;
        let infra = Infra::start(&dir, progress).await?;
        let model = ports.next()?;
        let options = options(profile, &frontend::url(port), model);
        let stack = Stack::start(&infra, &dir, options, progress).await?;
        let settings = Settings {
            port,
            backend: stack.backend()?.http(),
            agent: stack.app("agent")?.http(),
            // As browsers reach it: by the name that cookies are for.
            realtime: stack
                .realtime()?
                .http()
                .replace("http://127.0.0.1", "ws://localhost"),
            // Tests are in a hurry; the limits have a test of their own.
            env: vec![("AUTH_ATTEMPTS_PER_MINUTE".to_owned(), "1000000".to_owned())],
        };
        let logs = Logs::files(&dir.join("logs"));
        let frontend = Frontend::start(&node, &settings, stack.secrets(), &logs, progress).await?;
        let stagehand = TcpListener::bind(("127.0.0.1", ports.next()?)).await?;
        Ok(Self {
            infra,
            stack,
            frontend,
            node,
            chromium,
            dir,
            stagehand,
            model,
            _ports: ports,
        })
    }

    /// Runs vitest to its end with all its output on the terminal, and does meanwhile what the
    /// trials ask of the product.
    async fn play(&self, config: &str, args: &[String], progress: &Progress) -> Result<()> {
        let vitest = self.vitest(config)?.args(args);
        tokio::select! {
            outcome = vitest.log_lines(progress.output()).finish() => outcome,
            outcome = stagehand::serve(self) => outcome,
        }
    }

    async fn measure(&self, times: usize, progress: &Progress) -> Result<Vec<Figure>> {
        for _ in 0..times {
            self.play("e2e/speed/vitest.config.ts", &[], progress)
                .await?;
        }
        let lines = fs::read_to_string(self.figures())?;
        let figures = lines.lines().map(serde_json::from_str);
        Ok(figures.collect::<Result<_, _>>()?)
    }

    /// Where what was measured is written, as lines of JSON.
    fn figures(&self) -> PathBuf {
        self.dir.join("figures.jsonl")
    }

    fn vitest(&self, config: &str) -> Result<Spec> {
        let pictures = workspace::root().join("target/browser");
        Ok(self
            .node
            .program("vitest", "node_modules/vitest/vitest.mjs")
            .args(["run", "--config", config])
            .env("APP_URL", self.frontend.url())
            .env("FRONTEND_PID", self.frontend.process().pid().to_string())
            .env("BACKEND_URL", self.stack.backend()?.http())
            .env("AGENT_URL", self.stack.app("agent")?.http())
            .env("DATABASE_URL", self.stack.secret("DATABASE_URL")?)
            .env("MODEL_PORT", self.model.to_string())
            .env("FIGURES", self.figures().display().to_string())
            .env("CHROMIUM", self.chromium.display().to_string())
            .env("STAGEHAND", self.stagehand.local_addr()?.port().to_string())
            .env("PICTURES", pictures.display().to_string()))
    }

    /// Ends everything; the logs stay when they may be of interest.
    async fn close(self, keep_logs: bool) -> Result<()> {
        self.frontend.stop().await?;
        self.stack.stop().await?;
        self.infra.stop().await?;
        if keep_logs {
            eprintln!("the logs are in {}", self.dir.display());
        } else {
            fs::remove_dir_all(&self.dir)?;
        }
        Ok(())
    }
}

fn options(profile: Profile, app_url: &str, model: u16) -> Options {
    let mut options = Options {
        profile,
        ..Options::default()
    };
    let model = format!("http://127.0.0.1:{model}/v1");
    let open = [
        ("CORS_ORIGINS", app_url),
        ("RATE_LIMIT_USER", "1000000"),
        ("RATE_LIMIT_IP", "1000000"),
    ];
    // Without a key it asks no model, whatever key is in somebody's shell, until a trial gives it one.
    let silent = [("OPENAI_BASE_URL", &*model), ("OPENAI_API_KEY", "")];
    for (app, env) in [
        ("taskflow-backend", &open[..]),
        ("taskflow-realtime", &open),
        ("taskflow-agent", &silent),
    ] {
        let env = env
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        options.env.insert(app.to_owned(), env.collect());
    }
    options
}
