//! How things look on the wire.

mod availability;
mod people;
mod policy;
mod review;
mod session;

pub(crate) use self::{
    availability::{Availability, NewAvailability},
    people::{Me, People, Teachers},
    policy::{Policy, PolicyChange},
    review::{Aggregate, Review},
    session::{Session, SessionRole, Sessions, Viewer, of},
};
