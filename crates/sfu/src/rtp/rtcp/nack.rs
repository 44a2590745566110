//! Generic NACK (RFC 4585, section 6.2.1).

/// A missing packet, and which of the sixteen after it are missing too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NackPair {
    pub first: u16,
    pub following: u16,
}

impl NackPair {
    /// Bytes on the wire.
    pub const BYTES: usize = 4;

    /// The missing sequence numbers.
    pub fn sequences(self) -> impl Iterator<Item = u16> {
        let following = (0..16)
            .filter(move |bit| self.following & (1 << bit) != 0)
            .map(move |bit| self.first.wrapping_add(bit + 1));
        std::iter::once(self.first).chain(following)
    }
}

/// Iterates over the pairs of a packet.
#[derive(Debug, Clone)]
pub struct NackPairs<'a>(&'a [u8]);

impl<'a> NackPairs<'a> {
    pub(super) const fn new(information: &'a [u8]) -> Self {
        Self(information)
    }
}

impl Iterator for NackPairs<'_> {
    type Item = NackPair;

    fn next(&mut self) -> Option<NackPair> {
        let (&[f0, f1, m0, m1], rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(NackPair {
            first: u16::from_be_bytes([f0, f1]),
            following: u16::from_be_bytes([m0, m1]),
        })
    }
}

/// Packs ascending sequence numbers into as few pairs as they need.
pub fn pack_nacks(sequences: impl IntoIterator<Item = u16>, pairs: &mut Vec<NackPair>) {
    pairs.clear();
    for sequence in sequences {
        if let Some(pair) = pairs.last_mut() {
            let distance = sequence.wrapping_sub(pair.first);
            if (1..=16).contains(&distance) {
                pair.following |= 1 << (distance - 1);
                continue;
            }
        }
        pairs.push(NackPair { first: sequence, following: 0 });
    }
}
