//! What `lectern demo` adds: people, lessons of theirs, and a way to be any of
//! them without a password. `lectern serve` has no way to reach this module.

mod hours;
mod lessons;
mod people;
mod seed;
mod sign_in;

pub(crate) use self::{
    people::PEOPLE,
    seed::seed,
    sign_in::{SignIn, router},
};
