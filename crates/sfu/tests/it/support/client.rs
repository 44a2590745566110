//! The client's side of a transport, without I/O: it sends checks and nominates
//! with each, is the DTLS client, and repeats its flights as browsers do.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use bytes::BytesMut;
use lectern_sfu::transport::{Fingerprint, FingerprintHash};
use rtc_crypto::RTCCryptoProvider;
use rtc_dtls::{
    cipher_suite::CipherSuiteId,
    config::{ConfigBuilder, ExtendedMasterSecretType},
    crypto::Certificate,
    endpoint::{Endpoint, EndpointEvent},
    extension::extension_use_srtp::SrtpProtectionProfile,
};
use rtc_shared::TransportProtocol;
use rtc_srtp::{
    config::{Config, LABEL_EXTRACTOR_DTLS_SRTP},
    context::Context,
    option::{srtcp_replay_protection, srtp_replay_protection},
    protection_profile::ProtectionProfile,
};
use rtc_stun::{
    attributes::{
        ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType,
    },
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId},
    textattrs::TextAttribute,
};

/// What a datagram from the SFU held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Received {
    BindingSuccess,
    HandshakeComplete,
    Rtp(Vec<u8>),
    Rtcp(Vec<u8>),
    Closed,
    /// What says nothing new: part of a flight, a repeat.
    Nothing,
}

pub(crate) struct Client {
    provider: Arc<dyn RTCCryptoProvider>,
    endpoint: Endpoint,
    server: SocketAddr,
    certificate: Certificate,
    profiles: Vec<SrtpProtectionProfile>,
    flight: Vec<BytesMut>,
    outgoing: Vec<BytesMut>,
    srtp: Option<(Context, Context)>,
    pub(crate) ufrag: String,
    remote_ufrag: String,
    remote_password: String,
    transaction: u8,
}

impl Client {
    pub(crate) fn new(ufrag: &str, profiles: &[SrtpProtectionProfile]) -> Self {
        let provider = rtc_crypto::default_provider().unwrap();
        let certificate = Certificate::generate_self_signed_with_alg(
            vec!["client".to_owned()],
            &rcgen::PKCS_ECDSA_P256_SHA256,
            provider.crypto(),
        )
        .unwrap();
        let server: SocketAddr = ([127, 0, 0, 1], 9).into();
        Self {
            endpoint: Endpoint::new(server, TransportProtocol::UDP, None),
            provider,
            server,
            certificate,
            profiles: profiles.to_vec(),
            flight: Vec::new(),
            outgoing: Vec::new(),
            srtp: None,
            ufrag: ufrag.to_owned(),
            remote_ufrag: String::new(),
            remote_password: String::new(),
            transaction: 0,
        }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(FingerprintHash::Sha256, &self.certificate.certificate[0])
    }

    pub(crate) fn set_remote(&mut self, ufrag: &str, password: &str) {
        self.remote_ufrag = ufrag.to_owned();
        self.remote_password = password.to_owned();
    }

