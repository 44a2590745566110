//! Signaling from outside: the hub under a seeded simulation and in plans
//! written by hand, and the driver over real WebSockets and a real database.

mod driver;
mod hub;
mod simulation;
