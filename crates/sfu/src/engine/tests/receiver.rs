//! A slot as a synthetic client sees it, and what must be true of it.

use std::collections::BTreeMap;

use super::sender::Origin;
use crate::{
    negotiated::{Format, OutgoingSection},
    rtp::{
        Ntp, RtpPacket, Unwrapper,
        payload::{PictureId, vp8::Descriptor},
        rtcp::{Compound, ReportBlock, SenderInfo, pack_nacks},
    },
};

/// Between two requests for a missing packet, in milliseconds.
const NACK_INTERVAL: u64 = 60;

/// A packet as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) picture_id: Option<u16>,
    pub(super) tl0: Option<u8>,
    pub(super) origin: Origin,
    payload: Vec<u8>,
}

/// What has come in one slot.
#[derive(Debug)]
pub(super) struct Receiver {
    pub(super) section: OutgoingSection,
    pub(super) packets: BTreeMap<u64, Received>,
    pub(super) repaired: u32,
    pub(super) duplicates: u32,
    pub(super) with_mid: u32,
    /// The last sender report, and when it came.
    pub(super) report: Option<(SenderInfo, u64)>,
    sequence: Unwrapper<16>,
    asked: BTreeMap<u64, u64>,
}

impl Receiver {
    pub(super) fn new(section: OutgoingSection) -> Self {
        Self {
            section,
            packets: BTreeMap::new(),
            repaired: 0,
            duplicates: 0,
            with_mid: 0,
            report: None,
            sequence: Unwrapper::default(),
            asked: BTreeMap::new(),
        }
    }

    /// Takes a packet if it is the slot's.
    pub(super) fn take(&mut self, packet: &RtpPacket<'_>) -> bool {
        let header = packet.header;
        let repair = self.section.rtx.is_some_and(|rtx| rtx.0 == header.ssrc);
        if !repair && header.ssrc != self.section.ssrc.0 {
            return false;
        }
        let codec = self.section.codecs.iter().find(|codec| {
            let payload_type = if repair { codec.rtx } else { Some(codec.payload_type) };
            payload_type.is_some_and(|payload_type| payload_type.0 == header.payload_type)
        });
        let codec = codec.unwrap_or_else(|| panic!("not agreed: {header:?}"));
        let format = codec.format.clone();
        self.check_extensions(packet);
        let (sequence, payload) = if repair {
            let (sequence, payload) = packet.payload.split_first_chunk().unwrap();
            (u16::from_be_bytes(*sequence), payload)
        } else {
            (header.sequence, packet.payload)
        };
        if self.packets.is_empty() && !repair {
            assert!(sequence < 32_768, "the first sequence number is {sequence}");
        }
        let number = self.sequence.unwrap(u32::from(sequence));
        let vp8 = (format == Format::Vp8).then(|| Descriptor::parse(payload).unwrap());
        let received = Received {
            timestamp: header.timestamp,
            marker: header.marker,
            picture_id: vp8.and_then(|vp8| vp8.picture_id).map(|id| match id {
                PictureId::Long(id) => id,
                PictureId::Short(id) => panic!("a short picture id: {id}"),
            }),
            tl0: vp8.and_then(|vp8| vp8.tl0_picture_index),
            origin: Origin::read(payload),
            payload: payload.to_vec(),
        };
        if let Some(before) = self.packets.insert(number, received.clone()) {
            assert_eq!(before, received, "one number for two packets");
            self.duplicates += 1;
        } else if repair {
            self.repaired += 1;
        }
        true
    }

    fn check_extensions(&mut self, packet: &RtpPacket<'_>) {
        let ids = self.section.extensions;
        for (id, value) in packet.elements() {
            let id = Some(id);
            if id == ids.mid {
                assert_eq!(value, self.section.mid.as_str().as_bytes());
                self.with_mid += 1;
            } else if id == ids.abs_send_time {
                assert_eq!(value.len(), 3);
            } else {
                assert!(id == ids.audio_level, "not agreed: {id:?}");
            }
        }
    }

