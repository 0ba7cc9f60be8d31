//! What is known before anybody is asked: the settings, and the ledger if there is one.

use super::args::DoctorArgs;
use crate::chat::Chosen;
use crate::cli::connection::Connection;
use crate::cli::hint::{judge, message};
use crate::cli::ledger;
use crate::cli::words::counted;
use crate::doctor::{self, Author, Check, Examined, Listing, OpenSpace};
use crate::ids::{ConversationId, Micros};
use crate::ledger::{Lane, LaneState, Ledger, Owner};
use crate::settings::{Layers, Settings, Speaker, WorkFolder, environment};
use std::path::Path;

/// What is known.
pub(super) struct Known {
    pub(super) settings: Settings,
    pub(super) work: WorkFolder,
    pub(super) chosen: Chosen,
    /// The plan; none before there is one; an error where the ledger can't be read.
    planned: anyhow::Result<Option<Planned>>,
}

/// What a plan says.
pub(super) struct Planned {
    pub(super) authors: Vec<Author>,
    pub(super) listing: Listing,
    owner: Option<Owner>,
    lanes: Vec<Lane>,
    /// The app speaks for somebody, as the workbook says.
    apps: bool,
    /// Groups stand for people that nothing is planned with yet.
    groups: bool,
}

impl Known {
    /// Looks at a work folder, which need not be there.
    pub(super) fn look(folder: &Path, args: &DoctorArgs, now: Micros) -> anyhow::Result<Self> {
        let work = WorkFolder::at(folder);
        let (file, flags) = (Some(work.settings()), args.target.settings());
        let settings = Settings::resolve(&Layers { file, environment: environment(), flags })?;
        let planned = Planned::read(&work);
        let lanes =
            planned.as_ref().ok().and_then(Option::as_ref).map(|planned| &planned.lanes[..]);
        let chosen = chosen(&settings, lanes.unwrap_or_default(), now);
        let known = planned.as_ref().ok().and_then(Option::as_ref);
        let apps = chosen.apps || known.is_some_and(|planned| planned.apps);
        let groups = chosen.groups || known.is_some_and(|planned| planned.groups);
        let chosen = Chosen { reread: args.completed, apps, groups, ..chosen };
        Ok(Self { settings, work, chosen, planned })
    }

    /// Returns the plan, if there is one that can be read.
    pub(super) fn planned(&self) -> Option<&Planned> {
        self.planned.as_ref().ok().and_then(Option::as_ref)
    }

    /// Returns a space in import mode of this migration.
    pub(super) fn space(&self) -> Option<String> {
        let mut lanes = self.planned()?.lanes.iter().filter(|lane| is_open(lane));
        lanes.find(|lane| lane.blocked.is_none()).and_then(|lane| lane.space.clone())
    }

    /// Judges whether the ledger is of those who answered.
    pub(super) fn ledger_of(&self, connection: &Connection, examined: &Examined) -> Check {
        let planned = match &self.planned {
            Ok(None) => return Check::skip("ledger", "nothing is planned yet"),
            Ok(Some(planned)) => planned,
            Err(error) => return unreadable(error),
        };
        let owner = planned.owner.clone().unwrap_or_default();
        let other = |have: Option<&String>, now: Option<String>| {
            have.cloned().zip(now).filter(|(have, now)| have != now)
        };
        let differs = [
            ("admin", other(owner.admin.as_ref(), Some(connection.admin.to_string()))),
            ("customer", other(owner.customer.as_ref(), examined.customer.clone())),
            ("server", other(owner.realm.as_ref(), connection.realm().ok())),
        ];
        let found = differs.into_iter().find_map(|(what, pair)| Some((what, pair?)));
        match found {
            Some((what, (have, now))) => Check::fail(
                "ledger",
                format!("it belongs to another {what}: {have}, and here is {now}"),
                "A migration stays with its organisation, admin and server. Correct the settings, or use another work folder: \
                 --work DIR.",
            ),
            None => Check::pass(
                "ledger",
                format!(
                    "{} planned",
                    counted(planned.lanes.len() as u64, "space is", "spaces are")
                ),
            ),
        }
    }

