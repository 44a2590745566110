//! SRTP and SRTCP (RFC 3711, RFC 7714) under the keys of a DTLS handshake
//! (RFC 5764), by rtc-srtp.
//!
//! rtc-srtp keeps state for every SSRC before it has authenticated a packet of
//! it, so forged packets could fill its memory, or move its replay window so
//! that the genuine ones are refused. Here the first packet of an SSRC is
//! opened in a context of its own that is thrown away, and only an authentic
//! one brings the SSRC into the lasting context.

use std::{collections::BTreeSet, fmt, sync::Arc};

use bytes::BytesMut;
use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::state::State;
use rtc_rtp::header::Header;
use rtc_shared::error::Error;
use rtc_srtp::{
    config::{Config, LABEL_EXTRACTOR_DTLS_SRTP, SessionKeys},
    context::Context,
    option::{srtcp_replay_protection, srtp_replay_protection},
    protection_profile::ProtectionProfile,
};

use super::dtls::Profile;
use crate::limits::TransportLimits;

/// Bytes that SRTP adds to an RTP packet, at most.
pub const SRTP_OVERHEAD_BYTES: usize = 16;

/// Why a packet was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    /// The packet is too short or its header contradicts its length.
    #[error("the peer sent a malformed packet")]
    Malformed,
    /// The packet has come before, or is too old to tell.
    #[error("the packet has come before")]
    Replayed,
    /// The packet was not sealed under the peer's key.
    #[error("the packet is not authentic")]
    NotAuthentic,
    /// The peer uses more SSRCs than it may.
    #[error("the peer uses too many synchronisation sources")]
    TooManySsrcs,
}

/// The keys of both directions.
pub(super) struct SrtpKeys {
    profile: ProtectionProfile,
    keys: SessionKeys,
}

impl fmt::Debug for SrtpKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SrtpKeys").field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl SrtpKeys {
    /// Exports the server's keys from a complete handshake (RFC 5764, section 4.2).
    pub(super) fn export(connection: &State, profile: Profile) -> Option<Self> {
        let profile = match profile {
            Profile::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
            Profile::Aes128CmSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        };
        let mut config = Config { profile, ..Config::default() };
        let length = config.keying_material_len();
        let material =
            connection.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], length).ok()?;
        config.set_session_keys_from_keying_material(material.as_ref(), false).ok()?;
        Some(Self { profile, keys: config.keys })
    }
}

/// The SRTP session of one participant.
pub(super) struct Srtp {
    keys: SrtpKeys,
    sending: Context,
    receiving: Context,
    /// SSRCs of which an authentic RTP packet has come.
    rtp: BTreeSet<u32>,
    /// SSRCs of which an authentic RTCP packet has come.
    rtcp: BTreeSet<u32>,
    provider: Arc<dyn RTCCryptoProvider>,
    limits: TransportLimits,
}

