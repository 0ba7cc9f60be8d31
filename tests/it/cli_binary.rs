//! The program as a user meets it: help, refusals, exit codes.

use assert_cmd::Command;
use chatferry::cli::Exit;
use predicates::prelude::*;

fn chatferry(args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("chatferry"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CHATFERRY_") {
            command.env_remove(name);
        }
    }
    command.args(args).env("COLUMNS", "100");
    command
}

fn help(args: &[&str]) -> String {
    let output = chatferry(args).output().expect("runs");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn help_tells_what_to_type_first() {
    insta::assert_snapshot!(help(&["--help"]));
}

#[test]
fn every_command_has_help() {
    for command in [
        "inspect", "preview", "doctor", "plan", "run", "pause", "resume", "status", "verify",
        "access", "complete", "people", "channels", "undo", "retry", "rehearse", "emulate",
    ] {
        let text = help(&[command, "--help"]);
        insta::assert_snapshot!(format!("help_of_{command}"), text);
    }
    insta::assert_snapshot!("help_of_channels_import", help(&["channels", "import", "--help"]));
    insta::assert_snapshot!("help_of_ledger_rebuild", help(&["ledger", "rebuild", "--help"]));
}

#[test]
fn wrong_usage_ends_with_2() {
    for args in [
        &["fly"][..],
        &["plan"],
        &["retry"],
        &["retry", "--all", "--step", "1"],
        &["run", "--pace", "fast"],
        &[],
    ] {
        chatferry(args).assert().code(i32::from(Exit::Usage.code()));
    }
}

#[test]
fn a_mistyped_command_gets_a_suggestion() {
    chatferry(&["verfy"]).assert().code(2).stderr(predicate::str::contains("verify"));
}

#[test]
fn the_command_line_itself_is_consistent() {
    use clap::CommandFactory;
    chatferry::cli::Cli::command().debug_assert();
}

#[test]
fn the_reasons_for_being_stuck_are_those_of_the_documentation() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let text = std::fs::read_to_string(path).expect("docs/operations.md");
    let documented: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("| reason |"))
        .skip(2)
        .map_while(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "))
        .collect();
    assert_eq!(documented, chatferry::send::STUCK);
}

#[test]
fn the_exit_codes_are_those_of_the_documentation() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let text = std::fs::read_to_string(path).expect("docs/operations.md");
    let documented: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("## Exit codes"))
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .filter(|(code, _)| code.parse::<u8>().is_ok())
        .collect();
    let coded = Exit::TABLE.map(|(exit, meaning)| (exit.code().to_string(), meaning));
    let coded: Vec<_> = coded.iter().map(|(code, meaning)| (code.as_str(), *meaning)).collect();
    assert_eq!(documented, coded);
}
