//! What a row of the table of settings says.

use super::Settings;
use std::path::Path;

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in `settings.toml`; `CHATFERRY_` and the name in capitals in the environment.
    pub name: &'static str,
    /// What it is for, a line or two for the template.
    pub about: &'static str,
    /// Whether it changes the bytes that are sent.
    pub changes_bytes: bool,
    /// Whether a flag given to the first command is written into the new settings file.
    pub kept: bool,
    /// Shows the value, empty when there is none.
    pub show: fn(&Settings) -> String,
    pub(super) apply: fn(&mut Settings, &str, &Path) -> Result<(), String>,
}

macro_rules! key {
    ($name:literal, $about:literal, $show:expr, $apply:expr $(, $mark:ident)*) => {{
        let key = Key { name: $name, about: $about, changes_bytes: false, kept: false, show: $show, apply: $apply };
        $(let key = Key { $mark: true, ..key };)*
        key
    }};
}

pub(super) use key;

/// Makes one table of two; `N` is the sum of their lengths.
pub(super) const fn joined<const N: usize>(first: &[Key], second: &[Key]) -> [Key; N] {
    let mut all = [first[0]; N];
    let mut at = 1;
    while at < N {
        all[at] = if at < first.len() { first[at] } else { second[at - first.len()] };
        at += 1;
    }
    all
}
