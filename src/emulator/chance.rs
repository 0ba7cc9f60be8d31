//! Chance that can be repeated: a number made from what it decides about, never from a state.

/// A draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chance(u64);

impl Chance {
    /// Returns the draw that belongs to these numbers, in this order.
    pub(super) fn of(parts: &[u64]) -> Self {
        Self(parts.iter().fold(0, |sum, part| mixed(sum ^ *part)))
    }

    /// Tells whether it falls under a probability.
    pub(super) fn under(self, p: f64) -> bool {
        // The 53 upper bits are all that a float between 0 and 1 can hold.
        ((self.0 >> 11) as f64) < p * (1_u64 << 53) as f64
    }

    /// Returns a number below `most`.
    pub(super) fn below(self, most: u32) -> u32 {
        ((u128::from(self.0) * u128::from(most)) >> 64) as u32
    }
}

/// `SplitMix64`: every bit of the input moves every bit of the output.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_is_a_tenth_and_the_same_numbers_draw_the_same() {
        let hits = (0..10_000).filter(|n| Chance::of(&[42, *n]).under(0.1)).count();
        assert!((900..1100).contains(&hits), "{hits}");
        assert_eq!(Chance::of(&[1, 2]), Chance::of(&[1, 2]));
        assert_ne!(Chance::of(&[1, 2]), Chance::of(&[2, 1]));
        assert!(Chance::of(&[3]).under(1.0) && !Chance::of(&[3]).under(0.0));
        assert!((0..1000).all(|n| Chance::of(&[n]).below(7) < 7));
    }
}
