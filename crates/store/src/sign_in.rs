//! Codes with which people sign in, and who has done so.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::UserId,
    person::Actor,
    secret::SecretHash,
    sign_in::{CODE_LIFE, ReturnTo},
};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
};

/// A code to keep.
#[derive(Debug, Clone)]
pub struct NewCode<'a> {
    /// What is kept of it.
    pub hash: SecretHash,
    /// Who signs in with it: somebody who is known.
    pub user: &'a UserId,
    /// Whether they look after everybody's lessons.
    pub admin: bool,
    /// Where they wanted to go.
    pub return_to: &'a ReturnTo,
}

/// What a code was exchanged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// Where they wanted to go.
    pub return_to: String,
}

/// Keeps a code, and says until when it is good.
pub async fn add_code(
    pool: &PgPool,
    code: &NewCode<'_>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, StoreError> {
    with_retries!(try_add_code(pool, code, by, now))
}

async fn try_add_code(
    pool: &PgPool,
    code: &NewCode<'_>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, StoreError> {
    let expires_at = now + CODE_LIFE;
    let mut transaction = pool.begin().await?;
    sqlx::query!(
        "INSERT INTO sign_in_codes (hash, user_id, admin, return_to, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &code.hash.0,
        code.user.as_str(),
        code.admin,
        code.return_to.as_str(),
        now,
        expires_at,
    )
    .execute(&mut *transaction)
    .await?;
    let details = json!({ "user": code.user, "admin": code.admin });
    let event =
        Event { actor: Some(by), action: "sign_in_code_made", session: None, details: &details };
    audit::record(&mut transaction, &event, now).await?;
    transaction.commit().await?;
    Ok(expires_at)
}

/// Takes a code and keeps what it is exchanged for, until `expires_at`. Of
/// several who come with one code, one gets something.
pub async fn redeem(
    pool: &PgPool,
    code: SecretHash,
    token: SecretHash,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Redeemed, StoreError> {
    with_retries!(try_redeem(pool, code, token, expires_at, now))
}

async fn try_redeem(
    pool: &PgPool,
    code: SecretHash,
    token: SecretHash,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Redeemed, StoreError> {
    let mut transaction = pool.begin().await?;
    let taken = sqlx::query!(
        "DELETE FROM sign_in_codes WHERE hash = $1 AND expires_at > $2 \
         RETURNING user_id, admin, return_to",
        &code.0,
        now,
    )
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(StoreError::NotFound)?;
    sqlx::query!(
        "INSERT INTO sign_ins (hash, user_id, admin, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5)",
        &token.0,
        taken.user_id,
        taken.admin,
        now,
        expires_at,
    )
    .execute(&mut *transaction)
    .await?;
    let actor = actor(&taken.user_id, taken.admin)?;
    let details = json!({});
    let event =
        Event { actor: Some(&actor), action: "signed_in", session: None, details: &details };
    audit::record(&mut transaction, &event, now).await?;
    transaction.commit().await?;
    Ok(Redeemed { return_to: taken.return_to })
}

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub actor: Actor,
    /// What others see; nothing, where it is not known.
    pub name: Option<String>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Who has this token, if it is good. Every request asks anew: who has signed
/// out, or was erased, is out at once, everywhere.
pub async fn find(
    pool: &PgPool,
    token: SecretHash,
    now: DateTime<Utc>,
) -> Result<Option<SignedIn>, StoreError> {
    let row = sqlx::query!(
        "SELECT s.user_id, s.admin, s.expires_at, u.name FROM sign_ins s JOIN users u ON u.id = s.user_id \
         WHERE s.hash = $1 AND s.expires_at > $2",
        &token.0,
        now,
    )
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        let name = Some(row.name).filter(|name| !name.is_empty());
        let actor = actor(&row.user_id, row.admin)?;
        Ok(SignedIn { actor, name, expires_at: row.expires_at })
    })
    .transpose()
}

/// Makes a token worthless, if it was good.
pub async fn sign_out(pool: &PgPool, token: SecretHash) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM sign_ins WHERE hash = $1", &token.0).execute(pool).await?;
    Ok(())
}

fn actor(user: &str, admin: bool) -> Result<Actor, StoreError> {
    let user = user.parse().map_err(|_| StoreError::Corrupt { column: "user_id" })?;
    Ok(if admin { Actor::admin(user) } else { Actor::person(user) })
}
