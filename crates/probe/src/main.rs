//! `probe PORT`: succeeds if the service of this container says that it is ready.
//!
//! Docker's health checks run inside the container, and ours have no shell and no curl.

use std::io::{Error, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let Some(port) = port else {
        eprintln!("usage: probe PORT");
        return ExitCode::from(2);
    };
    match status_line(port) {
        Ok(line) if line.starts_with("HTTP/1.1 200 ") => ExitCode::SUCCESS,
        Ok(line) => fail(&line),
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("not ready: {reason}");
    ExitCode::FAILURE
}

fn status_line(port: u16) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream
        .write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4_096).read_to_string(&mut answer)?;
    let line = answer.lines().next().map(str::to_owned);
    line.ok_or_else(|| Error::other("no answer"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Answers one request.
    fn service(answer: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 256];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /health/ready "));
            stream.write_all(answer.as_bytes()).unwrap();
        });
        port
    }

    #[test]
    fn a_service_is_heard() {
        let ready = service("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(status_line(ready).unwrap(), "HTTP/1.1 200 OK");
        let waits = service("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        assert_eq!(
            status_line(waits).unwrap(),
            "HTTP/1.1 503 Service Unavailable"
        );
    }

    #[test]
    fn silence_is_no_answer() {
        assert!(status_line(service("")).is_err());
    }
}
