//! A stream that is received: what is missing, what came twice, when the first
//! key frame could be decoded.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{header::Fields, vp8};
use crate::limits::{MISSING_PACKETS, NACK_TRIES};

/// Between two requests for the same packet.
const NACK_INTERVAL: Duration = Duration::from_millis(20);

/// Between two requests for a key frame.
const PLI_INTERVAL: Duration = Duration::from_millis(300);

/// What a packet was to its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It came for the first time.
    New,
    /// It was missing, and came late or again.
    Recovered,
    /// It had come before, or was given up.
    Duplicate,
}

/// What completed with a packet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completed {
    /// A whole frame.
    pub frame: bool,
    /// A whole key frame, the first of the stream.
    pub first_key_frame: bool,
}

#[derive(Debug, Clone, Copy)]
struct Missing {
    ask_at: Instant,
    tries: u8,
}

/// A frame of which all packets so far came in order.
#[derive(Debug, Clone, Copy)]
struct Assembling {
    next: u64,
    key: bool,
}

/// What a receiver report says of a stream (RFC 3550, section 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reception {
    /// The stream.
    pub ssrc: u32,
    /// Packets lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost so far.
    pub lost: u32,
    /// The highest sequence number, with its roll-overs.
    pub highest: u32,
    /// The middle bits of the last sender report's time.
    pub last_report: u32,
    /// Since that report, in 1/65,536 s.
    pub delay: u32,
}

/// A stream that is received.
#[derive(Debug)]
pub struct Sink {
    ssrc: u32,
    video: bool,
    /// Extended sequence numbers of the first and the latest packet; they
    /// begin a whole roll-over above zero, so that none is negative.
    span: Option<(u64, u64)>,
    missing: BTreeMap<u64, Missing>,
    given_up: u64,
    assembling: Option<Assembling>,
    key_frame_seen: bool,
    asked_for_key_frame: Option<Instant>,
    reported: (u64, u64),
    sender_report: Option<(u32, Instant)>,
}

impl Sink {
    /// A stream of which nothing has come yet.
    pub const fn new(ssrc: u32, video: bool) -> Self {
        Self {
            ssrc,
            video,
            span: None,
            missing: BTreeMap::new(),
            given_up: 0,
            assembling: None,
            key_frame_seen: false,
            asked_for_key_frame: None,
            reported: (0, 0),
            sender_report: None,
        }
    }

    /// Whether the stream is video.
    pub const fn is_video(&self) -> bool {
        self.video
    }

    /// Whether a key frame could be decoded.
    pub const fn has_key_frame(&self) -> bool {
        self.key_frame_seen
    }

    /// Packets that were sent, as far as the sequence numbers tell.
    pub fn expected(&self) -> u64 {
        self.span.map_or(0, |(first, latest)| latest - first + 1)
    }

    /// Packets that never came.
    pub fn lost(&self) -> u64 {
        self.given_up + self.missing.len() as u64
    }

    /// Counts a packet by its sequence number.
    pub fn arrive(&mut self, now: Instant, sequence: u16) -> (Arrival, u64) {
        let Some((first, latest)) = self.span else {
            let extended = (1 << 16) + u64::from(sequence);
            self.span = Some((extended, extended));
            return (Arrival::New, extended);
        };
        let extended = extend(latest, sequence);
        if extended > latest {
            self.span = Some((first, extended));
            self.miss(now, latest + 1..extended);
            return (Arrival::New, extended);
        }
        let arrival = match self.missing.remove(&extended) {
            Some(_) => Arrival::Recovered,
            None => Arrival::Duplicate,
        };
        (arrival, extended)
    }

    fn miss(&mut self, now: Instant, gap: std::ops::Range<u64>) {
        let from = gap.end.saturating_sub(MISSING_PACKETS as u64).max(gap.start);
        self.given_up += from - gap.start;
        for sequence in from..gap.end {
            self.missing.insert(sequence, Missing { ask_at: now, tries: 0 });
        }
        while self.missing.len() > MISSING_PACKETS {
            self.missing.pop_first();
            self.given_up += 1;
        }
    }

