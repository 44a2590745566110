//! What stands between the network and rtc-dtls.
//!
//! On its own, rtc-dtls spends cubic time on fragments, queues records of the
//! next epoch without bound, ends an association at a forged alert, and never
//! repeats a lost flight. So it is only shown what it needs, once and in order:
//! each handshake message whole and in a record of its own, under our own
//! record numbers; then the change of cipher; then records that are encrypted.
//! What else arrives is dropped here, or answered by repeating the last flight.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::reassembly::{Fragment, Message};
use crate::limits::TransportLimits;

const RECORD_HEADER_BYTES: usize = 13;
const DTLS_1_2: [u8; 2] = [0xfe, 0xfd];
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CERTIFICATE_VERIFY: u8 = 15;

/// The longest datagram that is read; browsers keep to 1,500 bytes.
const MAX_DATAGRAM_BYTES: usize = 4096;
/// The longest encrypted record that is passed: a Finished message has 61 bytes.
const MAX_SEALED_BYTES: usize = 256;

/// The records to show to rtc-dtls, in order, each in a read of its own.
pub(super) type Records = SmallVec<[Vec<u8>; 4]>;

/// What a datagram amounts to.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) records: Records,
    /// The body of the first ClientHello, when this datagram completed it.
    pub(super) hello: Option<Vec<u8>>,
    /// The peer repeats what has been answered: our last flight was lost.
    pub(super) repeated: bool,
}

/// How far the peer has come, by what was shown to rtc-dtls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Its handshake messages are awaited.
    Negotiating,
    /// It has proved its certificate: rtc-dtls has the keys.
    Verified,
    /// It has changed its cipher.
    Sealed,
    /// The handshake is over.
    Complete,
}

#[derive(Debug)]
pub(super) struct Guard {
    progress: Progress,
    /// The message that rtc-dtls waits for.
    next: u16,
    ahead: BTreeMap<u16, Message>,
    /// Our own numbers for the records of epoch 0.
    record_number: u64,
    cipher_changed: bool,
    /// Encrypted records that came before the change of cipher.
    early: Vec<Vec<u8>>,
    /// Encrypted records shown before completion.
    sealed: usize,
    limits: TransportLimits,
}

impl Guard {
    pub(super) fn new(limits: TransportLimits) -> Self {
        Self {
            progress: Progress::Negotiating,
            next: 0,
            ahead: BTreeMap::new(),
            record_number: 0,
            cipher_changed: false,
            early: Vec::new(),
            sealed: 0,
            limits,
        }
    }

    /// Takes a datagram of records.
    pub(super) fn take(&mut self, datagram: &[u8]) -> Taken {
        let mut taken = Taken::default();
        if datagram.len() > MAX_DATAGRAM_BYTES {
            return taken;
        }
        let mut rest = datagram;
        while let Some(record) = Record::take(&mut rest) {
            match record.epoch {
                0 => self.take_plain(&record, &mut taken),
                1 => self.take_sealed(&record, &mut taken),
                _ => {}
            }
        }
        // A datagram that brings the handshake on is answered by the next
        // flight; repeating the last one as well would be noise.
        taken.repeated &= taken.records.is_empty();
        taken
    }

    /// Says that rtc-dtls has completed the handshake.
    pub(super) fn complete(&mut self) {
        self.progress = Progress::Complete;
        self.ahead.clear();
        self.early = Vec::new();
    }

    fn take_plain(&mut self, record: &Record<'_>, taken: &mut Taken) {
        match record.kind {
            HANDSHAKE => {
                let mut rest = record.content;
                while let Some(fragment) = Fragment::take(&mut rest) {
                    self.take_fragment(&fragment, taken);
                }
            }
            CHANGE_CIPHER_SPEC if self.progress != Progress::Complete => {
                self.cipher_changed = true;
                self.release_sealed(taken);
            }
            // An alert in the clear can be anybody's.
            _ => {}
        }
    }

    fn take_fragment(&mut self, fragment: &Fragment<'_>, taken: &mut Taken) {
        if fragment.sequence < self.next {
            taken.repeated = true;
            return;
        }
        let window = self.next.saturating_add(self.limits.handshake_messages_ahead);
        let in_window = fragment.sequence <= window.min(self.limits.handshake_messages);
        if self.progress != Progress::Negotiating
            || !in_window
            || fragment.length > self.limits.handshake_message_bytes
        {
            return;
        }
        let message = self.ahead.entry(fragment.sequence).or_insert_with(|| Message::new(fragment));
        // A fragment that contradicts others starts the message again. Forgers
        // can do that to a peer, but the peer repeats itself.
        if !message.fits(fragment) || message.fragments() == self.limits.handshake_fragments {
            *message = Message::new(fragment);
        }
        message.insert(fragment);
        self.release_messages(taken);
    }

