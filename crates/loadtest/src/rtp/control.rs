//! RTCP: what a participant reports, and what it is asked for (RFC 3550,
//! RFC 4585), on rtc-rtcp.

use bytes::{Bytes, BytesMut};
use rtc_rtcp::{
    packet::{self, Packet},
    payload_feedbacks::{
        full_intra_request::FullIntraRequest, picture_loss_indication::PictureLossIndication,
    },
    receiver_report::ReceiverReport,
    reception_report::ReceptionReport,
    sender_report::SenderReport,
    source_description::{
        SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem,
    },
    transport_feedbacks::transport_layer_nack::{
        TransportLayerNack, nack_pairs_from_sequence_numbers,
    },
};
use rtc_shared::error::Error;

use super::{sink::Reception, track::Totals};

/// Blocks of one report: the count has five bits.
const BLOCKS: usize = 31;

/// What the other side says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feedback {
    /// Packets of a stream are missing there.
    Nack {
        /// The stream.
        ssrc: u32,
        /// Their sequence numbers.
        sequences: Vec<u16>,
    },
    /// A stream needs a key frame there.
    KeyFrame {
        /// The stream.
        ssrc: u32,
    },
    /// A stream has arrived there.
    Received {
        /// The stream.
        ssrc: u32,
    },
    /// A stream's clock against the wall clock.
    SenderReport {
        /// The stream.
        ssrc: u32,
        /// NTP time, 32.32 fixed point.
        ntp_time: u64,
    },
}

/// Reads a compound that was opened; what we make no use of is left out.
///
/// # Errors
/// A packet of the compound is malformed.
pub fn read(compound: Bytes) -> Result<Vec<Feedback>, Error> {
    let mut compound = compound;
    let mut found = Vec::new();
    for packet in packet::unmarshal(&mut compound)? {
        let packet = packet.as_any();
        if let Some(nack) = packet.downcast_ref::<TransportLayerNack>() {
            let sequences = nack.nacks.iter().flat_map(|pair| pair.packet_list()).collect();
            found.push(Feedback::Nack { ssrc: nack.media_ssrc, sequences });
        } else if let Some(pli) = packet.downcast_ref::<PictureLossIndication>() {
            found.push(Feedback::KeyFrame { ssrc: pli.media_ssrc });
        } else if let Some(fir) = packet.downcast_ref::<FullIntraRequest>() {
            found.extend(fir.fir.iter().map(|entry| Feedback::KeyFrame { ssrc: entry.ssrc }));
        } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
            found.extend(report.reports.iter().map(received));
        } else if let Some(report) = packet.downcast_ref::<SenderReport>() {
            let ntp_time = report.ntp_time;
            found.push(Feedback::SenderReport { ssrc: report.ssrc, ntp_time });
            found.extend(report.reports.iter().map(received));
        }
    }
    Ok(found)
}

const fn received(block: &ReceptionReport) -> Feedback {
    Feedback::Received { ssrc: block.ssrc }
}

/// The regular compound: a sender report for each stream that is sent, the
/// reception of others' streams with the first of them, and the canonical name.
///
/// # Errors
/// Only if rtc-rtcp refuses what is within its bounds.
pub fn report(
    own_ssrc: u32,
    ntp_time: u64,
    sent: &[Totals],
    received: &[Reception],
    cname: &str,
) -> Result<BytesMut, Error> {
    let blocks = |range: &[Reception]| range.iter().map(block).collect::<Vec<_>>();
    let (with_first, rest) = received.split_at(received.len().min(BLOCKS));
    let mut packets: Vec<Box<dyn Packet>> = Vec::new();
    for (index, totals) in sent.iter().enumerate() {
        packets.push(Box::new(SenderReport {
            ssrc: totals.ssrc,
            ntp_time,
            rtp_time: totals.timestamp,
            packet_count: totals.packets,
            octet_count: totals.bytes,
            reports: if index == 0 { blocks(with_first) } else { Vec::new() },
            ..Default::default()
        }));
    }
    if sent.is_empty() {
        packets.push(receiver_report(own_ssrc, blocks(with_first)));
    }
    packets.extend(rest.chunks(BLOCKS).map(|chunk| receiver_report(own_ssrc, blocks(chunk))));
    let item = SourceDescriptionItem {
        sdes_type: SdesType::SdesCname,
        text: Bytes::copy_from_slice(cname.as_bytes()),
    };
    let chunk = SourceDescriptionChunk { source: own_ssrc, items: vec![item] };
    packets.push(Box::new(SourceDescription { chunks: vec![chunk] }));
    packet::marshal(&packets)
}

fn receiver_report(ssrc: u32, reports: Vec<ReceptionReport>) -> Box<dyn Packet> {
    Box::new(ReceiverReport { ssrc, reports, ..Default::default() })
}

fn block(reception: &Reception) -> ReceptionReport {
    ReceptionReport {
        ssrc: reception.ssrc,
        fraction_lost: reception.fraction_lost,
        total_lost: reception.lost.min((1 << 23) - 1),
        last_sequence_number: reception.highest,
        jitter: 0,
        last_sender_report: reception.last_report,
        delay: reception.delay,
    }
}

/// Asks for packets again.
///
/// # Errors
/// Only if rtc-rtcp refuses what is within its bounds.
pub fn nack(own_ssrc: u32, ssrc: u32, sequences: &[u16]) -> Result<BytesMut, Error> {
    packet::marshal(&[Box::new(TransportLayerNack {
        sender_ssrc: own_ssrc,
        media_ssrc: ssrc,
        nacks: nack_pairs_from_sequence_numbers(sequences),
    })])
}

/// Asks for a key frame.
///
/// # Errors
/// Only if rtc-rtcp refuses what is within its bounds.
pub fn key_frame(own_ssrc: u32, ssrc: u32) -> Result<BytesMut, Error> {
    packet::marshal(&[Box::new(PictureLossIndication { sender_ssrc: own_ssrc, media_ssrc: ssrc })])
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn reception(ssrc: u32) -> Reception {
        Reception { ssrc, fraction_lost: 0, lost: 0, highest: 9, last_report: 0, delay: 0 }
    }

    #[test]
    fn requests_are_read_as_they_were_written() {
        let found = read(nack(1, 7, &[3, 4, 20, 900]).unwrap().freeze()).unwrap();
        assert_eq!(found, [Feedback::Nack { ssrc: 7, sequences: vec![3, 4, 20, 900] }]);
        let found = read(key_frame(1, 8).unwrap().freeze()).unwrap();
        assert_eq!(found, [Feedback::KeyFrame { ssrc: 8 }]);
        assert!(read(Bytes::from_static(&[0x81, 205, 0, 9, 0])).is_err());
    }

    #[test]
    fn reports_carry_all_streams() {
        let received: Vec<_> = (100..140).map(reception).collect();
        let totals = [5, 6].map(|ssrc| Totals { ssrc, timestamp: 0, packets: 1, bytes: 2 });
        for sent in [&totals[..], &[]] {
            let compound = report(5, 77, sent, &received, "someone").unwrap();
            let found = read(compound.freeze()).unwrap();
            let senders: Vec<_> = found
                .iter()
                .filter_map(|item| match item {
                    Feedback::SenderReport { ssrc, ntp_time: 77 } => Some(*ssrc),
                    _ => None,
                })
                .collect();
            assert_eq!(senders, sent.iter().map(|totals| totals.ssrc).collect::<Vec<_>>());
            let reported = found
                .iter()
                .filter(|item| matches!(item, Feedback::Received { ssrc } if *ssrc >= 100));
            assert_eq!(reported.count(), 40);
        }
    }
}
