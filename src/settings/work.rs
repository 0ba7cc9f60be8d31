//! The work folder: one migration's ledger, logs, reports and settings; readable by its owner only.
//!
//! Nothing in it holds an absolute path of its own, so it may be moved to another machine.

use crate::crash::point;
use crate::ids::{Micros, rfc3339};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The ledger's file name.
pub const LEDGER: &str = "ledger.sqlite";
/// The journal of spaces, appended to and never rewritten.
pub const SPACES: &str = "spaces.jsonl";
/// The journal of what was chosen in the workbooks, appended to and never rewritten.
pub const CHOICES: &str = "choices.jsonl";
/// The settings file.
pub const SETTINGS: &str = "settings.toml";
const LOCK: &str = "work.lock";
/// A file that only takes up room, to be given up when the disk is full.
const BALLAST: &str = "ballast";
const BALLAST_BYTES: usize = 1 << 20;
const FOLDERS: [&str; 3] = ["logs", "reports", "blobs"];

/// Why a work folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// There is no such folder, or nothing of ours in it.
    #[error("{0} holds no migration")]
    Missing(PathBuf),
    /// Something else lives there.
    #[error("{0} is not empty and not a work folder of chatferry")]
    Foreign(PathBuf),
    /// Another process works in it.
    #[error("{path} is in use by {holder}")]
    Held { path: PathBuf, holder: String },
    /// The file system refused.
    #[error("can't use {path}")]
    Io { path: PathBuf, source: io::Error },
}

/// A folder that holds one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkFolder(PathBuf);

