//! `chatferry plan`.

use super::args::{Common, PlanArgs};
use super::{Exit, told};

pub(super) fn plan(_common: &Common, _args: &PlanArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`plan` is not built in yet", ""))
}
