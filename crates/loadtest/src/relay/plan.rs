//! Who is in which room of the relay, and under which keys.

use ring::digest;
use rtc_shared::error::Error;
use serde::{Deserialize, Serialize};

use crate::peer::Keys;

/// What the relay is told at its start, as one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// From which all keys are derived.
    pub seed: u64,
    /// The loopback ports of the participants, room by room.
    pub rooms: Vec<Vec<u16>>,
}

impl Plan {
    /// The keying material of a participant, by its port.
    pub(crate) fn material(seed: u64, port: u16) -> [u8; Keys::MATERIAL_BYTES] {
        let block = |half: u8| {
            let mut input = seed.to_be_bytes().to_vec();
            input.extend(port.to_be_bytes());
            input.push(half);
            digest::digest(&digest::SHA256, &input)
        };
        let (first, second) = (block(0), block(1));
        let mut bytes = first.as_ref().iter().chain(second.as_ref()).copied();
        std::array::from_fn(|_| bytes.next().unwrap_or_default())
    }

    /// The keys of a participant, as its own side has them.
    ///
    /// # Errors
    /// Never for material of the right length, which this is.
    pub fn keys(seed: u64, port: u16) -> Result<Keys, Error> {
        Keys::from_material(&Self::material(seed, port), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_keys_of_their_own() {
        let material = [(1, 5), (1, 6), (2, 5)].map(|(seed, port)| Plan::material(seed, port));
        assert!(material[0] != material[1] && material[0] != material[2]);
        assert_eq!(Plan::material(1, 5), material[0]);
        assert_ne!(material[0][..24], material[0][32..]);
    }
}
