//! A child is stopped, killed, restarted and explained.

use std::time::Duration;

use children::{Process, Spec};

fn shell(script: &str) -> Spec {
    Spec::new("shell", "/bin/sh").arg("-c").arg(script)
}

/// Once the child has said anything, its signal handlers are in place.
async fn spoken(process: &Process) {
    while process.tail().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_polite_child_ends_by_itself() {
    let script = "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done";
    let process = Process::start(shell(script)).await.unwrap();
    spoken(&process).await;
    process.terminate(Duration::from_secs(10)).await.unwrap();
    assert_eq!(process.exited().await.unwrap().code(), Some(3));
    assert_eq!(process.tail(), ["up", "bye"]);
}

#[tokio::test]
async fn a_stubborn_child_is_killed() {
    let script = "trap '' TERM; echo up; while :; do sleep 0.01; done";
    let process = Process::start(shell(script)).await.unwrap();
    spoken(&process).await;
    process.terminate(Duration::from_millis(50)).await.unwrap();
    assert_eq!(process.exited().await.unwrap().code(), None);
}

#[tokio::test]
async fn a_restarted_child_is_another_one() {
    let process = Process::start(shell("exec sleep 60")).await.unwrap();
    let first = process.pid();
    process.kill9().await.unwrap();
    assert!(!process.is_running());
    process.restart().await.unwrap();
    assert!(process.is_running());
    assert_ne!(process.pid(), first);
}

#[tokio::test]
async fn only_the_last_lines_are_kept() {
    let process = Process::start(shell("seq 1 100")).await.unwrap();
    process.exited().await.unwrap();
    let tail = process.tail();
    assert_eq!(tail.len(), 40);
    assert_eq!(tail.first().unwrap(), "61");
    assert_eq!(tail.last().unwrap(), "100");
}

#[tokio::test]
async fn a_child_outlives_the_thread_that_started_it() {
    let process = std::thread::spawn(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let spec = shell("exec sleep 60");
        runtime.block_on(Process::start(spec)).unwrap()
    })
    .join()
    .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(process.is_running());
}

#[tokio::test]
async fn what_cannot_be_started_is_named() {
    let error = Process::start(Spec::new("ghost", "/no/such/program")).await;
    // Behind setpriv the start succeeds, and the end tells.
    let told = match error {
        Err(error) => format!("{error:#}"),
        Ok(process) => {
            assert!(!process.exited().await.unwrap().success());
            process.tail().join("\n")
        }
    };
    assert!(told.contains("No such file"), "{told}");
}