    /// Says why nobody is known who posts.
    pub(super) const fn unplanned(&self) -> &'static str {
        match self.planned {
            Err(_) => "the ledger can't be read",
            Ok(_) => "nothing is planned yet: who posts is known after `chatferry plan`",
        }
    }

    /// Checks what needs no call.
    pub(super) fn local(&self, now: Micros) -> [Check; 2] {
        let free = doctor::free(self.work.root());
        if self.planned.is_err() {
            let unknown = "what is planned can't be read";
            return [Check::skip("spaces", self.unplanned()), doctor::disk(free, Err(unknown))];
        }
        let lanes = self.planned().map(|planned| &planned.lanes[..]);
        let open = lanes.unwrap_or_default().iter().filter(|lane| is_open(lane));
        let open: Vec<_> = open
            .map(|lane| OpenSpace {
                name: lane.name.clone(),
                expires: lane.expires,
                gone: lane.blocked.is_some(),
            })
            .collect();
        let owed = lanes.map(|lanes| lanes.iter().map(owed).sum());
        [doctor::open_spaces(&open, now), doctor::disk(free, owed.ok_or("nothing is planned yet"))]
    }
}

fn unreadable(error: &anyhow::Error) -> Check {
    let said = message(error);
    let says = said.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    Check::fail("ledger", says, &doctor::sentence_of(&judge(error).1.unwrap_or_default()))
}

impl Planned {
    fn read(work: &WorkFolder) -> anyhow::Result<Option<Self>> {
        if !work.ledger().exists() && work.trace().is_none() {
            return Ok(None);
        }
        let ledger: Ledger = ledger::look(work)?;
        let authors = ledger.authors()?.into_iter();
        let listed = ledger.directory()?.into_iter();
        let lanes = ledger.lanes()?;
        let is_open = |slack: &ConversationId| {
            lanes.iter().any(|lane| lane.slack == *slack && lane.state == LaneState::Present)
        };
        let choices = ledger.room_choices()?;
        let groups = choices.iter().any(|(slack, one)| one.group.is_some() && !is_open(slack));
        Ok(Some(Self {
            groups,
            authors: authors.map(|one| Author { email: one.account, items: one.items }).collect(),
            listing: Listing::whole(listed.map(|one| (one.email, one.suspended || one.archived))),
            owner: ledger.owner()?,
            lanes,
            apps: ledger.choices()?.values().any(|choice| choice.policy.as_deref() == Some("app")),
        }))
    }
}

/// Tells whether a lane's space may be in import mode.
fn is_open(lane: &Lane) -> bool {
    lane.space.is_some() && lane.state < LaneState::Completed
}

fn owed(lane: &Lane) -> u64 {
    lane.planned.total().saturating_sub(lane.paid.total())
}

/// Tells whether the admin is still to leave a lane's space.
fn admin_leaves(lane: &Lane) -> bool {
    lane.heir.is_some() && lane.state < LaneState::Present
}

/// Returns what was chosen, and where the migration stands: what the scopes depend on.
pub(crate) fn chosen(settings: &Settings, lanes: &[Lane], now: Micros) -> Chosen {
    let completed = |lane: &&Lane| lane.state == LaneState::Completed;
    let over = |lane: &Lane| lane.expires.is_some_and(|end| end <= now);
    Chosen {
        emoji: settings.emoji.is_some(),
        apps: settings
            .authors
            .all()
            .chain([&settings.bots])
            .any(|speaker| *speaker == Speaker::App),
        late_members: lanes.iter().filter(completed).any(over),
        roles: !settings.managers.is_empty(),
        groups: lanes.iter().any(|lane| lane.group.is_some() && lane.state < LaneState::Present),
        leaves: !settings.admin_stays && lanes.iter().any(admin_leaves),
        reread: false,
    }
}
