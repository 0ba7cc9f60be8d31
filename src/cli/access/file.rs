//! Everybody's sight of every space, line by line: as CSV and as JSON.

use crate::access::{Fate, Seat, SeenGroup, Sight};
use crate::cli::manifest::safe;
use crate::ids::rfc3339;
use crate::ledger::Error;
use serde_json::{Value, json as object};
use std::io::{self, Write};

/// Its name in the work folder.
pub(super) const NAME: &str = "reports/access.csv";
/// What its columns are.
const HEAD: [&str; 10] = [
    "space",
    "conversation",
    "kind",
    "slack_id",
    "name",
    "account",
    "slack",
    "chat",
    "why",
    "merged",
];

/// Writes a row for each person of each space; one space at a time is in memory.
pub(super) fn rows(
    to: &mut dyn Write,
    sights: impl Iterator<Item = Result<Sight, Error>>,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(HEAD)?;
    for sight in sights {
        let sight = sight.map_err(io::Error::other)?;
        for seat in &sight.seats {
            let merged = seat.merged();
            csv.write_record(row(&sight, seat, &merged).map(safe))?;
        }
    }
    csv.flush()
}

fn row<'a>(sight: &'a Sight, seat: &'a Seat, merged: &'a str) -> [&'a str; 10] {
    [
        &sight.name,
        sight.slack.as_str(),
        &sight.kind,
        seat.slack.as_deref().unwrap_or_default(),
        &seat.name,
        seat.account.as_deref().unwrap_or_default(),
        before(sight, seat),
        seat.fate.as_str(),
        seat.fate.why().unwrap_or_default(),
        merged,
    ]
}

/// Says how somebody could read a conversation in Slack.
fn before(sight: &Sight, seat: &Seat) -> &'static str {
    match seat.slack {
        Some(_) if seat.fate == Fate::Deactivated => Fate::Deactivated.as_str(),
        _ if seat.fate == Fate::JoinsByGroup => "everyone",
        _ if seat.fate == Fate::New => "",
        Some(_) => "member",
        None if sight.was_public() => "everyone",
        None => "",
    }
}

fn group(group: &SeenGroup) -> Value {
    object!({ "name": group.name, "address": group.email, "looked_up": rfc3339(group.seen) })
}

/// Returns a space as data.
pub(super) fn json(sight: &Sight) -> Value {
    let seat = |seat: &Seat| {
        object!({
            "slack_id": seat.slack,
            "name": seat.name,
            "account": seat.account,
            "slack": before(sight, seat),
            "chat": seat.fate.as_str(),
            "why": seat.fate.why(),
            "also": seat.also,
        })
    };
    object!({
        "event": "space_access",
        "space": sight.name,
        "conversation": sight.slack.as_str(),
        "kind": sight.kind,
        "audience": sight.audience,
        "group": sight.group.as_ref().map(group),
        "hash": sight.hash(),
        "people": sight.seats.iter().map(seat).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ConversationId;

    #[test]
    fn no_cell_is_a_formula() {
        let seat = Seat {
            slack: Some("U1".to_owned()),
            name: "=HYPERLINK(\"http://x\")".to_owned(),
            account: Some("@sum".to_owned()),
            fate: Fate::Missing("no_account".to_owned()),
            also: Vec::new(),
        };
        let sight = Sight {
            lane: 1,
            slack: ConversationId::new("C1"),
            part: 0,
            name: "\t+1".to_owned(),
            kind: "public".to_owned(),
            audience: None,
            group: None,
            seats: vec![seat],
        };
        let cells = row(&sight, &sight.seats[0], "").map(safe);
        assert_eq!(
            cells.join("|"),
            "' +1|C1|public|U1|'=HYPERLINK(\"http://x\")|'@sum|member|missing|no_account|"
        );
    }
}
