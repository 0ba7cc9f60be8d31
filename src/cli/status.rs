//! `chatferry status`.

use super::args::{Common, StatusArgs};
use super::{Exit, told};

pub(super) fn status(_common: &Common, _args: &StatusArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`status` is not built in yet", ""))
}
