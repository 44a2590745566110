//! How things look on the wire.

mod people;
mod review;
mod session;

pub(crate) use self::{
    people::{Me, People, Teachers},
    review::{Aggregate, Review},
    session::{Session, SessionRole, Sessions, Viewer, of},
};
