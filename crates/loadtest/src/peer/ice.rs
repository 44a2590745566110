//! The controlling side of ICE against a lite agent (RFC 8445): one candidate
//! pair, nominated with the first check, and consent kept after it (RFC 7675).

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use rtc_crypto::RTCCryptoProvider;
use rtc_shared::error::Error;
use rtc_stun::{
    attributes::{
        ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USE_CANDIDATE, ATTR_USERNAME, RawAttribute,
    },
    fingerprint::FINGERPRINT,
    integrity::MessageIntegrity,
    message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId},
    textattrs::TextAttribute,
};

use super::identity::Identity;

/// Between two checks until one is answered.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// Between two checks that keep consent, as Chromium does.
const CONSENT_INTERVAL: Duration = Duration::from_millis(2_500);

/// A peer-reflexive host candidate of the highest preference.
const PRIORITY: u32 = 0x6eff_ffff;

/// The credentials of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Our fragment.
    pub local_ufrag: String,
    /// The server's fragment.
    pub remote_ufrag: String,
    /// The server's password, under which our checks are sealed.
    pub remote_password: String,
}

/// The agent of one participant.
pub(super) struct Agent {
    provider: Arc<dyn RTCCryptoProvider>,
    credentials: Credentials,
    tie_breaker: u64,
    due: Instant,
    transaction: Option<TransactionId>,
    answered: bool,
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").field("answered", &self.answered).finish_non_exhaustive()
    }
}

impl Agent {
    pub(super) fn new(
        now: Instant,
        identity: &Identity,
        credentials: Credentials,
        tie_breaker: u64,
    ) -> Self {
        Self {
            provider: identity.provider(),
            credentials,
            tie_breaker,
            due: now,
            transaction: None,
            answered: false,
        }
    }

    /// When [`Self::check`] is due.
    pub(super) const fn due(&self) -> Instant {
        self.due
    }

    /// The next check.
    pub(super) fn check(&mut self, now: Instant) -> Result<Vec<u8>, Error> {
        let interval = if self.answered { CONSENT_INTERVAL } else { CHECK_INTERVAL };
        self.due = now + interval;
        let transaction = TransactionId::new();
        self.transaction = Some(transaction);
        let Credentials { local_ufrag, remote_ufrag, remote_password } = &self.credentials;
        let attribute = |typ, value: &[u8]| -> Box<dyn Setter> {
            Box::new(RawAttribute { typ, length: 0, value: value.to_vec() })
        };
        let username = format!("{remote_ufrag}:{local_ufrag}");
        let crypto = self.provider.crypto();
        let integrity = MessageIntegrity::new_short_term_integrity_with_provider(
            remote_password.clone(),
            crypto,
        );
        let setters: Vec<Box<dyn Setter + '_>> = vec![
            Box::new(BINDING_REQUEST),
            Box::new(transaction),
            Box::new(TextAttribute::new(ATTR_USERNAME, username)),
            attribute(ATTR_ICE_CONTROLLING, &self.tie_breaker.to_be_bytes()),
            attribute(ATTR_PRIORITY, &PRIORITY.to_be_bytes()),
            attribute(ATTR_USE_CANDIDATE, &[]),
            Box::new(integrity),
            Box::new(FINGERPRINT),
        ];
        let mut message = Message::new();
        message.build(&setters)?;
        Ok(message.raw)
    }

    /// Takes a STUN message. True when it is the first authentic answer: the
    /// path is valid and nominated.
    pub(super) fn handle(&mut self, now: Instant, bytes: &[u8]) -> bool {
        let mut message = Message::new();
        if message.unmarshal_binary(bytes).is_err()
            || message.typ != BINDING_SUCCESS
            || Some(message.transaction_id) != self.transaction
        {
            return false;
        }
        let key = self.credentials.remote_password.as_bytes();
        if FINGERPRINT.check(&message).is_err()
            || MessageIntegrity::check(&mut message, key, self.provider.crypto()).is_err()
        {
            return false;
        }
        let first = !self.answered;
        self.answered = true;
        self.due = now + CONSENT_INTERVAL;
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(identity: &Identity, request: &[u8], password: &str) -> Vec<u8> {
        let mut message = Message::new();
        message.unmarshal_binary(request).unwrap();
        let integrity = MessageIntegrity::new_short_term_integrity_with_provider(
            password.to_owned(),
            identity.crypto(),
        );
        let mut response = Message::new();
        let setters: Vec<Box<dyn Setter + '_>> = vec![
            Box::new(BINDING_SUCCESS),
            Box::new(message.transaction_id),
            Box::new(integrity),
            Box::new(FINGERPRINT),
        ];
        response.build(&setters).unwrap();
        response.raw
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
    fn only_the_servers_answer_validates_the_path() {
        let identity = Identity::generate().unwrap();
        let now = Instant::now();
        let credentials = Credentials {
            local_ufrag: "mine".to_owned(),
            remote_ufrag: "yours".to_owned(),
            remote_password: "a password of the server".to_owned(),
        };
        let mut agent = Agent::new(now, &identity, credentials.clone(), 9);
        let request = agent.check(now).unwrap();

        let mut message = Message::new();
        message.unmarshal_binary(&request).unwrap();
        let username = TextAttribute::get_from_as(&message, ATTR_USERNAME).unwrap();
        assert_eq!(username.text, "yours:mine");
        let key = credentials.remote_password.as_bytes();
        assert!(MessageIntegrity::check(&mut message, key, identity.crypto()).is_ok());
        assert!(message.contains(ATTR_USE_CANDIDATE));

        assert_eq!(agent.due(), now + CHECK_INTERVAL);
        assert!(!agent.handle(now, &request), "a request is no answer");
        assert!(!agent.handle(now, &answer(&identity, &request, "another password")));
        let right = answer(&identity, &request, &credentials.remote_password);
        assert!(!agent.handle(now, &right[..right.len() - 1]));
        assert!(agent.handle(now, &right));
        assert!(!agent.handle(now, &right), "valid once");
        assert_eq!(agent.due(), now + CONSENT_INTERVAL);
    }
}
