//! The only randomness of this crate: names for what is new.

use uuid::Uuid;

/// A fresh id that sorts by age.
#[expect(clippy::disallowed_methods, reason = "a handler drives: it names what it makes")]
pub(crate) fn id() -> Uuid {
    Uuid::now_v7()
}
