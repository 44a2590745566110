//! DTLS 1.2 as the server (RFC 6347, RFC 5764, RFC 8827), by rtc-dtls behind a
//! guard.

mod guard;
mod hello;
mod reassembly;

use std::{
    collections::VecDeque,
    fmt,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
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

use self::guard::{Guard, Taken};
pub use self::hello::Profile;
use super::{
    identity::{Fingerprint, Identity},
    srtp::SrtpKeys,
};
use crate::limits::TransportLimits;

/// rtc-dtls knows associations by address, but a participant's outlives a
/// change of address: it is one association under one made-up address.
const PEER: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));

/// Why a handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum HandshakeError {
    /// It was not over in time, or never began.
    #[error("the peer did not complete the handshake in time")]
    Timeout,
    /// The hello cannot be read, or asks to resume a session.
    #[error("the peer's ClientHello cannot be served")]
    MalformedHello,
    /// There is no SRTP protection profile that both sides have.
    #[error("the peer offers no SRTP protection profile that is accepted")]
    NoCommonProfile,
    /// The certificate is not the one that the offer announced.
    #[error("the peer's certificate does not match the fingerprint in its offer")]
    WrongFingerprint,
    /// The peer broke the protocol or offers nothing that is accepted.
    #[error("the peer's handshake was refused")]
    Refused,
    /// Keys could not be made from a complete handshake.
    #[error("no keys could be derived from the handshake")]
    NoKeys,
}

impl HandshakeError {
    /// The reason's name in metrics.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::MalformedHello => "malformed_hello",
            Self::NoCommonProfile => "no_common_profile",
            Self::WrongFingerprint => "wrong_fingerprint",
            Self::Refused => "refused",
            Self::NoKeys => "no_keys",
        }
    }
}

/// What a datagram or the clock brought about.
#[derive(Debug)]
pub(super) enum DtlsEvent {
    /// The handshake is complete, and the certificate is the announced one.
    Established(Box<SrtpKeys>),
    /// The peer has closed the association.
    Closed,
    Failed(HandshakeError),
}

pub(super) struct Dtls {
    state: State,
    guard: Guard,
    identity: Arc<Identity>,
    fingerprints: Arc<[Fingerprint]>,
    transmits: VecDeque<BytesMut>,
    /// The datagrams of our last flight, for a peer that has lost them.
    flight: Vec<BytesMut>,
    repeats: u32,
    repeated_at: Option<Instant>,
    limits: TransportLimits,
}

impl fmt::Debug for Dtls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dtls").field("state", &self.state).finish_non_exhaustive()
    }
}

enum State {
    /// Nothing has come yet; rtc-dtls is made for the profile of the hello.
    Waiting {
        until: Instant,
    },
    Handshaking {
        endpoint: Box<Endpoint>,
        profile: Profile,
        until: Instant,
    },
    Established {
        endpoint: Box<Endpoint>,
    },
    /// Closed or failed.
    Over,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting { .. } => "Waiting",
            Self::Handshaking { .. } => "Handshaking",
            Self::Established { .. } => "Established",
            Self::Over => "Over",
        })
    }
}

impl Dtls {
    pub(super) fn new(
        now: Instant,
        identity: Arc<Identity>,
        fingerprints: Arc<[Fingerprint]>,
        limits: TransportLimits,
    ) -> Self {
        Self {
            state: State::Waiting { until: now + limits.handshake_deadline },
            guard: Guard::new(limits),
            identity,
            fingerprints,
            transmits: VecDeque::new(),
            flight: Vec::new(),
            repeats: 0,
            repeated_at: None,
            limits,
        }
    }

