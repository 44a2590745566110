//! The driver over real WebSockets and a real database. The media plane alone
//! is played, at the channels that are its seam.

mod admission;
mod client;
mod endings;
mod lesson;
mod outage;
mod server;