    /// Shows the messages that are complete and next.
    fn release_messages(&mut self, taken: &mut Taken) {
        while self.progress == Progress::Negotiating
            && let Some(entry) = self.ahead.first_entry()
            && *entry.key() == self.next
            && entry.get().is_complete()
        {
            let message = entry.remove();
            if self.next == 0 {
                taken.hello = Some(message.body().to_vec());
            }
            self.next += 1;
            let record = self.plain_record(HANDSHAKE, &message.whole());
            taken.records.push(record);
            if message.kind() == CERTIFICATE_VERIFY {
                self.progress = Progress::Verified;
                self.ahead.clear();
                self.release_sealed(taken);
            }
        }
    }

    fn take_sealed(&mut self, record: &Record<'_>, taken: &mut Taken) {
        if record.whole.len() > MAX_SEALED_BYTES {
            return;
        }
        match (self.progress, record.kind) {
            (Progress::Negotiating | Progress::Verified, HANDSHAKE | ALERT)
                if self.early.len() < self.limits.early_records =>
            {
                self.early.push(record.whole.to_vec());
            }
            (Progress::Sealed, HANDSHAKE | ALERT) => self.show_sealed(record.whole, taken),
            (Progress::Complete, ALERT) => taken.records.push(record.whole.to_vec()),
            (Progress::Complete, HANDSHAKE) => taken.repeated = true,
            // Application data: there are no data channels.
            _ => {}
        }
    }

    /// Shows the change of cipher, and what came encrypted before it, once
    /// rtc-dtls can make use of it.
    fn release_sealed(&mut self, taken: &mut Taken) {
        if self.progress != Progress::Verified || !self.cipher_changed {
            return;
        }
        self.progress = Progress::Sealed;
        let record = self.plain_record(CHANGE_CIPHER_SPEC, &[1]);
        taken.records.push(record);
        for record in std::mem::take(&mut self.early) {
            self.show_sealed(&record, taken);
        }
    }

    fn show_sealed(&mut self, record: &[u8], taken: &mut Taken) {
        if self.sealed < self.limits.sealed_records {
            self.sealed += 1;
            taken.records.push(record.to_vec());
        }
    }

    fn plain_record(&mut self, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut record = Vec::with_capacity(RECORD_HEADER_BYTES + content.len());
        record.push(kind);
        record.extend(DTLS_1_2);
        record.extend(self.record_number.to_be_bytes());
        record.extend((content.len() as u16).to_be_bytes());
        record.extend(content);
        self.record_number += 1;
        record
    }
}

/// A record (RFC 6347, section 4.1).
struct Record<'a> {
    kind: u8,
    epoch: u16,
    content: &'a [u8],
    whole: &'a [u8],
}

