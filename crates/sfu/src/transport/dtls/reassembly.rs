//! Handshake messages, put together from fragments (RFC 6347, section 4.2.3).

use smallvec::SmallVec;

/// Bytes of a handshake message's header.
pub(super) const HEADER_BYTES: usize = 12;

/// One fragment of a handshake message, as a record carried it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fragment<'a> {
    pub(super) kind: u8,
    /// Bytes of the whole message, without its header.
    pub(super) length: usize,
    pub(super) sequence: u16,
    pub(super) offset: usize,
    pub(super) body: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// Takes the next fragment from a record's content. `None` at its end, or
    /// where it is malformed: what follows then has no meaning.
    pub(super) fn take(rest: &mut &'a [u8]) -> Option<Self> {
        let (header, body) = rest.split_at_checked(HEADER_BYTES)?;
        let u24 = |at: usize| {
            header[at..at + 3].iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
        };
        let (length, offset) = (u24(1), u24(6));
        let (body, left) = body.split_at_checked(u24(9))?;
        *rest = left;
        let sequence = u16::from_be_bytes([header[4], header[5]]);
        (offset + body.len() <= length).then_some(Self {
            kind: header[0],
            length,
            sequence,
            offset,
            body,
        })
    }
}

/// A message of which fragments have arrived.
#[derive(Debug)]
pub(super) struct Message {
    kind: u8,
    sequence: u16,
    body: Vec<u8>,
    /// What has arrived: ranges that neither touch nor overlap, in order.
    ranges: SmallVec<[(usize, usize); 4]>,
    fragments: usize,
}

impl Message {
    pub(super) fn new(fragment: &Fragment<'_>) -> Self {
        Self {
            kind: fragment.kind,
            sequence: fragment.sequence,
            body: vec![0; fragment.length],
            ranges: SmallVec::new(),
            fragments: 0,
        }
    }

    pub(super) fn kind(&self) -> u8 {
        self.kind
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the fragment can be of this message.
    pub(super) fn fits(&self, fragment: &Fragment<'_>) -> bool {
        self.kind == fragment.kind && self.body.len() == fragment.length
    }

    /// How many fragments it has taken.
    pub(super) fn fragments(&self) -> usize {
        self.fragments
    }

    /// Puts a fragment that fits in its place.
    pub(super) fn insert(&mut self, fragment: &Fragment<'_>) {
        self.fragments += 1;
        let (mut start, mut end) = (fragment.offset, fragment.offset + fragment.body.len());
        self.body[start..end].copy_from_slice(fragment.body);
        self.ranges.retain(|range| {
            let apart = range.1 < start || end < range.0;
            if !apart {
                start = start.min(range.0);
                end = end.max(range.1);
            }
            apart
        });
        let place = self.ranges.partition_point(|range| range.0 < start);
        self.ranges.insert(place, (start, end));
    }

    pub(super) fn is_complete(&self) -> bool {
        self.ranges.first() == Some(&(0, self.body.len()))
    }

    /// The message as if it had come in one fragment.
    pub(super) fn whole(&self) -> Vec<u8> {
        let length = &(self.body.len() as u32).to_be_bytes()[1..];
        let mut whole = Vec::with_capacity(HEADER_BYTES + self.body.len());
        whole.push(self.kind);
        whole.extend(length);
        whole.extend(self.sequence.to_be_bytes());
        whole.extend([0; 3]);
        whole.extend(length);
        whole.extend(&self.body);
        whole
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fragment<'a>(message: &'a [u8], start: usize, end: usize) -> Fragment<'a> {
        Fragment {
            kind: 1,
            length: message.len(),
            sequence: 3,
            offset: start,
            body: &message[start..end],
        }
    }

    proptest! {
        #[test]
        fn any_fragments_that_cover_a_message_complete_it(
            length in 0_usize..200,
            cuts in prop::collection::vec((0_usize..200, 0_usize..200), 0..40),
        ) {
            let original: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
            let mut covered = vec![false; length];
            let mut message = Message::new(&fragment(&original, 0, 0));
            for (a, b) in cuts {
                let (a, b) = (a.min(length), b.min(length));
                let (start, end) = (a.min(b), a.max(b));
                message.insert(&fragment(&original, start, end));
                covered[start..end].fill(true);
                let all = covered.iter().all(|byte| *byte);
                prop_assert_eq!(message.is_complete(), all);
            }
            message.insert(&fragment(&original, 0, length));
            prop_assert!(message.is_complete());
            prop_assert_eq!(message.body(), &original[..]);
            let whole = message.whole();
            let mut rest = &whole[..];
            let again = Fragment::take(&mut rest).unwrap();
            prop_assert_eq!((again.length, again.offset, again.sequence), (length, 0, 3));
            prop_assert_eq!(again.body, &original[..]);
        }

        #[test]
        fn arbitrary_records_are_taken_apart_without_panic(
            record in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let mut rest = &record[..];
            while let Some(fragment) = Fragment::take(&mut rest) {
                prop_assert!(fragment.offset + fragment.body.len() <= fragment.length);
            }
        }
    }
}
