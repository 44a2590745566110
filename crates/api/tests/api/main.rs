//! The REST interface over real HTTP and a real Postgres.

mod analytics;
mod auth;
mod availability;
mod bad_input;
mod booking;
mod changes;
mod complete;
mod confirming;
mod contention;
mod document;
mod everyone;
mod history;
mod holding;
mod joining;
mod jwks;
mod lists;
mod manners;
mod notices;
mod passed;
mod people;
mod race;
mod reviews;
mod support;
mod time_zones;
