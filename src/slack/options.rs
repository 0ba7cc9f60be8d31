//! How far an archive is trusted.

/// What the person at the keyboard allows.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Takes the last of several entries of one name, instead of refusing the archive.
    pub allow_duplicate_entries: bool,
    /// Bounds against archives that explode.
    pub limits: Limits,
}

/// Bounds; those on bytes concern only what is read (lists and day files), not uploads beside it.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Unpacked bytes of one entry.
    pub entry_bytes: u64,
    /// Unpacked bytes of all entries.
    pub total_bytes: u64,
    /// How many times more the whole may be than its packed form...
    pub ratio: u64,
    /// ...once it is more than so many bytes.
    pub ratio_above: u64,
    /// Entries of any kind.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entry_bytes: 512 << 20,
            total_bytes: 64 << 30,
            ratio: 100,
            ratio_above: 1 << 30,
            entries: 2_000_000,
        }
    }
}
