//! `chatferry inspect`: what is in an archive, for people and for programs.

mod show;

pub use show::{json, table};

use super::args::{Common, InspectArgs};
use super::{Exit, archives, print};
use crate::slack::Inventory;

pub(super) fn inspect(common: &Common, args: &InspectArgs) -> anyhow::Result<Exit> {
    let mut messages = 0;
    for path in &args.exports {
        let export = archives::open(path, args.allow_duplicate_entries)?;
        let inventory = Inventory::take(&export, &mut |_| ());
        messages += inventory.content.messages.total;
        let show = if common.json { json } else { table };
        print(&show(&inventory, export.findings()))?;
    }
    Ok(if messages == 0 { Exit::Refused } else { Exit::Done })
}
