//! When a participant sends, and what: Opus-like packets every 20 ms, and
//! VP8-like frames of several packets.

use std::time::{Duration, Instant};

use super::vp8::{self, Descriptor};

/// The sound of a participant: one packet every 20 ms.
#[derive(Debug, Clone, Copy)]
pub struct AudioPlan {
    /// Bytes of a packet's payload: 80 are 32 kbit/s.
    pub payload_bytes: usize,
}

/// The picture of a participant.
#[derive(Debug, Clone, Copy)]
pub struct VideoPlan {
    /// Frames a second.
    pub frames_per_second: u32,
    /// Packets of a frame, sent at once.
    pub packets_per_frame: usize,
    /// Packets of a key frame.
    pub packets_per_key_frame: usize,
    /// Bytes of a packet's payload.
    pub payload_bytes: usize,
}

/// Each payload ends in these bytes and the time of sending.
const MARK: [u8; 4] = *b"lctn";

/// Bytes of the mark and the time.
pub const STAMP_BYTES: usize = MARK.len() + size_of::<u64>();

/// Reads the time of sending, in nanoseconds since the run began. `None`: the
/// payload is not one of ours, such as a padding probe.
pub fn read_stamp(payload: &[u8]) -> Option<u64> {
    let (rest, stamp) = payload.split_last_chunk::<8>()?;
    rest.ends_with(&MARK).then(|| u64::from_be_bytes(*stamp))
}

/// A payload to send now.
#[derive(Debug, Clone, Copy)]
pub struct Payload<'a> {
    /// The payload.
    pub bytes: &'a [u8],
    /// Last packet of a frame.
    pub marker: bool,
    /// The RTP timestamp.
    pub timestamp: u32,
}

#[derive(Debug, Clone, Copy)]
enum Plan {
    Audio(AudioPlan),
    Video(VideoPlan),
}

/// A source that is told the time.
#[derive(Debug)]
pub struct Source {
    plan: Plan,
    due: Instant,
    timestamp: u32,
    picture_id: u16,
    key_wanted: bool,
    scratch: Vec<u8>,
}

impl Source {
    /// A microphone that sends from `start` on.
    pub fn audio(plan: AudioPlan, start: Instant, first_timestamp: u32) -> Self {
        Self::new(Plan::Audio(plan), start, first_timestamp)
    }

    /// A camera that sends from `start` on, beginning with a key frame.
    pub fn video(plan: VideoPlan, start: Instant, first_timestamp: u32) -> Self {
        Self::new(Plan::Video(plan), start, first_timestamp)
    }

    fn new(plan: Plan, start: Instant, first_timestamp: u32) -> Self {
        Self {
            plan,
            due: start,
            timestamp: first_timestamp,
            picture_id: 0,
            key_wanted: true,
            scratch: Vec::new(),
        }
    }

    /// When [`Self::emit`] is due.
    pub const fn due(&self) -> Instant {
        self.due
    }

    /// The RTP timestamp of the next payload.
    pub const fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Makes the next frame a key frame, as PLI and FIR ask.
    pub const fn want_key_frame(&mut self) {
        self.key_wanted = true;
    }

