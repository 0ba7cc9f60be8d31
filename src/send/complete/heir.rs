//! Whoever was to complete a space may not be usable any more: somebody else is chosen before the
//! admin is asked, and while members are added.

use super::{CompleteOptions, Fatal, Run};
use crate::chat::{Scopes, TokenError};
use crate::draft::{Identity, StepKind};
use crate::ids::Account;
use crate::ledger::{LaneState, Ledger, Step, Told};
use std::collections::HashMap;

/// A completion that was passed on to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOn {
    /// The space's name, from Slack: hostile.
    pub space: String,
    /// Who was to complete it.
    pub from: Account,
    /// Who is to now; none: the admin.
    pub to: Option<Account>,
}

/// Passes on what is to be completed by somebody who can't be used: to the next member who can, else
/// to the admin. What was begun stays as it was. Not for `real`, it only tells.
pub async fn pass_on(
    run: &Run,
    options: &CompleteOptions,
    real: bool,
) -> Result<Vec<PassedOn>, Fatal> {
    let told = Told::of(&run.spaces.read()?);
    let (mut able, mut passed) = (HashMap::new(), Vec::new());
    for lane in run.writer.run(|ledger| ledger.lanes()).await? {
        let due = lane.state == LaneState::Drained && !lane.admin_owned && lane.blocked.is_none();
        if !due || !options.mean(&lane) || told.may_have_ended(&lane.slack, lane.part) {
            continue;
        }
        let Some(from) = lane.completer.clone() else { continue };
        if is_able(run, &from, &mut able).await? {
            continue;
        }
        let (space, known) = (lane.name.clone(), lane.clone());
        let mut to = None;
        for heir in run.writer.run(move |ledger| ledger.heirs(&known)).await? {
            if is_able(run, &heir, &mut able).await? {
                to = Some(heir);
                break;
            }
        }
        let (heir, admin) = (to.clone(), run.admin.clone());
        let pass = move |ledger: &mut Ledger| ledger.pass_on(&lane, heir.as_ref(), &admin);
        if !real || run.writer.run(pass).await? {
            passed.push(PassedOn { space, from, to });
        }
    }
    Ok(passed)
}

async fn is_able(
    run: &Run,
    account: &Account,
    known: &mut HashMap<Account, bool>,
) -> Result<bool, Fatal> {
    if let Some(able) = known.get(account) {
        return Ok(*able);
    }
    let asked = account.clone();
    let listed = run.writer.run(move |ledger| ledger.can_act(&asked)).await?;
    let able = listed && can_act(run, account).await;
    known.insert(account.clone(), able);
    Ok(able)
}

/// Tells whether Google lets us act as somebody. Trouble on the way is no verdict about a person.
pub(super) async fn can_act(run: &Run, account: &Account) -> bool {
    let probe = run.client.probe(&Identity::User(account.clone()), Scopes::IMPORT).await;
    !matches!(probe, Err(TokenError::User(_)))
}

/// Gives a call about an open space's members to another of its managers, where its own can't be
/// used any more; none where there is no other.
pub(in crate::send) async fn hand_over(run: &Run, step: &Step) -> Result<Option<Step>, Fatal> {
    if !matches!(step.kind, StepKind::Member | StepKind::Role | StepKind::Group) {
        return Ok(None);
    }
    let lane = step.lane;
    for (account, user) in run.writer.run(move |ledger| ledger.other_managers(lane)).await? {
        if account != step.actor && can_act(run, &account).await {
            let to = account.clone();
            run.writer.run(move |ledger| ledger.hand_over(lane, &to)).await?;
            return Ok(Some(Step { actor: account, user, ..step.clone() }));
        }
    }
    Ok(None)
}
