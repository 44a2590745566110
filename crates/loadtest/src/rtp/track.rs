//! A stream that is sent: a source with its SSRC, its extensions, and the
//! packets that can be sent again (RFC 4588).

use std::time::Instant;

use super::{
    header::{self, Fields},
    source::{Payload, Source},
};
use crate::limits::HISTORY_PACKETS;

/// The ids of the header extensions (RFC 8285) that were negotiated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExtensionIds {
    /// `urn:ietf:params:rtp-hdrext:sdes:mid`
    pub mid: Option<u8>,
    /// `http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time`
    pub abs_send_time: Option<u8>,
    /// `urn:ietf:params:rtp-hdrext:ssrc-audio-level`
    pub audio_level: Option<u8>,
    /// `…draft-holmer-rmcat-transport-wide-cc-extensions-01`
    pub transport_cc: Option<u8>,
}

/// A stream as it was negotiated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackSetup {
    /// The section that carries it.
    pub mid: String,
    /// Its SSRC.
    pub ssrc: u32,
    /// Its payload type.
    pub payload_type: u8,
    /// SSRC and payload type of what is sent again, if negotiated.
    pub rtx: Option<(u32, u8)>,
    /// Its extensions.
    pub extensions: ExtensionIds,
    /// The codec's clock, in ticks a second.
    pub clock_rate: u32,
}

/// A sent packet, before it was sealed.
#[derive(Debug)]
struct Sent {
    fields: Fields,
    payload: Vec<u8>,
}

/// What a sender report says of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// The stream.
    pub ssrc: u32,
    /// The RTP timestamp of the moment.
    pub timestamp: u32,
    /// Packets so far.
    pub packets: u32,
    /// Payload bytes so far.
    pub bytes: u32,
}

/// A stream that is sent.
#[derive(Debug)]
pub struct Track {
    setup: TrackSetup,
    source: Source,
    sequence: u16,
    rtx_sequence: u16,
    history: Vec<Option<Sent>>,
    /// The receiver has reported on the SSRC, so it knows the section and the
    /// `mid` need not be sent any more.
    bound: bool,
    packets: u32,
    bytes: u32,
}

impl Track {
    /// A stream whose first packet is due when the source says.
    pub fn new(setup: TrackSetup, source: Source) -> Self {
        // Below 32,768, so that losing the first packets cannot be taken for
        // a roll-over (RFC 3711, section 3.3.1).
        let sequence = u16::try_from(setup.ssrc & 0x7fff).expect("15 bits");
        let history = if setup.rtx.is_some() { HISTORY_PACKETS } else { 0 };
        Self {
            setup,
            source,
            sequence,
            rtx_sequence: sequence,
            history: std::iter::repeat_with(|| None).take(history).collect(),
            bound: false,
            packets: 0,
            bytes: 0,
        }
    }

    /// The stream's SSRC.
    pub const fn ssrc(&self) -> u32 {
        self.setup.ssrc
    }

    /// When [`Self::emit`] is due.
    pub const fn due(&self) -> Instant {
        self.source.due()
    }

    /// Makes the next frame a key frame.
    pub const fn want_key_frame(&mut self) {
        self.source.want_key_frame();
    }

    /// The receiver knows the stream: `mid` is no longer sent.
    pub const fn bind(&mut self) {
        self.bound = true;
    }

    /// What a sender report says now.
    pub fn totals(&self, now: Instant) -> Totals {
        // The next timestamp, less what is left until it is due.
        let left = self.source.due().saturating_duration_since(now).as_micros();
        let ticks = left * u128::from(self.setup.clock_rate) / 1_000_000;
        let ticks = u32::try_from(ticks).unwrap_or(u32::MAX);
        Totals {
            ssrc: self.setup.ssrc,
            timestamp: self.source.timestamp().wrapping_sub(ticks),
            packets: self.packets,
            bytes: self.bytes,
        }
    }

    /// Hands out the packets that are due, not yet sealed. `stamp` is the time
    /// since the run began, in nanoseconds; `transport_sequence` counts the
    /// packets of all streams of the transport.
    pub fn emit(
        &mut self,
        stamp: u64,
        transport_sequence: &mut u16,
        each: &mut dyn FnMut(Vec<u8>),
    ) {
        let Self { setup, source, sequence, history, bound, packets, bytes, .. } = self;
        source.emit(stamp, &mut |payload: Payload<'_>| {
            let fields = Fields {
                marker: payload.marker,
                payload_type: setup.payload_type,
                sequence: *sequence,
                timestamp: payload.timestamp,
                ssrc: setup.ssrc,
            };
            *sequence = sequence.wrapping_add(1);
            *packets = packets.wrapping_add(1);
            let length = u32::try_from(payload.bytes.len()).expect("a payload fits a datagram");
            *bytes = bytes.wrapping_add(length);
            let mid = (!*bound).then_some(setup.mid.as_bytes());
            each(assemble(fields, setup, mid, stamp, transport_sequence, &[payload.bytes]));
            if !history.is_empty() {
                let index = usize::from(fields.sequence) % history.len();
                history[index] = Some(Sent { fields, payload: payload.bytes.to_vec() });
            }
        });
    }

    /// The packet once more, in the stream of retransmissions. `None`: it is
    /// no longer kept, or retransmission was not negotiated.
    pub fn repeat(
        &mut self,
        sequence: u16,
        stamp: u64,
        transport_sequence: &mut u16,
    ) -> Option<Vec<u8>> {
        let (ssrc, payload_type) = self.setup.rtx?;
        let index = usize::from(sequence) % self.history.len();
        let sent = self.history[index].as_ref().filter(|sent| sent.fields.sequence == sequence)?;
        let fields = Fields { ssrc, payload_type, sequence: self.rtx_sequence, ..sent.fields };
        self.rtx_sequence = self.rtx_sequence.wrapping_add(1);
        let mid = (!self.bound).then_some(self.setup.mid.as_bytes());
        let payload = [&sequence.to_be_bytes()[..], &sent.payload];
        Some(assemble(fields, &self.setup, mid, stamp, transport_sequence, &payload))
    }
}

