//! Counters that wrap, made into ones that do not.

/// Extends counters of `BITS` bits to 64, choosing what lies nearest to the
/// newest value seen. The first value is lifted by one whole round, so that
/// older ones stay above zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwrapper<const BITS: u32> {
    newest: Option<u64>,
}

impl<const BITS: u32> Unwrapper<BITS> {
    const ROUND: u64 = 1 << BITS;

    /// The extended value of `value`, of which the low bits count.
    pub fn unwrap(&mut self, value: u32) -> u64 {
        let extended = self.peek(value);
        if self.newest.is_none_or(|newest| extended > newest) {
            self.newest = Some(extended);
        }
        extended
    }

    /// As [`Unwrapper::unwrap`], without learning from it.
    pub fn peek(&self, value: u32) -> u64 {
        let low = u64::from(value) & (Self::ROUND - 1);
        let Some(newest) = self.newest else { return Self::ROUND + low };
        let ahead = low.wrapping_sub(newest) & (Self::ROUND - 1);
        if ahead < Self::ROUND / 2 { newest + ahead } else { newest + ahead - Self::ROUND }
    }

    /// The newest extended value.
    pub const fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// Goes on as if `newest` had been the newest value.
    pub const fn set_newest(&mut self, newest: u64) {
        self.newest = Some(newest);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rounds_are_counted_both_ways() {
        let mut unwrapper = Unwrapper::<16>::default();
        assert_eq!(unwrapper.unwrap(65_534), 65_536 + 65_534);
        assert_eq!(unwrapper.unwrap(1), 2 * 65_536 + 1);
        assert_eq!(unwrapper.unwrap(65_535), 65_536 + 65_535);
        assert_eq!(unwrapper.newest(), Some(2 * 65_536 + 1));
    }

    proptest! {
        #[test]
        fn steps_under_half_a_round_are_followed(start: u32, steps in prop::collection::vec(-100i64..1000, 1..500)) {
            let mut unwrapper = Unwrapper::<7>::default();
            let mut expected = unwrapper.unwrap(start);
            for step in steps {
                let step = step % 64;
                let next = expected.saturating_add_signed(step);
                if next < 64 { continue; }
                let got = unwrapper.unwrap(next as u32);
                let newest = unwrapper.newest().unwrap();
                prop_assert_eq!(got % 128, next % 128);
                prop_assert!(got.abs_diff(newest) <= 64);
                expected = newest;
            }
        }
    }
}
