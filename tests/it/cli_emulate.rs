//! `emulate` by itself: its dialects, and what it tells at its end.

use std::process::{Command, Stdio};

#[test]
fn an_emulator_tells_at_its_end_what_was_met() {
    let home = tempfile::TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatferry"));
    command.current_dir(home.path()).stdin(Stdio::null()).stdout(Stdio::piped());
    command.args(["emulate", "--port", "0", "--coverage", "--dialect", "gone_space=not_found"]);
    let mut child = command.spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    std::io::BufRead::read_line(&mut out, &mut first).unwrap();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut out, &mut rest).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(first.starts_with("http://127.0.0.1:"), "{first}");
    let verdict = rest.lines().last().unwrap();
    assert!(verdict.contains(" behaviours: ") && verdict.ends_with("; 0 were met."), "{rest}");
    assert!(rest.contains("        0  spaces.create: the call "), "{rest}");
}

#[test]
fn an_unknown_dialect_or_value_is_refused_with_what_there_is() {
    for (word, hint) in [
        ("wind=north", "gone_space"),
        ("gone_space=maybe", "forbidden, not_found"),
        ("throttle", "too_many"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_chatferry"))
            .args(["emulate", "--port", "0", "--dialect", word])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("hint: ") && text.contains(hint), "{text}");
    }
}
