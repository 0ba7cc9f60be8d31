//! The program at a terminal, with somebody who types: a terminal of its own is made by `script`,
//! which every Linux has.

use crate::crash_support::{PEOPLE, small};
use crate::rig::Rig;
use crate::rig::text;
use chatferry::emulator::Options;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What was on the terminal, and how the command ended.
#[derive(Debug)]
pub(crate) struct Typed {
    /// All that was shown, without colours; what was typed shows too.
    pub(crate) shown: String,
    /// The exit code.
    pub(crate) code: Option<i32>,
}

/// Runs a command on a terminal. As each question is shown, its answer is typed.
pub(crate) async fn typed(command: &Command, answers: &[(&str, &str)]) -> Typed {
    let mut terminal = Command::new("script");
    terminal.args(["-qefc", &line(command), "/dev/null"]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    terminal.env("SHELL", "/bin/sh").env("TERM", "xterm");
    command.get_current_dir().map(|folder| terminal.current_dir(folder));
    let answers: Vec<(String, String)> =
        answers.iter().map(|(ask, say)| ((*ask).to_owned(), format!("{say}\n"))).collect();
    tokio::task::spawn_blocking(move || converse(terminal, answers)).await.expect("it ends")
}

/// Quotes a command for a shell, on a terminal of a common size.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted =
        words.map(|word| format!("'{}'", word.display().to_string().replace('\'', r"'\''")));
    format!("stty cols 120 rows 40 && exec {}", quoted.collect::<Vec<_>>().join(" "))
}

fn converse(mut terminal: Command, answers: Vec<(String, String)>) -> Typed {
    let terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = terminal.spawn().expect("`script` of util-linux is there");
    let shows = listen(&mut child);
    let mut keys = child.stdin.take().expect("a pipe");
    let (mut shown, mut read, mut answers) = (String::new(), 0, answers.into_iter().peekable());
    // A question that never comes, and a command that never ends, fail the test.
    while let Ok(bytes) = shows.recv_timeout(Duration::from_mins(2)) {
        if bytes.is_empty() {
            drop(keys);
            let code = child.wait().expect("it ends").code();
            assert_eq!(answers.next(), None, "it never asked:\n{shown}");
            return Typed { shown, code };
        }
        shown += &text(&bytes);
        if let Some((question, answer)) = answers.peek()
            && let Some(at) = shown[read..].find(question)
        {
            read += at + question.len();
            keys.write_all(answer.as_bytes()).expect("somebody reads");
            answers.next();
        }
    }
    child.kill().expect("it can be killed");
    panic!("nothing more is shown:\n{shown}")
}

/// Reads what is shown; the end is an empty piece.
fn listen(child: &mut Child) -> Receiver<Vec<u8>> {
    let (tell, told) = channel();
    let mut screen = child.stdout.take().expect("a pipe");
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(size) = screen.read(&mut piece) {
            if tell.send(piece[..size].to_vec()).is_err() || size == 0 {
                return;
            }
        }
        // A terminal whose other end is closed may end with an error.
        let _ = tell.send(Vec::new());
    });
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_undone_wants_a_whole_yes_at_the_terminal() {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    rig.ok(&["run", &small().path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    let complete = rig.bare(&["complete", "--only", "general"]);
    let question = "Complete? Type yes: ";
    for no in ["y", "", "no", "yes please"] {
        let said = typed(&complete, &[(question, no)]).await;
        assert_eq!(said.code, Some(5), "{no:?}: {}", said.shown);
        assert!(said.shown.contains("Nothing was opened."), "{no:?}: {}", said.shown);
    }
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0);
    let said = typed(&complete, &[(question, "YES")]).await;
    assert_eq!(said.code, Some(0), "{}", said.shown);
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn h8_spaces_are_deleted_for_whoever_types_the_migrations_name() {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    rig.ok(&["run", &small().path.display().to_string()]).await;
    let undo = rig.bare(&["undo"]);
    let mark = rig.mark();
    let question = format!("type the migration's name and mark ({mark}): ");
    let question = question.as_str();
    for no in ["yes", "T1", "", "T1-000000"] {
        let said = typed(&undo, &[(question, no)]).await;
        assert_eq!(said.code, Some(5), "{no:?}: {}", said.shown);
        assert!(said.shown.contains("Nothing was changed."), "{no:?}: {}", said.shown);
    }
    assert_eq!(rig.emulator().stats().of("spaces.delete"), 0);
    let said = typed(&undo, &[(question, &mark)]).await;
    assert_eq!(said.code, Some(0), "{}", said.shown);
    assert_eq!(rig.emulator().stats().of("spaces.delete"), 3);
}
