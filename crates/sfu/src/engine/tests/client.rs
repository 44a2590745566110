//! A synthetic client: its streams, its slots, and the path to it.

use std::time::Duration;

use lectern_domain::{id::ParticipantId, room::MediaKind};

use super::{media::Numbering, network::Link, receiver::Receiver, sender::Sender};
use crate::{
    engine::{PeerKey, random::Random},
    negotiated::NegotiatedMedia,
    rtp::{
        Ntp, RtpPacket,
        rtcp::{Compound, NackPair, ReportBlock, Rtcp, packets},
    },
};

/// A participant as the test plays it.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) key: PeerKey,
    pub(super) participant: ParticipantId,
    pub(super) up: Link,
    pub(super) down: Link,
    pub(super) senders: Vec<Sender>,
    pub(super) receivers: Vec<Receiver>,
    /// Packets whose arrival was reported for congestion control.
    pub(super) acknowledged: u32,
    pub(super) blocks: Vec<ReportBlock>,
    /// How far its clock is ahead of the engine's.
    pub(super) skew: Duration,
    transport: u16,
}

impl Client {
    pub(super) fn new(
        key: PeerKey,
        participant: ParticipantId,
        numbering: Numbering,
        media: &NegotiatedMedia,
        seed: u64,
    ) -> Self {
        let mut random = Random::new(seed);
        let mut ssrc = 10_000 * (participant.0 as u32 + 1);
        let mut senders = Vec::new();
        let extensions = super::media::extensions(numbering);
        for section in &media.incoming {
            let (mid, codec) = (section.mid.as_str(), section.codecs[0].clone());
            ssrc += 100;
            if section.source.kind() == MediaKind::Audio {
                senders.push(Sender::audio(mid, ssrc, codec, extensions, &mut random));
                continue;
            }
            let layers = section.rids.iter().map(|rid| Some(&rid.0[..]));
            let layers = if section.rids.is_empty() { vec![None] } else { layers.collect() };
            for (n, rid) in layers.into_iter().enumerate() {
                let (ssrc, codec) = (ssrc + 10 * n as u32, codec.clone());
                senders.push(Sender::video(mid, rid, ssrc, codec, extensions, &mut random));
            }
        }
        Self {
            key,
            participant,
            up: Link::new(seed ^ 1),
            down: Link::new(seed ^ 2),
            senders,
            receivers: media.outgoing.iter().cloned().map(Receiver::new).collect(),
            acknowledged: 0,
            blocks: Vec::new(),
            skew: Duration::ZERO,
            transport: 65_000,
        }
    }

    pub(super) fn sender(&mut self, mid: &str, rid: Option<&str>) -> &mut Sender {
        let of = |sender: &&mut Sender| sender.mid == mid && sender.rid.as_deref() == rid;
        self.senders.iter_mut().find(of).unwrap()
    }

    pub(super) fn receiver(&self, mid: &str) -> &Receiver {
        self.receivers.iter().find(|receiver| receiver.section.mid.as_str() == mid).unwrap()
    }

    /// Does what is due at `at`, which the engine's clock calls `ntp`.
    pub(super) fn tick(&mut self, at: u64, ntp: Ntp) {
        for sender in &mut self.senders {
            for packet in sender.tick(at, &mut self.transport) {
                self.up.send(at, &packet);
            }
            if sender.running && at % 1000 == 500 {
                self.up.send(at, &sender.report(at, ntp.plus(self.skew)));
            }
        }
        while let Some(packet) = self.down.receive(at) {
            if matches!(packet[1], 192..=223) {
                self.take_rtcp(at, &packet);
            } else {
                let packet = RtpPacket::parse(&packet).unwrap();
                let taken = self.receivers.iter_mut().any(|receiver| receiver.take(&packet));
                assert!(taken, "not a slot's: {:?}", packet.header);
            }
        }
        if at.is_multiple_of(10) {
            let nacks = self.receivers.iter_mut().filter_map(|receiver| {
                let repairable = receiver.section.codecs[0].nack;
                if repairable { receiver.nack(at) } else { None }
            });
            nacks.for_each(|nack| self.up.send(at, &nack));
        }
        if at % 1000 == 700 {
            let blocks = self.receivers.iter().filter_map(|receiver| receiver.block(at));
            let blocks = blocks.collect::<Vec<_>>();
            let mut compound = Compound::default();
            assert!(compound.receiver_report(1, "receiver", &blocks).is_empty());
            self.up.send(at, &compound.into_bytes());
        }
    }

    fn take_rtcp(&mut self, at: u64, compound: &[u8]) {
        for packet in packets(compound) {
            match packet.unwrap() {
                Rtcp::Nack { media, pairs } => {
                    let sender = self.senders.iter_mut().find(|sender| sender.ssrc == media);
                    let sender = sender.unwrap();
                    for sequence in pairs.flat_map(NackPair::sequences) {
                        if let Some(packet) = sender.repeat(sequence, &mut self.transport) {
                            self.up.send(at, &packet);
                        }
                    }
                }
                Rtcp::PictureLoss { media } => {
                    let sender = self.senders.iter_mut().find(|sender| sender.ssrc == media);
                    sender.unwrap().picture_loss();
                }
                Rtcp::SenderReport { info, .. } => {
                    let of = |receiver: &&mut Receiver| receiver.section.ssrc.0 == info.ssrc;
                    self.receivers.iter_mut().find(of).unwrap().report = Some((info, at));
                }
                Rtcp::ReceiverReport { blocks } => {
                    for block in blocks {
                        let ssrc = block.ssrc;
                        for sender in self.senders.iter_mut().filter(|s| s.ssrc == ssrc) {
                            sender.named = false;
                        }
                        self.blocks.retain(|before| before.ssrc != ssrc);
                        self.blocks.push(block);
                    }
                }
                Rtcp::Other => self.acknowledged += acknowledged(compound),
                Rtcp::Bye { .. } | Rtcp::FullIntra { .. } => panic!("unexpected: {compound:?}"),
            }
        }
    }
}

/// Packets that transport feedback says have arrived.
fn acknowledged(compound: &[u8]) -> u32 {
    use rtc_rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
    let mut bytes = bytes::Bytes::copy_from_slice(compound);
    let packets = rtc_rtcp::packet::unmarshal(&mut bytes).unwrap();
    let feedback = packets.iter().filter_map(|p| p.as_any().downcast_ref::<TransportLayerCc>());
    feedback.map(|feedback| feedback.recv_deltas.len() as u32).sum()
}
