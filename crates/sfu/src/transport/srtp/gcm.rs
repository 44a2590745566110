//! AEAD_AES_128_GCM (RFC 7714), in place.

use std::{collections::BTreeMap, fmt};

use rtc_crypto::{AeadAlgorithm, AeadCipher, BlockCipherAlgorithm, RTCCrypto, SecretVec};
use rtc_srtp::config::SessionKeys;

use super::{
    SrtpError,
    packet::{RtpPrefix, rtcp_ssrc},
    replay::ReplayWindow,
};
use crate::limits::TransportLimits;

const KEY_BYTES: usize = 16;
const SALT_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// Bytes of a compound that are authenticated and not encrypted.
const RTCP_HEADER_BYTES: usize = 8;
/// The ESRTCP word: a bit that says that it is encrypted, and the index.
const INDEX_BYTES: usize = 4;
const ENCRYPTED: u32 = 1 << 31;
/// Packets that one key may seal under an SSRC (RFC 3711, section 9.2).
const MAX_RTP_INDEX: u64 = (1 << 48) - 1;
const MAX_RTCP_INDEX: u32 = ENCRYPTED - 1;

/// A session under this profile.
#[derive(Debug)]
pub(super) struct Gcm {
    sending: Ciphers,
    receiving: Ciphers,
    /// What was sealed last under each of our SSRCs.
    sent: BTreeMap<u32, Sent>,
    /// SSRCs of which an authentic RTP packet has come.
    rtp: BTreeMap<u32, ReplayWindow>,
    /// SSRCs of which an authentic RTCP packet has come.
    rtcp: BTreeMap<u32, ReplayWindow>,
    limits: TransportLimits,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    /// The highest index, rollovers included.
    rtp: Option<u64>,
    rtcp: u32,
}

impl Gcm {
    pub(super) fn new(
        keys: &SessionKeys,
        crypto: &dyn RTCCrypto,
        limits: TransportLimits,
    ) -> Option<Self> {
        Some(Self {
            sending: Ciphers::new(&keys.local_master_key, &keys.local_master_salt, crypto)?,
            receiving: Ciphers::new(&keys.remote_master_key, &keys.remote_master_salt, crypto)?,
            sent: BTreeMap::new(),
            rtp: BTreeMap::new(),
            rtcp: BTreeMap::new(),
            limits,
        })
    }

    /// How many streams there is a window for.
    #[cfg(test)]
    pub(super) fn streams(&self) -> usize {
        self.rtp.len() + self.rtcp.len()
    }

    pub(super) fn open_rtp<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p [u8], SrtpError> {
        let prefix = RtpPrefix::read(packet).ok_or(SrtpError::Malformed)?;
        let end = packet.len().checked_sub(TAG_BYTES).ok_or(SrtpError::Malformed)?;
        if end < prefix.header_len {
            return Err(SrtpError::Malformed);
        }
        let window = self.rtp.get(&prefix.ssrc);
        let newest = window.map(ReplayWindow::newest);
        // Without an index it is from before the first packet there can be.
        let index = rtp_index(newest, prefix.sequence).ok_or(SrtpError::Replayed)?;
        check(window, index, self.rtp.len(), self.limits.srtp_ssrcs)?;
        let (header, rest) = packet.split_at_mut(prefix.header_len);
        let (payload, tag) = rest.split_at_mut(end - prefix.header_len);
        self.receiving.rtp.open(rtp_iv(prefix.ssrc, index), header, payload, tag)?;
        accept(&mut self.rtp, prefix.ssrc, index, self.limits.srtp_replay_window);
        Ok(&packet[..end])
    }