    /// A connectivity check.
    pub(crate) fn check(&mut self, nominate: bool) -> Vec<u8> {
        self.transaction += 1;
        let mut setters: Vec<Box<dyn Setter + '_>> = vec![
            Box::new(BINDING_REQUEST),
            Box::new(TransactionId([self.transaction; 12])),
            Box::new(TextAttribute {
                attr: ATTR_USERNAME,
                text: format!("{}:{}", self.remote_ufrag, self.ufrag),
            }),
            Box::new(Raw(ATTR_PRIORITY, &[0x6e, 0, 0x1e, 0xff])),
            Box::new(Raw(ATTR_ICE_CONTROLLING, &[1, 2, 3, 4, 5, 6, 7, 8])),
        ];
        if nominate {
            setters.push(Box::new(Raw(ATTR_USE_CANDIDATE, &[])));
        }
        setters.push(Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
            self.remote_password.clone(),
            self.provider.crypto(),
        )));
        setters.push(Box::new(FINGERPRINT));
        let mut message = Message::new();
        message.build(&setters).unwrap();
        message.raw
    }

    /// Begins the handshake.
    pub(crate) fn connect(&mut self, now: Instant) {
        let config = ConfigBuilder::default()
            .with_crypto_provider(Arc::clone(&self.provider))
            .with_certificates(vec![self.certificate.clone()])
            .with_cipher_suites(vec![CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256])
            .with_srtp_protection_profiles(self.profiles.clone())
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_insecure_skip_verify(true)
            .build(true, None)
            .unwrap();
        self.endpoint.connect(now, self.server, Arc::new(config), None).unwrap();
        self.collect();
    }

    /// Sends the last flight again, as browsers do after 50 ms of silence.
    pub(crate) fn repeat(&mut self) {
        self.outgoing.extend(self.flight.iter().cloned());
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<BytesMut> {
        (!self.outgoing.is_empty()).then(|| self.outgoing.remove(0))
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.srtp.is_some()
    }

    pub(crate) fn close(&mut self, now: Instant) {
        self.endpoint.stop(now, self.server);
        self.collect();
    }

    pub(crate) fn handle(&mut self, now: Instant, datagram: &[u8]) -> Received {
        match datagram[0] {
            0..=3 => {
                let mut message = Message::new();
                message.unmarshal_binary(datagram).unwrap();
                assert_eq!(message.typ, BINDING_SUCCESS);
                let crypto = self.provider.crypto();
                MessageIntegrity::check(&mut message, self.remote_password.as_bytes(), crypto)
                    .expect("the answer is authentic");
                FINGERPRINT.check(&message).unwrap();
                Received::BindingSuccess
            }
            20..=63 => self.handle_dtls(now, datagram),
            _ => {
                let (_, receiving) = self.srtp.as_mut().expect("media comes after the handshake");
                if (192..224).contains(&datagram[1]) {
                    Received::Rtcp(receiving.decrypt_rtcp(datagram).unwrap().to_vec())
                } else {
                    Received::Rtp(receiving.decrypt_rtp(datagram).unwrap().to_vec())
                }
            }
        }
    }

    pub(crate) fn seal_rtp(&mut self, packet: &[u8]) -> Vec<u8> {
        self.srtp.as_mut().unwrap().0.encrypt_rtp(packet).unwrap().to_vec()
    }

    pub(crate) fn seal_rtcp(&mut self, compound: &[u8]) -> Vec<u8> {
        self.srtp.as_mut().unwrap().0.encrypt_rtcp(compound).unwrap().to_vec()
    }

    fn handle_dtls(&mut self, now: Instant, datagram: &[u8]) -> Received {
        let events = self.endpoint.read(now, self.server, None, BytesMut::from(datagram));
        self.collect();
        let mut received = Received::Nothing;
        for event in events.unwrap_or_default() {
            received = match event {
                EndpointEvent::HandshakeComplete => {
                    self.derive_keys();
                    Received::HandshakeComplete
                }
                EndpointEvent::PeerClosed => Received::Closed,
                _ => continue,
            };
        }
        received
    }

    fn derive_keys(&mut self) {
        let state = self.endpoint.get_connection_state(self.server).unwrap();
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            _ => ProtectionProfile::Aes128CmHmacSha1_80,
        };
        let mut config = Config { profile, ..Config::default() };
        let length = config.keying_material_len();
        let material =
            state.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], length).unwrap();
        config.set_session_keys_from_keying_material(material.as_ref(), true).unwrap();
        let crypto = self.provider.crypto();
        let keys = &config.keys;
        let sending = Context::new(
            &keys.local_master_key,
            &keys.local_master_salt,
            profile,
            None,
            None,
            crypto,
        );
        let receiving = Context::new(
            &keys.remote_master_key,
            &keys.remote_master_salt,
            profile,
            Some(srtp_replay_protection(1024)),
            Some(srtcp_replay_protection(64)),
            crypto,
        );
        self.srtp = Some((sending.unwrap(), receiving.unwrap()));
    }

    fn collect(&mut self) {
        let sent: Vec<BytesMut> = std::iter::from_fn(|| self.endpoint.poll_transmit())
            .map(|transmit| transmit.message)
            .collect();
        if !sent.is_empty() {
            self.flight.clone_from(&sent);
            self.outgoing.extend(sent);
        }
    }
}

struct Raw(AttrType, &'static [u8]);

impl Setter for Raw {
    fn add_to(&self, message: &mut Message) -> rtc_shared::error::Result<()> {
        message.add(self.0, self.1);
        Ok(())
    }
}