fn assemble(
    fields: Fields,
    setup: &TrackSetup,
    mid: Option<&[u8]>,
    stamp: u64,
    transport_sequence: &mut u16,
    payload: &[&[u8]],
) -> Vec<u8> {
    let send_time = abs_send_time(stamp);
    let transport = transport_sequence.to_be_bytes();
    // The voice flag and -20 dBov (RFC 6464).
    let level = [0x80 | 20];
    let ids = setup.extensions;
    let candidates = [
        (ids.mid, mid),
        (ids.abs_send_time, Some(&send_time[..])),
        (ids.transport_cc, Some(&transport[..])),
        (ids.audio_level, Some(&level[..])),
    ];
    let mut extensions: [(u8, &[u8]); 4] = [(0, &[]); 4];
    let mut used = 0;
    for extension in candidates.into_iter().filter_map(|(id, value)| id.zip(value)) {
        extensions[used] = extension;
        used += 1;
    }
    if ids.transport_cc.is_some() {
        *transport_sequence = transport_sequence.wrapping_add(1);
    }
    let mut packet = Vec::with_capacity(payload.iter().map(|part| part.len()).sum::<usize>() + 48);
    header::write(fields, &extensions[..used], &mut packet);
    for part in payload {
        packet.extend_from_slice(part);
    }
    packet
}

/// Seconds as 6.18 fixed point, which wrap after 64 s.
fn abs_send_time(nanos: u64) -> [u8; 3] {
    let fixed = (u128::from(nanos) << 18) / 1_000_000_000;
    let [.., high, middle, low] = fixed.to_be_bytes();
    [high, middle, low]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::{
        header::Parsed,
        source::{VideoPlan, read_stamp},
    };

    #[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
    fn track() -> Track {
        let plan = VideoPlan {
            frames_per_second: 25,
            packets_per_frame: 2,
            packets_per_key_frame: 3,
            payload_bytes: 300,
        };
        let setup = TrackSetup {
            mid: "1".to_owned(),
            ssrc: 0x0001_ffff,
            payload_type: 96,
            rtx: Some((5, 97)),
            extensions: ExtensionIds { mid: Some(4), transport_cc: Some(3), ..Default::default() },
            clock_rate: 90_000,
        };
        Track::new(setup, Source::video(plan, Instant::now(), 0))
    }

    fn emit(track: &mut Track, transport: &mut u16) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        track.emit(1, transport, &mut |packet| sent.push(packet));
        sent
    }

    #[test]
    fn packets_are_numbered_and_name_their_section_until_it_is_known() {
        let mut track = track();
        let mut transport = 9;
        let sent = emit(&mut track, &mut transport);
        assert_eq!((sent.len(), transport), (3, 12));
        for (packet, expected) in sent.iter().zip(0x7fff_u16..) {
            let parsed = Parsed::read(packet).unwrap();
            assert_eq!(parsed.fields.sequence, expected);
            assert_eq!(parsed.bytes(), 12 + 4 + 8, "mid and transport number");
        }
        track.bind();
        let sent = emit(&mut track, &mut transport);
        assert_eq!(Parsed::read(&sent[0]).unwrap().bytes(), 12 + 4 + 4);
        assert_eq!(track.totals(track.due()).packets, 5);
        assert_eq!(track.totals(track.due()).bytes, 5 * 300);
        assert_eq!(track.totals(track.due()).timestamp, 2 * 3_600);
    }

    #[test]
    fn lost_packets_come_again_while_they_are_kept() {
        let mut track = track();
        let mut transport = 0;
        emit(&mut track, &mut transport);
        let again = track.repeat(0x8000, 2, &mut transport).unwrap();
        let parsed = Parsed::read(&again).unwrap();
        assert_eq!((parsed.fields.ssrc, parsed.fields.payload_type), (5, 97));
        let payload = &again[parsed.bytes()..];
        assert_eq!(payload[..2], 0x8000_u16.to_be_bytes());
        assert_eq!(read_stamp(payload), Some(1), "the time of the first sending");
        assert_eq!(track.repeat(0x8100, 2, &mut transport), None);
        for _ in 0..HISTORY_PACKETS {
            emit(&mut track, &mut transport);
        }
        assert_eq!(track.repeat(0x8000, 2, &mut transport), None);
    }

    #[test]
    fn the_send_time_is_fixed_point() {
        assert_eq!(abs_send_time(0), [0, 0, 0]);
        assert_eq!(abs_send_time(1_000_000_000), [4, 0, 0]);
        assert_eq!(abs_send_time(64_500_000_000), [2, 0, 0]);
    }
}
