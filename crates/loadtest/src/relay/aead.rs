//! SRTP with AES-128-GCM (RFC 7714) in place, with nothing around it.

use std::fmt;

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, Tag, UnboundKey};
use rtc_crypto::{BlockCipherAlgorithm, CryptoError, RTCCrypto};

use crate::rtp::header::Parsed;

/// Bytes that sealing adds.
pub(super) const TAG_BYTES: usize = 16;

const KEY_BYTES: usize = 16;
const SALT_BYTES: usize = 12;

/// Streams of one sender: voice, picture, and the picture's retransmissions.
const STREAMS: usize = 4;

/// The roll-overs of one stream.
#[derive(Debug, Clone, Copy)]
struct Stream {
    ssrc: u32,
    /// Roll-overs and the highest sequence number, as one number.
    highest: u64,
}

/// One direction of one participant.
pub(super) struct Context {
    key: LessSafeKey,
    salt: [u8; SALT_BYTES],
    streams: Vec<Stream>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("streams", &self.streams).finish_non_exhaustive()
    }
}

impl Context {
    /// Derives the session key and salt (RFC 3711, section 4.3) from the
    /// master's.
    pub(super) fn new(
        key: &[u8],
        salt: &[u8],
        crypto: &dyn RTCCrypto,
    ) -> Result<Self, CryptoError> {
        let derive = |label: u8| {
            let mut block = [0; KEY_BYTES];
            block[..SALT_BYTES].copy_from_slice(salt);
            block[7] ^= label;
            crypto.block_encrypt(BlockCipherAlgorithm::Aes128, key, &mut block).map(|()| block)
        };
        let session_key =
            UnboundKey::new(&AES_128_GCM, &derive(0)?).expect("the block is as long as the key");
        let [session_salt @ .., _, _, _, _] = derive(2)?;
        Ok(Self {
            key: LessSafeKey::new(session_key),
            salt: session_salt,
            streams: Vec::with_capacity(STREAMS),
        })
    }

    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let mut nonce = self.salt;
        let index = index.to_be_bytes();
        for (byte, value) in nonce[2..6].iter_mut().zip(ssrc.to_be_bytes()) {
            *byte ^= value;
        }
        // The index has 48 bits.
        for (byte, value) in nonce[6..].iter_mut().zip(&index[2..]) {
            *byte ^= value;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    /// Opens a packet in place; its index and its length without the tag.
    /// `None`: it is not authentic, or of one stream too many.
    pub(super) fn open(&mut self, packet: &mut [u8], parsed: &Parsed) -> Option<(u64, usize)> {
        let (ssrc, sequence) = (parsed.fields.ssrc, parsed.fields.sequence);
        let known = self.streams.iter().position(|stream| stream.ssrc == ssrc);
        let index = match known {
            Some(at) => nearest(self.streams[at].highest, sequence),
            None if self.streams.len() < STREAMS => u64::from(sequence),
            None => return None,
        };
        let nonce = self.nonce(ssrc, index);
        let length = packet.len().checked_sub(TAG_BYTES)?;
        let (header, body) = packet.split_at_mut(parsed.bytes());
        self.key.open_in_place(nonce, Aad::from(&*header), body).ok()?;
        match known {
            Some(at) => self.streams[at].highest = self.streams[at].highest.max(index),
            None => self.streams.push(Stream { ssrc, highest: index }),
        }
        Some((index, length))
    }

    /// Seals a packet in place; the last [`TAG_BYTES`] are for the tag.
    pub(super) fn seal(&self, packet: &mut [u8], parsed: &Parsed, index: u64) -> Option<()> {
        let nonce = self.nonce(parsed.fields.ssrc, index);
        let (header, body) = packet.split_at_mut(parsed.bytes());
        let plain = body.len().checked_sub(TAG_BYTES)?;
        let (body, room) = body.split_at_mut(plain);
        let tag: Tag =
            self.key.seal_in_place_separate_tag(nonce, Aad::from(&*header), body).ok()?;
        room.copy_from_slice(tag.as_ref());
        Some(())
    }
}

/// The index with this sequence number that is nearest to the highest
/// (RFC 3711, section 3.3.1).
fn nearest(highest: u64, sequence: u16) -> u64 {
    let ahead = i64::from(sequence.wrapping_sub(highest as u16).cast_signed());
    highest.checked_add_signed(ahead).unwrap_or(u64::from(sequence))
}

#[cfg(test)]
mod tests {
    use rtc_srtp::{context::Context as Theirs, protection_profile::ProtectionProfile};

    use super::*;
    use crate::rtp::header::{self, Fields};

    const KEY: [u8; 16] = *b"a key of sixteen";
    const SALT: [u8; 12] = *b"twelve bytes";

    fn packet(sequence: u16) -> Vec<u8> {
        let fields =
            Fields { marker: false, payload_type: 96, sequence, timestamp: 9, ssrc: 0x0a0b_0c0d };
        let mut packet = Vec::new();
        header::write(fields, &[(4, b"0")], &mut packet);
        packet.extend(sequence.to_be_bytes().repeat(50));
        packet
    }

    /// Both ways against rtc-srtp, over two roll-overs.
    #[test]
    fn it_agrees_with_rtc_srtp() {
        let provider = rtc_crypto::default_provider().unwrap();
        let crypto = provider.crypto();
        let theirs = || {
            Theirs::new(&KEY, &SALT, ProtectionProfile::AeadAes128Gcm, None, None, crypto).unwrap()
        };
        let (mut their_sender, mut their_receiver) = (theirs(), theirs());
        let mut ours = Context::new(&KEY, &SALT, crypto).unwrap();
        let mut sequence = 0x7ff0_u16;
        for _ in 0..180 {
            let plain = packet(sequence);
            let parsed = Parsed::read(&plain).unwrap();

            let mut sealed = their_sender.encrypt_rtp(&plain).unwrap();
            let (index, length) = ours.open(&mut sealed, &parsed).unwrap();
            assert_eq!(sealed[..length], plain, "{sequence}");

            let mut again = plain.clone();
            again.resize(plain.len() + TAG_BYTES, 0);
            ours.seal(&mut again, &parsed, index).unwrap();
            assert_eq!(their_receiver.decrypt_rtp(&again).unwrap(), plain, "{sequence}");
            sequence = sequence.wrapping_add(997);
        }
    }

    #[test]
    fn forged_packets_are_refused() {
        let provider = rtc_crypto::default_provider().unwrap();
        let mut ours = Context::new(&KEY, &SALT, provider.crypto()).unwrap();
        let mut plain = packet(1);
        plain.resize(plain.len() + TAG_BYTES, 0);
        let parsed = Parsed::read(&plain).unwrap();
        assert!(ours.open(&mut plain.clone(), &parsed).is_none());
        ours.seal(&mut plain, &parsed, 1).unwrap();
        plain[30] ^= 1;
        assert!(ours.open(&mut plain, &parsed).is_none());
        assert!(ours.streams.is_empty());
    }
}
