//! Lessons: booked, answered, read, listed, changed, called off and
//! completed.

mod answer;
mod book;
mod change;
mod effects;
mod ended;
mod list;
mod load;
mod proposals;
mod rule;
mod seats;
mod series;
mod sweep;
mod vacate;
mod zone_rules;

pub use self::{
    answer::{Decision, answer},
    book::{Booking, book},
    change::{Cancellation, Edit, Expected, NewStart, cancel, edit},
    list::{Filter, Order, Scope, exceeds, list},
    load::find,
    proposals::{NewProposal, accept, expire_proposals, propose, reject},
    rule::{Ruling, rule},
    seats::{SeatRequest, give_seat_back, open_groups, pass_on_offers, take_seat},
    series::{
        SeriesBooking, answer_series, book_series, cancel_series, edit_series, give_seats_back,
        take_seats,
    },
    sweep::{complete_ended, decide_no_shows, expire_unanswered},
    zone_rules::{Recomputed, apply_zone_rules},
};
pub(crate) use self::{
    ended::completed,
    load::{load, lock},
    rule::{carry_out, lock_to_rule},
    vacate::vacate,
};
