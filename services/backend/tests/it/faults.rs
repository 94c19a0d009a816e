//! That the checks here see the bugs they are there for.

use std::process::Command;

/// Tests that end otherwise when the bug is planted.
const FOUND: &[(&str, &str)] = &[
    (
        "begin-in-the-open",
        "cut_off::whoever_is_cut_off_leaves_no_transaction_behind",
    ),
    (
        "links-unchecked",
        "tampering::whatever_is_changed_in_the_log_is_found",
    ),
    (
        "agent-asks-nobody",
        "consent::what_would_take_many_tasks_away_waits",
    ),
    (
        "fold-forgets",
        "properties::the_tables_are_the_fold_of_the_log",
    ),
    (
        "as-of-off-by-one",
        "properties::the_tables_are_the_fold_of_the_log",
    ),
    (
        "undo-forgets",
        "properties::what_is_taken_back_might_never_have_been",
    ),
    (
        "undo-forgets",
        "properties::a_run_that_is_taken_back_might_never_have_been",
    ),
    (
        "export-forgets",
        "properties::a_log_that_moves_is_the_same_to_the_byte",
    ),
    (
        "no-occurrence-key",
        "simulation::every_occurrence_is_one_task",
    ),
    ("utc-arithmetic", "simulation::every_occurrence_is_one_task"),
];

/// Enough for a bug that is no rare one.
const SEQUENCES: &str = "40";

#[test]
fn each_planted_fault_turns_its_check_red() {
    for &(fault, check) in FOUND {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", check])
            .env("PLANTED_FAULT", fault)
            .env("TASKFLOW_SEQUENCES", SEQUENCES)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            said.contains("test result: FAILED. 0 passed; 1 failed"),
            "{check} did not find {fault}: {said}"
        );
    }
}
