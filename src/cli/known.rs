//! What is known of a migration before anything is planned: its settings, its people file, and the
//! Directory as it was read last. `preview` and `inspect` tell by it what `plan` will do.

use super::folder::Flags;
use super::words::counted;
use super::{archives, display_safe, ledger};
use crate::ids::{Account, SlackUserId};
use crate::ledger::{Choice, Listed, UsedEmoji};
use crate::plan::{Choices, Clues, How, Offline};
use crate::settings::{Layers, Settings, WorkFolder, environment};
use crate::slack::Export;
use std::collections::BTreeMap;
use std::path::Path;

/// What a work folder, the environment and the flags say.
pub(super) struct Known {
    pub(super) settings: Settings,
    /// The Directory; empty where no run has read it yet.
    pub(super) listed: Vec<Listed>,
    /// What the admin chose in the workbook.
    chosen: BTreeMap<SlackUserId, Choice>,
    /// Custom emoji, as far as a run settled them.
    used: Vec<UsedEmoji>,
    choices: Choices,
    work: WorkFolder,
}

impl Known {
    /// Looks at a work folder, which need not be there.
    pub(super) fn look(folder: &Path, flags: Flags) -> anyhow::Result<Self> {
        let work = WorkFolder::at(folder);
        let file = Some(work.settings());
        let settings = Settings::resolve(&Layers { file, environment: environment(), flags })?;
        let admin = settings.admin.clone().unwrap_or_else(|| Account::new(""));
        let choices = archives::choices(&settings, &admin)?;
        let Left { listed, chosen, used } = Left::by(&work)?;
        Ok(Self { settings, listed, chosen, used, choices, work })
    }

    /// Converts exports as `plan` would.
    pub(super) fn offline(&self, exports: Vec<Export>) -> Offline {
        let clues = Clues {
            listed: (!self.listed.is_empty()).then_some(&self.listed[..]),
            file: &self.choices.people,
            chosen: &self.chosen,
        };
        Offline::new(exports, &clues, self.choices.convert.clone())
            .with_emoji(&self.choices.emoji, &self.used)
    }

    /// Says whose choices these are.
    pub(super) fn source(&self) -> String {
        let file = self.work.settings();
        let shown = display_safe(&file.display().to_string());
        if file.is_file() {
            format!("The settings are those of {shown}.")
        } else {
            format!("There is no {shown}: the default settings are assumed.")
        }
    }

    /// Says where accounts and names come from.
    pub(super) fn people(&self, offline: &Offline) -> String {
        let everyone = &offline.people().by_id;
        let of = |how: How| everyone.values().filter(|one| one.how == how).count();
        let matched = everyone.values().filter(|one| one.account.is_some()).count();
        let directory = match (self.listed.len(), of(How::Assumed)) {
            (0, 0) => String::new(),
            (0, assumed) => format!(
                " ({assumed} assumed from the e-mail address: the Directory was not read yet)"
            ),
            (listed, _) => {
                format!(", by the Directory's {}", counted(listed as u64, "account", "accounts"))
            }
        };
        let file = match self.settings.people.as_deref().and_then(Path::file_name) {
            Some(name) => {
                let name = display_safe(&name.to_string_lossy());
                format!("; the people file {name} names {}", of(How::File))
            }
            None => String::from("; there is no people file"),
        };
        let have = if matched == 1 { "has" } else { "have" };
        let all = counted(everyone.len() as u64, "Slack identity", "Slack identities");
        format!("{matched} of {all} {have} an account{directory}{file}.")
    }
}

/// What earlier commands left in the work folder; nothing where there was none.
#[derive(Default)]
struct Left {
    listed: Vec<Listed>,
    chosen: BTreeMap<SlackUserId, Choice>,
    used: Vec<UsedEmoji>,
}

impl Left {
    fn by(work: &WorkFolder) -> anyhow::Result<Self> {
        if !work.ledger().exists() {
            return Ok(Self::default());
        }
        let ledger = ledger::look(work)?;
        Ok(Self {
            listed: ledger.directory()?,
            chosen: ledger.choices()?,
            used: ledger.used_emoji()?,
        })
    }
}
