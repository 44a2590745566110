//! Lessons: booked, answered, read, listed, changed, called off and
//! completed.

mod answer;
mod book;
mod change;
mod effects;
mod ended;
mod list;
mod load;
mod sweep;

pub use self::{
    answer::{Decision, answer},
    book::{Booking, book},
    change::{Cancellation, Edit, Expected, NewStart, cancel, edit},
    list::{Filter, Order, Scope, exceeds, list},
    load::find,
    sweep::{complete_ended, decide_no_shows, expire_unanswered},
};
pub(crate) use self::{ended::completed, load::lock_shared};
