//! Who speaks for authors without an account: the admin, the Chat app, accounts that were chosen.

use super::People;
use super::directory::{Directory, Found};
use crate::convert::AuthorPolicy;
use crate::draft::APP_USER;
use crate::ids::Account;
use crate::ledger::{Ledger, Listed};
use crate::plan::{Choices, Error};
use crate::settings::Speaker;

/// Returns what conversion calls a choice of the settings.
pub fn policy_of(speaker: &Speaker) -> AuthorPolicy {
    match speaker {
        Speaker::Admin => AuthorPolicy::Admin,
        Speaker::App => AuthorPolicy::App,
        Speaker::Skip => AuthorPolicy::Skip,
        Speaker::Account(account) => AuthorPolicy::Account(account.clone()),
    }
}

/// Notes who speaks for those without an account: the admin, whose number it returns, and by
/// choice the Chat app and other accounts.
pub(in crate::plan) fn speakers(
    ledger: &mut Ledger,
    listed: &[Listed],
    choices: &Choices,
    people: &People,
) -> Result<i64, Error> {
    let known = listed.iter().find(|one| one.email == choices.admin.as_str());
    let user = known.map_or_else(|| format!("users/{}", choices.admin), |one| one.user.clone());
    let admin = ledger.account_id(&choices.admin, &user)?;
    let directory = (!listed.is_empty()).then(|| Directory::of(listed));
    let own = people.by_id.values().filter_map(|one| one.policy.as_ref());
    for policy in choices.convert.authors.all().chain(own) {
        match policy {
            AuthorPolicy::Admin | AuthorPolicy::Skip => {}
            AuthorPolicy::App => {
                ledger.account_id(&Account::app(), APP_USER)?;
            }
            AuthorPolicy::Account(account) => {
                let user = user_of(account, directory.as_ref())?;
                ledger.account_id(account, &user)?;
            }
        }
    }
    Ok(admin)
}

/// Returns the resource name of an account that is to speak for others; refuses one that can't.
fn user_of(account: &Account, directory: Option<&Directory<'_>>) -> Result<String, Error> {
    let why = match directory.map(|directory| directory.find(account.as_str())) {
        None => return Ok(format!("users/{account}")),
        Some(Found::Usable((primary, user), _)) if primary == *account => return Ok(user),
        Some(Found::Usable((primary, _), _)) => format!("is an alias of {primary}"),
        Some(Found::Shut(problem)) => format!("can't: {}", problem.text()),
        Some(Found::Nobody) => "is no account of the organisation".to_owned(),
    };
    Err(Error::Speaker(account.clone(), why))
}
