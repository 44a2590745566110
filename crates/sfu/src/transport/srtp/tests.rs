//! Both suites under the same tests, and each against the other.

use proptest::prelude::*;

use super::*;

/// What carries packets from a client to a server: ours, or rtc-srtp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Profile(Profile),
    /// AEAD_AES_128_GCM by rtc-srtp.
    Reference,
}

const GCM: By = By::Profile(Profile::AeadAes128Gcm);
const CM: By = By::Profile(Profile::Aes128CmSha1_80);

fn session(by: By, side: Side) -> Srtp {
    let provider = rtc_crypto::default_provider().unwrap();
    let profile = match by {
        By::Profile(profile) => profile,
        By::Reference => Profile::AeadAes128Gcm,
    };
    let material: Vec<u8> = (0..SrtpKeys::material_bytes(profile)).map(|n| n as u8).collect();
    let keys = SrtpKeys::from_material(profile, &material, side).unwrap();
    let limits = TransportLimits::default();
    match by {
        By::Profile(_) => Srtp::new(keys, provider, limits).unwrap(),
        By::Reference => {
            Srtp(Suite::Library(Box::new(Library::new(keys, provider, limits).unwrap())))
        }
    }
}

fn sessions(by: By) -> (Srtp, Srtp) {
    (session(by, Side::Client), session(by, Side::Server))
}

fn seal_rtp(session: &mut Srtp, packet: &[u8]) -> Vec<u8> {
    let mut buffer = packet.to_vec();
    session.seal_rtp(&mut buffer, 0).unwrap();
    buffer
}

fn seal_rtcp(session: &mut Srtp, compound: &[u8]) -> Vec<u8> {
    let mut buffer = compound.to_vec();
    session.seal_rtcp(&mut buffer, 0).unwrap();
    buffer
}

fn open_rtp(session: &mut Srtp, sealed: &[u8]) -> Result<Vec<u8>, SrtpError> {
    session.open_rtp(&mut sealed.to_vec()).map(<[u8]>::to_vec)
}

fn open_rtcp(session: &mut Srtp, sealed: &[u8]) -> Result<Vec<u8>, SrtpError> {
    session.open_rtcp(&mut sealed.to_vec()).map(<[u8]>::to_vec)
}

fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x90, 96];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 0, 9]);
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0xbe, 0xde, 0, 2, 0x10, b'm', 0, 0, 0, 0, 0, 0]);
    packet.extend([0x55; 100]);
    packet
}

fn report(ssrc: u32) -> Vec<u8> {
    let mut report = vec![0x80, 201, 0, 1];
    report.extend(ssrc.to_be_bytes());
    report
}

/// How many SSRCs have taken memory.
fn streams(session: &Srtp) -> usize {
    match &session.0 {
        Suite::Gcm(gcm) => gcm.streams(),
        Suite::Library(library) => library.streams(),
    }
}

#[test]
fn both_profiles_carry_both_kinds_of_packets() {
    for by in [GCM, CM, By::Reference] {
        let (mut client, mut server) = sessions(by);
        for sequence in [0, 1, 3, 2] {
            let sealed = seal_rtp(&mut client, &packet(5, sequence));
            assert_eq!(open_rtp(&mut server, &sealed).unwrap(), packet(5, sequence));
            assert_eq!(open_rtp(&mut server, &sealed), Err(SrtpError::Replayed));
        }
        let sealed = seal_rtcp(&mut server, &report(6));
        assert_eq!(open_rtcp(&mut client, &sealed).unwrap(), report(6));
        assert_eq!(open_rtcp(&mut client, &sealed), Err(SrtpError::Replayed));
    }
}

#[test]
fn what_stands_before_a_packet_in_the_buffer_stays() {
    for by in [GCM, CM] {
        let (mut client, mut server) = sessions(by);
        let mut buffer = b"before".to_vec();
        buffer.extend(packet(5, 1));
        client.seal_rtp(&mut buffer, 6).unwrap();
        assert_eq!(&buffer[..6], b"before");
        assert_eq!(open_rtp(&mut server, &buffer[6..]).unwrap(), packet(5, 1));
    }
}

