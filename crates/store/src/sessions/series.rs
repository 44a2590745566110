//! Series: lessons that are booked, changed and called off together, all of
//! them or none.
//!
//! A series is its lessons. Each stands for itself, with a wall clock of its
//! own; what they share is an id.

mod answer;
mod book;
mod change;
mod lessons;
mod moves;
mod seats;
mod taken;

pub use self::{
    answer::answer_series,
    book::{SeriesBooking, book_series},
    change::{cancel_series, edit_series},
    seats::{give_seats_back, take_seats},
};
pub(super) use self::{
    lessons::Series,
    moves::{Change, NewTime, finish_together, make_way},
    taken::taken,
};
