//! Booking, reviews and notices over REST.
//!
//! One endpoint is one file under `routes`: its documentation, its request,
//! its handler. What all of them share lies beside: who calls (`auth`), what
//! is read from a request (`extract`), what is said when it does not go
//! (`problem`), and what surrounds every request (`layers`).
#![forbid(unsafe_code)]

pub mod auth;
mod clock;
mod csv;
mod docs;
mod extract;
mod layers;
pub mod limits;
pub mod matching;
mod metrics;
mod openapi;
mod problem;
mod push;
mod random;
mod rate;
mod rooms;
mod routes;
mod state;
mod view;

pub use self::{
    clock::SystemClock,
    openapi::openapi,
    rate::RateLimit,
    rooms::{CloseCause, PlaceError, Placement, Rooms},
    routes::router,
    state::{ApiState, Config, IceServer, SignIn, StateError},
};
