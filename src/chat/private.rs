//! Files that hold secrets: read once, and only where nobody else on the machine can read them.

use secrecy::SecretString;
use std::io::ErrorKind;
use std::path::Path;

/// Why a secret file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The system says no.
    Unreadable(ErrorKind),
    /// Others can read it: its mode.
    Exposed(u32),
}

/// Reads a file that must be its owner's alone.
pub(super) fn read(path: &Path) -> Result<SecretString, Unfit> {
    check_mode(path)?;
    let text = std::fs::read_to_string(path).map_err(|error| Unfit::Unreadable(error.kind()))?;
    Ok(SecretString::from(text))
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), Unfit> {
    use std::os::unix::fs::PermissionsExt;
    let meta = std::fs::metadata(path).map_err(|error| Unfit::Unreadable(error.kind()))?;
    let mode = meta.permissions().mode() & 0o777;
    if mode.trailing_zeros() >= 6 { Ok(()) } else { Err(Unfit::Exposed(mode)) }
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<(), Unfit> {
    Ok(())
}
