//! Who is in charge of a space that the admin has left, where nobody wrote it down: Chat tells.

use crate::chat::{Reader, Scopes};
use crate::draft::Identity;
use crate::ids::Account;
use crate::ledger::Ledger;
use crate::pace::Class;
use crate::send::ended::patiently;
use crate::send::{Fatal, Run};

/// Members in a page: the most that Chat gives.
const PAGE: u32 = 1000;

/// Looks for a manager among those who are to be added, in a group chat for anybody who is in; else
/// it is whoever comes first.
pub(super) async fn in_charge(run: &Run, lane: i64, space: &str) -> Result<Option<Account>, Fatal> {
    let known = move |ledger: &mut Ledger| {
        let heirs = ledger.heirs(&ledger.lane(lane)?)?;
        Ok((heirs, ledger.accounts()?, ledger.expected_name(lane)?))
    };
    let (heirs, accounts, name) = run.writer.run(known).await?;
    let is_group = name.is_some_and(|name| name.is_empty());
    for heir in &heirs {
        let identity = Identity::User(heir.clone());
        let reader = Reader { identity: &identity, scopes: Scopes::IMPORT };
        let list = || run.client.list_members(reader, space, None, PAGE);
        let listed = patiently(run, || run.read(Class::MemberRead, space, list)).await?;
        let user = accounts.get(heir).map(|(_, user)| user.as_str());
        let manages = listed.iter().flat_map(|page| &page.items).any(|member| {
            let is_theirs = Some(member.user.as_str()) == user && member.state == "JOINED";
            is_theirs && (is_group || member.role == "ROLE_MANAGER")
        });
        if manages {
            return Ok(Some(heir.clone()));
        }
    }
    Ok(heirs.into_iter().next())
}
