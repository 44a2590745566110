//! The store on a real Postgres: what the API's own tests do not reach.

mod lessons;
mod openings;
mod record;
mod reminders;
mod retention;
mod schema;
mod zone_rules;
