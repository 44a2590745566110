//! SRTP and SRTCP of a participant (RFC 7714), on rtc-srtp.

use std::fmt;

use bytes::BytesMut;
use rtc_crypto::RTCCrypto;
use rtc_shared::error::Error;
use rtc_srtp::{
    config::{Config, SessionKeys},
    context::Context,
    protection_profile::ProtectionProfile,
};

use crate::rtp::header::Parsed;

const PROFILE: ProtectionProfile = ProtectionProfile::AeadAes128Gcm;

/// The master keys and salts of both directions.
#[derive(Clone)]
pub struct Keys(SessionKeys);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Bytes of keying material: two keys of 16 and two salts of 12.
    pub const MATERIAL_BYTES: usize = 56;

    /// Splits keying material (RFC 5764, section 4.2).
    ///
    /// # Errors
    /// It has not [`Self::MATERIAL_BYTES`].
    pub fn from_material(material: &[u8], is_client: bool) -> Result<Self, Error> {
        let mut config = Config { profile: PROFILE, ..Config::default() };
        config.set_session_keys_from_keying_material(material, is_client)?;
        Ok(Self(config.keys))
    }
}

/// Both directions of a participant.
pub(super) struct Session {
    send: Context,
    receive: Context,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(keys: &Keys, crypto: &dyn RTCCrypto) -> Result<Self, Error> {
        let keys = &keys.0;
        // No replay protection: duplicates are to be counted, not hidden.
        let context =
            |key: &[u8], salt: &[u8]| Context::new(key, salt, PROFILE, None, None, crypto);
        Ok(Self {
            send: context(&keys.local_master_key, &keys.local_master_salt)?,
            receive: context(&keys.remote_master_key, &keys.remote_master_salt)?,
        })
    }

    /// Seals a packet that [`crate::rtp::track`] made.
    pub(super) fn seal(&mut self, packet: &[u8]) -> Result<BytesMut, Error> {
        let parsed = Parsed::read(packet).ok_or(Error::ErrTooShortRtp)?;
        self.send.encrypt_rtp_with_header(packet, &parsed.for_srtp())
    }

    pub(super) fn open(&mut self, packet: &[u8]) -> Result<(Parsed, BytesMut), Error> {
        let parsed = Parsed::read(packet).ok_or(Error::ErrTooShortRtp)?;
        let opened = self.receive.decrypt_rtp_with_header(packet, &parsed.for_srtp())?;
        Ok((parsed, opened))
    }

    pub(super) fn seal_control(&mut self, compound: &[u8]) -> Result<BytesMut, Error> {
        self.send.encrypt_rtcp(compound)
    }

    pub(super) fn open_control(&mut self, compound: &[u8]) -> Result<BytesMut, Error> {
        self.receive.decrypt_rtcp(compound)
    }
}
