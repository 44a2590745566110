//! What is written is read, by us and by rtc-rtcp; what is hostile is survived.

use bytes::Bytes;
use proptest::prelude::*;
use rtc_rtcp::{
    packet::unmarshal,
    transport_feedbacks::transport_layer_cc::{PacketStatusChunk, SymbolTypeTcc, TransportLayerCc},
};

use super::*;
use crate::rtp::Ntp;

const INFO: SenderInfo =
    SenderInfo { ssrc: 7, ntp: Ntp(0x0102_0304_0506_0708), rtp: 9, packets: 10, octets: 11 };

fn block(ssrc: u32) -> ReportBlock {
    ReportBlock {
        ssrc,
        fraction_lost: 3,
        cumulative_lost: -2,
        highest_sequence: 0x0001_FFFF,
        jitter: 5,
        last_sender_report: 6,
        delay: 7,
    }
}

#[test]
fn a_compound_is_read_back() {
    let mut compound = Compound::default();
    assert!(compound.sender_report(&INFO, "name"));
    assert!(compound.receiver_report(1, "receiver", &[block(2), block(3)]).is_empty());
    assert!(compound.nack(1, 2, &[NackPair { first: 65_535, following: 0x8001 }]).is_empty());
    assert!(compound.picture_loss(1, 3));
    let mut bytes = compound.into_bytes();
    bytes.extend_from_slice(&[0x82, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, 8]);

    let mut read = packets(&bytes).map(|packet| packet.unwrap());
    assert!(matches!(read.next(), Some(Rtcp::SenderReport { info: INFO, .. })));
    assert!(matches!(read.next(), Some(Rtcp::Other)), "the source description");
    let Some(Rtcp::ReceiverReport { blocks }) = read.next() else { panic!("no receiver report") };
    assert_eq!(blocks.collect::<Vec<_>>(), [block(2), block(3)]);
    assert!(matches!(read.next(), Some(Rtcp::Other)), "the source description");
    let Some(Rtcp::Nack { media: 2, pairs }) = read.next() else { panic!("no NACK") };
    assert_eq!(pairs.flat_map(NackPair::sequences).collect::<Vec<_>>(), [65_535, 0, 15]);
    assert!(matches!(read.next(), Some(Rtcp::PictureLoss { media: 3 })));
    let Some(Rtcp::Bye { ssrcs }) = read.next() else { panic!("no goodbye") };
    assert_eq!(ssrcs.collect::<Vec<_>>(), [7, 8]);
    assert!(read.next().is_none());

    let theirs = unmarshal(&mut Bytes::from(bytes)).unwrap();
    assert_eq!(theirs.len(), 7);
}

#[test]
fn a_malformed_packet_costs_itself_alone() {
    let mut compound = Compound::default();
    assert!(compound.receiver_report(1, "receiver", &[block(2)]).is_empty());
    assert!(compound.picture_loss(1, 3));
    let mut bytes = compound.into_bytes();
    bytes[0] = VERSION << 6 | 9;
    let read = packets(&bytes).collect::<Vec<_>>();
    assert!(matches!(
        read[..],
        [Err(RtcpError::Body), Ok(Rtcp::Other), Ok(Rtcp::PictureLoss { media: 3 })]
    ));
    bytes[3] = 0xFF;
    assert!(matches!(packets(&bytes).collect::<Vec<_>>()[..], [Err(RtcpError::Framing)]));
}

#[test]
fn full_intra_requests_name_streams() {
    let bytes =
        [0x84, 206, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0, 0, 0, 0, 6, 2, 0, 0, 0];
    let Some(Ok(Rtcp::FullIntra { targets })) = packets(&bytes).next() else {
        panic!("no request")
    };
    assert_eq!(targets.collect::<Vec<_>>(), [5, 6]);
}

#[test]
fn what_does_not_fit_waits_for_the_next_compound() {
    let blocks = (0..100).map(block).collect::<Vec<_>>();
    let (mut rest, mut written) = (&blocks[..], 0);
    while !rest.is_empty() {
        let mut compound = Compound::default();
        rest = compound.receiver_report(1, "receiver", rest);
        written += 1;
        assert!(compound.into_bytes().len() <= RTCP_BYTES);
    }
    assert_eq!(written, 4);

    let mut compound = Compound::default();
    while compound.sender_report(&INFO, &"n".repeat(300)) {}
    assert!(!compound.is_empty());
    assert!(compound.into_bytes().len() <= RTCP_BYTES);
}

