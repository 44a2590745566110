//! What a participant sends and measures: packets as a browser would make
//! them, with the time of sending in each. Pure.

pub mod control;
pub mod header;
pub mod sink;
pub mod source;
pub mod track;
pub mod vp8;