#[test]
fn a_rollover_of_the_sequence_number_is_followed() {
    for (from, to) in [(GCM, GCM), (GCM, By::Reference), (By::Reference, GCM), (CM, CM)] {
        let (mut client, mut server) = (session(from, Side::Client), session(to, Side::Server));
        for sequence in (30_000..=u16::MAX).chain(0..100) {
            let sealed = seal_rtp(&mut client, &packet(5, sequence));
            assert!(open_rtp(&mut server, &sealed).is_ok(), "{sequence}");
        }
    }
}

#[test]
fn forged_packets_neither_stay_nor_block_the_genuine_ones() {
    for by in [GCM, CM] {
        let (mut client, mut server) = sessions(by);
        for ssrc in 0..2_000 {
            let mut forged = packet(ssrc, 20_000);
            forged.extend([0; 16]);
            assert_eq!(open_rtp(&mut server, &forged), Err(SrtpError::NotAuthentic));
            let mut forged = report(ssrc);
            forged.extend([0x80, 0, 0, 1].repeat(6));
            assert_eq!(open_rtcp(&mut server, &forged), Err(SrtpError::NotAuthentic));
        }
        assert_eq!(streams(&server), 0);
        for sequence in 1..100 {
            let sealed = seal_rtp(&mut client, &packet(5, sequence));
            assert!(open_rtp(&mut server, &sealed).is_ok());
            // Of a stream that is known now, and far ahead of it.
            let mut forged = packet(5, sequence + 20_000);
            forged.extend([0; 16]);
            assert_eq!(open_rtp(&mut server, &forged), Err(SrtpError::NotAuthentic));
        }
    }
}

#[test]
fn authentic_ssrcs_are_bounded() {
    let limits = TransportLimits::default();
    for by in [GCM, CM] {
        let (mut client, mut server) = sessions(by);
        for ssrc in 0..limits.srtp_ssrcs as u32 {
            assert!(open_rtp(&mut server, &seal_rtp(&mut client, &packet(ssrc, 1))).is_ok());
            assert!(open_rtcp(&mut server, &seal_rtcp(&mut client, &report(ssrc))).is_ok());
        }
        let further = seal_rtp(&mut client, &packet(u32::MAX, 1));
        assert_eq!(open_rtp(&mut server, &further), Err(SrtpError::TooManySsrcs));
        let further = seal_rtcp(&mut client, &report(u32::MAX));
        assert_eq!(open_rtcp(&mut server, &further), Err(SrtpError::TooManySsrcs));
        let known = seal_rtp(&mut client, &packet(3, 2));
        assert!(open_rtp(&mut server, &known).is_ok());
    }
}

#[test]
fn headers_that_lie_about_their_length_are_malformed() {
    for by in [GCM, CM] {
        let (_, mut server) = sessions(by);
        let mut long_extension = packet(5, 1);
        long_extension[14..16].copy_from_slice(&[0xff, 0xff]);
        let mut csrcs = packet(5, 1)[..20].to_vec();
        csrcs[0] = 0x8f;
        for bad in [&long_extension[..], &csrcs, &[], &[0x80; 11], &[0x40; 40]] {
            assert_eq!(open_rtp(&mut server, bad), Err(SrtpError::Malformed));
            let mut buffer = bad.to_vec();
            assert_eq!(server.seal_rtp(&mut buffer, 0), Err(SrtpError::Malformed));
        }
        for length in 0..28 {
            assert!(open_rtcp(&mut server, &report(5).repeat(8)[..length]).is_err());
        }
        assert_eq!(server.seal_rtcp(&mut vec![0x80; 7], 0), Err(SrtpError::Malformed));
    }
}

/// Whoever has no key could write reports that say that they are in the clear.
#[test]
fn a_report_that_is_not_encrypted_is_not_taken() {
    for (by, tag_behind) in [(GCM, 0), (CM, 10)] {
        let (mut client, mut server) = sessions(by);
        let mut sealed = seal_rtcp(&mut client, &report(6));
        let word = sealed.len() - tag_behind - 4;
        sealed[word] &= 0x7f;
        assert_eq!(open_rtcp(&mut server, &sealed), Err(SrtpError::NotAuthentic), "{by:?}");
        assert_eq!(streams(&server), 0);
    }
}

