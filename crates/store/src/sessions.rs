//! Lessons: booked, read, listed, changed, called off and completed.

mod book;
mod change;
mod effects;
mod list;
mod load;
mod sweep;

pub(crate) use self::load::lock_shared;
pub use self::{
    book::{Booking, book},
    change::{Cancellation, Edit, Expected, NewStart, cancel, edit},
    list::{Filter, Order, Scope, list},
    load::find,
    sweep::complete_ended,
};
