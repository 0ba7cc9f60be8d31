//! `chatferry run`.

use super::args::{Common, RunArgs};
use super::{Exit, told};

pub(super) fn run(_common: &Common, _args: &RunArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`run` is not built in yet", ""))
}
