//! A small HTTP/1.1 client. It shares the cores with what it measures, so it does next to
//! nothing: a request is bytes made beforehand, an answer a status and a body.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection that is kept alive.
pub struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
}

pub struct Answer {
    pub status: u16,
    pub body: Bytes,
}

/// Connections that are used again; as many as requests at a time.
pub struct Client {
    addr: SocketAddr,
    idle: Mutex<Vec<Connection>>,
}

/// The bytes of a request. `headers` are whole lines, each with its line end.
pub fn request(method: &str, path: &str, jwt: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: taskflow\r\nauthorization: Bearer {jwt}\r\n{headers}\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

impl Connection {
    pub async fn open(addr: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: BytesMut::with_capacity(4096),
        })
    }

    fn is_open(&self) -> bool {
        let read = self.stream.try_read(&mut [0]);
        read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    pub async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let head = self.head().await?;
        let length = content_length(&head);
        while self.buffer.len() < length {
            self.read().await?;
        }
        Ok(Answer {
            status: status(&head)?,
            body: self.buffer.split_to(length).freeze(),
        })
    }

    /// Asks to speak WebSocket from now on. Gives the stream and what came already.
    pub async fn upgrade(mut self, path: &str) -> Result<(TcpStream, BytesMut)> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: taskflow\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.stream.write_all(request.as_bytes()).await?;
        let status = status(&self.head().await?)?;
        ensure!(status == 101, "the upgrade was answered with {status}");
        Ok((self.stream, self.buffer))
    }

    /// Sends a request whose answer comes bit by bit. Gives the stream behind its head, and what
    /// came already.
    pub async fn follow(mut self, request: &[u8]) -> Result<(TcpStream, BytesMut)> {
        self.stream.write_all(request).await?;
        let status = status(&self.head().await?)?;
        ensure!(status == 200, "answered {status} instead of 200");
        Ok((self.stream, self.buffer))
    }

    async fn head(&mut self) -> Result<Bytes> {
        const END: &[u8] = b"\r\n\r\n";
        loop {
            let end = self.buffer.windows(END.len()).position(|part| part == END);
            if let Some(end) = end {
                return Ok(self.buffer.split_to(end + END.len()).freeze());
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<()> {
        self.buffer.reserve(4096);
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the server closed the connection");
        Ok(())
    }
}

impl Client {
    pub fn new(addr: SocketAddr) -> Self {
        Self {
            addr,
            idle: Mutex::default(),
        }
    }

    /// Sends on an idle connection, or on a new one if there is none.
    pub async fn send(&self, request: &[u8]) -> Result<Answer> {
        let idle = self.idle().pop();
        // One that was idle for long, the server has closed.
        let mut connection = match idle.filter(Connection::is_open) {
            Some(connection) => connection,
            None => Connection::open(self.addr).await?,
        };
        let answer = connection.send(request).await?;
        self.idle().push(connection);
        Ok(answer)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answer {
    /// The answer itself, if its status is the expected one.
    pub fn expect(self, status: u16) -> Result<Self> {
        let body = String::from_utf8_lossy(&self.body);
        ensure!(
            self.status == status,
            "answered {} instead of {status}: {body}",
            self.status
        );
        Ok(self)
    }
}

fn status(head: &[u8]) -> Result<u16> {
    let digits = head
        .get(9..12)
        .and_then(|digits| std::str::from_utf8(digits).ok());
    digits
        .and_then(|digits| digits.parse().ok())
        .context("not an HTTP answer")
}

/// The servers write header names in lower case.
fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"content-length: ";
    let Some(start) = head.windows(NAME.len()).position(|part| part == NAME) else {
        return 0;
    };
    let digits = head[start + NAME.len()..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_matters_of_a_head() {
        let head = b"HTTP/1.1 201 Created\r\netag: \"1\"\r\ncontent-length: 417\r\n\r\n";
        assert_eq!((status(head).unwrap(), content_length(head)), (201, 417));
        let head = b"HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!((status(head).unwrap(), content_length(head)), (204, 0));
        assert!(status(b"?").is_err());
    }
}
