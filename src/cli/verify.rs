//! `chatferry verify`.

use super::args::{Common, VerifyArgs};
use super::{Exit, told};

pub(super) fn verify(_common: &Common, _args: &VerifyArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`verify` is not built in yet", ""))
}
