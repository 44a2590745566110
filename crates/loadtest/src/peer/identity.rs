//! Who the participants are in DTLS: one certificate for all of a run.

use std::{fmt, fmt::Write as _, sync::Arc};

use ring::digest;
use rtc_crypto::{RTCCrypto, RTCCryptoProvider};
use rtc_dtls::crypto::Certificate;
use rtc_shared::error::Error;

/// A certificate and the provider of the cryptography.
#[derive(Clone)]
pub struct Identity {
    provider: Arc<dyn RTCCryptoProvider>,
    certificate: Certificate,
    fingerprint: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

impl Identity {
    /// Makes a self-signed certificate.
    ///
    /// # Errors
    /// The provider has no randomness or no P-256.
    pub fn generate() -> Result<Self, Error> {
        let provider =
            rtc_crypto::default_provider().map_err(|error| Error::Crypto(error.to_string()))?;
        let certificate =
            Certificate::generate_self_signed(vec!["loadtest".to_owned()], provider.crypto())?;
        let der = certificate.certificate.first().ok_or(Error::ErrPrivateKeyType)?;
        let fingerprint = fingerprint(der);
        Ok(Self { provider, certificate, fingerprint })
    }

    /// The SHA-256 fingerprint (RFC 8122) for the offer: pairs of hexadecimal
    /// digits with colons.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn provider(&self) -> Arc<dyn RTCCryptoProvider> {
        Arc::clone(&self.provider)
    }

    pub(super) fn crypto(&self) -> &dyn RTCCrypto {
        self.provider.crypto()
    }

    pub(super) fn certificate(&self) -> Certificate {
        self.certificate.clone()
    }
}

/// The SHA-256 fingerprint of a certificate in DER.
pub(super) fn fingerprint(der: &[u8]) -> String {
    let mut text = String::with_capacity(95);
    for (index, octet) in digest::digest(&digest::SHA256, der).as_ref().iter().enumerate() {
        let separator = if index == 0 { "" } else { ":" };
        write!(text, "{separator}{octet:02X}").expect("a String takes all");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_written_as_sdp_wants_them() {
        let identity = Identity::generate().unwrap();
        let octets: Vec<_> = identity.fingerprint().split(':').collect();
        assert_eq!(octets.len(), 32);
        assert!(octets.iter().all(|octet| u8::from_str_radix(octet, 16).is_ok()));
        assert_eq!(&fingerprint(b"abc")[..11], "BA:78:16:BF");
    }
}
