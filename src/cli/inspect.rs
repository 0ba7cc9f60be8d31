//! `chatferry inspect`: what is in an archive, for people and for programs.

mod losses;
mod show;

pub use show::{json, table};

use super::args::{Common, InspectArgs};
use super::{Exit, archives, print};
use crate::convert;
use crate::plan::Offline;
use crate::slack::Inventory;
use std::collections::BTreeMap;

pub(super) fn inspect(common: &Common, args: &InspectArgs) -> anyhow::Result<Exit> {
    let mut messages = 0;
    for path in &args.exports {
        let export = archives::open(path, args.allow_duplicate_entries)?;
        let inventory = Inventory::take(&export, &mut |_| ());
        messages += inventory.content.messages.total;
        let offline = Offline::new(
            vec![export.clone()],
            None,
            &BTreeMap::new(),
            convert::Settings::default(),
        );
        let sums = offline.losses()?;
        print(&if common.json {
            json(&inventory, export.findings(), Some(&sums))
        } else {
            table(&inventory, export.findings()) + &losses::text(&sums)
        })?;
    }
    Ok(if messages == 0 { Exit::Refused } else { Exit::Done })
}
