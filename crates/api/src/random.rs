//! The only randomness of this crate: names and secrets for what is new.

use lectern_domain::secret::Secret;
use rand::RngExt as _;
use uuid::Uuid;

/// A fresh id that sorts by age.
#[expect(clippy::disallowed_methods, reason = "a handler drives: it names what it makes")]
pub(crate) fn id() -> Uuid {
    Uuid::now_v7()
}

/// One that nobody can guess.
#[expect(
    clippy::disallowed_methods,
    reason = "a handler drives: it draws the secrets it gives out"
)]
pub(crate) fn secret() -> Secret {
    Secret::new(rand::rng().random())
}
