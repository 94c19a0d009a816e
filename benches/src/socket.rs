//! A WebSocket client that only listens. It holds little and copies nothing, so that
//! thousands of them leave the cores to the server.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use bytes::{Buf, Bytes, BytesMut};
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::http::Connection;

/// An open socket.
pub struct Socket {
    stream: TcpStream,
    buffer: BytesMut,
}

/// What a `ready` says.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub struct Ready {
    pub cursor: u64,
    pub recovered: bool,
}

/// The part of a message that is looked at.
#[derive(Deserialize)]
pub struct Message<'a, D> {
    #[serde(rename = "type")]
    pub kind: &'a str,
    pub data: D,
    pub timestamp: jiff::Timestamp,
}

impl Socket {
    /// Connects, and returns as soon as the server agreed to speak WebSocket.
    pub async fn open(addr: SocketAddr, path: &str) -> Result<Self> {
        let (stream, buffer) = Connection::open(addr).await?.upgrade(path).await?;
        Ok(Self { stream, buffer })
    }

    /// Waits for the next message.
    pub async fn next(&mut self) -> Result<Bytes> {
        loop {
            while let Some(frame) = Frame::parse(&self.buffer) {
                if self.buffer.len() < frame.end {
                    break;
                }
                let mut whole = self.buffer.split_to(frame.end);
                whole.advance(frame.start);
                match frame.opcode {
                    0x1 => return Ok(whole.freeze()),
                    0x8 => bail!("the server closed the socket: {}", closing(&whole)),
                    // Pings; the server would wait minutes for an answer.
                    _ => {}
                }
            }
            self.buffer.reserve(2048);
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the server closed the connection");
        }
    }

    /// Waits for the `ready` that must come next.
    pub async fn ready(&mut self) -> Result<Ready> {
        let message = self.next().await?;
        ready(&message)?.context("the first message is not `ready`")
    }
}

/// The `ready` that a message is, if it is one.
pub fn ready(message: &[u8]) -> Result<Option<Ready>> {
    if !message.starts_with(br#"{"data":{"cursor""#) && !message.starts_with(br#"{"type":"ready""#)
    {
        return Ok(None);
    }
    let message: Message<'_, Ready> = serde_json::from_slice(message)?;
    ensure!(
        message.kind == "ready",
        "`ready` expected, not `{}`",
        message.kind
    );
    Ok(Some(message.data))
}

/// The `seq` of an event's message, found without parsing the rest.
pub fn seq(message: &[u8]) -> Option<u64> {
    const NAME: &[u8] = br#""seq":"#;
    let start = message.windows(NAME.len()).position(|part| part == NAME)? + NAME.len();
    let digits = message[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |seq, digit| seq * 10 + u64::from(digit - b'0')))
}

/// Where the payload of an unmasked frame lies.
struct Frame {
    opcode: u8,
    start: usize,
    end: usize,
}

impl Frame {
    /// `None` while the header is incomplete.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let opcode = bytes.first()? & 0x0f;
        let (start, length) = match *bytes.get(1)? & 0x7f {
            126 => (
                4,
                usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
            ),
            127 => {
                let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
                (10, usize::try_from(length).ok()?)
            }
            short => (2, usize::from(short)),
        };
        Some(Self {
            opcode,
            start,
            end: start + length,
        })
    }
}

fn closing(payload: &[u8]) -> String {
    let code = payload
        .get(..2)
        .map_or(0, |code| u16::from_be_bytes([code[0], code[1]]));
    let reason = String::from_utf8_lossy(payload.get(2..).unwrap_or_default());
    format!("{code} {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_length_are_found() {
        let short = Frame::parse(&[0x81, 5]).unwrap();
        assert_eq!((short.opcode, short.start, short.end), (1, 2, 7));
        let medium = Frame::parse(&[0x81, 126, 1, 0]).unwrap();
        assert_eq!((medium.start, medium.end), (4, 260));
        let long = Frame::parse(&[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]).unwrap();
        assert_eq!((long.start, long.end), (10, 65_546));
        assert!(Frame::parse(&[0x81, 126, 1]).is_none());
    }

    #[test]
    fn messages_are_told_apart() {
        let text = br#"{"data":{"cursor":7,"recovered":true},"timestamp":"2026-01-01T00:00:00Z","type":"ready"}"#;
        let expected = Ready {
            cursor: 7,
            recovered: true,
        };
        assert_eq!(ready(text).unwrap(), Some(expected));
        let text = br#"{"type":"task.created","data":{"event_id":"x","seq":42},"timestamp":"z"}"#;
        assert_eq!((ready(text).unwrap(), seq(text)), (None, Some(42)));
    }
}