/// Reads feedback with rtc-rtcp: symbols, and differences in ticks.
fn statuses(feedback: &TransportFeedback) -> (TransportLayerCc, Vec<Option<i64>>) {
    let mut compound = Compound::default();
    assert!(compound.transport_feedback(1, feedback));
    let bytes = compound.into_bytes();
    assert!(bytes.len() <= RTCP_BYTES);
    let packets = unmarshal(&mut Bytes::from(bytes)).unwrap();
    let theirs = packets[0].as_any().downcast_ref::<TransportLayerCc>().unwrap().clone();
    let mut symbols = Vec::new();
    for chunk in &theirs.packet_chunks {
        match chunk {
            PacketStatusChunk::RunLengthChunk(run) => {
                symbols.extend((0..run.run_length).map(|_| run.packet_status_symbol));
            }
            PacketStatusChunk::StatusVectorChunk(vector) => symbols.extend(&vector.symbol_list),
        }
    }
    symbols.truncate(usize::from(theirs.packet_status_count));
    let mut deltas = theirs.recv_deltas.iter().map(|delta| delta.delta / TICK_MICROS as i64);
    let statuses = symbols
        .iter()
        .map(|symbol| match symbol {
            SymbolTypeTcc::PacketNotReceived => None,
            _ => deltas.next(),
        })
        .collect();
    (theirs, statuses)
}

proptest! {
    #[test]
    fn feedback_says_when_packets_arrived(
        start in 0u64..1_000_000,
        steps in prop::collection::vec(prop::option::weighted(0.9, prop_oneof![8 => 0i64..256, 1 => -500i64..5000]), 1..MAX_STATUSES),
    ) {
        let mut at = start + 200_000;
        let arrivals = steps.iter().map(|step| step.map(|step| {
            at = at.saturating_add_signed(step);
            at
        })).collect::<Vec<_>>();
        let feedback = TransportFeedback { media: 2, base: 65_530, count: 3, arrivals: arrivals.clone() };
        let (theirs, statuses) = statuses(&feedback);
        prop_assert_eq!((theirs.base_sequence_number, theirs.fb_pkt_count), (65_530, 3));
        prop_assert_eq!(statuses.len(), arrivals.len());
        let mut at = u64::from(theirs.reference_time) * 256;
        for (status, arrival) in statuses.iter().zip(&arrivals) {
            if let Some(delta) = status { at = at.saturating_add_signed(*delta); }
            prop_assert_eq!(status.map(|_| at), *arrival);
        }
    }

    #[test]
    fn packed_nacks_name_what_was_missing(mut missing in prop::collection::btree_set(0u32..70_000, 0..300)) {
        missing.retain(|sequence| *sequence < 65_536 + 4_000);
        let sequences = missing.iter().map(|sequence| *sequence as u16).collect::<Vec<_>>();
        let mut pairs = Vec::new();
        pack_nacks(sequences.iter().copied(), &mut pairs);
        prop_assert_eq!(pairs.into_iter().flat_map(NackPair::sequences).collect::<Vec<_>>(), sequences);
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 200u8..208) {
        if let [first, second, _, low, ..] = &mut bytes[..] {
            *first = 0x80 | *first & 0x3F;
            *second = kind;
            *low %= 64;
        }
        for packet in packets(&bytes).flatten() {
            match packet {
                Rtcp::SenderReport { blocks, .. } | Rtcp::ReceiverReport { blocks } => prop_assert!(blocks.count() < 32),
                Rtcp::Nack { pairs, .. } => prop_assert!(pairs.count() < 100),
                Rtcp::FullIntra { targets } => prop_assert!(targets.count() < 100),
                Rtcp::Bye { ssrcs } => prop_assert!(ssrcs.count() < 32),
                Rtcp::PictureLoss { .. } | Rtcp::Other => {}
            }
        }
    }
}
