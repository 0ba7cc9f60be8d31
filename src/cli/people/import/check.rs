//! Every row checked by itself: what it says, or what is wrong with it and what to do.

use super::HINT;
use super::told_rows::{Change, ToldRows};
use crate::cli::people::NOBODY;
use crate::cli::sheet::{Row, Sheet};
use crate::cli::{Exit, display_short, told};
use crate::ids::SlackUserId;
use crate::ledger::{Choice, Listed};
use crate::plan::People;
use crate::settings::Speaker;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that rows are checked with.
pub(super) struct Check<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) people: &'a People,
    pub(super) listed: &'a [Listed],
    pub(super) before: &'a BTreeMap<SlackUserId, Choice>,
}

impl Check<'_> {
    pub(super) fn all(&self) -> anyhow::Result<ToldRows> {
        let id = self.sheet.column("slack_id");
        let [account, policy] = ["account", "policy"].map(|name| self.sheet.column(name));
        if id.is_none() || account.or(policy).is_none() {
            let missing = if id.is_none() { "slack_id" } else { "account" };
            return Err(told(Exit::Refused, format!("there is no column {missing}"), HINT));
        }
        let mut told_rows = ToldRows::default();
        let mut seen = BTreeSet::new();
        for row in &self.sheet.rows {
            told_rows.rows += 1;
            match self.row(row, [id, account, policy], &mut seen) {
                Ok(Some(change)) => told_rows.changes.push(change),
                Ok(None) => {}
                Err(why) => told_rows.wrong.push((row.line, why)),
            }
        }
        Ok(told_rows)
    }

    fn row(
        &self,
        row: &Row,
        [id, account, policy]: [Option<usize>; 3],
        seen: &mut BTreeSet<SlackUserId>,
    ) -> Result<Option<Change>, String> {
        if self.sheet.is_too_long(row) {
            return Err("it has more cells than the heading: put quotes around a cell that holds a separator".to_owned());
        }
        let id = self.id(row.cell(id).trim())?;
        if !seen.insert(id.clone()) {
            return Err(format!("{id} stands here a second time: keep one of the rows"));
        }
        let before = self.before.get(&id).cloned().unwrap_or_default();
        // A column that is not there says nothing.
        let after = Choice {
            account: match account {
                Some(_) => self.account(row.cell(account).trim())?,
                None => before.account.clone(),
            },
            policy: match policy {
                Some(_) => self.policy(row.cell(policy).trim())?,
                None => before.policy.clone(),
            },
        };
        if before == after {
            return Ok(None);
        }
        let name = self.people.by_id.get(&id).map(|one| one.name.clone());
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string());
        Ok(Some(Change { line: row.line, id, name, before, after }))
    }

    fn id(&self, text: &str) -> Result<SlackUserId, String> {
        let id = SlackUserId::new(text);
        let known = self.people.by_id.contains_key(&id);
        let looks_right = text.starts_with(['U', 'W', 'B'])
            && text.len() >= 2
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        match (text.is_empty(), known || looks_right) {
            (true, _) => Err("the Slack id is missing: copy it from the export".to_owned()),
            (_, false) => {
                Err(format!("{} is no Slack id: copy it from the export", display_short(text, 40)))
            }
            _ => Ok(id),
        }
    }

    fn account(&self, text: &str) -> Result<Option<String>, String> {
        if text.is_empty() || text.eq_ignore_ascii_case(NOBODY) {
            return Ok((!text.is_empty()).then(String::new));
        }
        let address = address(text).ok_or_else(|| {
            format!(
                "the account {} is no e-mail address: write one, none, or nothing",
                display_short(text, 40)
            )
        })?;
        self.usable(&address)?;
        Ok(Some(address))
    }

    fn policy(&self, text: &str) -> Result<Option<String>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let speaker: Speaker = text.to_lowercase().parse().map_err(|why: &str| {
            format!("the policy {} can't be: {why}, or nothing", display_short(text, 40))
        })?;
        if let Speaker::Account(account) = &speaker {
            let primary = self.usable(account.as_str())?;
            if let Some(primary) = primary.filter(|primary| primary != account.as_str()) {
                return Err(format!("{account} is an alias: write {primary}"));
            }
        }
        Ok(Some(speaker.to_string()))
    }

    /// Looks an address up; returns the primary one of its account, where the Directory was read.
    fn usable(&self, address: &str) -> Result<Option<String>, String> {
        if self.listed.is_empty() {
            return Ok(None);
        }
        let own = |one: &&Listed| {
            one.email == address || one.aliases.iter().any(|other| other == address)
        };
        let found = self.listed.iter().find(own);
        let shown = display_short(address, 60);
        match found {
            None => Err(format!(
                "{shown} is in no account of the Directory: mend the address, or make the account first"
            )),
            Some(one) if one.is_usable() => Ok(Some(one.email.clone())),
            Some(one) => {
                let why = if one.guest {
                    "a guest's"
                } else if one.archived {
                    "archived"
                } else {
                    "suspended"
                };
                Err(format!(
                    "the account {shown} is {why}, so nothing can be sent as it: write another, or nothing"
                ))
            }
        }
    }
}

/// Returns an address in lower case, if it looks like one.
fn address(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| {
                c.is_whitespace() || c.is_control() || c == '@' || c == '\u{fffd}'
            })
    };
    (plain(local) && plain(domain)).then(|| text.to_lowercase())
}
