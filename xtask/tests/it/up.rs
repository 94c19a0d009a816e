//! `cargo xtask up`, as a person runs it: what it prints is typed, what it starts is looked at, and
//! it is interrupted. The services are there already, because it builds them as tests are built.

use std::collections::HashMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use children::{Process, Spec};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::process::Command;
use tokio::sync::{Mutex, watch};
use tokio::time::timeout;
use xtask::{frontend, ports, template, workspace};

/// What is left after an interrupt has this long to end.
const AT_ONCE: Duration = Duration::from_secs(10);

/// How long it may take until something is said. On a fresh machine the front end is built first.
const PATIENCE: Duration = Duration::from_mins(5);

/// Those of the servers; they are fixed, as are those of the services.
const SERVER_PORTS: [u16; 3] = [15432, 19092, 19093];

/// So only one runs at a time.
static TURN: Mutex<()> = Mutex::const_new(());

/// The command as it runs.
struct Up {
    process: Process,
    said: watch::Receiver<String>,
}

/// A folder for its data, and for the settings of curl, which shall tell the status as well.
fn folder() -> PathBuf {
    let folder = workspace::scratch("up").unwrap();
    let settings = "silent\nshow-error\nmax-time = 30\nnoproxy = \"*\"\n\
                    write-out = \"\\n%{http_code}\"\n";
    fs::write(folder.join(".curlrc"), settings).unwrap();
    folder
}

/// Not with the database of the other tests here, and with both streams as a terminal shows them.
fn command(folder: &Path, args: &[&str]) -> Spec {
    let script = r#"unset DATABASE_URL; exec "$@" 2>&1"#;
    Spec::new("up", "/bin/sh")
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_xtask"), "up"])
        .arg(format!("--data={}", folder.display()))
        .args(args)
        .stop_signal(Signal::SIGINT)
}

impl Up {
    async fn start(command: Spec) -> Self {
        let (heard, said) = watch::channel(String::new());
        let command = command.log_lines(Arc::new(move |line: &str| {
            heard.send_modify(|said| {
                said.push_str(line);
                said.push('\n');
            });
        }));
        let process = Process::start(command).await.unwrap();
        Self { process, said }
    }

    /// One that has come up.
    async fn ready(folder: &Path, args: &[&str]) -> Self {
        let up = Self::start(command(folder, args)).await;
        up.says("Ctrl-C stops everything.").await;
        up
    }

    async fn says(&self, text: &str) {
        let mut heard = self.said.clone();
        let said_or_ended = async {
            tokio::select! {
                _ = heard.wait_for(|said| said.contains(text)) => {}
                _ = self.process.exited() => {}
            }
        };
        let _ = timeout(PATIENCE, said_or_ended).await;
        let said = self.said.borrow();
        assert!(said.contains(text), "no `{text}` in:\n{}", *said);
    }

    /// Ends by itself, with an error.
    async fn fails(&self) {
        let ended = timeout(PATIENCE, self.process.exited()).await;
        assert!(!ended.unwrap().unwrap().success());
    }

    /// Is interrupted, and ends with all that it started.
    async fn stops(&self) {
        let left = self.descendants();
        self.process.terminate(AT_ONCE).await.unwrap();
        let status = self.process.exited().await.unwrap();
        assert!(status.success(), "{status}:\n{}", *self.said.borrow());
        nothing_is_left(&left);
    }

    /// The address that it printed behind a name.
    fn address(&self, name: &str) -> String {
        let said = self.said.borrow();
        let mut named = said.lines().filter_map(|line| line.strip_prefix(name));
        let address = named.find(|rest| rest.trim().starts_with("http"));
        address.unwrap().trim().to_owned()
    }

    /// The command that it printed, as it stands there.
    fn curl(&self) -> String {
        let said = self.said.borrow();
        let mut lines = said.lines().skip_while(|line| !line.starts_with("curl "));
        let mut command = lines.next().unwrap().to_owned();
        while command.ends_with('\\') {
            command.push('\n');
            command.push_str(lines.next().unwrap());
        }
        command
    }

