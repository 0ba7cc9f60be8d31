//! What is owed and what is paid, in SQLite. The one home of SQL; knows neither Slack nor Chat.

mod account;

pub use account::{Account, ItemKind, ItemState, LaneStanding, Named, Tally, Wedged};
