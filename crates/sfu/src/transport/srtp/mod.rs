//! SRTP and SRTCP (RFC 3711) under the keys of a DTLS handshake (RFC 5764).
//!
//! AEAD_AES_128_GCM (RFC 7714), which every browser takes, is done here, in
//! place and without an allocation a packet. AES128_CM_HMAC_SHA1_80, for who
//! has nothing better, is left to rtc-srtp.
//!
//! In both nothing of a packet is believed before it is authentic: forged ones
//! neither fill memory nor move a replay window.

mod gcm;
mod library;
mod packet;
mod replay;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::state::State;
use rtc_srtp::{
    config::{Config, LABEL_EXTRACTOR_DTLS_SRTP, SessionKeys},
    protection_profile::ProtectionProfile,
};

use self::{gcm::Gcm, library::Library};
use super::dtls::Profile;
use crate::limits::TransportLimits;

/// Why a packet was not opened, or not sealed.
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
    /// The key has sealed as many packets as it may (RFC 3711, section 9.2).
    #[error("the key is worn out")]
    KeyExhausted,
}

/// The keys of both directions.
pub struct SrtpKeys {
    profile: Profile,
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
        let length = Self::material_bytes(profile);
        let material =
            connection.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], length).ok()?;
        Self::from_material(profile, material.as_ref(), Side::Server)
    }

    /// Bytes of keying material that a profile needs.
    pub fn material_bytes(profile: Profile) -> usize {
        Config { profile: protection_profile(profile), ..Config::default() }.keying_material_len()
    }

    /// Divides keying material among both directions; `None` if it is too short.
    pub fn from_material(profile: Profile, material: &[u8], side: Side) -> Option<Self> {
        let mut config = Config { profile: protection_profile(profile), ..Config::default() };
        config.set_session_keys_from_keying_material(material, side == Side::Client).ok()?;
        Some(Self { profile, keys: config.keys })
    }
}

/// Whose keys are whose: which side of the DTLS handshake it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

const fn protection_profile(profile: Profile) -> ProtectionProfile {
    match profile {
        Profile::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        Profile::Aes128CmSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
    }
}

/// The SRTP session of one participant.
#[derive(Debug)]
pub struct Srtp(Suite);

#[derive(Debug)]
enum Suite {
    Gcm(Box<Gcm>),
    Library(Box<Library>),
}

impl Srtp {
    /// `None` where the provider lacks what the profile needs.
    pub fn new(
        keys: SrtpKeys,
        provider: Arc<dyn RTCCryptoProvider>,
        limits: TransportLimits,
    ) -> Option<Self> {
        Some(Self(match keys.profile {
            Profile::AeadAes128Gcm => {
                Suite::Gcm(Box::new(Gcm::new(&keys.keys, provider.crypto(), limits)?))
            }
            Profile::Aes128CmSha1_80 => {
                Suite::Library(Box::new(Library::new(keys, provider, limits)?))
            }
        }))
    }

    /// Opens an SRTP packet in its place: the RTP packet in it.
    pub fn open_rtp<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p [u8], SrtpError> {
        match &mut self.0 {
            Suite::Gcm(gcm) => gcm.open_rtp(packet),
            Suite::Library(library) => library.open_rtp(packet),
        }
    }

    /// Opens an SRTCP packet in its place: the compound in it.
    pub fn open_rtcp<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p [u8], SrtpError> {
        match &mut self.0 {
            Suite::Gcm(gcm) => gcm.open_rtcp(packet),
            Suite::Library(library) => library.open_rtcp(packet),
        }
    }

    /// Seals the RTP packet that `buffer` holds from `start` on. A sequence
    /// number must not be sealed twice under one SSRC, except for a packet that
    /// is the same to the last bit: another would reuse a nonce.
    pub fn seal_rtp(&mut self, buffer: &mut Vec<u8>, start: usize) -> Result<(), SrtpError> {
        match &mut self.0 {
            Suite::Gcm(gcm) => gcm.seal_rtp(buffer, start),
            Suite::Library(library) => library.seal_rtp(buffer, start),
        }
    }

    /// Seals the RTCP compound that `buffer` holds from `start` on.
    pub fn seal_rtcp(&mut self, buffer: &mut Vec<u8>, start: usize) -> Result<(), SrtpError> {
        match &mut self.0 {
            Suite::Gcm(gcm) => gcm.seal_rtcp(buffer, start),
            Suite::Library(library) => library.seal_rtcp(buffer, start),
        }
    }
}
