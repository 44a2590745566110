//! Who speaks, by the levels that senders measure (RFC 6464).

use std::time::{Duration, Instant};

/// Silence, in −dBov.
const SILENCE: u8 = 127;
/// Above −50 dBov there is a voice.
const VOICE: u32 = (SILENCE - 50) as u32;
/// How long somebody speaks on in a pause.
const PAUSE: Duration = Duration::from_millis(600);
/// Levels are averaged over about four packets, 80 ms.
const SMOOTHING: u32 = 4;
const SCALE: u32 = 256;

/// The voice of one microphone.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Loudness {
    /// The average, in dB above silence, scaled.
    average: u32,
    speaking: bool,
    last_voice: Option<Instant>,
}

impl Loudness {
    /// Takes the level of a packet in −dBov. Returns whether somebody has begun
    /// to speak.
    pub(in super::super) fn hear(&mut self, now: Instant, level: u8) -> bool {
        let loudness = u32::from(SILENCE - level.min(SILENCE)) * SCALE;
        self.average = (self.average * (SMOOTHING - 1) + loudness) / SMOOTHING;
        if self.average < VOICE * SCALE {
            return false;
        }
        self.last_voice = Some(now);
        !std::mem::replace(&mut self.speaking, true)
    }

    /// When it may be silent again.
    pub(in super::super) fn silent_at(&self) -> Option<Instant> {
        self.last_voice.filter(|_| self.speaking).map(|last| last + PAUSE)
    }

    /// Notices that somebody has stopped to speak.
    pub(in super::super) fn check_silence(&mut self, now: Instant) {
        if self.silent_at().is_some_and(|at| at <= now) {
            self.hush();
        }
    }

    /// Forgets the voice, as of a muted microphone. Returns whether it spoke.
    pub(in super::super) const fn hush(&mut self) -> bool {
        self.average = 0;
        std::mem::replace(&mut self.speaking, false)
    }

    /// How loud it speaks, if it does.
    pub(in super::super) fn speaking(&self) -> Option<u32> {
        self.speaking.then_some(self.average)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn a_voice_begins_within_packets_and_outlasts_a_pause() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut loudness = Loudness::default();
        assert!(!loudness.hear(at(0), 5), "a click is no voice");
        let begun = (1..20).find(|n| loudness.hear(at(n * 20), 30));
        assert!(begun.is_some_and(|n| n <= 8), "{begun:?}");
        for n in 10..30 {
            assert!(!loudness.hear(at(n * 20), if n < 20 { 30 } else { 127 }));
        }
        let silent_at = loudness.silent_at().unwrap();
        assert!(silent_at > at(900));
        loudness.check_silence(silent_at - Duration::from_millis(1));
        assert!(loudness.speaking().is_some());
        loudness.check_silence(silent_at);
        assert_eq!(loudness.speaking(), None);
    }
}
