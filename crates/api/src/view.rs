//! How things look on the wire.

mod analytics;
mod availability;
mod history;
mod people;
mod policy;
mod review;
mod session;

pub(crate) use self::{
    analytics::{Analytics, Figures, Part, Retention},
    availability::{Availability, NewAvailability},
    history::PastSession,
    people::{Me, People, Teachers},
    policy::{Policy, PolicyChange},
    review::{Aggregate, Review},
    session::{Session, SessionRole, Sessions, Viewer, meeting_url, of},
};
