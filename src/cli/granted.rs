//! Before anything that can't be undone: the scopes that it needs, and those that are needed
//! afterwards, are all granted.

use super::connection::Connection;
use super::doctor::chosen;
use super::{Exit, told};
use crate::chat::{Chosen, NEEDS, Scopes, TokenError};
use crate::draft::Identity;
use crate::ids::Micros;
use crate::ledger::{Lane, LaneState};
use crate::settings::Settings;

/// What completion and all that follows it ask for.
const FOR_COMPLETION: [Scopes; 3] = [Scopes::IMPORT, Scopes::MEMBERSHIPS, Scopes::GROUPS];

/// Refuses to begin where a scope is missing. Whatever else may be wrong shows by itself, before a
/// space is completed.
pub(super) async fn granted(
    settings: &Settings,
    connection: &Connection,
    lanes: &[Lane],
    now: Micros,
) -> anyhow::Result<()> {
    if lanes.iter().all(|lane| lane.state == LaneState::Present) {
        return Ok(());
    }
    let admin = Identity::User(connection.admin.clone());
    for scopes in needed(chosen(settings, lanes, now)) {
        let answer = connection.client.probe(&admin, scopes).await;
        if let Err(error @ TokenError::Delegation { .. }) = answer {
            let what = format!("nothing was completed: {} is not granted: {error}", scopes.short());
            let hint = "`chatferry doctor` checks every scope and has an address that grants them; a new delegation can take up to \
                        24 hours; the same command goes on then";
            return Err(told(Exit::Google, what, hint));
        }
    }
    Ok(())
}

fn needed(chosen: Chosen) -> Vec<Scopes> {
    let wanted =
        |scopes: &Scopes| NEEDS.iter().any(|need| need.scopes == *scopes && need.is_wanted(chosen));
    FOR_COMPLETION.into_iter().filter(wanted).collect()
}