    /// Hands out the next packet or frame, stamped. A source that was not asked
    /// in time skips nothing: it is due again until it has caught up.
    pub fn emit(&mut self, stamp: u64, each: &mut dyn FnMut(Payload<'_>)) {
        match self.plan {
            Plan::Audio(plan) => self.emit_audio(plan, stamp, each),
            Plan::Video(plan) => self.emit_video(plan, stamp, each),
        }
    }

    fn emit_audio(&mut self, plan: AudioPlan, stamp: u64, each: &mut dyn FnMut(Payload<'_>)) {
        // The table of contents (RFC 6716, section 3.1): hybrid fullband,
        // 20 ms, mono, one frame.
        self.scratch.clear();
        self.scratch.push(15 << 3);
        finish(&mut self.scratch, plan.payload_bytes, stamp);
        each(Payload { bytes: &self.scratch, marker: false, timestamp: self.timestamp });
        self.due += Duration::from_millis(20);
        self.timestamp = self.timestamp.wrapping_add(960);
    }

    fn emit_video(&mut self, plan: VideoPlan, stamp: u64, each: &mut dyn FnMut(Payload<'_>)) {
        let key = std::mem::take(&mut self.key_wanted);
        let packets = if key { plan.packets_per_key_frame } else { plan.packets_per_frame }.max(1);
        for index in 0..packets {
            self.scratch.clear();
            Descriptor::write(index == 0, self.picture_id, &mut self.scratch);
            if index == 0 {
                vp8::write_frame_header(key, packets * plan.payload_bytes, &mut self.scratch);
            }
            finish(&mut self.scratch, plan.payload_bytes, stamp);
            let marker = index + 1 == packets;
            each(Payload { bytes: &self.scratch, marker, timestamp: self.timestamp });
        }
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        self.due += Duration::from_secs(1) / plan.frames_per_second.max(1);
        self.timestamp = self.timestamp.wrapping_add(90_000 / plan.frames_per_second.max(1));
    }
}

/// Fills a payload up to its length and stamps it.
fn finish(payload: &mut Vec<u8>, bytes: usize, stamp: u64) {
    let filled = bytes.saturating_sub(STAMP_BYTES).max(payload.len());
    payload.resize(filled, 0x5a);
    payload.extend(MARK);
    payload.extend(stamp.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
    fn origin() -> Instant {
        Instant::now()
    }

    const VIDEO: VideoPlan = VideoPlan {
        frames_per_second: 30,
        packets_per_frame: 4,
        packets_per_key_frame: 9,
        payload_bytes: 1_100,
    };

    fn drain(source: &mut Source, stamp: u64) -> Vec<(Vec<u8>, bool, u32)> {
        let mut all = Vec::new();
        source.emit(stamp, &mut |payload| {
            all.push((payload.bytes.to_vec(), payload.marker, payload.timestamp));
        });
        all
    }

    #[test]
    fn a_voice_is_fifty_packets_a_second() {
        let start = origin();
        let mut source = Source::audio(AudioPlan { payload_bytes: 80 }, start, u32::MAX);
        for index in 0..50_u32 {
            let sent = drain(&mut source, 7);
            let expected = u32::MAX.wrapping_add(index * 960);
            assert!(matches!(&sent[..], [(bytes, false, timestamp)]
                if bytes.len() == 80 && *timestamp == expected && read_stamp(bytes) == Some(7)));
        }
        assert_eq!(source.due() - start, Duration::from_secs(1));
    }

    #[test]
    fn a_picture_begins_with_a_key_frame_and_makes_another_when_asked() {
        let mut source = Source::video(VIDEO, origin(), 0);
        let mut shapes = Vec::new();
        for index in 0..4 {
            if index == 2 {
                source.want_key_frame();
            }
            let sent = drain(&mut source, index);
            assert!(sent.iter().all(|(bytes, _, timestamp)| {
                bytes.len() == 1_100
                    && read_stamp(bytes) == Some(index)
                    && *timestamp == u32::try_from(index).unwrap() * 3_000
            }));
            let ids: Vec<_> = sent
                .iter()
                .map(|(bytes, ..)| Descriptor::read(bytes).unwrap().picture_id)
                .collect();
            assert!(ids.iter().all(|id| *id == Some(u16::try_from(index).unwrap())));
            let markers = sent.iter().filter(|(_, marker, _)| *marker).count();
            assert_eq!(markers, 1);
            assert!(sent.last().unwrap().1);
            shapes.push((sent.len(), vp8::begins_key_frame(&sent[0].0)));
        }
        assert_eq!(shapes, [(9, true), (4, false), (9, true), (4, false)]);
    }

    #[test]
    fn foreign_payloads_have_no_stamp() {
        assert_eq!(read_stamp(&[]), None);
        assert_eq!(read_stamp(&[0; 11]), None);
        assert_eq!(read_stamp(&[0; 255]), None);
    }
}
