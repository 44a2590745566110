//! Transport-wide congestion control feedback
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).

/// The unit of arrival times, in microseconds.
pub const TICK_MICROS: u64 = 250;
/// The most packets that one feedback speaks of: at three bytes each it fits
/// [`super::RTCP_BYTES`].
pub const MAX_STATUSES: usize = 360;

/// Ticks in a unit of the reference time, 64 ms.
const REFERENCE_TICKS: u64 = 256;
const MAX_RUN: usize = 0x1FFF;
const SHORT_SYMBOLS: usize = 14;
const LONG_SYMBOLS: usize = 7;

/// When each of a run of packets arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransportFeedback {
    /// A stream of the sender's, for receivers that look at it.
    pub media: u32,
    /// The transport-wide sequence number of the first packet.
    pub base: u16,
    /// A running number of feedback packets.
    pub count: u8,
    /// Arrivals in ticks since some moment; `None`: it has not arrived.
    pub arrivals: Vec<Option<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Missing = 0,
    Small = 1,
    Large = 2,
}

impl TransportFeedback {
    /// Whether the time between two arrivals can be written.
    pub const fn can_follow(previous: u64, next: u64) -> bool {
        let delta = next as i64 - previous as i64;
        delta >= i16::MIN as i64 && delta <= i16::MAX as i64
    }

    /// The moment that the first difference is taken from, in ticks.
    fn reference(&self) -> u64 {
        let first = self.arrivals.iter().flatten().next().copied().unwrap_or_default();
        first - first % REFERENCE_TICKS
    }

    /// Appends the body of the feedback packet.
    pub(super) fn write(&self, sender: u32, out: &mut Vec<u8>) {
        let reference = self.reference();
        let (mut symbols, mut deltas) = (Vec::with_capacity(self.arrivals.len()), Vec::new());
        let mut previous = reference;
        for arrival in &self.arrivals {
            let Some(arrival) = *arrival else {
                symbols.push(Symbol::Missing);
                continue;
            };
            let delta = arrival as i64 - previous as i64;
            previous = arrival;
            if let Ok(small) = u8::try_from(delta) {
                symbols.push(Symbol::Small);
                deltas.push(small);
            } else {
                let large = delta.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16;
                symbols.push(Symbol::Large);
                deltas.extend_from_slice(&large.to_be_bytes());
            }
        }
        out.extend_from_slice(&sender.to_be_bytes());
        out.extend_from_slice(&self.media.to_be_bytes());
        out.extend_from_slice(&self.base.to_be_bytes());
        out.extend_from_slice(&(self.arrivals.len() as u16).to_be_bytes());
        let [.., a, b, c] = ((reference / REFERENCE_TICKS) as u32).to_be_bytes();
        out.extend_from_slice(&[a, b, c, self.count]);
        write_chunks(&symbols, out);
        out.extend_from_slice(&deltas);
    }
}

/// Writes runs where they are long, and vectors of symbols elsewhere.
fn write_chunks(mut symbols: &[Symbol], out: &mut Vec<u8>) {
    while let Some(&first) = symbols.first() {
        let run = symbols.iter().take(MAX_RUN).take_while(|symbol| **symbol == first).count();
        let short = &symbols[..symbols.len().min(SHORT_SYMBOLS)];
        let (chunk, taken) = if run >= short.len() {
            ((first as u16) << 13 | run as u16, run)
        } else if !short.contains(&Symbol::Large) {
            (vector(0x8000, short, 1, SHORT_SYMBOLS), short.len())
        } else {
            let long = &symbols[..symbols.len().min(LONG_SYMBOLS)];
            (vector(0xC000, long, 2, LONG_SYMBOLS), long.len())
        };
        out.extend_from_slice(&chunk.to_be_bytes());
        symbols = &symbols[taken..];
    }
}

fn vector(form: u16, symbols: &[Symbol], bits: usize, places: usize) -> u16 {
    symbols.iter().enumerate().fold(form, |chunk, (place, symbol)| {
        chunk | (*symbol as u16) << ((places - 1 - place) * bits)
    })
}
