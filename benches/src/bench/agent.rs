//! The agent: a tool beside the REST call that it makes, and beside a FastMCP server that makes
//! the same one; what open streams cost, and how fast the model's first word is passed on.

mod model;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::BytesMut;
use futures::future::try_join_all;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use xtask::install;
use xtask::progress::Progress;
use xtask::workspace;

use self::model::Model;
use super::Effort;
use crate::cpu::Cores;
use crate::http::{self, Client, Connection};
use crate::load::{self, Done};
use crate::report::{Finding, Limit, figure};
use crate::stage::{AGENT, Stage};
use crate::stats::{Latencies, median, number};
use crate::user::{DESCRIPTION, TITLE, User};

pub(super) const NAME: &str = "agent";
pub(super) const USERS: u32 = 64;
pub(super) const ENV: &[(&str, &str, &str)] = &[
    (AGENT, "OPENAI_API_KEY", "sk-bench"),
    // The name that our requests are sent to.
    (AGENT, "MCP_HOSTS", "taskflow"),
];

const CONNECTIONS: usize = 8;

/// Chats that are open at a time.
const STREAMS: usize = 100;

/// First words of a round, one after the other.
const WORDS: usize = 100;

const PATIENCE: Duration = Duration::from_secs(30);

const TASKS: &str = "select count(*) from taskflow.tasks";
const TOOL_CALLS: &str = "select count(*) from taskflow.tool_calls";

/// One round of calls, by each of the ways.
struct Round {
    /// At one connection.
    rest: Done,
    tool: Done,
    /// At [`CONNECTIONS`].
    tools: Done,
    peers: Done,
    cores: Cores,
}

pub(super) async fn measure(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let mut model = Model::start().await?;
    let agent = stage.app(AGENT)?;
    let url = model.url();
    agent.service.restart_with("OPENAI_BASE_URL", &url).await?;
    agent.ready(&Progress::hidden()).await?;
    let mut findings = tools(stage, effort).await?;
    findings.extend(chats(stage, effort, &mut model).await?);
    Ok(findings)
}