    /// Asks for what is missing.
    pub(super) fn nack(&mut self, at: u64) -> Option<Vec<u8>> {
        let (first, newest) = (*self.packets.first_key_value()?.0, self.sequence.newest()?);
        let asked = &mut self.asked;
        let missing = (first.max(newest.saturating_sub(300))..newest)
            .filter(|number| !self.packets.contains_key(number))
            .filter(|number| {
                let due = asked.get(number).is_none_or(|last| at >= last + NACK_INTERVAL);
                due && asked.insert(*number, at).is_none_or(|last| last < at)
            })
            .map(|number| number as u16)
            .collect::<Vec<_>>();
        let mut pairs = Vec::new();
        pack_nacks(missing, &mut pairs);
        let mut compound = Compound::default();
        assert!(compound.nack(1, self.section.ssrc.0, &pairs).is_empty());
        (!compound.is_empty()).then(|| compound.into_bytes())
    }

    pub(super) fn block(&self, at: u64) -> Option<ReportBlock> {
        self.sequence.newest()?;
        let (last_sender_report, delay) = self.report.map_or((0, 0), |(info, came)| {
            (info.ntp.compact(), ((at - came) * 65_536 / 1000) as u32)
        });
        let ssrc = self.section.ssrc.0;
        Some(ReportBlock { ssrc, last_sender_report, delay, ..ReportBlock::default() })
    }

    /// The packets without what may still be under way at the end.
    pub(super) fn settled(&self, behind: u64) -> impl Iterator<Item = (&u64, &Received)> {
        let newest = self.sequence.newest().unwrap_or(0);
        self.packets.range(..newest.saturating_sub(behind))
    }

    /// Numbers that are missing from the first to the last.
    pub(super) fn missing(&self, behind: u64) -> Vec<u64> {
        let numbers = self.settled(behind).map(|(number, _)| *number).collect::<Vec<_>>();
        let all = numbers.first().copied().unwrap_or(0)..numbers.last().map_or(0, |n| n + 1);
        all.filter(|number| !self.packets.contains_key(number)).collect()
    }

    /// Checks that timestamps rise from frame to frame, and that picture ids
    /// follow one another.
    pub(super) fn check_continuity(&self) {
        let mut packets = self.packets.iter();
        let Some((mut before_number, mut before)) = packets.next() else { return };
        for (number, packet) in packets {
            let step = packet.timestamp.wrapping_sub(before.timestamp) as i32;
            let same = (packet.origin.ssrc, packet.origin.frame)
                == (before.origin.ssrc, before.origin.frame);
            assert!(if same { step == 0 } else { step > 0 }, "{before:?} then {packet:?}");
            if number - before_number == 1
                && let (Some(id), Some(last)) = (packet.picture_id, before.picture_id)
            {
                let expected = (last + u16::from(!same)) & 0x7FFF;
                assert_eq!(id, expected, "{before:?} then {packet:?}");
                let tl0 = before.tl0.map(|tl0| tl0.wrapping_add(u8::from(!same)));
                assert_eq!(packet.tl0, tl0, "{before:?} then {packet:?}");
            }
            (before_number, before) = (number, packet);
        }
    }

    /// The SSRCs of the origins, in order, each run once.
    pub(super) fn origins(&self) -> Vec<u32> {
        let mut origins =
            self.packets.values().map(|packet| packet.origin.ssrc).collect::<Vec<_>>();
        origins.dedup();
        origins
    }

    /// The slot's timestamp at a moment, by the last sender report.
    pub(super) fn timestamp_at(&self, ntp: Ntp) -> u32 {
        let (info, _) = self.report.unwrap();
        let rate = i64::from(self.section.codecs[0].format.clock_rate());
        info.rtp.wrapping_add((ntp.nanos_since(info.ntp) * rate / 1_000_000_000) as u32)
    }
}
