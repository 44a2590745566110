//! `/api/sign-in` and `/api/sign-in-codes`: coming in from the platform's own
//! pages, where the account is.

pub(crate) mod code;
pub(crate) mod leave;
pub(crate) mod place;
pub(crate) mod redeem;
