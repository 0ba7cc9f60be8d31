//! What is owed and what is paid, in SQLite. The one home of SQL; knows neither Slack nor Chat.
#![expect(clippy::disallowed_types, reason = "the one home of SQL")]

mod access;
mod account;
mod amend;
mod authors;
mod choices;
mod chosen;
mod codes;
mod emoji;
mod error;
mod expect;
mod give_way;
mod groups;
mod heir;
mod history;
mod journal;
mod lane;
mod late;
mod learnt;
mod leave;
mod migrate;
mod open;
mod opening;
mod owed;
mod owner;
mod people;
mod plan;
mod reconcile;
mod relief;
mod retry;
mod rooms;
mod said;
mod sent;
mod settle;
mod spaces;
mod stage;
mod tell;
mod told;
mod writer;

pub use account::{
    Account, Deadline, Gone, Hidden, Invited, ItemKind, ItemState, LaneStanding, LossGroup, Named,
    Outsider, OutsiderFate, Tally, Unmatched, Wedged,
};
pub use amend::{Relink, Relinked};
pub use authors::Author;
pub use choices::Choices;
pub use chosen::{CHOSEN, Claim, Reseated};
pub use emoji::{EmojiState, UsedEmoji};
pub use error::Error;
pub use expect::{Expected, ExpectedMember, ExpectedReaction, Standing};
pub use give_way::Poorer;
pub use groups::{KnownGroup, LookedUp};
pub use history::Older;
pub use lane::{Blocked, Lane, LaneState};
pub use late::{LateCall, Latecomer, Membership, SentAs};
pub use learnt::Learnt;
pub use open::Owner;
pub use owed::{Names, Parent, Step};
pub use people::{Choice, Listed, NewPerson};
pub use plan::{NewItem, NewLane, Planning};
pub use relief::Relief;
pub use rooms::{Room, RoomChoice};
pub use said::Said;
pub use sent::SentMessage;
pub use settle::{Key, Receipt, Settlement};
pub use spaces::{Line, SpacesLog, read as read_spaces};
pub use stage::{NewStep, Stage, StageError, StagedItem, StagedMember, step_id};
pub use told::{Ending, Ends, Left, Orphan, Told, ToldLane, ToldSpace};
pub use writer::Writer;

use crate::crash;
use rusqlite::{Connection, Transaction};

/// An open ledger: one connection, used by one thread at a time.
#[derive(Debug)]
pub struct Ledger {
    db: Connection,
}

/// Makes a change durable.
fn commit(change: Transaction<'_>, what: &'static str) -> Result<(), Error> {
    Ok(crash::around(what, || change.commit())?)
}

/// Every write says how many rows it expects.
fn expect_rows(rows: usize, expected: usize, what: &str) -> Result<(), Error> {
    if rows == expected {
        return Ok(());
    }
    Err(Error::Broken(format!("{what}: {rows} rows changed, {expected} expected")))
}
