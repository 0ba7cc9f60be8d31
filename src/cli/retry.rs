//! `chatferry retry`.

use super::args::{Common, RetryArgs};
use super::{Exit, told};

pub(super) fn retry(_common: &Common, _args: &RetryArgs) -> anyhow::Result<Exit> {
    Err(told(Exit::Unexpected, "`retry` is not built in yet", ""))
}
