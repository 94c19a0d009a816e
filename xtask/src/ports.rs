//! TCP ports on the loopback: finding free ones, and saying who holds a taken one.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result, bail};

/// Below 32768, where the kernel takes the local ends of outgoing connections from: one of
/// those may hold any port there just when a server wants it.
const FIRST: u16 = 20_000;
const BLOCK: u16 = 64;
const BLOCKS: u16 = 190;

/// A block of ports that no other `Ports` hands out, in this process or any other, until
/// it is dropped.
pub struct Ports {
    next: AtomicU16,
    end: u16,
    _lock: File,
}

impl Ports {
    pub fn claim() -> Result<Self> {
        let folder = std::env::temp_dir().join("taskflow-ports");
        fs::create_dir_all(&folder)?;
        for block in 0..BLOCKS {
            let file = folder.join(block.to_string());
            let lock = File::create(&file).with_context(|| format!("{}", file.display()))?;
            if lock.try_lock().is_ok() {
                let first = FIRST + block * BLOCK;
                return Ok(Self {
                    next: AtomicU16::new(first),
                    end: first + BLOCK,
                    _lock: lock,
                });
            }
        }
        bail!("all {BLOCKS} blocks of test ports are in use");
    }

    /// A port that nothing listens on, with the loopback's address.
    pub fn next_on_loopback(&self) -> Result<SocketAddr> {
        Ok((Ipv4Addr::LOCALHOST, self.next()?).into())
    }

    /// A port that nothing listens on.
    pub fn next(&self) -> Result<u16> {
        loop {
            let port = self.next.fetch_add(1, Ordering::Relaxed);
            if port >= self.end {
                bail!("more than {BLOCK} ports for one stack");
            }
            if is_free(port) {
                return Ok(port);
            }
        }
    }
}

/// Whether a server could listen on the port now.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Name and pid of the process that listens on the port, as far as we may look.
pub fn holder(port: u16) -> Option<String> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listeners(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let process = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .find(|pid| holds(*pid, &sockets))?;
    let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    Some(format!("{} (pid {process})", name.trim()))
}

/// Whether one of the sockets is an open file of the process.
fn holds(pid: u32, sockets: &[String]) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    descriptors
        .flatten()
        .filter_map(|descriptor| fs::read_link(descriptor.path()).ok())
        .any(|link| {
            sockets
                .iter()
                .any(|socket| link.as_os_str() == socket.as_str())
        })
}

/// The inodes of the sockets that listen on the port, from a table like `/proc/net/tcp`.
fn listeners(table: &str, port: u16) -> Vec<String> {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.len() > 9 && fields[1].ends_with(&suffix) && fields[3] == LISTEN)
        .map(|fields| fields[9].to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_process_that_listens() {
        let ports = Ports::claim().unwrap();
        let port = ports.next().unwrap();
        assert_eq!(holder(port), None);
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        assert!(!is_free(port));
        let me = format!("(pid {})", std::process::id());
        assert!(holder(port).unwrap().ends_with(&me));
    }

    #[test]
    fn two_claims_never_share_a_port() {
        let (a, b) = (Ports::claim().unwrap(), Ports::claim().unwrap());
        assert_ne!(a.next().unwrap(), b.next().unwrap());
    }
}