    pub(super) fn open_rtcp<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p [u8], SrtpError> {
        let ssrc = rtcp_ssrc(packet).ok_or(SrtpError::Malformed)?;
        let (sealed, word) = packet.split_last_chunk_mut().ok_or(SrtpError::Malformed)?;
        let word: [u8; INDEX_BYTES] = *word;
        let end = sealed.len().checked_sub(TAG_BYTES).ok_or(SrtpError::Malformed)?;
        if end < RTCP_HEADER_BYTES {
            return Err(SrtpError::Malformed);
        }
        let number = u32::from_be_bytes(word);
        // Nobody agreed on reports in the clear.
        if number & ENCRYPTED == 0 {
            return Err(SrtpError::NotAuthentic);
        }
        let index = number & !ENCRYPTED;
        let window = self.rtcp.get(&ssrc);
        check(window, u64::from(index), self.rtcp.len(), self.limits.srtp_ssrcs)?;
        let (header, rest) = sealed.split_at_mut(RTCP_HEADER_BYTES);
        let (body, tag) = rest.split_at_mut(end - RTCP_HEADER_BYTES);
        let aad = rtcp_aad(header, word);
        self.receiving.rtcp.open(rtcp_iv(ssrc, index), &aad, body, tag)?;
        accept(&mut self.rtcp, ssrc, u64::from(index), self.limits.srtcp_replay_window);
        Ok(&packet[..end])
    }

    pub(super) fn seal_rtp(&mut self, buffer: &mut Vec<u8>, start: usize) -> Result<(), SrtpError> {
        let packet = buffer.get_mut(start..).ok_or(SrtpError::Malformed)?;
        let prefix = RtpPrefix::read(packet).ok_or(SrtpError::Malformed)?;
        let sent = self.sent.entry(prefix.ssrc).or_default();
        let index = rtp_index(sent.rtp, prefix.sequence).ok_or(SrtpError::KeyExhausted)?;
        let (header, payload) = packet.split_at_mut(prefix.header_len);
        let tag = self.sending.rtp.seal(rtp_iv(prefix.ssrc, index), header, payload)?;
        sent.rtp = sent.rtp.max(Some(index));
        buffer.extend_from_slice(&tag);
        Ok(())
    }

    pub(super) fn seal_rtcp(
        &mut self,
        buffer: &mut Vec<u8>,
        start: usize,
    ) -> Result<(), SrtpError> {
        let packet = buffer.get_mut(start..).ok_or(SrtpError::Malformed)?;
        let ssrc = rtcp_ssrc(packet).ok_or(SrtpError::Malformed)?;
        let sent = self.sent.entry(ssrc).or_default();
        if sent.rtcp == MAX_RTCP_INDEX {
            return Err(SrtpError::KeyExhausted);
        }
        sent.rtcp += 1;
        let word = (ENCRYPTED | sent.rtcp).to_be_bytes();
        let (header, body) = packet.split_at_mut(RTCP_HEADER_BYTES);
        let aad = rtcp_aad(header, word);
        let tag = self.sending.rtcp.seal(rtcp_iv(ssrc, sent.rtcp), &aad, body)?;
        buffer.extend_from_slice(&tag);
        buffer.extend_from_slice(&word);
        Ok(())
    }
}

/// Whether a packet of a stream may be looked at: it has not come before, and
/// if it is the stream's first, there is room for another stream.
fn check(
    window: Option<&ReplayWindow>,
    index: u64,
    streams: usize,
    limit: usize,
) -> Result<(), SrtpError> {
    match window {
        Some(window) if !window.is_new(index) => Err(SrtpError::Replayed),
        Some(_) => Ok(()),
        None if streams >= limit => Err(SrtpError::TooManySsrcs),
        None => Ok(()),
    }
}

/// Takes note of an authentic packet.
fn accept(windows: &mut BTreeMap<u32, ReplayWindow>, ssrc: u32, index: u64, packets: usize) {
    windows
        .entry(ssrc)
        .and_modify(|window| window.accept(index))
        .or_insert_with(|| ReplayWindow::new(index, packets));
}

/// The index of a packet: its sequence number with the rollovers that bring it
/// nearest to the newest (RFC 3711, section 3.3.1). `None`: there is none such.
fn rtp_index(newest: Option<u64>, sequence: u16) -> Option<u64> {
    let Some(newest) = newest else { return Some(u64::from(sequence)) };
    let ahead = sequence.wrapping_sub(newest as u16).cast_signed();
    newest.checked_add_signed(ahead.into()).filter(|index| *index <= MAX_RTP_INDEX)
}

