//! Who may see what: the comparison of Slack before with Chat after. Pure.
//!
//! Nobody sees more in Chat than in Slack. What the ledger owes of completions and members is put
//! beside who was in each conversation at export time; the admin says yes to exactly that, by its
//! hash, before anything is opened.

mod sight;

pub use sight::{Call, Fate, Person, Seat, Sight, Sums, fate, sum_of};
