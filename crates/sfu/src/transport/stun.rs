//! Binding requests (RFC 8489) as connectivity checks (RFC 8445): read, and
//! answered.
//!
//! Only what carries a valid MESSAGE-INTEGRITY is answered, so an
//! unauthenticated datagram gets nothing back, not even an error.

use std::net::SocketAddr;

use rtc_crypto::RTCCrypto;
use rtc_stun::{
    attributes::{
        ATTR_FINGERPRINT, ATTR_MESSAGE_INTEGRITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType,
    },
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, BINDING_SUCCESS, MESSAGE_HEADER_SIZE, Message, Setter},
    xoraddr::XorMappedAddress,
};

/// The longest request that is read: a check has about 120 bytes.
const MAX_BYTES: usize = 576;

/// Why a datagram is no connectivity check for us. None is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StunError {
    /// The datagram is no well-formed STUN message, or bytes follow it.
    #[error("the peer sent a malformed STUN message")]
    Malformed,
    /// It is STUN, but no Binding request.
    #[error("the peer sent a STUN message that is no Binding request")]
    NotABindingRequest,
    /// USERNAME, MESSAGE-INTEGRITY or FINGERPRINT is missing, wrong or misplaced.
    #[error("the peer sent a Binding request that is not authentic")]
    NotAuthentic,
}

/// A Binding request that is well formed and not yet authenticated.
#[derive(Debug)]
pub struct BindingRequest {
    message: Message,
    username: String,
    nominates: bool,
}

impl BindingRequest {
    /// Reads a datagram that must be a Binding request and nothing else.
    pub fn parse(datagram: &[u8]) -> Result<Self, StunError> {
        let message = well_formed(datagram)?;
        if message.typ != BINDING_REQUEST {
            return Err(StunError::NotABindingRequest);
        }
        // Attributes behind MESSAGE-INTEGRITY are not covered by it: an
        // on-path attacker could add a USE-CANDIDATE there.
        let attributes = &message.attributes.0;
        let integrity = attributes
            .iter()
            .position(|attribute| attribute.typ == ATTR_MESSAGE_INTEGRITY)
            .ok_or(StunError::NotAuthentic)?;
        let covered = &attributes[..integrity];
        let find = |typ: AttrType| covered.iter().find(|attribute| attribute.typ == typ);
        let username = find(ATTR_USERNAME).ok_or(StunError::NotAuthentic)?;
        let username =
            String::from_utf8(username.value.clone()).map_err(|_| StunError::NotAuthentic)?;
        let nominates = find(ATTR_USE_CANDIDATE).is_some();

        // The fingerprint check of rtc-stun assumes that it stands last.
        let last = attributes.last().map(|attribute| attribute.typ);
        if last != Some(ATTR_FINGERPRINT) || FINGERPRINT.check(&message).is_err() {
            return Err(StunError::NotAuthentic);
        }
        Ok(Self { message, username, nominates })
    }

    /// The username fragment that the SFU gave to the peer.
    pub fn local_ufrag(&self) -> &str {
        self.username.split_once(':').map_or("", |(local, _)| local)
    }

    /// The peer's own username fragment.
    pub fn remote_ufrag(&self) -> &str {
        self.username.split_once(':').map_or("", |(_, remote)| remote)
    }

    /// Checks MESSAGE-INTEGRITY under the local password.
    pub fn authenticate(
        mut self,
        password: &str,
        crypto: &dyn RTCCrypto,
    ) -> Result<AuthenticRequest, StunError> {
        MessageIntegrity::check(&mut self.message, password.as_bytes(), crypto)
            .map_err(|_| StunError::NotAuthentic)?;
        Ok(AuthenticRequest { message: self.message, nominates: self.nominates })
    }
}

/// A Binding request from somebody who knows the password.
#[derive(Debug)]
pub struct AuthenticRequest {
    message: Message,
    nominates: bool,
}

impl AuthenticRequest {
    /// Whether the peer nominates the pair that the request came over.
    pub fn nominates(&self) -> bool {
        self.nominates
    }

    /// The success response for a request that came from `from`.
    pub fn answer(
        &self,
        from: SocketAddr,
        password: &str,
        crypto: &dyn RTCCrypto,
    ) -> Result<Vec<u8>, StunError> {
        let integrity =
            MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), crypto);
        let setters: [Box<dyn Setter + '_>; 5] = [
            Box::new(BINDING_SUCCESS),
            Box::new(self.message.transaction_id),
            Box::new(XorMappedAddress { ip: from.ip(), port: from.port() }),
            Box::new(integrity),
            Box::new(FINGERPRINT),
        ];
        let mut response = Message::new();
        response.build(&setters).map_err(|_| StunError::Malformed)?;
        Ok(response.raw)
    }
}

