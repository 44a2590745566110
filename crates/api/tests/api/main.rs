//! The REST interface over real HTTP and a real Postgres.

mod auth;
mod bad_input;
mod booking;
mod changes;
mod document;
mod everyone;
mod joining;
mod jwks;
mod lists;
mod notices;
mod passed;
mod people;
mod race;
mod reviews;
mod support;
