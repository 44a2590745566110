//! Whose claims are known to be stored, so that a request of somebody who is
//! known costs no write. What is known is asked for again after a while: another
//! node may have erased them.

use std::hash::{BuildHasher, RandomState};

use chrono::{DateTime, Utc};
use dashmap::DashMap;
use lectern_domain::id::UserId;
use lectern_store::users::Claims;

use crate::limits;

#[derive(Debug, Default)]
pub(crate) struct Remembered {
    digests: DashMap<UserId, (u64, DateTime<Utc>)>,
    hasher: RandomState,
}

impl Remembered {
    /// Whether exactly these claims were stored, a short time ago.
    pub(crate) fn knows(&self, claims: &Claims, now: DateTime<Utc>) -> bool {
        let digest = self.hasher.hash_one(claims);
        let known = self.digests.get(&claims.id);
        known.is_some_and(|known| known.0 == digest && now - known.1 < limits::REMEMBERED_FOR)
    }

    /// Of this person nothing is stored any more.
    pub(crate) fn forget(&self, id: &UserId) {
        self.digests.remove(id);
    }

    /// These claims are stored now.
    pub(crate) fn learn(&self, claims: &Claims, now: DateTime<Utc>) {
        if self.digests.len() >= limits::REMEMBERED {
            self.digests.clear();
        }
        self.digests.insert(claims.id.clone(), (self.hasher.hash_one(claims), now));
    }
}
