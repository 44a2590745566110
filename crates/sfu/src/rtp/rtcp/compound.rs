//! Writing compounds.

use super::{NackPair, ReportBlock, SenderInfo, TransportFeedback, VERSION, kind};

/// The longest compound that is written: it fits any path with SRTCP around it.
pub const RTCP_BYTES: usize = 1200;
/// The most report blocks that one packet can count.
pub const MAX_REPORT_BLOCKS: usize = 31;

/// The longest canonical name (RFC 3550, section 6.5.1).
const CNAME_BYTES: usize = 255;

/// A compound in the making. What would not fit [`RTCP_BYTES`] is refused, so
/// that the caller begins another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compound {
    bytes: Vec<u8>,
}

impl Compound {
    /// Whether nothing was written yet.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The finished compound.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes that can still be written.
    pub const fn room(&self) -> usize {
        RTCP_BYTES.saturating_sub(self.bytes.len())
    }

    /// A sender report and its stream's canonical name, which is cut at 255
    /// bytes.
    #[must_use = "false: it did not fit"]
    pub fn sender_report(&mut self, info: &SenderInfo, cname: &str) -> bool {
        if self.room() < 28 + description_bytes(cname) {
            return false;
        }
        self.packet(0, kind::SENDER_REPORT, |body| {
            body.extend_from_slice(&info.ssrc.to_be_bytes());
            body.extend_from_slice(&info.ntp.0.to_be_bytes());
            body.extend_from_slice(&info.rtp.to_be_bytes());
            body.extend_from_slice(&info.packets.to_be_bytes());
            body.extend_from_slice(&info.octets.to_be_bytes());
        });
        self.source_description(info.ssrc, cname);
        true
    }

    /// A receiver report of as many of `blocks` as fit, and the reporter's
    /// canonical name (RFC 3550, section 6.1). Returns the rest.
    pub fn receiver_report<'a>(
        &mut self,
        reporter: u32,
        cname: &str,
        blocks: &'a [ReportBlock],
    ) -> &'a [ReportBlock] {
        let Some(room) = self.room().checked_sub(8 + description_bytes(cname)) else {
            return blocks;
        };
        let fit = (room / ReportBlock::BYTES).min(MAX_REPORT_BLOCKS).min(blocks.len());
        let (now, later) = blocks.split_at(fit);
        self.packet(fit as u8, kind::RECEIVER_REPORT, |body| {
            body.extend_from_slice(&reporter.to_be_bytes());
            for block in now {
                body.extend_from_slice(&block.to_bytes());
            }
        });
        self.source_description(reporter, cname);
        later
    }

    /// Asks for missing packets, as many as fit. Returns the rest.
    pub fn nack<'a>(&mut self, sender: u32, media: u32, pairs: &'a [NackPair]) -> &'a [NackPair] {
        let fit = self.room().saturating_sub(12) / NackPair::BYTES;
        let (now, later) = pairs.split_at(fit.min(pairs.len()));
        if !now.is_empty() {
            self.packet(kind::GENERIC_NACK, kind::TRANSPORT_FEEDBACK, |body| {
                feedback(body, sender, media);
                for pair in now {
                    body.extend_from_slice(&pair.first.to_be_bytes());
                    body.extend_from_slice(&pair.following.to_be_bytes());
                }
            });
        }
        later
    }

    /// Asks for a key frame.
    #[must_use = "false: it did not fit"]
    pub fn picture_loss(&mut self, sender: u32, media: u32) -> bool {
        if self.room() < 12 {
            return false;
        }
        self.packet(kind::PICTURE_LOSS, kind::PAYLOAD_FEEDBACK, |body| {
            feedback(body, sender, media);
        });
        true
    }

    /// Says when packets arrived.
    #[must_use = "false: it did not fit"]
    pub fn transport_feedback(&mut self, sender: u32, feedback: &TransportFeedback) -> bool {
        let mut encoded = Vec::new();
        feedback.write(sender, &mut encoded);
        if self.room() < encoded.len() + 4 {
            return false;
        }
        self.packet(kind::TRANSPORT_WIDE, kind::TRANSPORT_FEEDBACK, |body| {
            body.extend_from_slice(&encoded);
        });
        true
    }

    fn source_description(&mut self, ssrc: u32, cname: &str) {
        let name = &cname.as_bytes()[..cname.len().min(CNAME_BYTES)];
        self.packet(1, kind::SOURCE_DESCRIPTION, |body| {
            // The chunk ends in one to four zero bytes.
            let end = body.len() + description_bytes(cname) - 4;
            body.extend_from_slice(&ssrc.to_be_bytes());
            body.extend_from_slice(&[1, name.len() as u8]);
            body.extend_from_slice(name);
            body.resize(end, 0);
        });
    }

    /// Writes a packet; the body is filled up to a whole number of words.
    fn packet(&mut self, count: u8, packet_type: u8, body: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[VERSION << 6 | count & 0x1F, packet_type, 0, 0]);
        body(&mut self.bytes);
        let padding = (self.bytes.len() - start).next_multiple_of(4) - (self.bytes.len() - start);
        if padding != 0 {
            self.bytes.resize(self.bytes.len() + padding, 0);
            // The last byte of padding counts it (RFC 3550, section 6.4.1).
            self.bytes[start] |= 0x20;
            if let Some(last) = self.bytes.last_mut() {
                *last = padding as u8;
            }
        }
        let words = ((self.bytes.len() - start) / 4 - 1) as u16;
        self.bytes[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
    }
}

/// Bytes of a packet with one canonical name: header, SSRC, item and its end.
fn description_bytes(cname: &str) -> usize {
    4 + (4 + 2 + cname.len().min(CNAME_BYTES) + 1).next_multiple_of(4)
}

fn feedback(body: &mut Vec<u8>, sender: u32, media: u32) {
    body.extend_from_slice(&sender.to_be_bytes());
    body.extend_from_slice(&media.to_be_bytes());
}
