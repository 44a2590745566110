//! The store on a real Postgres: what the API's own tests do not reach.

mod lessons;
mod reminders;
mod retention;
mod schema;
