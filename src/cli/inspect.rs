//! `chatferry inspect`.

use super::args::{Common, InspectArgs};
use super::{Exit, told};

pub(super) fn inspect(_common: &Common, _args: &InspectArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`inspect` is not built in yet", ""))
}
