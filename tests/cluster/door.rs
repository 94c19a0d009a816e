//! The way in for people: one address, and behind it what the release's Ingresses say.
//!
//! A cluster's own ingress controller does that where there is one. Where there is none, this is
//! as much of one as the chart needs: paths by their prefix, of which one step may be any, and the
//! longest wins.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::kube::{items, json, text};

/// What `values-dev.yaml` says.
pub(crate) const HOST: &str = "taskflow.localhost";

/// How the chart writes a step that may be any, and how a [`Route`] does.
const ANY_STEP: (&str, &str) = ("[^/]+", "*");

/// No request's head is longer.
const MAX_HEAD: usize = 64 << 10;

/// How long a pod may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is answered when nobody takes a request.
const NOBODY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Open as long as it lives.
pub(crate) struct Door {
    /// `http://127.0.0.1:port`; whoever comes there comes to [`HOST`].
    pub(crate) origin: String,
    _open: JoinSet<()>,
}

/// Where a path leads, and all below it.
struct Route {
    path: String,
    to: SocketAddr,
}

impl Door {
    pub(crate) async fn open(controller: Option<SocketAddr>) -> Result<Self> {
        let routes = match controller {
            Some(to) => vec![Route {
                path: "/".to_owned(),
                to,
            }],
            None => routes().await?,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let mut open = JoinSet::new();
        open.spawn(accept(listener, routes.into()));
        Ok(Self {
            origin,
            _open: open,
        })
    }
}

/// What the Ingresses say, the longest path first.
async fn routes() -> Result<Vec<Route>> {
    let ingresses = json(&["get", "ingress"]).await?;
    let services = json(&["get", "service"]).await?;
    let mut routes = Vec::new();
    for ingress in items(&ingresses["items"]) {
        let rules = items(&ingress["spec"]["rules"]);
        for path in rules.flat_map(|rule| items(&rule["http"]["paths"])) {
            let to = address(&path["backend"]["service"], &services);
            let to = to.with_context(|| format!("{path} leads to no Service"))?;
            let path = text(&path["path"]).replace(ANY_STEP.0, ANY_STEP.1);
            routes.push(Route { path, to });
        }
    }
    ensure!(!routes.is_empty(), "no Ingress leads anywhere");
    routes.sort_by_key(|route| std::cmp::Reverse(route.path.len()));
    Ok(routes)
}

/// The address of a Service's port within the cluster.
fn address(target: &Value, services: &Value) -> Option<SocketAddr> {
    let service = items(&services["items"]).find(|it| it["metadata"]["name"] == target["name"])?;
    let mut ports = items(&service["spec"]["ports"]);
    let port = ports.find(|port| port["name"] == target["port"]["name"])?;
    let port = u16::try_from(port["port"].as_u64()?).ok()?;
    let address: IpAddr = text(&service["spec"]["clusterIP"]).parse().ok()?;
    Some((address, port).into())
}

impl Route {
    /// `/api` leads to `/api` and `/api/x`, not to `/apis`.
    fn takes(&self, path: &str) -> bool {
        let mut steps = path.split('/');
        let mut wanted = self.path.trim_end_matches('/').split('/');
        wanted.all(|wanted| {
            let step = steps.next();
            step.is_some_and(|step| step == wanted || wanted == ANY_STEP.1)
        })
    }
}

async fn accept(listener: TcpListener, routes: Arc<[Route]>) {
    while let Ok((client, from)) = listener.accept().await {
        let routes = Arc::clone(&routes);
        // One that breaks is its client's to tell of.
        tokio::spawn(async move { pass(client, from.ip(), &routes).await });
    }
}

/// Passes one request on, and what comes back; then the connection ends, if it is no socket.
async fn pass(mut client: TcpStream, from: IpAddr, routes: &[Route]) -> Result<()> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let more = client.read_buf(&mut read).await?;
        ensure!(more > 0 && read.len() < MAX_HEAD, "half a request");
    };
    let head = std::str::from_utf8(&read[..end])?;
    let path = head.split(' ').nth(1).context("not a request")?;
    let path = path.split('?').next().unwrap_or(path);
    let route = routes.iter().find(|route| route.takes(path));
    let connected = match route {
        Some(route) => timeout(PATIENCE, TcpStream::connect(route.to)).await.ok(),
        None => None,
    };
    let Some(Ok(mut server)) = connected else {
        return Ok(client.write_all(NOBODY).await?);
    };
    server.write_all(onward(head, from).as_bytes()).await?;
    server.write_all(&read[end + 4..]).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// The head as a proxy passes it on.
fn onward(head: &str, from: IpAddr) -> String {
    let lines: Vec<&str> = head.split("\r\n").collect();
    let is = |line: &str, name: &str| {
        let found = line.split_once(':').map(|(name, _)| name);
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    let is_socket = lines.iter().any(|line| is(line, "upgrade"));
    let kept = lines.iter().filter(|line| {
        let is_ours = is(line, "host") || is(line, "x-forwarded-for");
        !is_ours && (is_socket || !is(line, "connection"))
    });
    let kept = kept.copied().collect::<Vec<_>>().join("\r\n");
    let end = if is_socket {
        ""
    } else {
        "connection: close\r\n"
    };
    format!("{kept}\r\nhost: {HOST}\r\nx-forwarded-for: {from}\r\n{end}\r\n")
}
