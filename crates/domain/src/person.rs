//! Who acts, and with which right.

use crate::id::UserId;

/// Whoever makes a request, as the platform's token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The platform's user.
    pub id: UserId,
    /// Whether the platform calls them an admin of lessons.
    pub admin: bool,
}
