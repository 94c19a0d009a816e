//! That the checks here see the bugs they are there for.

use std::process::Command;

const CHECK: &str = "as_daprd::each_outcome_has_its_answer_and_a_panic_is_a_retry";

fn check_passes(planted: &str) -> bool {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHECK])
        .env("PLANTED_FAULT", planted)
        .output()
        .unwrap();
    let ran = String::from_utf8_lossy(&output.stdout).contains("running 1 test");
    assert!(ran, "{CHECK} is gone");
    output.status.success()
}

#[test]
fn acknowledging_before_handling_turns_a_check_red() {
    assert!(check_passes("none"));
    assert!(!check_passes("ack-before-handle"));
}
