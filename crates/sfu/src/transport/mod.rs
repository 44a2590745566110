//! One participant's transport, without I/O: ICE-lite, DTLS-SRTP.
//!
//! It is told the time and given datagrams; it returns what to send and what
//! has happened. Unlike the engine it does not replay from a seed: the
//! cryptography underneath draws randomness of its own.

mod demux;
mod dtls;
mod ice;
mod identity;
mod srtp;
mod stun;

use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Instant};

use bytes::BytesMut;

pub use self::{
    demux::DatagramKind,
    dtls::{HandshakeError, Profile},
    ice::{Credentials, IceParameters, Path},
    identity::{Fingerprint, FingerprintHash, Identity, IdentityError},
    srtp::{Side, Srtp, SrtpError, SrtpKeys},
    stun::{BindingRequest, StunError},
};
use self::{
    dtls::{Dtls, DtlsEvent},
    ice::Ice,
};
use crate::limits::TransportLimits;

/// What offer and answer agreed on for a transport.
#[derive(Debug, Clone)]
pub struct TransportParameters {
    pub ice: IceParameters,
    /// The peer's certificate must match one of them.
    pub fingerprints: Arc<[Fingerprint]>,
}

/// A datagram to send.
#[derive(Debug, Clone)]
pub struct Transmit {
    pub path: Path,
    pub bytes: BytesMut,
}

/// What has become of a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportEvent {
    /// There are keys, and the peer consents to be sent to.
    Connected,
    /// The peer's consent has expired. It may be connected again.
    ConsentLost,
    /// The peer has closed it. It is over.
    Closed,
    /// The handshake failed. It is over.
    Failed(HandshakeError),
}

/// What a connectivity check took away from the transport.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// An address that is no longer the peer's.
    pub address: Option<SocketAddr>,
    /// A local username fragment that is no longer answered.
    pub ufrag: Option<String>,
}

/// One participant's transport.
#[derive(Debug)]
pub struct Transport {
    identity: Arc<Identity>,
    ice: Ice,
    dtls: Dtls,
    srtp: Option<Srtp>,
    /// Whether the last event was `Connected`.
    connected: bool,
    over: bool,
    transmits: VecDeque<Transmit>,
    events: VecDeque<TransportEvent>,
    limits: TransportLimits,
}

impl Transport {
    /// A transport whose answer is being sent: the handshake's time begins.
    pub fn new(
        now: Instant,
        identity: Arc<Identity>,
        parameters: TransportParameters,
        limits: TransportLimits,
    ) -> Self {
        let dtls = Dtls::new(now, Arc::clone(&identity), parameters.fingerprints, limits);
        Self {
            identity,
            ice: Ice::new(parameters.ice, limits),
            dtls,
            srtp: None,
            connected: false,
            over: false,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            limits,
        }
    }

    /// Begins an ICE restart. Returns the local fragment that is retired when
    /// the one before had not finished.
    pub fn restart(&mut self, parameters: IceParameters) -> Option<String> {
        if *self.ice.current() == parameters {
            return None;
        }
        self.ice.restart(parameters).map(|retired| retired.local.ufrag)
    }

    /// Takes a connectivity check. One that is not authentic changes nothing.
    pub fn handle_binding(
        &mut self,
        now: Instant,
        path: Path,
        request: BindingRequest,
    ) -> Result<Retired, StunError> {
        let local = request.local_ufrag().to_owned();
        let password = self
            .ice
            .password(&local, request.remote_ufrag())
            .ok_or(StunError::NotAuthentic)?
            .to_owned();
        let crypto = self.identity.crypto();
        let request = request.authenticate(&password, crypto)?;
        let answer = request.answer(path.remote, &password, crypto)?;
        self.transmits.push_back(Transmit { path, bytes: BytesMut::from(&answer[..]) });
        let (address, retired) = self.ice.handle_check(now, path, &local, request.nominates());
        self.update_connected(now);
        Ok(Retired { address, ufrag: retired.map(|retired| retired.local.ufrag) })
    }

    /// Takes a DTLS datagram. The handshake may begin on any address that
    /// passed a check, before one is nominated.
    pub fn handle_dtls(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        if !self.ice.is_validated(path) {
            return;
        }
        let event = self.dtls.handle_datagram(now, datagram);
        self.collect_dtls(path);
        self.handle_dtls_event(now, event);
    }

