//! What an import means for conversations that are begun: what stays, and who is not added to them
//! any more.

use super::told_rows::{Change, spaces};
use crate::cli::people::{choices, with_clues};
use crate::cli::session::Session;
use crate::cli::words::counted;
use crate::ids::{Account, SlackUserId};
use crate::ledger::{Claim, LaneState, Ledger};
use crate::plan::{Offline, People};
use std::collections::BTreeMap;

/// Names of people by the name of a space.
pub(super) type Named = BTreeMap<String, Vec<String>>;

/// What stays as it began, and what changes there all the same.
#[derive(Debug, Default)]
pub(super) struct Stay {
    /// Conversations that are begun.
    all: u64,
    /// Conversations that are not.
    ahead: u64,
    /// Where changed people are or were members.
    members: Named,
    /// What becomes of them in spaces that are begun.
    claims: BTreeMap<Claim, Named>,
}

impl Stay {
    /// Looks what is begun, and leaves out whoever was to be added with another account.
    pub(super) fn of(
        session: &Session<'_>,
        ledger: &mut Ledger,
        offline: &Offline,
        changes: &[Change],
    ) -> anyhow::Result<Self> {
        let mut stay = Self::default();
        let lanes = ledger.lanes()?;
        stay.ahead = lanes.iter().filter(|lane| lane.state <= LaneState::Staged).count() as u64;
        stay.all = lanes.len() as u64 - stay.ahead;
        for change in changes {
            for space in ledger.begun_with(&change.id)? {
                stay.members.entry(space).or_default().push(change.name.clone());
            }
        }
        let file = choices(session.settings())?.people;
        let now = with_clues(ledger, &file, |clues| offline.matched(clues))?;
        for one in ledger.reseat(&moved(ledger, offline.people(), &now)?)? {
            let known = now.by_id.get(&one.slack).map(|person| person.name.clone());
            let name = known.filter(|name| !name.is_empty());
            let spaces = stay.claims.entry(one.claim).or_default();
            spaces
                .entry(one.space)
                .or_default()
                .push(name.unwrap_or_else(|| one.slack.to_string()));
        }
        Ok(stay)
    }

    pub(super) fn lines(&self, again: &dyn Fn(&str) -> String) -> Vec<String> {
        let mut lines = Vec::new();
        if self.all > 0 {
            let all = counted(self.all, "conversation is", "conversations are");
            let named = if self.members.is_empty() { "." } else { ", among them:" };
            lines.push(format!("{all} begun already and keep what was frozen{named}"));
            lines.extend(spaces(&self.members));
            lines.push("`chatferry people retry` tells what can still be done there.".to_owned());
        }
        for (claim, named) in &self.claims {
            lines.push(words(*claim).to_owned());
            lines.extend(spaces(named));
        }
        if self.claims.keys().any(|claim| *claim != Claim::IsIn) {
            let undo = again("undo --only NAME");
            lines.push(format!("To send one of them anew, as it is chosen now: {undo}, then run"));
        }
        lines
    }

    /// Says what comes next.
    pub(super) fn next(&self, again: &dyn Fn(&str) -> String) -> String {
        if self.ahead == 0 && self.all > 0 {
            return "Every conversation is begun: no other follows it.".to_owned();
        }
        format!("Conversations that are not begun follow it.\nNext: {}", again("run"))
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let claims = self.claims.iter();
        let claims: serde_json::Map<_, _> = claims
            .map(|(claim, named)| (code(*claim).to_owned(), serde_json::json!(named)))
            .collect();
        serde_json::json!({
            "conversations": self.all,
            "with_members": self.members,
            "members": claims,
        })
    }
}

/// Returns whose account is another one now, or was chosen at any time, with the account.
fn moved(
    ledger: &Ledger,
    before: &People,
    now: &People,
) -> anyhow::Result<BTreeMap<SlackUserId, Option<(Account, String)>>> {
    let choices = ledger.choices()?;
    let chosen = choices.iter().filter(|(_, choice)| choice.account.is_some()).map(|(id, _)| id);
    let all = before.by_id.keys().chain(now.by_id.keys());
    let changed = all.filter(|id| before.account(id) != now.account(id));
    // Somebody from outside has no account here, and is invited by the address that was chosen.
    let invited = |id: &SlackUserId| {
        let address = choices.get(id)?.account.as_deref().filter(|address| !address.is_empty())?;
        let is_app = now.by_id.get(id).is_some_and(|one| one.traits.app);
        (!is_app).then(|| (Account::new(address), format!("users/{address}")))
    };
    let account = |id: &SlackUserId| now.member(id).cloned().or_else(|| invited(id));
    Ok(chosen.chain(changed).map(|id| (id.clone(), account(id))).collect())
}

fn words(claim: Claim) -> &'static str {
    match claim {
        Claim::LeftOut => "Not added any more to spaces that are begun:",
        Claim::Back => "To be added again to spaces that are begun:",
        Claim::Completes => "Completed by the account of before, which will own the space:",
        Claim::IsIn => "Open already, with the account of before in it:",
    }
}

const fn code(claim: Claim) -> &'static str {
    match claim {
        Claim::LeftOut => "left_out",
        Claim::Back => "back",
        Claim::Completes => "completes",
        Claim::IsIn => "is_in",
    }
}
