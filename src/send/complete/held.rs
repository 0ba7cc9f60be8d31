//! Why a lane may not be completed: the one gate before what can't be undone.

use super::{Terms, heir};
use crate::draft::Phase;
use crate::ids::Micros;
use crate::ledger::{Lane, LaneState};
use crate::send::{Fatal, Run, groups, sight};

/// Google wants completion to begin half an hour before the end of import mode at the latest.
pub const LAST_MINUTES: Micros = 30 * 60 * 1_000_000;

/// Why a lane may not be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Held {
    /// Its space is gone.
    Gone,
    /// The admin chose to leave it out, once its space was made.
    LeftOut,
    /// It is not sent in full.
    Unsent,
    /// Something in it is stuck.
    Stuck,
    /// Notices stand in it.
    Notices,
    /// It was not read back as planned since the last change.
    Unread,
    /// Too little of its time in import mode is left.
    LastMinutes,
    /// Its time in import mode is over.
    Over,
    /// Somebody would see it who could not in Slack.
    Gains,
    /// The group that stands for its people can't be read, or is not who it was.
    Group,
    /// Nobody said yes to who will see it.
    Unseen,
    /// Whoever was to complete it can't be used any more.
    Completer,
}

impl Held {
    /// Every reason.
    pub const ALL: [Self; 12] = [
        Self::Gone,
        Self::LeftOut,
        Self::Unsent,
        Self::Stuck,
        Self::Notices,
        Self::Unread,
        Self::LastMinutes,
        Self::Over,
        Self::Gains,
        Self::Group,
        Self::Unseen,
        Self::Completer,
    ];

    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gone => "space_gone",
            Self::LeftOut => "left_out_by_choice",
            Self::Unsent => "not_sent",
            Self::Stuck => "stuck",
            Self::Notices => "notices",
            Self::Unread => "not_read_back",
            Self::LastMinutes => "last_minutes",
            Self::Over => "window_over",
            Self::Gains => "somebody_gains",
            Self::Group => "group_not_let_in",
            Self::Unseen => "not_accepted",
            Self::Completer => "completer_unavailable",
        }
    }

    /// Returns the reason in words, with what to do.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Gone => "Google deleted or expired its space: it has to be started over",
            Self::LeftOut => {
                "left out in the channels workbook: `chatferry undo --only` deletes its space"
            }
            Self::Unsent => "not yet sent in full",
            Self::Stuck => "calls are stuck: retry them, or complete without with --accept-wedged",
            Self::Notices => {
                "notices stand where Google refused messages: accept them with --accept-wedged"
            }
            Self::Unread => "not read back as planned since the last change",
            Self::LastMinutes => "less than 30 minutes of Google's 90 days are left",
            Self::Over => "Google's 90 days are over",
            Self::Gains => {
                "somebody would see it who could not in Slack: `chatferry access` names them"
            }
            Self::Group => {
                "the group that stands for its people can't be let in: it can't be read, or somebody in it could not see this in Slack"
            }
            Self::Unseen => {
                "who will see it was not accepted, or changed since: `chatferry access` shows it"
            }
            Self::Completer => {
                "whoever was to own it can't be used any more: the same command chooses somebody else"
            }
        }
    }

    /// Tells whether it is too late for that space.
    pub const fn is_late(self) -> bool {
        matches!(self, Self::LastMinutes | Self::Over)
    }
}

/// Tells why a lane may not be completed.
pub(super) async fn held(
    run: &Run,
    lane: &Lane,
    Terms { options, told, accepted }: &Terms,
) -> Result<Option<Held>, Fatal> {
    if lane.state == LaneState::Completed {
        return Ok(None);
    }
    // Where it was begun it may have happened: nothing but the call itself tells.
    let begun = told.may_have_ended(&lane.slack, lane.part);
    if lane.blocked.is_some() && !begun {
        return Ok(Some(Held::Gone));
    }
    let slack = lane.slack.clone();
    if !begun && run.writer.run(move |ledger| ledger.is_left_out(&slack)).await? {
        return Ok(Some(Held::LeftOut));
    }
    // Nothing else can be waited for once the time is over.
    if let Some(late) = late(lane, run.clock.wall()).filter(|_| !begun) {
        return Ok(Some(late));
    }
    if lane.state != LaneState::Drained || lane.space.is_none() {
        return Ok(Some(Held::Unsent));
    }
    let id = lane.id;
    let (owed, wedged) = run.writer.run(move |ledger| ledger.standing(id, Phase::Amend)).await?;
    let notices = run.writer.run(move |ledger| ledger.notices(id)).await?;
    let unread = groups::refresh(run, lane).await?;
    let unseen = sight::held(run, lane).await?.filter(|why| *why == Held::Gains || *accepted);
    let why = match () {
        () if owed + wedged > 0 && !options.accept_wedged => Some(Held::Stuck),
        () if notices > 0 && !options.accept_wedged => Some(Held::Notices),
        () if !lane.verified => Some(Held::Unread),
        () if unread.is_some() => unread,
        () if unseen.is_some() => unseen,
        () => None,
    };
    // The last look before it is begun: what is begun can't be passed on.
    let owner = lane.completer.as_ref().filter(|_| why.is_none() && *accepted && !begun);
    Ok(match owner {
        Some(owner) if *owner != run.admin && !heir::can_act(run, owner).await => {
            Some(Held::Completer)
        }
        _ => why,
    })
}

/// Tells why a completion that was begun was not made after all.
pub(super) async fn undone(run: &Run, lane: &Lane) -> Option<Held> {
    let late = late(lane, run.clock.wall());
    if late.is_some() {
        return late;
    }
    let owner = lane.completer.as_ref().filter(|owner| **owner != run.admin)?;
    (!heir::can_act(run, owner).await).then_some(Held::Completer)
}

/// Tells whether it is too late to complete a lane.
pub(in crate::send) fn late(lane: &Lane, now: Micros) -> Option<Held> {
    let end = lane.expires?;
    match () {
        () if now > end => Some(Held::Over),
        () if now > end - LAST_MINUTES => Some(Held::LastMinutes),
        () => None,
    }
}