impl<'a> Record<'a> {
    /// Takes the next record of a datagram; `None` at its end, or where it is
    /// malformed.
    fn take(rest: &mut &'a [u8]) -> Option<Self> {
        let header = rest.get(..RECORD_HEADER_BYTES)?;
        let length = usize::from(u16::from_be_bytes([header[11], header[12]]));
        let (whole, left) = rest.split_at_checked(RECORD_HEADER_BYTES + length)?;
        *rest = left;
        let (kind, epoch) = (header[0], u16::from_be_bytes([header[3], header[4]]));
        // Any version 1.x, as the first hello comes under 1.0.
        (header[1] == DTLS_1_2[0]).then_some(Self {
            kind,
            epoch,
            content: &whole[RECORD_HEADER_BYTES..],
            whole,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guard() -> Guard {
        Guard::new(TransportLimits::default())
    }

    fn record(kind: u8, epoch: u16, content: &[u8]) -> Vec<u8> {
        let mut record = vec![kind, 0xfe, 0xff];
        record.extend(epoch.to_be_bytes());
        record.extend([0xaa; 6]);
        record.extend((content.len() as u16).to_be_bytes());
        record.extend(content);
        record
    }

    fn fragment(kind: u8, sequence: u16, length: u32, offset: u32, body: &[u8]) -> Vec<u8> {
        let mut fragment = vec![kind];
        fragment.extend(&length.to_be_bytes()[1..]);
        fragment.extend(sequence.to_be_bytes());
        fragment.extend(&offset.to_be_bytes()[1..]);
        fragment.extend(&(body.len() as u32).to_be_bytes()[1..]);
        fragment.extend(body);
        fragment
    }

    fn message(kind: u8, sequence: u16, body: &[u8]) -> Vec<u8> {
        record(HANDSHAKE, 0, &fragment(kind, sequence, body.len() as u32, 0, body))
    }

    /// The kind and number of each record, and a handshake record's sequence.
    fn shown(taken: &Taken) -> Vec<(u8, u64, u16)> {
        taken
            .records
            .iter()
            .map(|record| {
                let number = u64::from_be_bytes(record[3..11].try_into().unwrap());
                let sequence = record.get(17..19).unwrap_or(&[0, 0]);
                (record[0], number, u16::from_be_bytes(sequence.try_into().unwrap()))
            })
            .collect()
    }

    #[test]
    fn a_hello_in_two_datagrams_is_shown_whole_in_any_order() {
        let body: Vec<u8> = (0..1400).map(|byte| byte as u8).collect();
        let first = record(HANDSHAKE, 0, &fragment(1, 0, 1400, 0, &body[..1100]));
        let second = record(HANDSHAKE, 0, &fragment(1, 0, 1400, 1100, &body[1100..]));
        for order in [[&first, &second], [&second, &first]] {
            let mut guard = guard();
            assert!(guard.take(order[0]).records.is_empty());
            let taken = guard.take(order[1]);
            assert_eq!(shown(&taken), [(HANDSHAKE, 0, 0)]);
            assert_eq!(taken.hello.as_deref(), Some(&body[..]));
            let again = guard.take(order[0]);
            assert!(again.records.is_empty() && again.repeated);
        }
    }

    #[test]
    fn messages_ccs_and_finished_are_shown_in_order_whatever_the_order_they_come_in() {
        let mut guard = guard();
        let mut all = Vec::new();
        let finished = record(HANDSHAKE, 1, &[5; 40]);
        for datagram in [
            finished.clone(),
            record(CHANGE_CIPHER_SPEC, 0, &[1]),
            message(CERTIFICATE_VERIFY, 2, b"verify"),
            message(11, 1, b"certificate"),
            message(1, 0, b"hello"),
        ] {
            all.extend(guard.take(&datagram).records);
        }
        let taken = Taken { records: all.into(), ..Taken::default() };
        let kinds: Vec<u8> = taken.records.iter().map(|record| record[0]).collect();
        assert_eq!(kinds, [HANDSHAKE, HANDSHAKE, HANDSHAKE, CHANGE_CIPHER_SPEC, HANDSHAKE]);
        let numbers: Vec<u64> = shown(&taken)[..4].iter().map(|shown| shown.1).collect();
        assert_eq!(numbers, [0, 1, 2, 3]);
        assert_eq!(taken.records[4], finished, "encrypted records pass as they came");
    }

    #[test]
    fn plain_alerts_and_application_data_are_never_shown() {
        let mut guard = guard();
        for kind in [ALERT, 23, 24] {
            assert!(guard.take(&record(kind, 0, &[1, 0])).records.is_empty());
        }
        guard.complete();
        assert!(guard.take(&record(ALERT, 0, &[1, 0])).records.is_empty());
        assert!(guard.take(&record(23, 1, &[7; 50])).records.is_empty());
        assert!(guard.take(&record(ALERT, 2, &[7; 26])).records.is_empty());
        assert_eq!(guard.take(&record(ALERT, 1, &[7; 26])).records.len(), 1);
        let finished = guard.take(&record(HANDSHAKE, 1, &[5; 40]));
        assert!(finished.repeated && finished.records.is_empty());
    }

    #[test]
    fn what_a_hostile_peer_leaves_behind_is_bounded() {
        let limits = TransportLimits::default();
        let mut guard = guard();
        for offset in 0..5_000_u32 {
            guard.take(&record(HANDSHAKE, 0, &fragment(1, 0, 16_000, offset * 3, &[1])));
        }
        for sequence in 0..2_000 {
            guard.take(&record(HANDSHAKE, 0, &fragment(1, sequence, 16_000, 1, &[1])));
            guard.take(&record(HANDSHAKE, 0, &fragment(1, sequence, 1 << 20, 1, &[1])));
            guard.take(&record(HANDSHAKE, 1, &[3; 60]));
            guard.take(&record(HANDSHAKE, 1, &[3; 2000]));
        }
        assert!(guard.ahead.len() <= usize::from(limits.handshake_messages_ahead) + 1);
        assert!(guard.ahead.values().all(|held| held.fragments() <= limits.handshake_fragments));
        assert_eq!(guard.early.len(), limits.early_records);
    }

    proptest! {
        #[test]
        fn any_datagrams_are_taken_without_panic(
            datagrams in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..20),
            kind in 20_u8..24,
        ) {
            let mut guard = guard();
            for content in &datagrams {
                guard.take(content);
                guard.take(&record(kind, u16::from(content.len() % 2 == 0), content));
            }
        }
    }
}
