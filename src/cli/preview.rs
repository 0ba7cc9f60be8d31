//! `chatferry preview`: how a conversation will read in Chat, in the terminal or as a page.

mod args;
mod terminal;

pub use args::PreviewArgs;

use super::args::Common;
use super::known::Known;
use super::words::counted;
use super::{Exit, archives, display_safe, json_line, print, told};
use crate::plan::Offline;
use crate::preview::{Names, NoSuch, Preview, Stretch, choose, gather, page};
use crate::slack::Conversation;
use std::path::Path;

/// Columns where standard output is no terminal.
const COLS: usize = 80;
/// Longer lines are hard to read.
const WIDEST: usize = 100;

pub(super) fn preview(common: &Common, args: &PreviewArgs) -> anyhow::Result<Exit> {
    let known = Known::look(common.folder(), args.settings())?;
    let archives = archives::open_all(&args.exports, &known.settings)?;
    let offline = known.offline(archives.into_iter().map(|(_, export)| export).collect());
    let conversation = find(&offline, &args.channel)?;
    let names =
        Names::of(offline.converter().roster(), &known.listed, known.settings.admin.as_ref());
    let stretch = Stretch { around: args.around, count: usize::from(args.count) };
    let mut preview = gather(&offline, conversation, stretch, names)?;
    preview.people = known.people(&offline);
    show(common, args, &preview)?;
    Ok(if preview.total == 0 { Exit::Refused } else { Exit::Done })
}

fn show(common: &Common, args: &PreviewArgs, preview: &Preview) -> anyhow::Result<()> {
    if let Some(path) = &args.html {
        write(path, &page(preview))?;
        let shown = counted(preview.shown, "message", "messages");
        if !common.json && !common.quiet {
            print(&format!("{shown} written to {}\n", display_safe(&path.display().to_string())))?;
        }
    }
    if common.json {
        return print(&(json_line(&serde_json::to_value(preview)?) + "\n"));
    }
    if args.html.is_some() {
        return Ok(());
    }
    let term = console::Term::stdout();
    let cols = if term.is_term() { usize::from(term.size().1).min(WIDEST) } else { COLS };
    print(&terminal::text(preview, cols, console::colors_enabled()))
}

/// Writes the page, whole or not at all.
fn write(path: &Path, page: &str) -> anyhow::Result<()> {
    let hint = "name a file in a folder that can be written to: --html FILE";
    std::fs::write(path, page)
        .map_err(|error| told(Exit::Refused, format!("{}: {error}", path.display()), hint))
}

fn find<'a>(offline: &'a Offline, wanted: &str) -> anyhow::Result<&'a Conversation> {
    choose(offline, wanted).map_err(|why| {
        let (what, hint) = match why {
            NoSuch::Several(ids) => (
                format!("{} is the name of several conversations", display_safe(wanted)),
                format!("name one by its Slack id: {}", ids.join(", ")),
            ),
            NoSuch::Unknown(alike) => (
                format!("no conversation is called {}", display_safe(wanted)),
                match &alike[..] {
                    [] => String::from("a channel's name, with or without #, or its Slack id"),
                    alike => {
                        format!("did you mean {}?", display_safe(&alike.join(", ")))
                    }
                },
            ),
        };
        told(Exit::Refused, what, hint)
    })
}