impl fmt::Debug for Srtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Srtp").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Srtp {
    /// `None` where the provider lacks what the profile needs.
    pub(super) fn new(
        keys: SrtpKeys,
        provider: Arc<dyn RTCCryptoProvider>,
        limits: TransportLimits,
    ) -> Option<Self> {
        let sending = Context::new(
            &keys.keys.local_master_key,
            &keys.keys.local_master_salt,
            keys.profile,
            None,
            None,
            provider.crypto(),
        )
        .ok()?;
        let receiving = receiving_context(&keys, provider.as_ref(), &limits)?;
        Some(Self {
            keys,
            sending,
            receiving,
            rtp: BTreeSet::new(),
            rtcp: BTreeSet::new(),
            provider,
            limits,
        })
    }

    /// Opens an SRTP packet: the RTP packet in it.
    pub(super) fn open_rtp(&mut self, packet: &[u8]) -> Result<BytesMut, SrtpError> {
        let header = rtp_header(packet).ok_or(SrtpError::Malformed)?;
        if !self.rtp.contains(&header.ssrc) {
            if self.rtp.len() == self.limits.srtp_ssrcs {
                return Err(SrtpError::TooManySsrcs);
            }
            let mut probe = self.probe()?;
            probe.decrypt_rtp_with_header(packet, &header).map_err(|error| refusal(&error))?;
            self.rtp.insert(header.ssrc);
        }
        self.receiving.decrypt_rtp_with_header(packet, &header).map_err(|error| refusal(&error))
    }

    /// Opens an SRTCP packet: the compound in it.
    pub(super) fn open_rtcp(&mut self, packet: &[u8]) -> Result<BytesMut, SrtpError> {
        let ssrc = packet.get(4..8).and_then(|ssrc| ssrc.try_into().ok());
        let ssrc = u32::from_be_bytes(ssrc.ok_or(SrtpError::Malformed)?);
        if !self.rtcp.contains(&ssrc) {
            if self.rtcp.len() == self.limits.srtp_ssrcs {
                return Err(SrtpError::TooManySsrcs);
            }
            self.probe()?.decrypt_rtcp(packet).map_err(|error| refusal(&error))?;
            self.rtcp.insert(ssrc);
        }
        self.receiving.decrypt_rtcp(packet).map_err(|error| refusal(&error))
    }

    /// Seals an RTP packet. A sequence number must never be sealed twice under
    /// one SSRC: that would reuse a nonce.
    pub(super) fn seal_rtp(&mut self, packet: &[u8]) -> Result<BytesMut, SrtpError> {
        let header = rtp_header(packet).ok_or(SrtpError::Malformed)?;
        self.sending.encrypt_rtp_with_header(packet, &header).map_err(|_| SrtpError::Malformed)
    }

    /// Seals an RTCP compound.
    pub(super) fn seal_rtcp(&mut self, compound: &[u8]) -> Result<BytesMut, SrtpError> {
        self.sending.encrypt_rtcp(compound).map_err(|_| SrtpError::Malformed)
    }

    /// A context for the first packet of an SSRC.
    fn probe(&self) -> Result<Context, SrtpError> {
        receiving_context(&self.keys, self.provider.as_ref(), &self.limits)
            .ok_or(SrtpError::NotAuthentic)
    }
}

fn receiving_context(
    keys: &SrtpKeys,
    provider: &dyn RTCCryptoProvider,
    limits: &TransportLimits,
) -> Option<Context> {
    Context::new(
        &keys.keys.remote_master_key,
        &keys.keys.remote_master_salt,
        keys.profile,
        Some(srtp_replay_protection(limits.srtp_replay_window)),
        Some(srtcp_replay_protection(limits.srtcp_replay_window)),
        provider.crypto(),
    )
    .ok()
}

fn refusal(error: &Error) -> SrtpError {
    match error {
        Error::SrtpSsrcDuplicated(..) | Error::SrtcpSsrcDuplicated(..) => SrtpError::Replayed,
        Error::ErrTooShortRtp | Error::ErrTooShortRtcp => SrtpError::Malformed,
        _ => SrtpError::NotAuthentic,
    }
}

