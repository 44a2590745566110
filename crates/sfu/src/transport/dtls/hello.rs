//! What must be known of a ClientHello before rtc-dtls sees it (RFC 6347,
//! section 4.2.1; RFC 5764, section 4.1.1).

use super::HandshakeError;

/// The SRTP protection profiles that are accepted, the preferred first.
///
/// rtc-dtls takes the first of the client's list that it knows, so it is told
/// of the chosen one alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// AEAD_AES_128_GCM (RFC 7714): three times as fast as the other.
    AeadAes128Gcm,
    /// AES128_CM_HMAC_SHA1_80 (RFC 5764): every WebRTC stack has it.
    Aes128CmSha1_80,
}

const USE_SRTP: u16 = 14;

impl Profile {
    /// Chooses from the `use_srtp` extension of a ClientHello's body.
    pub(super) fn choose(hello: &[u8]) -> Result<Self, HandshakeError> {
        let offered = offered_profiles(hello).ok_or(HandshakeError::MalformedHello)?;
        for (id, profile) in [(7, Self::AeadAes128Gcm), (1, Self::Aes128CmSha1_80)] {
            let mut ids = offered.chunks_exact(2).map(|id| u16::from_be_bytes([id[0], id[1]]));
            if ids.any(|offered| offered == id) {
                return Ok(profile);
            }
        }
        Err(HandshakeError::NoCommonProfile)
    }
}

/// The profile list of a hello, empty without `use_srtp`; `None` when the hello
/// is malformed, or asks to resume a session, which is never on offer here.
fn offered_profiles(hello: &[u8]) -> Option<&[u8]> {
    let mut rest = hello;
    take(&mut rest, 2 + 32)?;
    let session = take_vector::<1>(&mut rest)?;
    if !session.is_empty() {
        return None;
    }
    let _cookie = take_vector::<1>(&mut rest)?;
    let _suites = take_vector::<2>(&mut rest)?;
    let _compression = take_vector::<1>(&mut rest)?;
    if rest.is_empty() {
        return Some(&[]);
    }
    let mut extensions = take_vector::<2>(&mut rest)?;
    if !rest.is_empty() {
        return None;
    }
    let mut profiles: &[u8] = &[];
    while !extensions.is_empty() {
        let id = take(&mut extensions, 2)?;
        let mut body = take_vector::<2>(&mut extensions)?;
        if u16::from_be_bytes([id[0], id[1]]) == USE_SRTP {
            profiles = take_vector::<2>(&mut body)?;
        }
    }
    Some(profiles)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

/// Takes a vector whose length stands before it in `N` bytes.
fn take_vector<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take(rest, N)?.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
    take(rest, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(session: &[u8], extensions: &[u8]) -> Vec<u8> {
        let mut hello = vec![0xfe, 0xfd];
        hello.extend([9; 32]);
        hello.push(session.len() as u8);
        hello.extend(session);
        hello.extend([0, 0, 2, 0xc0, 0x2b, 1, 0]);
        hello.extend((extensions.len() as u16).to_be_bytes());
        hello.extend(extensions);
        hello
    }

    fn check(profiles: &[u8], expected: Result<Profile, HandshakeError>) {
        let mut extensions = vec![0, 23, 0, 0, 0, 14];
        extensions.extend((profiles.len() as u16 + 3).to_be_bytes());
        extensions.extend((profiles.len() as u16).to_be_bytes());
        extensions.extend(profiles);
        extensions.push(0);
        assert_eq!(Profile::choose(&hello(&[], &extensions)), expected, "{profiles:?}");
    }

    #[test]
    fn gcm_is_preferred_wherever_it_stands() {
        check(&[0, 1, 0, 8, 0, 7], Ok(Profile::AeadAes128Gcm));
        check(&[0, 7, 0, 8, 0, 1, 0, 2], Ok(Profile::AeadAes128Gcm));
        check(&[0, 8, 0, 1], Ok(Profile::Aes128CmSha1_80));
        check(&[0, 8, 0, 2], Err(HandshakeError::NoCommonProfile));
        check(&[], Err(HandshakeError::NoCommonProfile));
    }

    #[test]
    fn hellos_that_cannot_be_served_are_refused() {
        assert_eq!(Profile::choose(&hello(&[], &[])), Err(HandshakeError::NoCommonProfile));
        assert_eq!(Profile::choose(&hello(&[1], &[])), Err(HandshakeError::MalformedHello));
        let whole = hello(&[], &[0, 14, 0, 5, 0, 2, 0, 7, 0]);
        assert_eq!(Profile::choose(&whole), Ok(Profile::AeadAes128Gcm));
        for length in 0..whole.len() {
            assert!(Profile::choose(&whole[..length]).is_err(), "{length} bytes");
        }
    }
}