async fn tools(stage: &Stage, effort: Effort) -> Result<Vec<Finding>> {
    let rest: Arc<[_]> = stage.users().iter().map(|user| user.create("")).collect();
    let ours: Arc<[_]> = stage.users().iter().map(|user| call(user, &[])).collect();
    let theirs = stage.users().iter().map(|user| {
        let owner = user.id.to_string();
        call(user, &[("user_id", &owner)])
    });
    let theirs: Arc<[_]> = theirs.collect();
    let (peer, _process) = peer(stage).await?;
    let agent = stage.addr(AGENT)?;
    for (addr, request) in [(agent, &ours[0]), (peer, &theirs[0])] {
        let answer = Client::new(addr).send(request).await?.expect(200)?;
        let answer: Value = serde_json::from_slice(&answer.body)?;
        ensure!(answer["result"]["isError"] != true, "{answer}");
        ensure!(answer["result"].is_object(), "{answer}");
    }
    let mut calls = 1;
    written_down(stage, calls).await?;
    let mut rounds = Vec::new();
    // The first is to warm up.
    for _ in 0..=effort.rounds {
        let before = count(stage, TASKS).await?;
        let rest = closed(stage, stage.rest()?, 1, effort, 201, &rest).await?;
        let tool = closed(stage, agent, 1, effort, 200, &ours).await?;
        let cpu = stage.cpu()?;
        let tools = closed(stage, agent, CONNECTIONS, effort, 200, &ours).await?;
        let cores = cpu.until(&stage.cpu()?);
        // What the agent writes down after its answers is not the peer's to bear.
        calls += tool.requests + tools.requests;
        written_down(stage, calls).await?;
        let peers = closed(stage, peer, CONNECTIONS, effort, 200, &theirs).await?;
        let sent = rest.requests + tool.requests + tools.requests + peers.requests;
        let made = count(stage, TASKS).await? - before;
        ensure!(made == sent, "{sent} calls made {made} tasks");
        rounds.push(Round {
            rest,
            tool,
            tools,
            peers,
            cores,
        });
    }
    rounds.remove(0);
    let of = |of: fn(&Round) -> f64| rounds.iter().map(of).collect::<Vec<_>>();
    let p50 = |of_round: fn(&Round) -> &Done| {
        let p50s = rounds
            .iter()
            .map(|round| of_round(round).latencies.percentile(50.0));
        figure(median(&p50s.collect::<Vec<_>>()))
    };
    let cores: Vec<_> = rounds.iter().map(|round| round.cores.clone()).collect();
    Ok(vec![
        Finding {
            bench: NAME,
            what: "p50 of the tool `add_task` ÷ `POST /tasks`",
            unit: "",
            rounds: of(|round| {
                round.tool.latencies.percentile(50.0) / round.rest.latencies.percentile(50.0)
            }),
            limit: Limit::AtMost(1.5),
            detail: format!(
                "One connection, {USERS} users. The tool over MCP, through both sidecars: {} ms; \
                 REST, from the backend itself: {} ms. What binds is the two sidecars on the way, \
                 and what is written down of the calls after their answers.",
                p50(|round| &round.tool),
                p50(|round| &round.rest),
            ),
            cores: None,
        },
        Finding {
            bench: NAME,
            what: "calls of `add_task` a second ÷ a FastMCP server",
            unit: "",
            rounds: of(|round| round.tools.per_second() / round.peers.per_second()),
            limit: Limit::AtLeast(10.0),
            detail: format!(
                "{CONNECTIONS} connections, JSON answers, no sessions. We {}/s, p50 {} ms; FastMCP \
                 4 in one process, which asks the same REST API directly, {}/s, p50 {} ms. What \
                 binds is the processors: ten times as much would be more creates than the machine \
                 makes without any agent, and each call is written down, too.",
                figure(median(&of(|round| round.tools.per_second()))),
                p50(|round| &round.tools),
                figure(median(&of(|round| round.peers.per_second()))),
                p50(|round| &round.peers),
            ),
            cores: Some(Cores::mean(&cores)),
        },
    ])
}

/// A loop, and then everything that it has left to do.
async fn closed(
    stage: &Stage,
    addr: SocketAddr,
    connections: usize,
    effort: Effort,
    status: u16,
    requests: &Arc<[Vec<u8>]>,
) -> Result<Done> {
    let done = load::closed(addr, connections, effort.duration, status, requests).await?;
    stage.drained().await?;
    Ok(done)
}

/// `tools/call` of `add_task`, as clients before 2026-07-28 send it.
fn call(user: &User, more: &[(&str, &str)]) -> Vec<u8> {
    let mut arguments = json!({"title": TITLE, "description": DESCRIPTION, "priority": "high"});
    for (name, value) in more {
        arguments[*name] = json!(value);
    }
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "add_task", "arguments": arguments,
    }});
    let headers = "accept: application/json, text/event-stream\r\n\
                   mcp-protocol-version: 2025-06-18\r\n";
    http::request("POST", "/mcp", &user.jwt, headers, &body.to_string())
}

async fn count(stage: &Stage, query: &'static str) -> Result<usize> {
    let count: i64 = sqlx::query_scalar(query).fetch_one(&stage.db).await?;
    Ok(usize::try_from(count)?)
}

