//! Looking for a membership: the whole list of members, until it shows the person.

use super::{Found, Missed, read};
use crate::chat::{Outcome, Reader, Scopes};
use crate::draft::{Identity, StepKind};
use crate::ledger::{Receipt, Step};
use crate::pace::Class;
use crate::send::Run;

/// Members in a page: the most that Chat gives.
const PAGE: u32 = 1000;
/// So many pages are read.
const PAGES: usize = 100;

/// Tells whether somebody who is a member by Chat's own word is in, or only invited, as far as that
/// can be read: by a list that does not show them, or may not be read, nobody learns more. None where
/// there is no clear answer.
pub(super) async fn standing(
    run: &Run,
    space: &str,
    step: &Step,
) -> Result<Option<Receipt>, Missed> {
    match look(run, space, step).await {
        Ok(Found::Ours(receipt)) => Ok(Some(receipt)),
        Ok(_) | Err(Missed::Read(Outcome::Rejected(_))) => Ok(Some(Receipt::default())),
        Err(Missed::Read(_) | Missed::Stopped) => Ok(None),
        Err(fatal @ Missed::Fatal(_)) => Err(fatal),
    }
}

/// Tells whether the admin is out of a space: whoever is no member is shown none.
pub(super) async fn left(run: &Run, space: &str, step: &Step) -> Result<Found, Missed> {
    Ok(match in_charge(run, space, step).await? {
        None => Found::Ours(Receipt::default()),
        Some(_) => Found::Absent,
    })
}

/// Tells whether somebody else than the admin is in charge of a space: a manager, or anybody in a
/// group chat, where all are equal. None where the admin is out of it already.
pub(super) async fn in_charge(run: &Run, space: &str, step: &Step) -> Result<Option<bool>, Missed> {
    let lane = step.lane;
    let name = run.writer.run(move |ledger| ledger.expected_name(lane)).await;
    let name = name.map_err(|error| Missed::Fatal(error.into()))?;
    let is_group = name.is_some_and(|name| name.is_empty());
    let admin = Identity::User(step.actor.clone());
    let reader = Reader { identity: &admin, scopes: Scopes::MEMBERSHIPS };
    let (mut token, mut is_in, mut others) = (None::<String>, false, false);
    for _ in 0..PAGES {
        let list = || run.client.list_members(reader, space, token.as_deref(), PAGE);
        let page = match read(run, Class::MemberRead, space, step, list).await {
            Ok(page) => page,
            Err(Missed::Read(Outcome::Rejected(_))) => return Ok(None),
            Err(missed) => return Err(missed),
        };
        for member in page.items.iter().filter(|member| member.state == "JOINED") {
            is_in |= member.user == step.user;
            others |= member.user != step.user && (is_group || member.role == "ROLE_MANAGER");
        }
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    Ok(is_in.then_some(others))
}

/// Past members bear the time of their leaving; Chat lists them while the space is imported.
/// Present ones are listed to whoever completed the space.
pub(super) async fn look(run: &Run, space: &str, step: &Step) -> Result<Found, Missed> {
    let Some(user) = step.request.member() else { return Ok(Found::Unclear) };
    let past = step.kind == StepKind::PastMember;
    let identity = if past { run.admin() } else { Identity::User(step.actor.clone()) };
    let is_group = step.kind == StepKind::Group;
    let scopes = if is_group { Scopes::MEMBERSHIPS } else { Scopes::IMPORT };
    let reader = Reader { identity: &identity, scopes };
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let (client, token_now) = (&run.client, token.as_deref());
        let list = async || {
            if is_group {
                client.list_members_and_groups(reader, space, token_now, PAGE).await
            } else {
                client.list_members(reader, space, token_now, PAGE).await
            }
        };
        let page = read(run, Class::MemberRead, space, step, list).await?;
        let found = page.items.into_iter().find(|member| {
            let here = matches!(member.state.as_str(), "JOINED" | "INVITED");
            member.user == user && if past { member.deleted.is_some() } else { here }
        });
        if let Some(member) = found {
            let (invited, name) = (!past && member.state == "INVITED", Some(member.name));
            return Ok(Found::Ours(Receipt { name, invited, ..Receipt::default() }));
        }
        token = page.next;
        if token.is_none() {
            // Chat lists people by number: an address can't be missed among them.
            let by_number = !user.contains('@');
            return Ok(if by_number { Found::Absent } else { Found::Unclear });
        }
    }
    Ok(Found::Unclear)
}
