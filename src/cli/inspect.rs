//! `chatferry inspect`: what is in an archive, for people and for programs.

mod losses;
mod show;

pub use show::{json, table};

use super::args::{Common, InspectArgs};
use super::known::Known;
use super::{Exit, archives, print};
use crate::slack::Inventory;

pub(super) fn inspect(common: &Common, args: &InspectArgs) -> anyhow::Result<Exit> {
    let mut messages = 0;
    let flags = args.allow_duplicate_entries.then(|| ("allow_duplicate_entries", "true".into()));
    let known = Known::look(common.folder(), flags.into_iter().collect())?;
    for path in &args.exports {
        let export = archives::open(path, known.settings.allow_duplicate_entries)?;
        let inventory = Inventory::take(&export, &mut |_| ());
        messages += inventory.content.messages.total;
        let offline = known.offline(vec![export.clone()]);
        let sums = offline.losses()?;
        print(&if common.json {
            json(&inventory, export.findings(), Some(&sums))
        } else {
            let assumed = format!("{} {}", known.people(&offline), known.source());
            table(&inventory, export.findings()) + &losses::text(&sums, &assumed)
        })?;
    }
    Ok(if messages == 0 { Exit::Refused } else { Exit::Done })
}
