//! Who may see what: proofs, decisions, and the comparison of Slack before with Chat after. Pure.
//!
//! Nobody sees more in Chat than in Slack. What the ledger owes of completions and members is put
//! beside who was in each conversation at export time; the admin says yes to exactly that, by its
//! hash, before anything is opened. What makes a space discoverable, or lets a group into it, needs
//! a proof that only a public conversation has.

mod admission;
mod group;
mod organisation;
mod publicity;
mod sight;
mod sums;

pub use admission::{Admission, EXTERNAL};
pub use group::{BY_GROUP, Group, GroupKey, InGroup, LEFT_GROUP, SeenGroup, seat_group};
pub use organisation::Organisation;
pub use publicity::{Admittance, Audience, Kind, PublicConversation, Publication};
pub use sight::{Call, DEACTIVATED, Fate, Person, Seat, Sight, fate, sum_of};
pub use sums::Sums;
