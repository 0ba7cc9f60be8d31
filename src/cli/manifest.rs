//! The manifest: where every message of Slack's stands now, for whoever mends the links of wikis.
//! Written anew at the end of every command that may change it; never more than a stretch of it is
//! in memory.

use super::message;
use super::session::Session;
use crate::ids::{ConversationId, LinkTemplate, Micros, Permalink, SlackTs};
use crate::ledger::{Ledger, SentMessage};
use crate::settings::Settings;
use std::io::{self, Write};

/// Its name in the work folder.
const MANIFEST: &str = "reports/manifest.csv";
/// What its columns are.
const HEAD: [&str; 6] = ["permalink", "conversation", "ts", "thread_ts", "message", "url"];
/// How many messages are read at once.
const STRETCH: usize = 1000;

/// How addresses are written.
#[derive(Debug)]
struct Addresses<'a> {
    /// The workspace's host; none: Slack's addresses begin with their path.
    workspace: Option<&'a str>,
    /// Of messages in Chat.
    template: &'a LinkTemplate,
}

impl Session<'_> {
    /// Writes the manifest, whole or not at all. Where that fails it is said, and what was done
    /// still counts.
    pub(super) fn manifest(&self, ledger: &Ledger) {
        let Settings { workspace, link_template: template, .. } = self.settings();
        let addresses = Addresses { workspace: workspace.as_deref(), template };
        let written = self.opened.work.fill(MANIFEST, |to| rows(to, ledger, &addresses));
        if let Err(error) = written {
            self.watch.say(&format!("{MANIFEST} is not written: {}", message(&error.into())));
        }
    }
}

fn rows(to: &mut dyn Write, ledger: &Ledger, addresses: &Addresses<'_>) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(HEAD)?;
    let mut cursor = (0, Micros::MIN);
    loop {
        let stretch = ledger.sent_after(cursor, STRETCH).map_err(io::Error::other)?;
        let Some(last) = stretch.last() else { return csv.flush() };
        cursor = last.cursor;
        for sent in &stretch {
            csv.write_record(row(sent, addresses).map(|cell| safe(&cell)))?;
        }
    }
}

fn row(sent: &SentMessage, addresses: &Addresses<'_>) -> [String; 6] {
    let ts = SlackTs::from_micros(sent.cursor.1);
    let host = addresses.workspace.map(|host| format!("https://{host}")).unwrap_or_default();
    let permalink = Permalink { conversation: sent.conversation.clone(), ts };
    let url = addresses.template.address(&sent.message, sent.thread.as_deref());
    [
        if has_address(&sent.conversation) { format!("{host}{permalink}") } else { String::new() },
        sent.conversation.to_string(),
        ts.to_string(),
        sent.root.map(|root| SlackTs::from_micros(root).to_string()).unwrap_or_default(),
        sent.message.clone(),
        url.unwrap_or_default(),
    ]
}

/// A conversation that the export only knows as a folder has no address.
fn has_address(conversation: &ConversationId) -> bool {
    conversation.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// No cell is a formula, and none moves a cursor.
pub(super) fn safe(cell: &str) -> String {
    let cell: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // A program that parts cells at semicolons begins one behind each.
    let starts = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let is_formula = |part: &str| part.trim_start_matches([' ', '"']).starts_with(starts);
    let safe = |part: &str| if is_formula(part) { format!("'{part}") } else { part.to_owned() };
    cell.split(';').map(safe).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(conversation: &str, message: &str) -> SentMessage {
        SentMessage {
            cursor: (1, 1_614_852_900_000_200),
            conversation: ConversationId::new(conversation),
            root: None,
            message: message.to_owned(),
            thread: Some("spaces/A/threads/T".to_owned()),
        }
    }

    #[test]
    fn a_row_has_both_addresses_and_no_cell_is_a_formula() {
        let template = LinkTemplate::default();
        let of = |workspace, sent: &SentMessage| {
            row(sent, &Addresses { workspace, template: &template }).map(|cell| safe(&cell))
        };
        let plain = sent("C1", "spaces/A/messages/T.M");
        let cells = of(Some("acme.slack.com"), &plain);
        assert_eq!(cells[0], "https://acme.slack.com/archives/C1/p1614852900000200");
        assert_eq!(cells[5], "https://chat.google.com/room/A/T/M");
        assert_eq!(of(None, &plain)[0], "/archives/C1/p1614852900000200");
        let odd = of(None, &sent("folder:=a\n", "=cmd()"));
        assert_eq!(
            odd.map(|cell| cell.chars().next()),
            [None, Some('f'), Some('1'), None, Some('\''), None]
        );
    }
}
