//! One Slack identity, matched: the admin's choice, then e-mail, alias, previous e-mail. A name
//! only suggests, and so does an address that may be another's by now.

use super::Clues;
use super::codes::{How, Problem};
use super::directory::{Directory, Found, Owned};
use crate::ids::{Account, SlackUserId};
use crate::slack::{Person, PersonKind};
use std::collections::HashSet;

/// What matching one identity came to.
#[derive(Debug)]
pub(super) struct Match {
    pub(super) account: Option<Owned>,
    pub(super) how: How,
    /// What would be right if the admin says so.
    pub(super) suggested: Option<Account>,
    pub(super) problems: Vec<Problem>,
}

impl Match {
    const fn none(how: How) -> Self {
        Self { account: None, how, suggested: None, problems: Vec::new() }
    }

    fn with(account: Owned, how: How) -> Self {
        Self { account: Some(account), ..Self::none(how) }
    }

    fn suggesting(account: Account, how: How) -> Self {
        Self { suggested: Some(account), ..Self::none(how) }
    }

    fn and(mut self, problem: Problem) -> Self {
        self.problems.push(problem);
        self
    }

    /// Tells whether there is an account that can't be used.
    pub(super) fn is_shut(&self) -> bool {
        self.problems.iter().any(|one| matches!(one, Problem::Suspended | Problem::Archived))
    }
}

/// Matches an identity. `emails` are all addresses that the exports have for it, the newest first;
/// `newest` is everybody's newest address.
pub(super) fn match_one(
    id: &SlackUserId,
    (person, emails): (Option<&Person>, &[&str]),
    newest: &HashSet<&str>,
    clues: &Clues<'_>,
    directory: Option<&Directory<'_>>,
) -> Match {
    let chosen = clues.chosen.get(id).and_then(|choice| choice.account.as_deref());
    if let Some(address) = chosen {
        return by_choice(address, How::Chosen, directory);
    }
    if let Some(address) = clues.file.get(id.as_str()) {
        return by_choice(address, How::File, directory);
    }
    let Some(person) = person else { return Match::none(How::Nobody) };
    if matches!(person.kind, PersonKind::Bot | PersonKind::Slackbot) {
        return Match::none(How::Nobody);
    }
    let mut matched = match directory {
        Some(directory) => by_email(person, emails, newest, directory),
        None => assumed(emails),
    };
    if emails.len() > 1 {
        matched.problems.push(Problem::ChangedEmail);
    }
    matched
}

/// An empty address says: nobody.
fn by_choice(address: &str, how: How, directory: Option<&Directory<'_>>) -> Match {
    let address = address.trim().to_lowercase();
    if address.is_empty() {
        return Match::none(how);
    }
    match directory.map(|directory| directory.find(&address)) {
        None => Match::with(taken_for(&address), how),
        Some(Found::Usable(account, _)) => Match::with(account, how),
        Some(Found::Shut(problem)) => Match::none(how).and(problem),
        Some(Found::Nobody) => Match::none(how).and(Problem::ChoiceUnknown),
    }
}

fn by_email(
    person: &Person,
    emails: &[&str],
    newest: &HashSet<&str>,
    directory: &Directory<'_>,
) -> Match {
    let mut shut = None;
    let why = |shut: Option<Problem>| match emails.first() {
        _ if shut.is_some() => shut.unwrap_or(Problem::Suspended),
        None => Problem::NoEmail,
        Some(email) if directory.is_inside(email) => Problem::NotInDirectory,
        Some(_) => Problem::OtherDomain,
    };
    for (nth, email) in emails.iter().enumerate() {
        match directory.find(email) {
            // The address of somebody who left may be led to a colleague.
            Found::Usable((account, _), How::Alias) if nth == 0 && person.deleted => {
                return Match::suggesting(account, How::Alias).and(Problem::OnlySuggested);
            }
            Found::Usable(account, how) if nth == 0 => return Match::with(account, how),
            Found::Usable(account, _) => {
                // An address is given on: it may be another's by now.
                let taken = newest.contains(email);
                if shut.is_none() && !person.deleted && !taken {
                    return Match::with(account, How::Previous);
                }
                let matched = Match::suggesting(account.0, How::Previous).and(why(shut));
                let contested = taken.then_some(Problem::Contested).into_iter();
                return contested.chain([Problem::OnlySuggested]).fold(matched, Match::and);
            }
            Found::Shut(problem) => shut = shut.or(Some(problem)),
            Found::Nobody => {}
        }
    }
    let matched = Match::none(How::Nobody).and(why(shut));
    match directory.suggest(emails, [&person.real_name, &person.display_name]) {
        Ok(Some((account, how))) => {
            Match { how, suggested: Some(account), ..matched.and(Problem::OnlySuggested) }
        }
        Ok(None) => matched,
        Err(problem) => matched.and(problem),
    }
}

fn assumed(emails: &[&str]) -> Match {
    match emails.first() {
        Some(email) => Match::with(taken_for(email), How::Assumed),
        None => Match::none(How::Nobody).and(Problem::NoEmail),
    }
}

/// Without a Directory an address is an account under the name that Chat takes for it.
fn taken_for(email: &str) -> Owned {
    (Account::new(email), format!("users/{email}"))
}
