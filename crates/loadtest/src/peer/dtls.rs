//! The client of a DTLS handshake (RFC 5763), on rtc-dtls.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use bytes::BytesMut;
use rtc_dtls::{
    cipher_suite::CipherSuiteId,
    config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType},
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::{TransportProtocol, error::Error};
use rtc_srtp::config::LABEL_EXTRACTOR_DTLS_SRTP;

use super::{
    identity::{Identity, fingerprint},
    srtp::Keys,
};

/// The endpoint keys its associations by address; here it has one alone.
const REMOTE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

/// One handshake, and the association after it.
pub(super) struct Client {
    endpoint: Endpoint,
    expected: String,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// What a datagram brought.
#[derive(Debug)]
pub(super) enum Progress {
    /// Nothing that concerns the caller.
    None,
    /// The handshake is done.
    Keys(Keys),
    /// The server ended the association.
    Closed,
}

impl Client {
    /// Begins a handshake with the server of this SHA-256 fingerprint.
    pub(super) fn new(now: Instant, identity: &Identity, expected: &str) -> Result<Self, Error> {
        let config = ConfigBuilder::default()
            .with_crypto_provider(identity.provider())
            .with_certificates(vec![identity.certificate()])
            .with_cipher_suites(vec![
                CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256,
                CipherSuiteId::Tls_Ecdhe_Rsa_With_Aes_128_Gcm_Sha256,
            ])
            .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            // The certificate is compared with the answer's fingerprint below.
            .with_insecure_skip_verify(true)
            .build(true, None)?;
        let mut endpoint = Endpoint::new(REMOTE, TransportProtocol::UDP, None);
        endpoint.connect(now, REMOTE, Arc::new(config), None)?;
        Ok(Self { endpoint, expected: expected.to_owned() })
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.endpoint.poll_timeout(&REMOTE)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.endpoint.handle_timeout(REMOTE, now)
    }

    pub(super) fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.endpoint.poll_transmit().map(|transmit| transmit.message)
    }

    /// Takes a datagram. An error may be the fault of this datagram alone, so
    /// what it had queued is still to be sent.
    pub(super) fn handle(&mut self, now: Instant, bytes: &[u8]) -> Result<Progress, Error> {
        for event in self.endpoint.read(now, REMOTE, None, BytesMut::from(bytes))? {
            match event {
                EndpointEvent::HandshakeComplete => return self.keys().map(Progress::Keys),
                EndpointEvent::PeerClosed => return Ok(Progress::Closed),
                _ => {}
            }
        }
        Ok(Progress::None)
    }

    fn keys(&self) -> Result<Keys, Error> {
        let state = self
            .endpoint
            .get_connection_state(REMOTE)
            .ok_or(Error::InvalidRemoteAddress(REMOTE))?;
        let shown = state.peer_certificates.first().map(|der| fingerprint(der));
        if !shown.is_some_and(|shown| shown.eq_ignore_ascii_case(&self.expected)) {
            return Err(Error::Other("the server's certificate is not the answer's".to_owned()));
        }
        if state.srtp_protection_profile() != SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm {
            return Err(Error::Other("the server chose no AES-128-GCM for SRTP".to_owned()));
        }
        let material =
            state.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], Keys::MATERIAL_BYTES)?;
        Keys::from_material(material.as_ref(), true)
    }
}