    /// What it started itself.
    fn children(&self) -> Vec<u32> {
        children(&parents(), self.process.pid())
    }

    /// Its children, and theirs.
    fn descendants(&self) -> Vec<u32> {
        let parents = parents();
        let mut found = self.children();
        let mut next = 0;
        while let Some(parent) = found.get(next).copied() {
            found.extend(children(&parents, parent));
            next += 1;
        }
        found
    }

    /// `kill -9` of what it started under a name.
    fn kill9(&self, child: &str) {
        let pid = self.children().into_iter().find(|pid| name(*pid) == child);
        let pid = Pid::from_raw(i32::try_from(pid.unwrap()).unwrap());
        kill(pid, Signal::SIGKILL).unwrap();
    }
}

/// What comes of a command with curl: the status, and the body.
async fn typed(command: &str, folder: &Path) -> (u16, String) {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", command]).env("CURL_HOME", folder);
    let output = shell.output().await.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let split = output.rsplit_once('\n');
    let (body, status) = split.unwrap_or_else(|| panic!("{error}"));
    (status.parse().unwrap(), body.to_owned())
}

/// A page that can be opened.
async fn page(url: &str, folder: &Path) -> String {
    let (status, body) = typed(&format!("curl --location {url}"), folder).await;
    assert_eq!(status, 200, "{url}: {body}");
    body
}

/// Of every process its parent.
fn parents() -> HashMap<u32, u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| Some((pid, parent(pid)?))).collect()
}

/// Behind the name, which may hold anything: the state, and the parent.
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(1)?.parse().ok()
}

fn children(parents: &HashMap<u32, u32>, of: u32) -> Vec<u32> {
    let found = parents.iter().filter(|(_, parent)| **parent == of);
    let mut found: Vec<u32> = found.map(|(pid, _)| *pid).collect();
    found.sort_unstable();
    found
}

/// The kernel keeps its first 15 letters.
fn name(pid: u32) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim().to_owned()
}

fn nothing_is_left(of: &[u32]) {
    for pid in of {
        let is_there = Path::new(&format!("/proc/{pid}")).exists();
        assert!(!is_there, "{} (pid {pid}) is left", name(*pid));
    }
    let mut wanted = SERVER_PORTS.to_vec();
    wanted.push(frontend::PORT);
    for app in template::read().unwrap() {
        wanted.extend(app.ports().unwrap().map(|(port, _)| port));
    }
    for port in wanted {
        assert!(ports::is_free(port), "{port} is held still");
    }
}

