//! `chatferry rehearse`.

use super::args::{Common, RehearseArgs};
use super::{Exit, told};

pub(super) fn rehearse(_common: &Common, _args: &RehearseArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`rehearse` is not built in yet", ""))
}
