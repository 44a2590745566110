//! Session descriptions (RFC 8866, RFC 9429): the client offers, the SFU
//! answers. Pure: text and a seed go in, text and what it means come out.
//!
//! The parser is our own: it borrows from the text and refuses early, where a
//! general one allocates thousands of strings for one offer.

mod answer;
mod codecs;
mod negotiation;
mod offer;
mod parser;

pub use self::{
    negotiation::{Answered, Local, Negotiation},
    offer::{Offer, OfferError},
};

#[cfg(test)]
mod tests;