/// What rtc-srtp needs of a header: the SSRC, the sequence number and the
/// length. Parsing all of it would cost three allocations a packet.
fn rtp_header(packet: &[u8]) -> Option<Header> {
    let fixed = packet.first_chunk::<12>()?;
    if fixed[0] >> 6 != 2 {
        return None;
    }
    let csrcs = usize::from(fixed[0] & 0x0f);
    let extension = fixed[0] & 0x10 != 0;
    let extension_at = 12 + 4 * csrcs;
    let mut extensions_padding = 0;
    let mut length = extension_at;
    if extension {
        let words = packet.get(extension_at + 2..extension_at + 4)?;
        extensions_padding = 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
        length += 4 + extensions_padding;
    }
    (length <= packet.len()).then(|| Header {
        version: 2,
        extension,
        sequence_number: u16::from_be_bytes([fixed[2], fixed[3]]),
        ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
        csrc: vec![0; csrcs],
        extensions_padding,
        ..Header::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions(profile: ProtectionProfile) -> (Srtp, Srtp) {
        let provider = rtc_crypto::default_provider().unwrap();
        let side = |client: bool| {
            let mut config = Config { profile, ..Config::default() };
            let material: Vec<u8> = (0..config.keying_material_len()).map(|n| n as u8).collect();
            config.set_session_keys_from_keying_material(&material, client).unwrap();
            let keys = SrtpKeys { profile, keys: config.keys };
            Srtp::new(keys, Arc::clone(&provider), TransportLimits::default()).unwrap()
        };
        (side(true), side(false))
    }

    fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
        let mut packet = vec![0x90, 96];
        packet.extend(sequence.to_be_bytes());
        packet.extend([0, 0, 0, 9]);
        packet.extend(ssrc.to_be_bytes());
        packet.extend([0xbe, 0xde, 0, 2, 0x10, b'm', 0, 0, 0, 0, 0, 0]);
        packet.extend([0x55; 100]);
        packet
    }

    fn report(ssrc: u32) -> Vec<u8> {
        let mut report = vec![0x80, 201, 0, 1];
        report.extend(ssrc.to_be_bytes());
        report
    }

    #[test]
    fn both_profiles_carry_both_kinds_of_packets() {
        for profile in [ProtectionProfile::AeadAes128Gcm, ProtectionProfile::Aes128CmHmacSha1_80] {
            let (mut client, mut server) = sessions(profile);
            for sequence in [0, 1, 3, 2] {
                let sealed = client.seal_rtp(&packet(5, sequence)).unwrap();
                assert_eq!(server.open_rtp(&sealed).unwrap(), packet(5, sequence));
                assert_eq!(server.open_rtp(&sealed), Err(SrtpError::Replayed));
            }
            let sealed = server.seal_rtcp(&report(6)).unwrap();
            assert_eq!(client.open_rtcp(&sealed).unwrap(), report(6));
            assert_eq!(client.open_rtcp(&sealed), Err(SrtpError::Replayed));
        }
    }

    #[test]
    fn a_rollover_of_the_sequence_number_is_followed() {
        let (mut client, mut server) = sessions(ProtectionProfile::AeadAes128Gcm);
        for sequence in (30_000..=u16::MAX).chain(0..100) {
            let sealed = client.seal_rtp(&packet(5, sequence)).unwrap();
            assert!(server.open_rtp(&sealed).is_ok(), "{sequence}");
        }
    }

    #[test]
    fn forged_packets_neither_stay_nor_block_the_genuine_ones() {
        let (mut client, mut server) = sessions(ProtectionProfile::AeadAes128Gcm);
        for ssrc in 0..10_000 {
            let mut forged = packet(ssrc, 20_000);
            forged.extend([0; 16]);
            assert_eq!(server.open_rtp(&forged), Err(SrtpError::NotAuthentic));
            let mut forged = report(ssrc);
            forged.extend([0; 20]);
            assert_eq!(server.open_rtcp(&forged), Err(SrtpError::NotAuthentic));
        }
        assert!(server.rtp.is_empty() && server.rtcp.is_empty());
        for sequence in 1..100 {
            let sealed = client.seal_rtp(&packet(5, sequence)).unwrap();
            assert!(server.open_rtp(&sealed).is_ok());
        }
    }

    #[test]
    fn authentic_ssrcs_are_bounded() {
        let limits = TransportLimits::default();
        let (mut client, mut server) = sessions(ProtectionProfile::AeadAes128Gcm);
        for ssrc in 0..limits.srtp_ssrcs as u32 {
            assert!(server.open_rtp(&client.seal_rtp(&packet(ssrc, 1)).unwrap()).is_ok());
        }
        let further = client.seal_rtp(&packet(u32::MAX, 1)).unwrap();
        assert_eq!(server.open_rtp(&further), Err(SrtpError::TooManySsrcs));
    }

    #[test]
    fn headers_that_lie_about_their_length_are_malformed() {
        let (_, mut server) = sessions(ProtectionProfile::AeadAes128Gcm);
        let mut long_extension = packet(5, 1);
        long_extension[14..16].copy_from_slice(&[0xff, 0xff]);
        let mut csrcs = packet(5, 1)[..20].to_vec();
        csrcs[0] = 0x8f;
        for bad in [&long_extension[..], &csrcs, &[], &[0x80; 11], &[0x40; 40]] {
            assert_eq!(server.open_rtp(bad), Err(SrtpError::Malformed));
        }
        for length in 0..28 {
            assert!(server.open_rtcp(&report(5).repeat(8)[..length]).is_err());
        }
    }
}
