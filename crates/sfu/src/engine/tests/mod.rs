//! Whole calls under a seeded network: synthetic senders and receivers around a
//! real engine. A failing call prints its seed.

mod call;
mod client;
mod forwarding;
mod hostile;
mod media;
mod network;
mod receiver;
mod repair;
mod reports;
mod sender;
mod speaking;
mod switching;
