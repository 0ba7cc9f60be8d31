//! `chatferry complete`.

use super::args::{Common, CompleteArgs};
use super::{Exit, told};

pub(super) fn complete(_common: &Common, _args: &CompleteArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`complete` is not built in yet", ""))
}
