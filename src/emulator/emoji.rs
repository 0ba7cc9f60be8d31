//! Which emoji a reaction may be.

/// Of the older symbols, those that are shown in colour without asking (Unicode's
/// `Emoji_Presentation`, up to U+2FFF); the others need the variation selector U+FE0F.
const COLOURED: &[(u32, u32)] = &[
    (0x231A, 0x231B),
    (0x23E9, 0x23EC),
    (0x23F0, 0x23F0),
    (0x23F3, 0x23F3),
    (0x25FD, 0x25FE),
    (0x2614, 0x2615),
    (0x2648, 0x2653),
    (0x267F, 0x267F),
    (0x2693, 0x2693),
    (0x26A1, 0x26A1),
    (0x26AA, 0x26AB),
    (0x26BD, 0x26BE),
    (0x26C4, 0x26C5),
    (0x26CE, 0x26CE),
    (0x26D4, 0x26D4),
    (0x26EA, 0x26EA),
    (0x26F2, 0x26F3),
    (0x26F5, 0x26F5),
    (0x26FA, 0x26FA),
    (0x26FD, 0x26FD),
    (0x2705, 0x2705),
    (0x270A, 0x270B),
    (0x2728, 0x2728),
    (0x274C, 0x274C),
    (0x274E, 0x274E),
    (0x2753, 0x2755),
    (0x2757, 0x2757),
    (0x2795, 0x2797),
    (0x27B0, 0x27B0),
    (0x27BF, 0x27BF),
    (0x2B1B, 0x2B1C),
    (0x2B50, 0x2B50),
    (0x2B55, 0x2B55),
];
const COLOUR: char = '\u{FE0F}';

/// Tells whether a text can be an emoji at all: a word like `smile` is none.
pub(super) fn plausible(text: &str) -> bool {
    !text.is_ascii() && text.len() <= 64
}

/// Tells whether an emoji is one that some services refuse: an old symbol without its variation
/// selector, or the flag of a part of a country, which is written with tags.
pub(super) fn odd(text: &str) -> bool {
    let tags = text.chars().any(|c| ('\u{E0020}'..='\u{E007F}').contains(&c));
    let first = text.chars().next().map_or(0, u32::from);
    let old = (0xA9..0x3000).contains(&first);
    let coloured = COLOURED.iter().any(|(from, until)| (*from..=*until).contains(&first));
    // A skin tone makes an emoji of any symbol.
    let toned = text.chars().any(|c| ('\u{1F3FB}'..='\u{1F3FF}').contains(&c));
    tags || (old && !coloured && !toned && !text.contains(COLOUR))
}

#[cfg(test)]
mod tests {
    use super::{odd, plausible};

    #[test]
    fn unqualified_symbols_and_tagged_flags_are_odd() {
        for good in ["😀", "✅", "❤️", "👋🏽", "☝🏽", "1️⃣", "🇩🇪", "⭐", "👩‍👩‍👧"]
        {
            assert!(plausible(good) && !odd(good), "{good}");
        }
        for bad in ["❤", "☎", "✔", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"] {
            assert!(plausible(bad) && odd(bad), "{bad}");
        }
        assert!(!plausible("smile"));
    }
}
