//! `people export`: one row a Slack identity, those first that need a look.

use super::{COLUMNS, NOBODY, PeopleExportArgs, offline, refresh, workbook};
use crate::cli::args::Common;
use crate::cli::hint::Tell;
use crate::cli::session::{Session, again, runtime};
use crate::cli::sheet::{self, Sheet};
use crate::cli::words::{count, counted};
use crate::cli::{Exit, display_safe, folder, json_line, print, told};
use crate::clock::SystemClock;
use crate::convert::Class;
use crate::ids::SlackUserId;
use crate::ledger::Choice;
use crate::plan::{Census, Deeds, How, Matched, Offline, Problem, person_kind};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn export(common: &Common, args: &PeopleExportArgs) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let opened = folder::resume(common, args.target.settings(), &SystemClock)?;
    let session = Session::begin("people", common, opened)?;
    let mut ledger = session.ledger()?;
    let path = workbook(&session, args.file.as_deref());
    let chosen = ledger.choices()?;
    if !args.force {
        refuse_edited(&path, &chosen)?;
    }
    refresh(&session, &mut ledger, args.offline)?;
    let offline = offline(&session, &ledger)?;
    let table = Table::of(&offline, &offline.census()?, &chosen);
    let bytes = sheet::write(&COLUMNS, table.rows.iter().map(Vec::as_slice))?;
    let name = std::path::absolute(&path)?.display().to_string();
    session.opened.work.write(&name, &bytes).tell(Exit::Refused, "name another file")?;
    session.watch.end();
    let shown = display_safe(&path.display().to_string());
    if session.json() {
        print(&(json_line(&table.sums.json(&shown)) + "\n"))?;
    } else {
        let again = again(common, "people import");
        print(&table.sums.text(&shown, &again))?;
    }
    Ok(Exit::Done)
}

/// An edited workbook is somebody's work, and so is any other file: neither is written over unasked.
fn refuse_edited(path: &Path, chosen: &BTreeMap<SlackUserId, Choice>) -> anyhow::Result<()> {
    let Ok(bytes) = std::fs::read(path) else { return Ok(()) };
    let refuse = |what: &str, hint: &str| {
        Err(told(Exit::Refused, format!("{} is there, and {what}", path.display()), hint))
    };
    let sheet = Sheet::read(&bytes).ok();
    let columns = ["slack_id", "account", "policy"]
        .map(|name| sheet.as_ref().and_then(|sheet| sheet.column(name)));
    let (Some(sheet), [id @ Some(_), account @ Some(_), policy @ Some(_)]) = (&sheet, columns)
    else {
        let hint = "name another file, or write over it with --force";
        return refuse("it is no workbook of people", hint);
    };
    let is_chosen = sheet.rows.iter().all(|row| {
        let choice = chosen.get(row.cell(id).trim()).cloned().unwrap_or_default();
        let policy_cell = choice.policy.as_deref().unwrap_or_default();
        row.cell(account).trim().eq_ignore_ascii_case(account_cell(&choice))
            && row.cell(policy).trim().eq_ignore_ascii_case(policy_cell)
    });
    if is_chosen {
        return Ok(());
    }
    refuse(
        "its columns account and policy say something else than what is chosen now",
        "take it over with `chatferry people import`, name another file, or write over it with --force",
    )
}

/// Writes what was chosen as the column has it.
fn account_cell(choice: &Choice) -> &str {
    match choice.account.as_deref() {
        Some("") => NOBODY,
        Some(account) => account,
        None => "",
    }
}

/// All rows, and what they come to.
struct Table {
    rows: Vec<Vec<String>>,
    sums: Sums,
}

/// Identities and their messages by how they fare.
#[derive(Default)]
struct Sums {
    all: u64,
    accounts: u64,
    /// Of these, only by the address, since the Directory was not read.
    assumed: u64,
    suggested: u64,
    /// Rows that come first, since somebody should look at them.
    looks: u64,
    /// Identities without an account that wrote something, and their messages, by class.
    without: BTreeMap<Class, (u64, u64)>,
}

impl Table {
    fn of(offline: &Offline, census: &Census, chosen: &BTreeMap<SlackUserId, Choice>) -> Self {
        let known = &offline.people().by_id;
        let nothing = Deeds::default();
        let mut all: Vec<(&SlackUserId, Option<&Matched>, &Deeds)> = known
            .iter()
            .map(|(id, one)| (id, Some(one), census.get(id).unwrap_or(&nothing)))
            .chain(
                census
                    .iter()
                    .filter(|(id, _)| !known.contains_key(*id))
                    .map(|(id, deeds)| (id, None, deeds)),
            )
            .filter(|(id, _, deeds)| id.as_str() != "USLACKBOT" || **deeds != nothing)
            .collect();
        all.sort_by_key(|(id, one, deeds)| {
            let has_account = one.is_some_and(|one| one.account.is_some());
            (!wants_a_look(id, *one, deeds), has_account, Reverse(deeds.messages), *id)
        });
        let mut table = Self { rows: Vec::new(), sums: Sums::default() };
        for (id, one, deeds) in all {
            let state = state(id, one, deeds);
            table.sums.add(one, state, deeds);
            table.sums.looks += u64::from(wants_a_look(id, one, deeds));
            let choice = chosen.get(id).cloned().unwrap_or_default();
            table.rows.push(row((id, one, deeds), state, &choice));
        }
        table
    }
}