    /// Follows the frames of a video stream; `extended` is what
    /// [`Self::arrive`] told of the packet.
    pub fn assemble(&mut self, extended: u64, fields: Fields, payload: &[u8]) -> Completed {
        if vp8::Descriptor::read(payload).is_some_and(|found| found.begins_frame) {
            let key = vp8::begins_key_frame(payload);
            self.assembling = Some(Assembling { next: extended + 1, key });
        } else {
            match &mut self.assembling {
                Some(frame) if frame.next == extended => frame.next += 1,
                // What comes out of order spoils the frame: on loopback that
                // is rare, and a frame more or less tells nothing.
                _ => self.assembling = None,
            }
        }
        if !fields.marker {
            return Completed::default();
        }
        let Some(frame) = self.assembling.take() else { return Completed::default() };
        let first_key_frame = frame.key && !self.key_frame_seen;
        self.key_frame_seen |= frame.key;
        Completed { frame: true, first_key_frame }
    }

    /// The packets to ask for now.
    pub fn take_nacks(&mut self, now: Instant) -> Vec<u16> {
        let due = |missing: &Missing| missing.tries < NACK_TRIES && missing.ask_at <= now;
        self.missing
            .iter_mut()
            .filter(|(_, missing)| due(missing))
            .map(|(sequence, missing)| {
                missing.tries += 1;
                missing.ask_at = now + NACK_INTERVAL;
                low_bits(*sequence)
            })
            .collect()
    }

    /// Whether to ask for a key frame now: packets come, but none could be
    /// decoded yet.
    pub fn take_pli(&mut self, now: Instant) -> bool {
        if !self.video || self.key_frame_seen || self.span.is_none() {
            return false;
        }
        // The first packets may be the ones before a key frame that the server
        // has already asked for.
        let last = *self.asked_for_key_frame.get_or_insert(now);
        let due = now >= last + PLI_INTERVAL;
        if due {
            self.asked_for_key_frame = Some(now);
        }
        due
    }

    /// Keeps the time of a sender report, to be told back.
    pub const fn sender_report(&mut self, now: Instant, ntp_time: u64) {
        self.sender_report = Some(((ntp_time >> 16) as u32, now));
    }

    /// What a receiver report says now; `None` while nothing has come.
    pub fn report(&mut self, now: Instant) -> Option<Reception> {
        let (_, latest) = self.span?;
        let (expected, lost) = (self.expected(), self.lost());
        let (expected_before, lost_before) =
            std::mem::replace(&mut self.reported, (expected, lost));
        let interval = (expected - expected_before).max(1);
        let fraction = lost.saturating_sub(lost_before) * 256 / interval;
        let (last_report, delay) = self.sender_report.map_or((0, 0), |(middle, at)| {
            let delay = now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000;
            (middle, u32::try_from(delay).unwrap_or(u32::MAX))
        });
        Some(Reception {
            ssrc: self.ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: u32::try_from(lost).unwrap_or(u32::MAX),
            highest: u32::try_from((latest - (1 << 16)) & 0xffff_ffff).expect("32 bits"),
            last_report,
            delay,
        })
    }
}

