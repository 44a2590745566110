//! Whose claims are known to be stored, so that a request of somebody who is
//! known costs no write.

use std::hash::{BuildHasher, RandomState};

use dashmap::DashMap;
use lectern_domain::id::UserId;
use lectern_store::users::Claims;

use crate::limits;

#[derive(Debug, Default)]
pub(crate) struct Remembered {
    digests: DashMap<UserId, u64>,
    hasher: RandomState,
}

impl Remembered {
    /// Whether exactly these claims were stored.
    pub(crate) fn knows(&self, claims: &Claims) -> bool {
        let digest = self.hasher.hash_one(claims);
        self.digests.get(&claims.id).is_some_and(|known| *known == digest)
    }

    /// Of this person nothing is stored any more.
    pub(crate) fn forget(&self, id: &UserId) {
        self.digests.remove(id);
    }

    /// These claims are stored now.
    pub(crate) fn learn(&self, claims: &Claims) {
        if self.digests.len() >= limits::REMEMBERED {
            self.digests.clear();
        }
        self.digests.insert(claims.id.clone(), self.hasher.hash_one(claims));
    }
}
