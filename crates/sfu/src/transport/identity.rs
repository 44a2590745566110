//! Who the SFU is in a DTLS handshake, and who the peer must be.

use std::{fmt, sync::Arc};

use rtc_crypto::{RTCCrypto, RTCCryptoProvider};
use rtc_dtls::crypto::Certificate;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// Why the process has no identity.
#[derive(Debug, thiserror::Error)]
#[error("cannot make a DTLS certificate: {0}")]
pub struct IdentityError(String);

/// The certificate of this process, and the provider of its cryptography.
///
/// It is made at start and kept in memory alone: a certificate that outlives
/// the process would link its sessions to each other.
#[derive(Clone)]
pub struct Identity {
    provider: Arc<dyn RTCCryptoProvider>,
    certificate: Certificate,
    fingerprint: Fingerprint,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

impl Identity {
    /// Makes a self-signed certificate with a fresh P-256 key.
    pub fn generate() -> Result<Self, IdentityError> {
        let provider =
            rtc_crypto::default_provider().map_err(|error| IdentityError(error.to_string()))?;
        let certificate = Certificate::generate_self_signed_with_alg(
            vec!["lectern".to_owned()],
            &rcgen::PKCS_ECDSA_P256_SHA256,
            provider.crypto(),
        )
        .map_err(|error| IdentityError(error.to_string()))?;
        let der = certificate.certificate.first().map(|der| der.as_ref().to_vec());
        let der = der.ok_or_else(|| IdentityError("the certificate is empty".to_owned()))?;
        let fingerprint = Fingerprint::of(FingerprintHash::Sha256, &der);
        Ok(Self { provider, certificate, fingerprint })
    }

    /// The SHA-256 fingerprint that answers carry.
    pub fn fingerprint(&self) -> &Fingerprint {
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

/// The hash functions of fingerprints that are accepted (RFC 8122, section 5);
/// MD5 and SHA-1 are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FingerprintHash {
    Sha256,
    Sha384,
    Sha512,
}

/// The hash of a certificate (RFC 8122).
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint {
    hash: FingerprintHash,
    digest: Vec<u8>,
}

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    pub fn of(hash: FingerprintHash, der: &[u8]) -> Self {
        let digest = match hash {
            FingerprintHash::Sha256 => Sha256::digest(der).to_vec(),
            FingerprintHash::Sha384 => Sha384::digest(der).to_vec(),
            FingerprintHash::Sha512 => Sha512::digest(der).to_vec(),
        };
        Self { hash, digest }
    }

    /// Reads the value of an `a=fingerprint` line. `None` for a hash function
    /// that is not accepted, or for a malformed value.
    pub fn parse(value: &str) -> Option<Self> {
        let (name, digits) = value.split_once(' ')?;
        let (hash, length) = match name.to_ascii_lowercase().as_str() {
            "sha-256" => (FingerprintHash::Sha256, 32),
            "sha-384" => (FingerprintHash::Sha384, 48),
            "sha-512" => (FingerprintHash::Sha512, 64),
            _ => return None,
        };
        let octets = digits.trim_end().split(':').map(|octet| {
            let digits = octet.len() == 2 && octet.bytes().all(|byte| byte.is_ascii_hexdigit());
            digits.then(|| u8::from_str_radix(octet, 16).ok()).flatten()
        });
        let digest = octets.collect::<Option<Vec<u8>>>()?;
        (digest.len() == length).then_some(Self { hash, digest })
    }

    /// Whether the certificate is the one that was announced.
    pub fn matches(&self, der: &[u8]) -> bool {
        *self == Self::of(self.hash, der)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.hash {
            FingerprintHash::Sha256 => "sha-256",
            FingerprintHash::Sha384 => "sha-384",
            FingerprintHash::Sha512 => "sha-512",
        })?;
        for (index, octet) in self.digest.iter().enumerate() {
            write!(f, "{}{octet:02X}", if index == 0 { ' ' } else { ':' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_round_trip() {
        for hash in [FingerprintHash::Sha256, FingerprintHash::Sha384, FingerprintHash::Sha512] {
            let fingerprint = Fingerprint::of(hash, b"a certificate");
            assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint.clone()));
            assert!(fingerprint.matches(b"a certificate"));
            assert!(!fingerprint.matches(b"another"));
        }
    }

    #[test]
    fn weak_and_malformed_fingerprints_are_refused() {
        for bad in ["sha-1 00:11", "sha-256 00:11", "sha-256", "", "sha-256 +0:11", "md5 00"] {
            assert_eq!(Fingerprint::parse(bad), None, "{bad}");
        }
    }
}
