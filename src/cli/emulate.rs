//! `chatferry emulate`.

use super::args::{Common, EmulateArgs};
use super::{Exit, told};

pub(super) fn emulate(_common: &Common, _args: &EmulateArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`emulate` is not built in yet", ""))
}