/// The extended number that is nearest to the latest.
fn extend(latest: u64, sequence: u16) -> u64 {
    let ahead = sequence.wrapping_sub(low_bits(latest));
    if ahead < 0x8000 {
        latest + u64::from(ahead)
    } else {
        latest.saturating_sub(u64::from(ahead.wrapping_neg()))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is asked for")]
const fn low_bits(extended: u64) -> u16 {
    extended as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
    fn origin() -> Instant {
        Instant::now()
    }

    fn arrivals(sequences: &[u16]) -> (Sink, Vec<Arrival>) {
        let mut sink = Sink::new(1, false);
        let now = origin();
        let found = sequences.iter().map(|sequence| sink.arrive(now, *sequence).0).collect();
        (sink, found)
    }

    #[test]
    fn losses_and_duplicates_are_told_apart_over_a_roll_over() {
        use Arrival::{Duplicate, New, Recovered};
        let (sink, found) = arrivals(&[0xfffd, 0xffff, 1, 0xfffe, 0xfffe, 1, 2]);
        assert_eq!(found, [New, New, New, Recovered, Duplicate, Duplicate, New]);
        assert_eq!((sink.expected(), sink.lost()), (6, 1));
    }

    #[test]
    fn a_great_gap_is_given_up_in_part() {
        let (sink, _) = arrivals(&[0, 1_000]);
        assert_eq!((sink.expected(), sink.lost()), (1_001, 999));
        assert_eq!(sink.missing.len(), MISSING_PACKETS);
    }

    #[test]
    fn missing_packets_are_asked_for_a_few_times() {
        let (mut sink, _) = arrivals(&[10, 13]);
        let mut now = origin();
        let mut asked = 0;
        for _ in 0..20 {
            let nacks = sink.take_nacks(now);
            assert!(nacks.is_empty() || nacks == [11, 12], "{nacks:?}");
            assert!(sink.take_nacks(now).is_empty(), "not twice at once");
            asked += usize::from(!nacks.is_empty());
            now += NACK_INTERVAL;
        }
        assert_eq!(asked, usize::from(NACK_TRIES));
    }

    fn frame_packet(
        sink: &mut Sink,
        sequence: u16,
        begins: bool,
        key: bool,
        marker: bool,
    ) -> Completed {
        let mut payload = Vec::new();
        vp8::Descriptor::write(begins, 0, &mut payload);
        vp8::write_frame_header(key, 100, &mut payload);
        let (_, extended) = sink.arrive(origin(), sequence);
        let fields = Fields { marker, payload_type: 96, sequence, timestamp: 0, ssrc: 1 };
        sink.assemble(extended, fields, &payload)
    }

    #[test]
    fn the_first_whole_key_frame_is_noticed_once() {
        let mut sink = Sink::new(1, true);
        let whole = Completed { frame: true, first_key_frame: false };
        let first = Completed { frame: true, first_key_frame: true };
        let none = Completed::default();
        // The tail of a frame, a delta frame, then a key frame with a hole.
        assert_eq!(frame_packet(&mut sink, 0, false, false, true), none);
        assert_eq!(frame_packet(&mut sink, 1, true, false, true), whole);
        assert_eq!(frame_packet(&mut sink, 2, true, true, false), none);
        assert_eq!(frame_packet(&mut sink, 4, false, true, true), none);
        // Two whole key frames.
        assert_eq!(frame_packet(&mut sink, 5, true, true, false), none);
        assert_eq!(frame_packet(&mut sink, 6, false, true, true), first);
        assert_eq!(frame_packet(&mut sink, 7, true, true, true), whole);
    }

    #[test]
    fn a_key_frame_is_asked_for_until_there_was_one() {
        let mut sink = Sink::new(1, true);
        let now = origin();
        assert!(!sink.take_pli(now), "nothing came yet");
        frame_packet(&mut sink, 1, true, false, true);
        assert!(!sink.take_pli(now));
        assert!(!sink.take_pli(now + PLI_INTERVAL / 2));
        assert!(sink.take_pli(now + PLI_INTERVAL));
        assert!(!sink.take_pli(now + PLI_INTERVAL));
        frame_packet(&mut sink, 2, true, true, true);
        assert!(!sink.take_pli(now + PLI_INTERVAL * 3));
    }

    #[test]
    fn reports_tell_losses_since_the_last() {
        let (mut sink, _) = arrivals(&[0, 1, 2, 4]);
        let now = origin();
        sink.sender_report(now, 0x0011_2233_4455_6677);
        let report = sink.report(now + Duration::from_millis(500)).unwrap();
        assert_eq!((report.fraction_lost, report.lost, report.highest), (51, 1, 4));
        assert_eq!((report.last_report, report.delay), (0x2233_4455, 32_768));
        assert_eq!(sink.report(now).unwrap().fraction_lost, 0);
        assert_eq!(Sink::new(1, true).report(now), None);
    }
}
