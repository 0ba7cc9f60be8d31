//! Asking the admin, where somebody is there to be asked.

use super::args::Common;
use super::hint::Tell;
use super::session::Session;
use super::{Exit, print, told};
use std::io::{BufRead, IsTerminal, stdin};

/// Tells whether somebody can answer; else only a flag will do.
pub(super) fn can_answer(common: &Common) -> bool {
    !common.json && stdin().is_terminal()
}

/// Returns the error of a question that nobody can answer.
pub(super) fn nobody(what: &str, hint: &str) -> anyhow::Error {
    told(Exit::Refused, what, hint)
}

/// Asks, and waits for a line; none where the command was stopped meanwhile.
pub(super) async fn answer(
    session: &Session<'_>,
    question: &str,
) -> anyhow::Result<Option<String>> {
    print(question)?;
    let read = tokio::task::spawn_blocking(|| line(&mut stdin().lock()));
    let draining = session.stop.draining();
    tokio::select! {
        read = read => {
            let read = read.tell(Exit::Unexpected, "")?;
            Ok(Some(read.tell(Exit::Unexpected, "")?))
        }
        () = draining.cancelled() => Ok(None),
    }
}

/// Reads one line, without the spaces around it.
pub(super) fn line(input: &mut impl BufRead) -> std::io::Result<String> {
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Tells whether an answer is a whole yes.
pub(super) fn is_yes(answer: &str) -> bool {
    answer.eq_ignore_ascii_case("yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_yes_is_a_yes() {
        for (answer, yes) in [("yes\n", true), (" Yes\r\n", true), ("y\n", false), ("\n", false)] {
            let answer = line(&mut answer.as_bytes()).expect("read");
            assert_eq!(is_yes(&answer), yes, "{answer:?}");
        }
        assert!(!is_yes(&line(&mut &b""[..]).expect("read")), "an end is no yes");
    }
}
