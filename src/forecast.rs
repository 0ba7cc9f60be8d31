//! How long a plan takes: at least, by arithmetic, and as it will be, by the schedule itself on
//! made-up time. Pure; knows no ledger and no clock.

mod bound;
mod days;
mod live;
mod stages;

pub use bound::{Bound, lower_bound};
pub use days::{Fit, MARGIN, WINDOW};
pub use live::{Course, Live};
pub use stages::{Forecast, LATENCY, Means, Owed, Space, Stage, look, ratio, until_sent, whole};
