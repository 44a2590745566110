//! A participant's media once there are keys: what it sends, what it measures,
//! what it reports.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use rtc_crypto::RTCCrypto;
use rtc_shared::error::Error;

use super::{
    Event,
    srtp::{Keys, Session},
    tally::{Moment, Tally},
};
use crate::{
    limits::STREAMS_PER_PEER,
    rtp::{
        control::{self, Feedback},
        header::Parsed,
        sink::{Arrival, Sink},
        source::{AudioPlan, Source, VideoPlan, read_stamp},
        track::{Track, TrackSetup},
    },
};

/// Between two regular reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// Between two looks at what is missing, while something is.
const REPAIR_INTERVAL: Duration = Duration::from_millis(20);

/// The payload types that the participant has offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayloadTypes {
    /// Opus.
    pub audio: u8,
    /// VP8.
    pub video: u8,
    /// Retransmissions of VP8.
    pub video_rtx: u8,
}

/// What was negotiated of the media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaSetup {
    /// The microphone, where it was accepted.
    pub audio: Option<TrackSetup>,
    /// The camera, where it was accepted.
    pub video: Option<TrackSetup>,
    /// The payload types by which received streams are told apart.
    pub payload_types: PayloadTypes,
    /// Received streams of retransmissions, and the streams they repair.
    pub repairs: BTreeMap<u32, u32>,
    /// Whether RTCP is spoken: a bare relay speaks none.
    pub control: bool,
    /// The canonical name (RFC 3550, section 6.5.1).
    pub cname: String,
}

/// What a participant sends.
#[derive(Debug, Clone, Copy, Default)]
pub struct SendPlan {
    /// The voice; `None`: silent.
    pub audio: Option<AudioPlan>,
    /// The picture; `None`: dark.
    pub video: Option<VideoPlan>,
}

/// A participant's media.
#[derive(Debug)]
pub(super) struct Media {
    session: Session,
    setup: MediaSetup,
    tracks: Vec<Track>,
    sinks: BTreeMap<u32, Sink>,
    transport_sequence: u16,
    report_at: Option<Instant>,
    repair_at: Option<Instant>,
}

impl Media {
    pub(super) fn new(
        now: Instant,
        setup: MediaSetup,
        keys: &Keys,
        crypto: &dyn RTCCrypto,
    ) -> Result<Self, Error> {
        let report_at = setup.control.then(|| now + REPORT_INTERVAL);
        Ok(Self {
            session: Session::new(keys, crypto)?,
            setup,
            tracks: Vec::new(),
            sinks: BTreeMap::new(),
            transport_sequence: 0,
            report_at,
            repair_at: None,
        })
    }

    /// Sends from `start` on what the plan says.
    pub(super) fn start(&mut self, start: Instant, plan: SendPlan) {
        self.tracks.clear();
        if let Some((setup, plan)) = self.setup.audio.clone().zip(plan.audio) {
            let source = Source::audio(plan, start, setup.ssrc);
            self.tracks.push(Track::new(setup, source));
        }
        if let Some((setup, plan)) = self.setup.video.clone().zip(plan.video) {
            let source = Source::video(plan, start, setup.ssrc);
            self.tracks.push(Track::new(setup, source));
        }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        let tracks = self.tracks.iter().map(Track::due);
        tracks.chain(self.report_at).chain(self.repair_at).min()
    }

    pub(super) fn expected_and_lost(&self) -> (u64, u64) {
        self.sinks
            .values()
            .fold((0, 0), |(expected, lost), sink| (expected + sink.expected(), lost + sink.lost()))
    }

    pub(super) fn handle_timeout(
        &mut self,
        now: Moment,
        outbox: &mut VecDeque<Vec<u8>>,
        tally: &mut Tally,
    ) {
        self.send_media(now, outbox, tally);
        if self.report_at.is_some_and(|at| at <= now.instant) {
            self.report_at = Some(now.instant + REPORT_INTERVAL);
            self.report(now, outbox);
        }
        if self.repair_at.is_some_and(|at| at <= now.instant) {
            self.repair(now.instant, outbox);
        }
    }

    fn send_media(&mut self, now: Moment, outbox: &mut VecDeque<Vec<u8>>, tally: &mut Tally) {
        let Self { session, tracks, transport_sequence, .. } = self;
        for track in tracks.iter_mut().filter(|track| track.due() <= now.instant) {
            track.emit(now.stamp, transport_sequence, &mut |packet| {
                tally.sent += 1;
                if let Ok(sealed) = session.seal(&packet) {
                    outbox.push_back(sealed.into());
                }
            });
        }
    }

    fn own_ssrc(&self) -> u32 {
        let setup = self.setup.audio.as_ref().or(self.setup.video.as_ref());
        setup.map_or(1, |setup| setup.ssrc)
    }

    fn send_control(
        &mut self,
        compound: Result<bytes::BytesMut, Error>,
        outbox: &mut VecDeque<Vec<u8>>,
    ) {
        let sealed = compound.and_then(|compound| self.session.seal_control(&compound));
        outbox.extend(sealed.map(Vec::from));
    }

    fn report(&mut self, now: Moment, outbox: &mut VecDeque<Vec<u8>>) {
        let sent: Vec<_> = self.tracks.iter().map(|track| track.totals(now.instant)).collect();
        let received: Vec<_> =
            self.sinks.values_mut().filter_map(|sink| sink.report(now.instant)).collect();
        // The run's own clock: receivers need it to be steady, not right.
        let ntp_time = (u128::from(now.stamp) << 32) / 1_000_000_000;
        let ntp_time = u64::try_from(ntp_time).unwrap_or(u64::MAX);
        let compound =
            control::report(self.own_ssrc(), ntp_time, &sent, &received, &self.setup.cname);
        self.send_control(compound, outbox);
    }