    /// Opens an SRTP packet in its place; `None` while there are no keys or
    /// when it came from an address that passed no check.
    pub fn open_rtp<'p>(
        &mut self,
        path: Path,
        packet: &'p mut [u8],
    ) -> Option<Result<&'p [u8], SrtpError>> {
        let srtp = self.srtp.as_mut()?;
        self.ice.is_validated(path).then(|| srtp.open_rtp(packet))
    }

    /// Opens an SRTCP packet, as [`Transport::open_rtp`].
    pub fn open_rtcp<'p>(
        &mut self,
        path: Path,
        packet: &'p mut [u8],
    ) -> Option<Result<&'p [u8], SrtpError>> {
        let srtp = self.srtp.as_mut()?;
        self.ice.is_validated(path).then(|| srtp.open_rtcp(packet))
    }

    /// Seals the RTP packet that `buffer` holds from `start` on, and says where
    /// to send it; `None` while it is not connected.
    pub fn seal_rtp(&mut self, buffer: &mut Vec<u8>, start: usize) -> Option<Path> {
        let path = self.connected.then(|| self.ice.path())??;
        self.srtp.as_mut()?.seal_rtp(buffer, start).ok()?;
        Some(path)
    }

    /// Seals an RTCP compound, as [`Transport::seal_rtp`].
    pub fn seal_rtcp(&mut self, buffer: &mut Vec<u8>, start: usize) -> Option<Path> {
        let path = self.connected.then(|| self.ice.path())??;
        self.srtp.as_mut()?.seal_rtcp(buffer, start).ok()?;
        Some(path)
    }

    /// Tells the peer that it is over.
    pub fn close(&mut self, now: Instant) {
        self.dtls.close(now);
        if self.ice.has_consent(now)
            && let Some(path) = self.ice.path()
        {
            self.collect_dtls(path);
        }
        self.finish();
    }

    /// Whether the address passed a check of this peer lately.
    pub fn holds(&self, now: Instant, remote: SocketAddr) -> bool {
        !self.over && self.ice.holds(now, remote)
    }

    /// All addresses that passed a check.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.ice.addresses()
    }

    /// The local username fragments that are answered.
    pub fn ufrags(&self) -> impl Iterator<Item = &str> {
        self.ice.ufrags()
    }

    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    pub fn poll_event(&mut self) -> Option<TransportEvent> {
        self.events.pop_front()
    }

    /// When [`Transport::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.over {
            return None;
        }
        let consent = self.connected.then(|| self.ice.consent_until()).flatten();
        [self.dtls.poll_timeout(), consent].into_iter().flatten().min()
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.over {
            let event = self.dtls.handle_timeout(now);
            self.handle_dtls_event(now, event);
            self.update_connected(now);
        }
    }

    fn handle_dtls_event(&mut self, now: Instant, event: Option<DtlsEvent>) {
        match event {
            None => {}
            Some(DtlsEvent::Established(keys)) => {
                self.srtp = Srtp::new(*keys, self.identity.provider(), self.limits);
                if self.srtp.is_some() {
                    self.update_connected(now);
                } else {
                    self.finish();
                    self.events.push_back(TransportEvent::Failed(HandshakeError::NoKeys));
                }
            }
            Some(DtlsEvent::Closed) => {
                self.finish();
                self.events.push_back(TransportEvent::Closed);
            }
            Some(DtlsEvent::Failed(error)) => {
                self.finish();
                self.events.push_back(TransportEvent::Failed(error));
            }
        }
    }

    fn finish(&mut self) {
        self.over = true;
        self.connected = false;
        self.srtp = None;
    }

    fn update_connected(&mut self, now: Instant) {
        let connected = self.srtp.is_some() && self.ice.has_consent(now);
        if connected != self.connected {
            self.connected = connected;
            self.events.push_back(if connected {
                TransportEvent::Connected
            } else {
                TransportEvent::ConsentLost
            });
        }
    }

    fn collect_dtls(&mut self, path: Path) {
        while let Some(bytes) = self.dtls.poll_transmit() {
            self.transmits.push_back(Transmit { path, bytes });
        }
    }
}
