//! The REST interface over real HTTP and a real Postgres.

mod auth;
mod availability;
mod bad_input;
mod booking;
mod changes;
mod confirming;
mod contention;
mod document;
mod everyone;
mod holding;
mod joining;
mod jwks;
mod lists;
mod notices;
mod passed;
mod people;
mod race;
mod reviews;
mod support;
