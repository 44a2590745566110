//! What leaves: each slot is a stream with numbers of its own, whatever source
//! and layer it carries.

mod budget;
mod frames;
mod pictures;
mod replay;
mod sequence;
mod slot;
mod timeline;

pub(super) use self::{
    budget::Budget,
    frames::Frames,
    pictures::Pictures,
    replay::{Replay, Resend},
    sequence::{Place, SequenceMap},
    slot::{Egress, Forwarded, Slot},
    timeline::Timeline,
};
