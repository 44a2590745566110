//! AES128_CM_HMAC_SHA1_80 (RFC 3711), by rtc-srtp.
//!
//! rtc-srtp keeps state for every SSRC before it has authenticated a packet of
//! it, so forged packets could fill its memory, or move its replay window so
//! that the genuine ones are refused. Here the first packet of an SSRC is
//! opened in a context of its own that is thrown away, and only an authentic
//! one brings the SSRC into the lasting context.
//!
//! A report that says that it is not encrypted is taken by rtc-srtp without
//! looking at its tag, which RFC 3711, section 3.4, demands: it never gets there.

use std::{collections::BTreeSet, fmt, sync::Arc};

use rtc_crypto::RTCCryptoProvider;
use rtc_rtp::header::Header;
use rtc_shared::error::Error;
use rtc_srtp::{
    context::Context,
    option::{srtcp_replay_protection, srtp_replay_protection},
};

use super::{
    Profile, SrtpError, SrtpKeys,
    packet::{RtpPrefix, rtcp_ssrc},
    protection_profile,
};
use crate::limits::TransportLimits;

/// The word with a report's index (RFC 3711, section 3.4).
const INDEX_BYTES: usize = 4;
/// The tag of HMAC-SHA1 cut to 80 bits.
const TAG_BYTES: usize = 10;

/// A session under the older profile.
pub(super) struct Library {
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

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library").field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl Library {
    /// `None` where the provider lacks what the profile needs.
    pub(super) fn new(
        keys: SrtpKeys,
        provider: Arc<dyn RTCCryptoProvider>,
        limits: TransportLimits,
    ) -> Option<Self> {
        let sending = Context::new(
            &keys.keys.local_master_key,
            &keys.keys.local_master_salt,
            protection_profile(keys.profile),
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

    /// How many streams there is state for.
    #[cfg(test)]
    pub(super) fn streams(&self) -> usize {
        self.rtp.len() + self.rtcp.len()
    }

    pub(super) fn open_rtp<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p [u8], SrtpError> {
        let header = rtp_header(packet).ok_or(SrtpError::Malformed)?;
        if !self.rtp.contains(&header.ssrc) {
            if self.rtp.len() == self.limits.srtp_ssrcs {
                return Err(SrtpError::TooManySsrcs);
            }
            let mut probe = self.probe()?;
            probe.decrypt_rtp_with_header(packet, &header).map_err(|error| refusal(&error))?;
            self.rtp.insert(header.ssrc);
        }
        let opened = self.receiving.decrypt_rtp_with_header(packet, &header);
        in_place(packet, &opened.map_err(|error| refusal(&error))?)
    }

    pub(super) fn open_rtcp<'p>(&mut self, packet: &'p mut [u8]) -> Result<&'p [u8], SrtpError> {
        let ssrc = rtcp_ssrc(packet).ok_or(SrtpError::Malformed)?;
        if !is_encrypted(self.keys.profile, packet) {
            return Err(SrtpError::NotAuthentic);
        }
        if !self.rtcp.contains(&ssrc) {
            if self.rtcp.len() == self.limits.srtp_ssrcs {
                return Err(SrtpError::TooManySsrcs);
            }
            self.probe()?.decrypt_rtcp(packet).map_err(|error| refusal(&error))?;
            self.rtcp.insert(ssrc);
        }
        let opened = self.receiving.decrypt_rtcp(packet);
        in_place(packet, &opened.map_err(|error| refusal(&error))?)
    }

    pub(super) fn seal_rtp(&mut self, buffer: &mut Vec<u8>, start: usize) -> Result<(), SrtpError> {
        let packet = buffer.get(start..).ok_or(SrtpError::Malformed)?;
        let header = rtp_header(packet).ok_or(SrtpError::Malformed)?;
        let sealed = self.sending.encrypt_rtp_with_header(packet, &header);
        replace(buffer, start, &sealed.map_err(|_| SrtpError::Malformed)?);
        Ok(())
    }

    pub(super) fn seal_rtcp(
        &mut self,
        buffer: &mut Vec<u8>,
        start: usize,
    ) -> Result<(), SrtpError> {
        let compound = buffer.get(start..).ok_or(SrtpError::Malformed)?;
        let sealed = self.sending.encrypt_rtcp(compound).map_err(|_| SrtpError::Malformed)?;
        replace(buffer, start, &sealed);
        Ok(())
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
        protection_profile(keys.profile),
        Some(srtp_replay_protection(limits.srtp_replay_window)),
        Some(srtcp_replay_protection(limits.srtcp_replay_window)),
        provider.crypto(),
    )
    .ok()
}

/// Whether a report says that it is encrypted, in the word before the tag or,
/// under GCM, behind it.
fn is_encrypted(profile: Profile, packet: &[u8]) -> bool {
    let behind = match profile {
        Profile::AeadAes128Gcm => INDEX_BYTES,
        Profile::Aes128CmSha1_80 => INDEX_BYTES + TAG_BYTES,
    };
    let word = packet.len().checked_sub(behind).and_then(|at| packet.get(at));
    word.is_some_and(|first| first & 0x80 != 0)
}

fn refusal(error: &Error) -> SrtpError {
    match error {
        Error::SrtpSsrcDuplicated(..) | Error::SrtcpSsrcDuplicated(..) => SrtpError::Replayed,
        Error::ErrTooShortRtp | Error::ErrTooShortRtcp => SrtpError::Malformed,
        _ => SrtpError::NotAuthentic,
    }
}

/// Puts what was opened where it was sealed: it is shorter.
fn in_place<'p>(packet: &'p mut [u8], opened: &[u8]) -> Result<&'p [u8], SrtpError> {
    let place = packet.get_mut(..opened.len()).ok_or(SrtpError::Malformed)?;
    place.copy_from_slice(opened);
    Ok(place)
}

fn replace(buffer: &mut Vec<u8>, start: usize, sealed: &[u8]) {
    buffer.truncate(start);
    buffer.extend_from_slice(sealed);
}

/// What rtc-srtp needs of a header: the SSRC, the sequence number and the
/// length. Parsing all of it would cost three allocations a packet.
fn rtp_header(packet: &[u8]) -> Option<Header> {
    let prefix = RtpPrefix::read(packet)?;
    Some(Header {
        version: 2,
        extension: prefix.extension_bytes.is_some(),
        sequence_number: prefix.sequence,
        ssrc: prefix.ssrc,
        csrc: vec![0; prefix.csrcs],
        extensions_padding: prefix.extension_bytes.unwrap_or(0),
        ..Header::default()
    })
}