fn well_formed(datagram: &[u8]) -> Result<Message, StunError> {
    let length = datagram.get(2..4).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
    let exact = length.is_some_and(|length| {
        length % 4 == 0 && datagram.len() == MESSAGE_HEADER_SIZE + usize::from(length)
    });
    if !exact || datagram.len() > MAX_BYTES {
        return Err(StunError::Malformed);
    }
    let mut message = Message::new();
    message.unmarshal_binary(datagram).map_err(|_| StunError::Malformed)?;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use rtc_stun::{
        attributes::ATTR_PRIORITY,
        message::{BINDING_ERROR, TransactionId},
        textattrs::TextAttribute,
    };

    use super::*;

    const PASSWORD: &str = "correct horse battery staple";

    fn request(setters: &[Box<dyn Setter + '_>]) -> Vec<u8> {
        let mut message = Message::new();
        message.build(setters).unwrap();
        message.raw
    }

    fn parts<'a>(crypto: &'a dyn RTCCrypto, nominate: bool) -> Vec<Box<dyn Setter + 'a>> {
        let mut parts: Vec<Box<dyn Setter>> = vec![
            Box::new(BINDING_REQUEST),
            Box::new(TransactionId([7; 12])),
            Box::new(TextAttribute { attr: ATTR_USERNAME, text: "ours:theirs".into() }),
            Box::new(Raw(ATTR_PRIORITY, &[0, 0, 0, 1])),
        ];
        if nominate {
            parts.push(Box::new(Raw(ATTR_USE_CANDIDATE, &[])));
        }
        parts.push(Box::new(integrity(crypto)));
        parts
    }

    fn integrity(crypto: &dyn RTCCrypto) -> MessageIntegrity<'_> {
        MessageIntegrity::new_short_term_integrity_with_provider(PASSWORD.to_owned(), crypto)
    }

    struct Raw(AttrType, &'static [u8]);

    impl Setter for Raw {
        fn add_to(&self, message: &mut Message) -> rtc_shared::error::Result<()> {
            message.add(self.0, self.1);
            Ok(())
        }
    }

    #[test]
    fn an_authentic_request_is_answered_to_its_address() {
        let provider = rtc_crypto::default_provider().unwrap();
        let crypto = provider.crypto();
        for nominate in [false, true] {
            let mut setters = parts(crypto, nominate);
            setters.push(Box::new(FINGERPRINT));
            let request = BindingRequest::parse(&request(&setters)).unwrap();
            assert_eq!((request.local_ufrag(), request.remote_ufrag()), ("ours", "theirs"));
            let authentic = request.authenticate(PASSWORD, crypto).unwrap();
            assert_eq!(authentic.nominates(), nominate);

            let from: SocketAddr = "192.0.2.7:4242".parse().unwrap();
            let mut answer = Message::new();
            answer.unmarshal_binary(&authentic.answer(from, PASSWORD, crypto).unwrap()).unwrap();
            assert_eq!(answer.typ, BINDING_SUCCESS);
            assert_eq!(answer.transaction_id, TransactionId([7; 12]));
            FINGERPRINT.check(&answer).unwrap();
            MessageIntegrity::check(&mut answer, PASSWORD.as_bytes(), crypto).unwrap();
            let mut mapped = XorMappedAddress::default();
            mapped.get_from_as(&answer, rtc_stun::attributes::ATTR_XORMAPPED_ADDRESS).unwrap();
            assert_eq!((mapped.ip, mapped.port), (from.ip(), from.port()));
        }
    }

    #[test]
    fn forged_requests_are_refused() {
        let provider = rtc_crypto::default_provider().unwrap();
        let crypto = provider.crypto();
        let mut setters = parts(crypto, false);
        setters.push(Box::new(FINGERPRINT));
        let good = request(&setters);

        let wrong = BindingRequest::parse(&good).unwrap().authenticate("guess", crypto);
        assert_eq!(wrong.unwrap_err(), StunError::NotAuthentic);

        let mut trailing = good.clone();
        trailing.extend([0; 4]);
        assert_eq!(BindingRequest::parse(&trailing).unwrap_err(), StunError::Malformed);

        for length in 0..good.len() {
            assert!(BindingRequest::parse(&good[..length]).is_err(), "{length} bytes");
        }
        for byte in 0..good.len() {
            let mut flipped = good.clone();
            flipped[byte] ^= 0x10;
            let outcome = BindingRequest::parse(&flipped)
                .and_then(|request| request.authenticate(PASSWORD, crypto));
            assert!(outcome.is_err(), "byte {byte}");
        }

        let bare = request(&parts(crypto, false));
        assert_eq!(BindingRequest::parse(&bare).unwrap_err(), StunError::NotAuthentic);

        let mut error = parts(crypto, false);
        error[0] = Box::new(BINDING_ERROR);
        error.push(Box::new(FINGERPRINT));
        let error = BindingRequest::parse(&request(&error)).unwrap_err();
        assert_eq!(error, StunError::NotABindingRequest);
    }

    #[test]
    fn a_nomination_behind_the_integrity_does_not_count() {
        let provider = rtc_crypto::default_provider().unwrap();
        let crypto = provider.crypto();
        let mut setters = parts(crypto, false);
        setters.push(Box::new(Raw(ATTR_USE_CANDIDATE, &[])));
        setters.push(Box::new(FINGERPRINT));
        let request = BindingRequest::parse(&request(&setters)).unwrap();
        assert!(!request.authenticate(PASSWORD, crypto).unwrap().nominates());
    }
}