#[tokio::test]
async fn the_product_comes_up_goes_and_comes_back_with_what_was_in_it() {
    let _turn = TURN.lock().await;
    let folder = folder();
    let up = Up::ready(&folder, &[]).await;
    let create = up.curl();
    let (status, task) = typed(&create, &folder).await;
    assert_eq!(status, 201, "{task}");
    let task: Value = serde_json::from_str(&task).unwrap();
    assert_eq!(task["title"], "Try TaskFlow");
    up.says("\nbackend            │ {").await;

    for service in ["backend", "realtime", "scheduler", "notifier", "agent"] {
        page(&format!("{}/health/ready", up.address(service)), &folder).await;
    }
    let openapi = format!("{}/openapi.json", up.address("backend"));
    assert!(page(&openapi, &folder).await.contains("TaskFlow"));
    assert!(
        page(&up.address("docs"), &folder)
            .await
            .contains("TaskFlow")
    );
    assert!(page(&up.address("open"), &folder).await.contains("Sign in"));

    let running = up.children();
    let second = Up::start(command(&folder, &[])).await;
    second.fails().await;
    for taken in [
        "8000 (taskflow-backend: HTTP) is taken by taskflow-backen",
        "3000 (the app) is taken by",
        "15432 (postgres) is taken by postgres",
        "19092 (kafka) is taken by java",
    ] {
        second.says(taken).await;
    }
    assert_eq!(up.children(), running);
    up.stops().await;

    let up = Up::ready(&folder, &[]).await;
    let (list, _) = create.rsplit_once(" \\\n  -d ").unwrap();
    let (status, tasks) = typed(list, &folder).await;
    assert_eq!(status, 200, "{tasks}");
    assert!(tasks.contains(task["id"].as_str().unwrap()), "{tasks}");

    let left = up.descendants();
    up.kill9("taskflow-backen");
    up.fails().await;
    up.says("Error: backend ended (signal: 9 (SIGKILL)). Its last lines:\n{")
        .await;
    nothing_is_left(&left);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn for_services_started_another_way_there_are_the_servers_alone() {
    let _turn = TURN.lock().await;
    let folder = folder();
    let up = Up::ready(&folder, &["--infra"]).await;
    let mut names: Vec<String> = up.children().into_iter().map(name).collect();
    names.sort();
    assert_eq!(names, ["java", "postgres"]);
    up.stops().await;

    let up = Up::ready(&folder, &["--infra"]).await;
    let left = up.descendants();
    up.kill9("java");
    up.fails().await;
    up.says("Error: kafka ended (signal: 9 (SIGKILL))").await;
    nothing_is_left(&left);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn one_process_and_its_database_are_enough() {
    let _turn = TURN.lock().await;
    let folder = folder();
    let up = Up::ready(&folder, &["--standalone"]).await;
    let (status, task) = typed(&up.curl(), &folder).await;
    assert_eq!(status, 201, "{task}");
    let services = up.address("taskflow");
    page(&format!("{services}/health/ready"), &folder).await;
    assert!(page(&up.address("open"), &folder).await.contains("Sign in"));
    let names: Vec<String> = up.children().into_iter().map(name).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    for child in ["postgres", "taskflow"] {
        assert!(names.iter().any(|name| name == child), "{names:?}");
    }
    let left = up.descendants();
    up.kill9("taskflow");
    up.fails().await;
    up.says("Error: taskflow ended (signal: 9 (SIGKILL))").await;
    nothing_is_left(&left);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_a_machine_lacks_is_named_at_once() {
    let _turn = TURN.lock().await;
    let folder = folder();
    // Debian's.
    let node = folder.join("node");
    fs::write(&node, "#!/bin/sh\necho v18.19.0\n").unwrap();
    fs::set_permissions(&node, Permissions::from_mode(0o755)).unwrap();
    let path = folder.display().to_string();
    let fresh = |args: &[&str]| {
        let fresh = command(&folder, args).env("PATH", &path);
        Up::start(fresh.env("XDG_CACHE_HOME", &path))
    };
    let up = fresh(&[]).await;
    up.fails().await;
    for lack in [
        "`java` is missing: Kafka runs on Java 17 or newer.",
        "`mvn` is missing: Maven fetches Kafka from Maven Central.",
        "`go` is missing: Go 1.26 builds the Dapr sidecar.",
        "`node` is version 18.19, which is too old: the front end runs on Node.js 20.9 or newer.",
        "`npm` is missing: it comes with Node.js.",
    ] {
        up.says(lack).await;
    }
    let up = fresh(&["--standalone", "--no-frontend"]).await;
    up.fails().await;
    let lack = "Error: `pkg-config` is missing: it finds OpenSSL, which the standalone speaks to Kafka \
                with.";
    up.says(lack).await;
    assert!(!folder.join("up.lock").exists());
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_cannot_work_is_said_before_anything_starts() {
    let _turn = TURN.lock().await;
    let folder = folder();
    let database = "--database-url=postgres://nobody@127.0.0.1:1/nothing";
    let up = Up::start(command(&folder, &[database])).await;
    up.fails().await;
    up.says("Error: nothing on 127.0.0.1:1, which DATABASE_URL names: ")
        .await;

    let other = File::create(folder.join("up.lock")).unwrap();
    other.lock().unwrap();
    let up = Up::start(command(&folder, &[])).await;
    up.fails().await;
    up.says("another `cargo xtask up` is starting or stopping")
        .await;

    assert!(!folder.join("kafka").exists());
    fs::remove_dir_all(folder).unwrap();
}