/// RFC 7714, section 8.1: zeros, SSRC, rollover counter, sequence number.
fn rtp_iv(ssrc: u32, index: u64) -> [u8; SALT_BYTES] {
    let mut iv = [0; SALT_BYTES];
    iv[2..6].copy_from_slice(&ssrc.to_be_bytes());
    iv[6..].copy_from_slice(&index.to_be_bytes()[2..]);
    iv
}

/// RFC 7714, section 9.1: zeros, SSRC, zeros, index.
fn rtcp_iv(ssrc: u32, index: u32) -> [u8; SALT_BYTES] {
    let mut iv = [0; SALT_BYTES];
    iv[2..6].copy_from_slice(&ssrc.to_be_bytes());
    iv[8..].copy_from_slice(&index.to_be_bytes());
    iv
}

/// RFC 7714, section 9.2: the header, and the word that follows the tag.
fn rtcp_aad(header: &[u8], word: [u8; INDEX_BYTES]) -> [u8; RTCP_HEADER_BYTES + INDEX_BYTES] {
    let mut aad = [0; RTCP_HEADER_BYTES + INDEX_BYTES];
    aad[..RTCP_HEADER_BYTES].copy_from_slice(header);
    aad[RTCP_HEADER_BYTES..].copy_from_slice(&word);
    aad
}

/// The ciphers of one direction.
#[derive(Debug)]
struct Ciphers {
    rtp: Cipher,
    rtcp: Cipher,
}

impl Ciphers {
    fn new(master_key: &[u8], master_salt: &[u8], crypto: &dyn RTCCrypto) -> Option<Self> {
        let cipher = |key, salt| {
            let key = SecretVec::new(derive(master_key, master_salt, key, crypto)?.to_vec());
            let salt = derive(master_key, master_salt, salt, crypto)?;
            Cipher::new(key.as_ref(), *salt.first_chunk()?, crypto)
        };
        Some(Self {
            rtp: cipher(Label::RtpKey, Label::RtpSalt)?,
            rtcp: cipher(Label::RtcpKey, Label::RtcpSalt)?,
        })
    }
}

/// What is derived from a master key (RFC 3711, section 4.3.1).
#[derive(Debug, Clone, Copy)]
enum Label {
    RtpKey = 0,
    RtpSalt = 2,
    RtcpKey = 3,
    RtcpSalt = 5,
}

/// One block of the key stream that keys and salts are cut from (RFC 3711,
/// section 4.3.3; RFC 7714, section 11). `None` for keys of another length.
fn derive(
    master_key: &[u8],
    master_salt: &[u8],
    label: Label,
    crypto: &dyn RTCCrypto,
) -> Option<[u8; KEY_BYTES]> {
    let mut block = [0; KEY_BYTES];
    block[..SALT_BYTES].copy_from_slice(master_salt.get(..SALT_BYTES)?);
    block[7] ^= label as u8;
    crypto.block_encrypt(BlockCipherAlgorithm::Aes128, master_key, &mut block).ok()?;
    Some(block)
}

/// A session key with its salt.
pub(super) struct Cipher {
    aead: Box<dyn AeadCipher>,
    salt: [u8; SALT_BYTES],
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cipher").finish_non_exhaustive()
    }
}

impl Cipher {
    pub(super) fn new(key: &[u8], salt: [u8; SALT_BYTES], crypto: &dyn RTCCrypto) -> Option<Self> {
        let aead = crypto.new_aead(AeadAlgorithm::Aes128Gcm, key).ok()?;
        (aead.tag_len() == TAG_BYTES).then_some(Self { aead, salt })
    }

    fn seal(
        &mut self,
        iv: [u8; SALT_BYTES],
        aad: &[u8],
        text: &mut [u8],
    ) -> Result<[u8; TAG_BYTES], SrtpError> {
        let mut tag = [0; TAG_BYTES];
        self.aead
            .seal_in_place(&self.salted(iv), aad, text, &mut tag)
            .map_err(|_| SrtpError::Malformed)?;
        Ok(tag)
    }