/// Waits until the agent has written down all calls that it was asked for, and no more.
async fn written_down(stage: &Stage, calls: usize) -> Result<()> {
    let coming = async {
        while count(stage, TOOL_CALLS).await? < calls {
            sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    };
    let patience = timeout(PATIENCE, coming).await;
    patience.context("the agent does not write its calls down")??;
    stage.drained().await?;
    let written = count(stage, TOOL_CALLS).await?;
    ensure!(written == calls, "{calls} calls, {written} written down");
    Ok(())
}

/// Starts the FastMCP server; it ends with the handle.
async fn peer(stage: &Stage) -> Result<(SocketAddr, Child)> {
    let python = install::fastmcp(&Progress::hidden()).await?;
    // Free now; nobody else here asks for one meanwhile.
    let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let program = workspace::root().join("benches/src/bench/agent/fastmcp_server.py");
    let mut command: Command = python.program(&program);
    let mut process = command
        .arg(addr.port().to_string())
        .arg(format!("http://{}", stage.rest()?))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let listening = async {
        while TcpStream::connect(addr).await.is_err() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        listening = timeout(PATIENCE, listening) => listening.context("FastMCP does not listen")?,
        exited = process.wait() => anyhow::bail!("FastMCP ended: {}", exited?),
    }
    Ok((addr, process))
}

async fn chats(stage: &Stage, effort: Effort, model: &mut Model) -> Result<Vec<Finding>> {
    let (mut firsts, mut memory) = (Vec::new(), Vec::new());
    for round in 0..effort.rounds {
        let mut latencies = Latencies::new()?;
        for n in 0..WORDS {
            let mut chat = Chat::open(stage, n, round).await?;
            let arrived = chat.first_word().await?;
            latencies.record(arrived.saturating_duration_since(model.sent().await?));
            chat.end().await?;
        }
        firsts.push(latencies);

        model.hold(true);
        let chats = (0..STREAMS).map(|n| async move {
            let mut chat = Chat::open(stage, n, round).await?;
            chat.first_word().await?;
            anyhow::Ok(chat)
        });
        let chats = try_join_all(chats).await?;
        let used = stage.app(AGENT)?.service.usage()?.rss_bytes;
        memory.push(number(usize::try_from(used)?) / f64::from(1 << 20));
        model.hold(false);
        try_join_all(chats.into_iter().map(Chat::end)).await?;
        for _ in 0..STREAMS {
            model.sent().await?;
        }
    }
    let at = |percent| {
        let of = firsts.iter().map(|round| round.percentile(percent));
        of.collect::<Vec<_>>()
    };
    Ok(vec![
        Finding {
            bench: NAME,
            what: "memory with 100 open streams",
            unit: "MiB RSS",
            rounds: memory,
            limit: Limit::AtMost(64.0),
            detail: format!(
                "{STREAMS} chats of {USERS} users, each of which has had its first word and waits \
                 for the next; after the calls and the first words of the rounds before."
            ),
            cores: None,
        },
        Finding {
            bench: NAME,
            what: "the model's first word, from the model to the client, p99",
            unit: "ms",
            rounds: at(99.0),
            limit: Limit::AtMost(20.0),
            detail: format!(
                "From the model's write to the client's read of the chat's stream, {WORDS} chats \
                 one after the other: p50 {} ms, max {} ms.",
                figure(median(&at(50.0))),
                figure(median(&at(100.0))),
            ),
            cores: None,
        },
    ])
}

/// A chat whose answer comes as it is made.
struct Chat {
    stream: TcpStream,
    buffer: BytesMut,
}

impl Chat {
    /// The `n`th of a round: a conversation of its own.
    async fn open(stage: &Stage, n: usize, round: usize) -> Result<Self> {
        let user = &stage.users()[n % stage.users().len()];
        let body = json!({"message": format!("Number {n} of round {round}")});
        let path = format!("/api/{}/chat", user.id);
        let accept = "accept: text/event-stream\r\n";
        let request = http::request("POST", &path, &user.jwt, accept, &body.to_string());
        let connection = Connection::open(stage.addr(AGENT)?).await?;
        let (stream, buffer) = connection.follow(&request).await?;
        Ok(Self { stream, buffer })
    }

    /// When it came.
    async fn first_word(&mut self) -> Result<Instant> {
        self.until(b"event: delta").await?;
        Ok(Instant::now())
    }

    async fn end(mut self) -> Result<()> {
        self.until(b"event: done").await
    }

    async fn until(&mut self, what: &[u8]) -> Result<()> {
        let coming = async {
            while !self.buffer.windows(what.len()).any(|part| part == what) {
                let read = self.stream.read_buf(&mut self.buffer).await?;
                ensure!(read > 0, "the chat broke off");
            }
            Ok(())
        };
        timeout(PATIENCE, coming)
            .await
            .context("the chat says nothing more")?
    }
}
