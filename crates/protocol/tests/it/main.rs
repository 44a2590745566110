//! What clients rely on: the JSON of every message, and its TypeScript types.
//!
//! `UPDATE=1 cargo test -p lectern-protocol` writes the files anew.

mod golden;
mod messages;
mod offers;
mod typescript;