    /// Takes a datagram from an address that passed ICE.
    pub(super) fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) -> Option<DtlsEvent> {
        if matches!(self.state, State::Over) {
            return None;
        }
        let taken = self.guard.take(datagram);
        if taken.repeated {
            self.repeat_flight(now);
        }
        let first_new = self.transmits.len();
        let event = self.advance(now, taken).unwrap_or_else(|error| Some(self.fail(error)));
        if self.transmits.len() > first_new {
            self.flight = self.transmits.iter().skip(first_new).cloned().collect();
            self.repeats = 0;
        }
        event
    }

    /// The next datagram for the peer.
    pub(super) fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.transmits.pop_front()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Waiting { until } | State::Handshaking { until, .. } => Some(*until),
            State::Established { .. } | State::Over => None,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Option<DtlsEvent> {
        self.poll_timeout()
            .is_some_and(|until| until <= now)
            .then(|| self.fail(HandshakeError::Timeout))
    }

    /// Ends the association; the peer is told where it can be.
    pub(super) fn close(&mut self, now: Instant) {
        let state = std::mem::replace(&mut self.state, State::Over);
        if let State::Established { mut endpoint } = state {
            endpoint.stop(now, PEER);
            drain(&mut endpoint, &mut self.transmits);
        }
    }

    fn advance(&mut self, now: Instant, taken: Taken) -> Result<Option<DtlsEvent>, HandshakeError> {
        if let (State::Waiting { until }, Some(hello)) = (&self.state, &taken.hello) {
            let profile = Profile::choose(hello)?;
            let endpoint = Box::new(self.endpoint(profile)?);
            self.state = State::Handshaking { endpoint, profile, until: *until };
        }
        for record in taken.records {
            let event = match &mut self.state {
                State::Handshaking { endpoint, .. } => {
                    let outcome = endpoint.read(now, PEER, None, BytesMut::from(&record[..]));
                    drain(endpoint, &mut self.transmits);
                    let events = outcome.map_err(|error| refusal(&error))?;
                    let complete = |event| matches!(event, &EndpointEvent::HandshakeComplete);
                    if events.iter().any(complete) { Some(self.establish()?) } else { None }
                }
                State::Established { endpoint } => {
                    let outcome = endpoint.read(now, PEER, None, BytesMut::from(&record[..]));
                    drain(endpoint, &mut self.transmits);
                    closes(&outcome).then_some(DtlsEvent::Closed)
                }
                State::Waiting { .. } | State::Over => None,
            };
            if matches!(event, Some(DtlsEvent::Closed)) {
                self.state = State::Over;
            }
            if event.is_some() {
                return Ok(event);
            }
        }
        Ok(None)
    }

    fn endpoint(&self, profile: Profile) -> Result<Endpoint, HandshakeError> {
        let fingerprints = Arc::clone(&self.fingerprints);
        let profile = match profile {
            Profile::AeadAes128Gcm => SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
            Profile::Aes128CmSha1_80 => SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
        };
        let config = ConfigBuilder::default()
            .with_crypto_provider(self.identity.provider())
            .with_certificates(vec![self.identity.certificate()])
            .with_cipher_suites(vec![CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256])
            .with_srtp_protection_profiles(vec![profile])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            // Certificates are self-signed: the fingerprint is what they are
            // verified by, in the callback and again at completion.
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(move |chain: &[Vec<u8>], _: &[_]| {
                if announced(&fingerprints, chain) {
                    Ok(())
                } else {
                    Err(Error::ErrInvalidCertificate)
                }
            })))
            .build(false, None)
            .map_err(|_| HandshakeError::Refused)?;
        Ok(Endpoint::new(PEER, TransportProtocol::UDP, Some(Arc::new(config))))
    }

    /// Checks what rtc-dtls calls complete, and takes the keys.
    fn establish(&mut self) -> Result<DtlsEvent, HandshakeError> {
        let state = std::mem::replace(&mut self.state, State::Over);
        let State::Handshaking { endpoint, profile, .. } = state else {
            return Err(HandshakeError::Refused);
        };
        let connection = endpoint.get_connection_state(PEER).ok_or(HandshakeError::NoKeys)?;
        // The callback runs only where the peer sent a CertificateVerify.
        if !announced(&self.fingerprints, &connection.peer_certificates) {
            return Err(HandshakeError::WrongFingerprint);
        }
        let agreed = match connection.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => Profile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => Profile::Aes128CmSha1_80,
            _ => return Err(HandshakeError::NoCommonProfile),
        };
        if agreed != profile {
            return Err(HandshakeError::NoCommonProfile);
        }
        let keys = SrtpKeys::export(connection, profile).ok_or(HandshakeError::NoKeys)?;
        self.guard.complete();
        self.state = State::Established { endpoint };
        Ok(DtlsEvent::Established(Box::new(keys)))
    }

    fn fail(&mut self, error: HandshakeError) -> DtlsEvent {
        self.state = State::Over;
        DtlsEvent::Failed(error)
    }

    /// Sends the last flight again, as it was: a datagram that was lost is new
    /// to the peer, and one that was not is a replay that it drops.
    fn repeat_flight(&mut self, now: Instant) {
        let too_soon = self
            .repeated_at
            .is_some_and(|at| now.duration_since(at) < self.limits.flight_repeat_interval);
        if too_soon || self.repeats == self.limits.flight_repeats {
            return;
        }
        self.repeats += 1;
        self.repeated_at = Some(now);
        self.transmits.extend(self.flight.iter().cloned());
    }
}

fn announced(fingerprints: &[Fingerprint], chain: &[Vec<u8>]) -> bool {
    chain
        .first()
        .is_some_and(|leaf| fingerprints.iter().any(|fingerprint| fingerprint.matches(leaf)))
}

fn drain(endpoint: &mut Endpoint, transmits: &mut VecDeque<BytesMut>) {
    transmits.extend(std::iter::from_fn(|| endpoint.poll_transmit()).map(|sent| sent.message));
}

fn refusal(error: &Error) -> HandshakeError {
    match error {
        Error::ErrInvalidCertificate => HandshakeError::WrongFingerprint,
        Error::ErrServerNoMatchingSrtpProfile => HandshakeError::NoCommonProfile,
        _ => HandshakeError::Refused,
    }
}

/// Whether the association is over after a record that was authentic.
fn closes(outcome: &Result<Vec<EndpointEvent>, Error>) -> bool {
    match outcome {
        Ok(events) => events.iter().any(|event| matches!(event, EndpointEvent::PeerClosed)),
        Err(error) => matches!(error, Error::ErrAlertFatalOrClose),
    }
}
