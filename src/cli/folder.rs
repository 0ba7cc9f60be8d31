//! The first minute of every command: the work folder, its settings, its lock.

use super::Exit;
use super::args::Common;
use super::hint::Tell;
use crate::clock::Clock;
use crate::settings::{Layers, Lock, SETTINGS, Settings, WorkFolder, environment};

/// A work folder with its settings.
#[derive(Debug)]
pub struct Opened {
    /// The folder.
    pub work: WorkFolder,
    /// Its settings.
    pub settings: Settings,
    /// The right to change it; none for a mere look.
    pub lock: Option<Lock>,
}

/// What a flag says of a setting.
pub type Flags = Vec<(&'static str, String)>;

/// Opens the folder to look at it, also while another process works in it.
pub fn look(common: &Common, flags: Flags) -> anyhow::Result<Opened> {
    let work = WorkFolder::open(common.folder())?;
    let settings = settings(&work, flags)?;
    Ok(Opened { work, settings, lock: None })
}

/// Opens the folder to go on with it, for this process alone.
pub fn resume(common: &Common, flags: Flags, clock: &dyn Clock) -> anyhow::Result<Opened> {
    let opened = look(common, flags)?;
    let lock = Some(opened.work.lock(clock.wall())?);
    opened.work.furnish()?;
    Ok(Opened { lock, ..opened })
}

/// Opens the folder or begins it, for this process alone.
pub fn begin(common: &Common, flags: Flags, clock: &dyn Clock) -> anyhow::Result<Opened> {
    // Settings first: flags that are refused leave no folder behind.
    let settings = settings(&WorkFolder::at(common.folder()), flags)?;
    let work = WorkFolder::create(common.folder())?;
    let lock = Some(work.lock(clock.wall())?);
    Ok(Opened { work, settings, lock })
}

impl Opened {
    /// Keeps what flags said of the migration as a whole, so that the next command needs no flags;
    /// a new folder gets a settings file that explains every setting. Call it when the flags have
    /// proved good.
    pub fn keep(&self) -> anyhow::Result<()> {
        let old = std::fs::read_to_string(self.work.settings()).ok();
        let (root, settings) = (self.work.root(), &self.settings);
        let new = match &old {
            None => settings.template(root),
            Some(old) => settings.kept_in(old, root),
        };
        if old.as_ref() != Some(&new) {
            self.work.write(SETTINGS, new.as_bytes()).tell(Exit::Refused, "is the disk full?")?;
        }
        Ok(())
    }
}

fn settings(work: &WorkFolder, flags: Flags) -> anyhow::Result<Settings> {
    let layers = Layers { file: Some(work.settings()), environment: environment(), flags };
    Ok(Settings::resolve(&layers)?)
}