/// Tells whether somebody should look: there is a problem, or an account that is not sure. What
/// the admin chose without a problem needs no second look, nor an app without an account.
fn wants_a_look(id: &SlackUserId, one: Option<&Matched>, deeds: &Deeds) -> bool {
    let unlisted = one.is_none_or(|one| one.traits.unlisted && one.how == How::Nobody);
    let is_unknown = unlisted && state(id, one, deeds) != Class::Bot;
    let is_odd = |one: &Matched| !one.problems.is_empty() || one.how == How::Previous;
    is_unknown || one.is_some_and(is_odd)
}

/// Returns the class: for somebody whom no list names, by what they did.
fn state(id: &SlackUserId, one: Option<&Matched>, deeds: &Deeds) -> Class {
    let listed = one.filter(|one| !one.traits.unlisted || one.traits.app);
    let unlisted =
        if deeds.app || id.as_str().starts_with('B') { Class::Bot } else { Class::Unknown };
    listed.map_or(unlisted, Matched::class)
}

fn row(
    (id, one, deeds): (&SlackUserId, Option<&Matched>, &Deeds),
    state: Class,
    choice: &Choice,
) -> Vec<String> {
    let text = |of: fn(&Matched) -> &str| one.map(of).unwrap_or_default().to_owned();
    let is_unlisted = one.is_none_or(|one| one.traits.unlisted);
    let own_name = deeds.name.clone().filter(|_| is_unlisted).unwrap_or_default();
    let account = one.and_then(|one| one.account.as_ref().map(|(account, _)| account));
    let proposed = account.or(one.and_then(|one| one.suggested.as_ref()));
    let mut problems: Vec<&str> =
        one.iter().flat_map(|one| &one.problems).map(|problem| problem.code()).collect();
    if is_unlisted && state != Class::Bot {
        problems.insert(0, Problem::Unlisted.code());
    }
    let kind = match one.filter(|_| !is_unlisted) {
        Some(one) => person_kind(one.kind),
        None if state == Class::Bot => "bot",
        None => "unlisted",
    };
    vec![
        id.to_string(),
        if is_unlisted { own_name } else { text(|one| &one.display) },
        text(|one| &one.real),
        text(|one| one.email.as_deref().unwrap_or_default()),
        kind.to_owned(),
        state.code().to_owned(),
        deeds.messages.to_string(),
        deeds.reactions.to_string(),
        deeds.memberships.to_string(),
        proposed.map(ToString::to_string).unwrap_or_default(),
        one.map_or("none", |one| one.how.code()).to_owned(),
        text(|one| one.confidence()),
        problems.join(" "),
        account_cell(choice).to_owned(),
        choice.policy.clone().unwrap_or_default(),
    ]
}

impl Sums {
    fn add(&mut self, one: Option<&Matched>, state: Class, deeds: &Deeds) {
        self.all += 1;
        if one.is_some_and(|one| one.account.is_some()) {
            self.accounts += 1;
            self.assumed += u64::from(one.is_some_and(|one| one.how == How::Assumed));
            return;
        }
        self.suggested += u64::from(one.is_some_and(|one| one.suggested.is_some()));
        if deeds.messages > 0 {
            let (people, messages) = self.without.entry(state).or_default();
            (*people, *messages) = (*people + 1, *messages + deeds.messages);
        }
    }

    fn text(&self, path: &str, again: &str) -> String {
        let all = counted(self.all, "Slack identity", "Slack identities");
        let mut lines = vec![format!("{path}: {all}, {} with an account.", count(self.accounts))];
        if self.assumed > 0 {
            let assumed = count(self.assumed);
            lines.push(format!(
                "{assumed} of them assumed from the address: the Directory was not read yet."
            ));
        }
        if self.looks > 0 {
            let looks = counted(self.looks, "row comes", "rows come");
            lines.push(format!("{looks} first that somebody should look at: a problem, or an account that is not sure."));
        }
        if self.suggested > 0 {
            let some = counted(self.suggested, "has a suggestion", "have a suggestion");
            lines.push(format!(
                "{some} by name or card: it counts once it stands in the column account."
            ));
        }
        for (class, (people, messages)) in &self.without {
            let (class, people) = (class.code(), count(*people));
            let messages = counted(*messages, "message", "messages");
            lines.push(format!("  {class:<12} {people:>6} without one, {messages}"));
        }
        lines.push(
            "Edit the columns account (an address, or none) and policy (admin, app, skip, or\nan address)."
                .to_owned(),
        );
        lines.push(format!("Next: {again}"));
        lines.join("\n") + "\n"
    }

    fn json(&self, path: &str) -> serde_json::Value {
        let without = self.without.iter().map(|(class, (people, messages))| {
            (class.code().to_owned(), serde_json::json!({"people": people, "messages": messages}))
        });
        serde_json::json!({
            "event": "people_exported",
            "file": path,
            "identities": self.all,
            "with_account": self.accounts,
            "assumed": self.assumed,
            "suggested": self.suggested,
            "to_be_looked_at": self.looks,
            "without_account": without.collect::<serde_json::Map<_, _>>(),
        })
    }
}