    fn open(
        &mut self,
        iv: [u8; SALT_BYTES],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8],
    ) -> Result<(), SrtpError> {
        self.aead
            .open_in_place(&self.salted(iv), aad, text, tag)
            .map_err(|_| SrtpError::NotAuthentic)
    }

    fn salted(&self, mut iv: [u8; SALT_BYTES]) -> [u8; SALT_BYTES] {
        for (byte, salt) in iv.iter_mut().zip(self.salt) {
            *byte ^= salt;
        }
        iv
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 7714 name session keys, from which nothing is derived.
    const KEY: [u8; KEY_BYTES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const SALT: &[u8; SALT_BYTES] = b"Quid pro quo";

    fn session() -> Gcm {
        let provider = rtc_crypto::default_provider().unwrap();
        let cipher = || Cipher::new(&KEY, *SALT, provider.crypto()).unwrap();
        let ciphers = || Ciphers { rtp: cipher(), rtcp: cipher() };
        Gcm {
            sending: ciphers(),
            receiving: ciphers(),
            sent: BTreeMap::new(),
            rtp: BTreeMap::new(),
            rtcp: BTreeMap::new(),
            limits: TransportLimits::default(),
        }
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }

    /// RFC 7714, section 16.1.
    #[test]
    fn rtp_is_sealed_and_opened_as_in_the_rfc() {
        let plain = bytes(
            "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
             69736120 696e2070 61727465 73207472 6573",
        );
        let sealed = bytes(
            "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5
             0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439
             0cce",
        );
        let mut buffer = plain.clone();
        session().seal_rtp(&mut buffer, 0).unwrap();
        assert_eq!(buffer, sealed);
        assert_eq!(session().open_rtp(&mut buffer).unwrap(), plain);
    }

    /// RFC 7714, section 17.1.
    #[test]
    fn rtcp_is_sealed_and_opened_as_in_the_rfc() {
        let plain = bytes(
            "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
             deadbeef deadbeef deadbeef deadbeef deadbeef",
        );
        let sealed = bytes(
            "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d
             c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872
             45d9eade 800005d4",
        );
        let mut buffer = plain.clone();
        let mut sender = session();
        sender.sent.insert(0x4d61_7273, Sent { rtp: None, rtcp: 0x5d3 });
        sender.seal_rtcp(&mut buffer, 0).unwrap();
        assert_eq!(buffer, sealed);
        assert_eq!(session().open_rtcp(&mut buffer).unwrap(), plain);
    }

    #[test]
    fn a_key_that_is_worn_out_seals_no_more() {
        let mut session = session();
        let packet = bytes("8040ffff 8041f8d3 5501a0b2 47616c6c");
        session.sent.insert(0x5501_a0b2, Sent { rtp: Some(MAX_RTP_INDEX), rtcp: MAX_RTCP_INDEX });
        let mut next = packet.clone();
        next[2..4].copy_from_slice(&[0, 0]);
        assert_eq!(session.seal_rtp(&mut next, 0), Err(SrtpError::KeyExhausted));
        let mut report = bytes("80c90001 5501a0b2");
        assert_eq!(session.seal_rtcp(&mut report, 0), Err(SrtpError::KeyExhausted));
    }

    #[test]
    fn an_index_is_the_one_nearest_to_the_newest() {
        let check = |newest, sequence, expected| {
            assert_eq!(rtp_index(newest, sequence), expected, "{newest:?} {sequence}");
        };
        check(None, 7, Some(7));
        check(None, 65_535, Some(65_535));
        check(Some(65_535), 0, Some(65_536));
        check(Some(65_536), 65_535, Some(65_535));
        check(Some(5), 65_535, None);
        check(Some(5), 32_000, Some(32_000));
        check(Some(200_000), 200_001_u32 as u16, Some(200_001));
        check(Some(MAX_RTP_INDEX), 0, None);
    }
}
