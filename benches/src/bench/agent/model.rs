//! A language model that says when it has said its first word.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::PATIENCE;

/// Answers every request alike, over OpenAI's HTTP API.
pub(super) struct Model {
    addr: SocketAddr,
    sent: mpsc::UnboundedReceiver<Instant>,
    held: watch::Sender<bool>,
}

impl Model {
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (sent_tx, sent) = mpsc::unbounded_channel();
        let (held, holds) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (sent, holds) = (sent_tx.clone(), holds.clone());
                // Whoever asks has an error where this has one.
                tokio::spawn(async move { answer(stream, sent, holds).await });
            }
        });
        Ok(Self { addr, sent, held })
    }

    /// For `OPENAI_BASE_URL`.
    pub(super) fn url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// When the next first word was sent.
    pub(super) async fn sent(&mut self) -> Result<Instant> {
        let sent = timeout(PATIENCE, self.sent.recv()).await;
        let sent = sent.context("nobody has asked the model")?;
        sent.context("the model has ended")
    }

    /// Whether answers stop after their first word.
    pub(super) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }
}

async fn answer(
    stream: TcpStream,
    sent: mpsc::UnboundedSender<Instant>,
    mut holds: watch::Receiver<bool>,
) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let first = chunk(
        &json!({"role": "assistant", "content": "One "}),
        &Value::Null,
    );
    let now = Instant::now();
    stream.write_all(first.as_bytes()).await?;
    stream.flush().await?;
    sent.send(now)?;
    holds.wait_for(|held| !held).await?;
    let rest = [
        chunk(&json!({"content": "word."}), &Value::Null),
        chunk(&json!({}), &"stop".into()),
        "data: [DONE]\n\n".to_owned(),
    ];
    stream.write_all(rest.concat().as_bytes()).await?;
    stream.shutdown().await?;
    Ok(())
}

fn chunk(delta: &Value, finish_reason: &Value) -> String {
    let chunk = json!({
        "id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1, "model": "bench",
        "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason}],
    });
    format!("data: {chunk}\n\n")
}
