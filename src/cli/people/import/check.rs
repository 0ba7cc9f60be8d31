//! Every row checked by itself: what it says, or what is wrong with it and what to do.

use super::HINT;
use super::told_rows::{Change, ToldRows};
use crate::cli::people::NOBODY;
use crate::cli::sheet::{Row, Sheet};
use crate::cli::{Exit, display_short, told};
use crate::ids::SlackUserId;
use crate::ledger::{Choice, Listed};
use crate::plan::{Census, Offline, People};
use crate::settings::Speaker;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a row changes, if anything, and what is odd about it.
type Checked = (Option<Change>, Option<String>);

/// Everything that rows are checked with.
pub(super) struct Check<'a> {
    sheet: &'a Sheet,
    offline: &'a Offline,
    people: &'a People,
    /// By every address.
    listed: HashMap<&'a str, &'a Listed>,
    before: &'a BTreeMap<SlackUserId, Choice>,
    /// Who did something, counted where an id needs it.
    census: OnceCell<Census>,
}

impl<'a> Check<'a> {
    pub(super) fn new(
        sheet: &'a Sheet,
        offline: &'a Offline,
        listed: &'a [Listed],
        before: &'a BTreeMap<SlackUserId, Choice>,
    ) -> Self {
        let aliases = listed.iter().flat_map(|one| one.aliases.iter().map(move |own| (own, one)));
        let own = listed.iter().map(|one| (&one.email, one));
        let listed = aliases.chain(own).map(|(address, one)| (address.as_str(), one)).collect();
        let (people, census) = (offline.people(), OnceCell::new());
        Self { sheet, offline, people, listed, before, census }
    }

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
            match self.row(row, [id, account, policy], &mut seen)? {
                Ok((change, odd)) => {
                    told_rows.changes.extend(change);
                    told_rows.odd.extend(odd.map(|why| (row.line, why)));
                }
                Err(why) => told_rows.wrong.push((row.line, why)),
            }
        }
        Ok(told_rows)
    }

    fn row(
        &self,
        row: &Row,
        columns: [Option<usize>; 3],
        seen: &mut BTreeSet<SlackUserId>,
    ) -> anyhow::Result<Result<Checked, String>> {
        let text = row.cell(columns[0]).trim();
        let id = SlackUserId::new(text);
        let is_known = self.people.by_id.contains_key(&id) || self.has_deeds(&id)?;
        Ok(match () {
            () if self.sheet.is_too_long(row) => Err("it has more cells than the heading: put quotes around a cell that holds a separator".to_owned()),
            () if text.is_empty() => {
                Err("the Slack id is missing: copy it from the export".to_owned())
            }
            () if !is_known => {
                let text = display_short(text, 40);
                Err(format!("nobody in the exports has the Slack id {text}: copy it from the workbook"))
            }
            () if !seen.insert(id.clone()) => {
                Err(format!("{id} stands here a second time: keep one of the rows"))
            }
            () => self.change(row, id, columns),
        })
    }

    /// Tells whether somebody whom no list names wrote, reacted or is a member.
    fn has_deeds(&self, id: &SlackUserId) -> anyhow::Result<bool> {
        if let Some(census) = self.census.get() {
            return Ok(census.contains_key(id));
        }
        let counted = self.offline.census()?;
        let census = self.census.get_or_init(|| counted);
        Ok(census.contains_key(id))
    }

    fn change(
        &self,
        row: &Row,
        id: SlackUserId,
        [_, account, policy]: [Option<usize>; 3],
    ) -> Result<Checked, String> {
        let before = self.before.get(&id).cloned().unwrap_or_default();
        let name = self.people.by_id.get(&id).map(|one| one.name.clone());
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_string());
        // A column that is not there says nothing.
        let mut after = before.clone();
        if account.is_some() {
            after.account = account_of(row.cell(account).trim())?;
        }
        if policy.is_some() {
            after.policy = policy_of(row.cell(policy).trim())?;
        }
        // Of what was chosen before, nothing is refused that came about since.
        let chosen = after.account.as_deref().filter(|address| !address.is_empty());
        let mut odd = None;
        if let Some(Err(why)) = chosen.map(|address| self.usable(address)) {
            if before.account == after.account { odd = Some(why) } else { return Err(why) }
        }
        if let Err(why) = self.speaker(after.policy.as_deref()) {
            if before.policy == after.policy { odd = Some(why) } else { return Err(why) }
        }
        if before == after {
            return Ok((None, odd));
        }
        let odd = odd.or_else(|| self.idle(&id, &before, &after));
        Ok((Some(Change { line: row.line, id, name, before, after }), odd))
    }

    /// A policy says who speaks for an author without an account.
    fn idle(&self, id: &SlackUserId, before: &Choice, after: &Choice) -> Option<String> {
        let matched = self.people.account(id).filter(|_| before.account.is_none());
        let has_account = match after.account.as_deref() {
            Some(address) => !address.is_empty(),
            None => matched.is_some(),
        };
        let policy = after.policy.as_deref().filter(|_| has_account)?;
        Some(format!(
            "{id} has an account, so the policy {policy} does nothing: write none into the column account if it is to count"
        ))
    }

    /// Checks an account that is to speak for somebody.
    fn speaker(&self, policy: Option<&str>) -> Result<(), String> {
        let Some(Ok(Speaker::Account(account))) = policy.map(str::parse) else { return Ok(()) };
        let primary = self.usable(account.as_str())?;
        match primary.filter(|primary| primary != account.as_str()) {
            Some(primary) => Err(format!("{account} is an alias: write {primary}")),
            None => Ok(()),
        }
    }

    /// Looks an address up; returns the primary one of its account, where the Directory was read.
    fn usable(&self, address: &str) -> Result<Option<String>, String> {
        if self.listed.is_empty() {
            return Ok(None);
        }
        let shown = display_short(address, 60);
        match self.listed.get(address) {
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

/// Reads the column `account`.
fn account_of(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() || text.eq_ignore_ascii_case(NOBODY) {
        return Ok((!text.is_empty()).then(String::new));
    }
    let wrong = || {
        let text = display_short(text, 40);
        format!("the account {text} is no e-mail address: write one, none, or nothing")
    };
    address(text).ok_or_else(wrong).map(Some)
}

/// Reads the column `policy`.
fn policy_of(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let speaker: Speaker = text.to_lowercase().parse().map_err(|why: &str| {
        format!("the policy {} can't be: {why}, or nothing", display_short(text, 40))
    })?;
    Ok(Some(speaker.to_string()))
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
