//! Numbers that only have to differ, from the engine's seed.

/// SplitMix64: a small generator whose sequence is the same everywhere.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) const fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    /// A first sequence number. The upper half is left out, so that a receiver
    /// that misses the first packets cannot take the first wrap for a late
    /// packet, and decrypt with the wrong rollover counter (RFC 3711, section
    /// 3.3.1).
    pub(super) const fn first_sequence(&mut self) -> u16 {
        (self.next_u32() & 0x7FFF) as u16
    }
}