/// The right to change the folder, held until dropped; a killed process loses it too.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl WorkFolder {
    /// Names a folder without looking at it.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Opens a folder that already holds a migration.
    pub fn open(path: &Path) -> Result<Self, WorkError> {
        let folder = Self(path.to_owned());
        if folder.ours().iter().any(|file| file.is_file()) {
            Ok(folder)
        } else {
            Err(WorkError::Missing(path.to_owned()))
        }
    }

    /// Opens the folder, making it where there is none or an empty one. Strangers' files are left
    /// alone: a folder that holds some is refused.
    pub fn create(path: &Path) -> Result<Self, WorkError> {
        let folder = Self(path.to_owned());
        private_folder(path).map_err(at(path))?;
        if !folder.path(LOCK).exists() && !folder.ours().iter().any(|file| file.exists()) {
            let mut entries = path.read_dir().map_err(at(path))?;
            if entries.next().is_some() {
                return Err(WorkError::Foreign(path.to_owned()));
            }
        }
        owner_only(path).map_err(at(path))?;
        // The lock's file first: from here on, whatever dies, the folder is known as ours.
        folder.append(LOCK)?;
        folder.furnish()?;
        point("folder");
        Ok(folder)
    }

    /// Makes the folders inside, where they are missing.
    pub fn furnish(&self) -> Result<(), WorkError> {
        for name in FOLDERS {
            let inner = self.path(name);
            private_folder(&inner).map_err(at(&inner))?;
        }
        Ok(())
    }

    /// Returns what shows that a folder is a migration's.
    fn ours(&self) -> [PathBuf; 4] {
        [self.settings(), self.ledger(), self.spaces(), self.choices()]
    }

    /// Returns what shows that there has been a ledger here: a journal, or a report.
    pub fn trace(&self) -> Option<String> {
        let journal = [SPACES, CHOICES].into_iter().find(|name| self.path(name).is_file());
        if let Some(journal) = journal {
            return Some(journal.to_owned());
        }
        let reports = self.path("reports").read_dir().into_iter().flatten().flatten();
        let mut names: Vec<String> =
            reports.filter_map(|report| report.file_name().into_string().ok()).collect();
        names.sort();
        names.first().map(|name| format!("reports/{name}"))
    }

    /// Tells whether a command that sends was ever begun here, as logs and reports show.
    pub fn was_sent_from(&self) -> bool {
        let sends = ["run-", "verify", "complete-", "rehearse-"];
        ["logs", "reports"].iter().any(|folder| {
            let mut files = self.path(folder).read_dir().into_iter().flatten().flatten();
            files.any(|file| {
                let name = file.file_name();
                sends.iter().any(|word| name.to_string_lossy().starts_with(word))
            })
        })
    }

    /// Returns the folder itself.
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// Returns the path of something in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Returns the ledger's path.
    pub fn ledger(&self) -> PathBuf {
        self.path(LEDGER)
    }

    /// Returns the path of the journal of spaces.
    pub fn spaces(&self) -> PathBuf {
        self.path(SPACES)
    }

    /// Returns the path of the journal of choices.
    pub fn choices(&self) -> PathBuf {
        self.path(CHOICES)
    }

    /// Returns the settings file's path.
    pub fn settings(&self) -> PathBuf {
        self.path(SETTINGS)
    }

    /// Makes a folder inside, for its owner only, where there is none.
    pub fn folder(&self, name: &str) -> Result<PathBuf, WorkError> {
        let path = self.path(name);
        private_folder(&path).map_err(at(&path))?;
        Ok(path)
    }

    /// Opens a file of the folder for appending, made for its owner only.
    pub fn append(&self, name: &str) -> Result<File, WorkError> {
        let path = self.path(name);
        private_file().append(true).open(&path).map_err(at(&path))
    }

    /// Writes a new file for its owner only, whole or not at all; an existing one is replaced.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), WorkError> {
        self.fill(name, |file| file.write_all(bytes))
    }

    /// Writes a new file as [`WorkFolder::write`] does, piece by piece.
    pub fn fill(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), WorkError> {
        let path = self.path(name);
        let folder = path.parent().unwrap_or(&self.0);
        let store = || {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            fill(&mut file)?;
            file.as_file().sync_all()?;
            point("file.written");
            file.persist(&path).map_err(|error| error.error)?;
            point("file.kept");
            Ok(())
        };
        store().map_err(at(&path))
    }

    /// Makes the ledger's file with the owner's rights only, if there is none: SQLite gives its
    /// side files the rights of the database.
    pub fn prepare_ledger(&self) -> Result<PathBuf, WorkError> {
        self.append(LEDGER)?;
        Ok(self.ledger())
    }

    /// Returns the path of the file that keeps room for the last writes on a full disk.
    pub fn ballast(&self) -> PathBuf {
        self.path(BALLAST)
    }

    /// Keeps some room for the last writes on a full disk, unless it is kept already.
    pub fn stow_ballast(&self) -> Result<(), WorkError> {
        let path = self.ballast();
        if path.metadata().is_ok_and(|file| file.len() == BALLAST_BYTES as u64) {
            return Ok(());
        }
        // Bytes that no file system can make smaller.
        let mut bytes = vec![0; BALLAST_BYTES];
        fastrand::Rng::with_seed(1).fill(&mut bytes);
        let stow = || private_file().write(true).truncate(true).open(&path)?.write_all(&bytes);
        stow().map_err(|source| {
            // Half a ballast would only be in the way.
            let _ = std::fs::remove_file(&path);
            WorkError::Io { path: path.clone(), source }
        })
    }

    /// Takes the folder for this process; `started` is told to whoever comes second.
    pub fn lock(&self, started: Micros) -> Result<Lock, WorkError> {
        let path = self.path(LOCK);
        let mut file = private_file().read(true).write(true).open(&path).map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(self.held(&mut file)),
            Err(TryLockError::Error(source)) => return Err(WorkError::Io { path, source }),
        }
        // The lock counts, not who signs for it: on a full disk nobody can.
        let _ = sign(&mut file, started);
        Ok(Lock { _file: file })
    }

    /// Tells whether a process works in the folder just now.
    pub fn is_held(&self) -> bool {
        let lock = File::open(self.path(LOCK));
        lock.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    fn held(&self, file: &mut File) -> WorkError {
        let mut holder = String::new();
        let read = file.take(400).read_to_string(&mut holder);
        let holder = match read {
            Ok(_) if !holder.trim().is_empty() => holder.trim().to_owned(),
            _ => "another process".to_owned(),
        };
        WorkError::Held { path: self.0.clone(), holder }
    }
}

/// Writes who holds the lock into it.
fn sign(file: &mut File, started: Micros) -> io::Result<()> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "this machine" } else { host.trim() };
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {} on {host}, since {}", std::process::id(), rfc3339(started))
}

fn at(path: &Path) -> impl Fn(io::Error) -> WorkError {
    move |source| WorkError::Io { path: path.to_owned(), source }
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Tightens a folder that was there before, or lost its rights on a move.
fn owner_only(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    #[cfg(not(unix))]
    path.metadata()?;
    Ok(())
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
