//! What arrives: streams are told apart, put in order, repaired and reported on.

mod arrivals;
mod held;
mod key_frames;
mod loudness;
mod missing;
mod reception;
mod source;
mod stream;
mod window;

pub(super) use self::{
    arrivals::Arrivals,
    held::Held,
    key_frames::KeyFrames,
    loudness::Loudness,
    missing::Missing,
    reception::Reception,
    source::SourceState,
    stream::{Accepted, Carried, Frame, Repair, SenderClock, Stream},
    window::{Arrival, Window},
};
