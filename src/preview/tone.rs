//! Each name's own colour, one of a few: the same name has the same one everywhere.

/// How many there are.
pub(super) const TONES: usize = 8;

/// Returns the number of a name's colour, from 0 to 7.
pub fn tone(name: &str) -> usize {
    // FNV-1a: short, and the same on every machine.
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize % TONES
}