/// A packet with a header of any shape.
fn any_packet() -> impl Strategy<Value = Vec<u8>> {
    let extension = prop::option::of(prop::collection::vec(any::<u32>(), 0..8));
    let csrcs = prop::collection::vec(any::<u32>(), 0..16);
    let payload = prop::collection::vec(any::<u8>(), 0..300);
    (any::<[u8; 12]>(), csrcs, extension, payload).prop_map(
        |(mut packet, csrcs, extension, payload)| {
            packet[0] = 0x80 | csrcs.len() as u8;
            // Of one stream, so that numbers and rollovers count.
            packet[8..12].copy_from_slice(&[0, 0, 0, 7]);
            let mut bytes = packet.to_vec();
            bytes.extend(csrcs.iter().flat_map(|csrc| csrc.to_be_bytes()));
            if let Some(words) = extension {
                bytes[0] |= 0x10;
                bytes.extend([0xbe, 0xde, 0, words.len() as u8]);
                bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
            }
            bytes.extend(payload);
            bytes
        },
    )
}

proptest! {
    #[test]
    fn ours_and_the_reference_seal_the_same_and_open_each_other(
        packets in prop::collection::vec(any_packet(), 1..20),
        steps in prop::collection::vec(-20_i32..9_000, 20),
    ) {
        let (mut ours, mut theirs) =
            (session(GCM, Side::Client), session(By::Reference, Side::Client));
        let (mut our_server, mut their_server) =
            (session(GCM, Side::Server), session(By::Reference, Side::Server));
        let mut sequence = 1_000_i32;
        for (mut packet, step) in packets.into_iter().zip(steps) {
            sequence += step;
            packet[2..4].copy_from_slice(&(sequence as u16).to_be_bytes());
            let sealed = seal_rtp(&mut ours, &packet);
            prop_assert_eq!(&sealed, &seal_rtp(&mut theirs, &packet));
            let opened = open_rtp(&mut our_server, &sealed);
            prop_assert_eq!(&opened, &open_rtp(&mut their_server, &sealed));
            if step > 0 {
                prop_assert_eq!(opened, Ok(packet));
            }
        }
    }

    #[test]
    fn ours_and_the_reference_seal_the_same_reports(
        bodies in prop::collection::vec((0_u32..3, prop::collection::vec(any::<u8>(), 0..100)), 1..20),
    ) {
        let (mut ours, mut theirs) =
            (session(GCM, Side::Client), session(By::Reference, Side::Client));
        let (mut our_server, mut their_server) =
            (session(GCM, Side::Server), session(By::Reference, Side::Server));
        for (ssrc, body) in bodies {
            let mut compound = report(ssrc);
            compound.extend(body);
            let sealed = seal_rtcp(&mut ours, &compound);
            prop_assert_eq!(&sealed, &seal_rtcp(&mut theirs, &compound));
            prop_assert_eq!(open_rtcp(&mut our_server, &sealed), Ok(compound.clone()));
            prop_assert_eq!(open_rtcp(&mut their_server, &sealed), Ok(compound));
        }
    }

    /// Whatever is changed, nothing is taken, and the genuine packet still is.
    #[test]
    fn a_changed_packet_is_refused_and_leaves_no_trace(
        packet in any_packet(),
        at in any::<prop::sample::Index>(),
        change in 1_u8..,
        report_at in any::<prop::sample::Index>(),
    ) {
        let (mut client, mut server) = sessions(GCM);
        let sealed = seal_rtp(&mut client, &packet);
        let mut changed = sealed.clone();
        changed[at.index(sealed.len())] ^= change;
        prop_assert!(open_rtp(&mut server, &changed).is_err());
        prop_assert_eq!(streams(&server), 0);
        prop_assert_eq!(open_rtp(&mut server, &sealed), Ok(packet));

        let sealed = seal_rtcp(&mut client, &report(3));
        let mut changed = sealed.clone();
        changed[report_at.index(sealed.len())] ^= change;
        prop_assert!(open_rtcp(&mut server, &changed).is_err());
        prop_assert_eq!(open_rtcp(&mut server, &sealed), Ok(report(3)));
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), first in 0x80_u8..0xc0) {
        for by in [GCM, CM] {
            let (_, mut server) = sessions(by);
            let mut bytes = bytes.clone();
            if let Some(byte) = bytes.first_mut() { *byte = first; }
            prop_assert!(open_rtp(&mut server, &bytes).is_err());
            prop_assert!(open_rtcp(&mut server, &bytes).is_err());
        }
    }
}