    fn repair(&mut self, now: Instant, outbox: &mut VecDeque<Vec<u8>>) {
        self.repair_at = None;
        let own = self.own_ssrc();
        let mut compounds = Vec::new();
        for (ssrc, sink) in &mut self.sinks {
            // A voice is not repaired: browsers ask for no Opus again.
            let nacks = if sink.is_video() { sink.take_nacks(now) } else { Vec::new() };
            if !nacks.is_empty() {
                compounds.push(control::nack(own, *ssrc, &nacks));
            }
            if sink.take_pli(now) {
                compounds.push(control::key_frame(own, *ssrc));
            }
        }
        for compound in compounds {
            self.send_control(compound, outbox);
        }
    }

    pub(super) fn handle_rtp(
        &mut self,
        now: Moment,
        datagram: &[u8],
        events: &mut VecDeque<Event>,
        tally: &mut Tally,
    ) {
        let Ok((parsed, opened)) = self.session.open(datagram) else {
            tally.unreadable += 1;
            return;
        };
        let payload = &opened[parsed.bytes()..];
        let PayloadTypes { audio, video, video_rtx } = self.setup.payload_types;
        let payload_type = parsed.fields.payload_type;
        if payload_type == video_rtx {
            self.handle_repair(now, parsed.fields.ssrc, payload, tally);
        } else if payload_type == audio || payload_type == video {
            self.handle_packet(now, parsed, payload, events, tally);
        } else {
            tally.unreadable += 1;
        }
    }

    fn handle_packet(
        &mut self,
        now: Moment,
        parsed: Parsed,
        payload: &[u8],
        events: &mut VecDeque<Event>,
        tally: &mut Tally,
    ) {
        let fields = parsed.fields;
        if self.sinks.len() >= STREAMS_PER_PEER && !self.sinks.contains_key(&fields.ssrc) {
            tally.unreadable += 1;
            return;
        }
        let video = fields.payload_type == self.setup.payload_types.video;
        let sink = self.sinks.entry(fields.ssrc).or_insert_with(|| Sink::new(fields.ssrc, video));
        let lost_before = sink.lost();
        let (arrival, extended) = sink.arrive(now.instant, fields.sequence);
        match arrival {
            Arrival::New => tally.arrived(now, read_stamp(payload), parsed.bytes() + payload.len()),
            Arrival::Recovered => tally.recovered += 1,
            Arrival::Duplicate => tally.duplicates += 1,
        }
        if !video {
            return;
        }
        let completed = sink.assemble(extended, fields, payload);
        tally.frames += u64::from(completed.frame);
        if completed.first_key_frame {
            events.push_back(Event::FirstKeyFrame);
        }
        let unsettled = sink.lost() > lost_before || !sink.has_key_frame();
        if self.setup.control && unsettled && self.repair_at.is_none() {
            self.repair_at = Some(now.instant + REPAIR_INTERVAL);
        }
    }

    fn handle_repair(&mut self, now: Moment, ssrc: u32, payload: &[u8], tally: &mut Tally) {
        let repaired = self.setup.repairs.get(&ssrc).and_then(|ssrc| self.sinks.get_mut(ssrc));
        // Padding probes have no payload (RFC 4588 asks for two bytes at least).
        let Some((sink, original)) = repaired.zip(payload.first_chunk::<2>()) else { return };
        match sink.arrive(now.instant, u16::from_be_bytes(*original)).0 {
            Arrival::New | Arrival::Recovered => tally.recovered += 1,
            Arrival::Duplicate => tally.duplicates += 1,
        }
    }

    pub(super) fn handle_rtcp(
        &mut self,
        now: Moment,
        datagram: &[u8],
        outbox: &mut VecDeque<Vec<u8>>,
        tally: &mut Tally,
    ) {
        let opened = self.session.open_control(datagram);
        let Ok(feedback) = opened.and_then(|compound| control::read(compound.freeze())) else {
            tally.unreadable += 1;
            return;
        };
        for item in feedback {
            match item {
                Feedback::Nack { ssrc, sequences } => {
                    tally.nacks += 1;
                    self.repeat(now, ssrc, &sequences, outbox, tally);
                }
                Feedback::KeyFrame { ssrc } => {
                    tally.key_frame_requests += 1;
                    self.track(ssrc).map(Track::want_key_frame).unwrap_or_default();
                }
                Feedback::Received { ssrc } => {
                    self.track(ssrc).map(Track::bind).unwrap_or_default();
                }
                Feedback::SenderReport { ssrc, ntp_time } => {
                    if let Some(sink) = self.sinks.get_mut(&ssrc) {
                        sink.sender_report(now.instant, ntp_time);
                    }
                }
            }
        }
    }

    fn track(&mut self, ssrc: u32) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| track.ssrc() == ssrc)
    }

    fn repeat(
        &mut self,
        now: Moment,
        ssrc: u32,
        sequences: &[u16],
        outbox: &mut VecDeque<Vec<u8>>,
        tally: &mut Tally,
    ) {
        let Self { session, tracks, transport_sequence, .. } = self;
        let Some(track) = tracks.iter_mut().find(|track| track.ssrc() == ssrc) else { return };
        for sequence in sequences {
            let packet = track.repeat(*sequence, now.stamp, transport_sequence);
            if let Some(Ok(sealed)) = packet.map(|packet| session.seal(&packet)) {
                tally.repeated += 1;
                outbox.push_back(sealed.into());
            }
        }
    }
}
