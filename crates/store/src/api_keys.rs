//! Keys with which the platform's own servers call.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::KeyId, person::Actor, secret::SecretHash, service_key::Scope, text::Title,
};
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    page::{After, Page, PageRequest},
};

/// How exactly it is known when a key was last used.
const LAST_USED: TimeDelta = TimeDelta::hours(1);

/// A key to keep.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Its name among keys.
    pub id: KeyId,
    /// What people call it.
    pub name: Title,
    /// What is kept of its secret.
    pub hash: SecretHash,
    /// What it is good for: something, each named once.
    pub scopes: Vec<Scope>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A key as those see it who look after keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its name among keys.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// Who made it; nobody: the command line.
    pub created_by: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// The first instant at which it is no longer good.
    pub expires_at: DateTime<Utc>,
    /// Since when it is no longer good, whatever it says above.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the hour.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// What a caller is checked against who sends a key.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// What was kept of its secret.
    pub hash: SecretHash,
    /// What it is good for. A scope that this version does not know is none.
    pub scopes: Vec<Scope>,
    last_used_at: Option<DateTime<Utc>>,
}

/// Keeps a new key, which `by` made; nobody: the command line did.
pub async fn create(
    pool: &PgPool,
    new: &NewKey,
    by: Option<&Actor>,
    now: DateTime<Utc>,
) -> Result<KeyRow, StoreError> {
    with_retries!(try_create(pool, new, by, now))
}

async fn try_create(
    pool: &PgPool,
    new: &NewKey,
    by: Option<&Actor>,
    now: DateTime<Utc>,
) -> Result<KeyRow, StoreError> {
    let mut transaction = pool.begin().await?;
    let scopes: Vec<String> = new.scopes.iter().map(ToString::to_string).collect();
    let row = sqlx::query_as!(
        KeyRow,
        r#"
        INSERT INTO api_keys (id, name, secret_hash, scopes, created_by, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        RETURNING id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at
        "#,
        new.id.0,
        new.name.as_str(),
        &new.hash.0,
        &scopes,
        by.map(|actor| actor.id.as_str()),
        now,
        new.expires_at,
    )
    .fetch_one(&mut *transaction)
    .await?;
    note(&mut transaction, by, "api_key_created", &row, now).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Makes a key worthless from now on. One that is already stays as it is.
pub async fn revoke(
    pool: &PgPool,
    id: KeyId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    with_retries!(try_revoke(pool, id, by, now))
}

async fn try_revoke(
    pool: &PgPool,
    id: KeyId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    let row = sqlx::query_as!(
        KeyRow,
        r#"
        UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL
        RETURNING id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at
        "#,
        id.0,
        now,
    )
    .fetch_optional(&mut *transaction)
    .await?;
    match row {
        Some(row) => note(&mut transaction, Some(by), "api_key_revoked", &row, now).await?,
        None => {
            sqlx::query!("SELECT FROM api_keys WHERE id = $1", id.0)
                .fetch_optional(&mut *transaction)
                .await?
                .ok_or(StoreError::NotFound)?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

/// One page of all keys there ever were, the newest first.
pub async fn list(pool: &PgPool, page: PageRequest) -> Result<Page<KeyRow>, StoreError> {
    let keys = sqlx::query_as!(
        KeyRow,
        r#"
        SELECT id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at
        FROM api_keys
        WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid)
        ORDER BY created_at DESC, id DESC
        LIMIT $3
        "#,
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(keys, page, |key| After { at: key.created_at, id: key.id }))
}

/// The key of this name, if it is neither expired nor revoked. Every request
/// asks anew: what is revoked is refused at once, everywhere.
pub async fn find(
    pool: &PgPool,
    id: KeyId,
    now: DateTime<Utc>,
) -> Result<Option<KnownKey>, StoreError> {
    let row = sqlx::query!(
        "SELECT secret_hash, scopes, last_used_at FROM api_keys \
         WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2",
        id.0,
        now,
    )
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        let hash = row.secret_hash.try_into();
        Ok(KnownKey {
            hash: SecretHash(hash.map_err(|_| StoreError::Corrupt { column: "secret_hash" })?),
            scopes: row.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            last_used_at: row.last_used_at,
        })
    })
    .transpose()
}

/// Notes that a key was used, unless that was noted within the hour.
pub async fn used(
    pool: &PgPool,
    id: KeyId,
    known: &KnownKey,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if known.last_used_at.is_some_and(|at| now - at < LAST_USED) {
        return Ok(());
    }
    sqlx::query!("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", id.0, now)
        .execute(pool)
        .await?;
    Ok(())
}

async fn note(
    connection: &mut PgConnection,
    by: Option<&Actor>,
    action: &str,
    key: &KeyRow,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let details = json!({ "key": key.id, "name": key.name, "scopes": key.scopes });
    audit::record(connection, &Event { actor: by, action, session: None, details: &details }, now)
        .await
}
