//! Service keys, without their secrets.

use chrono::{DateTime, Utc};
use lectern_store::api_keys::KeyRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A key with which a server of the platform calls.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKey {
    /// Its name among keys; the second part of the key.
    id: Uuid,
    /// What people call it.
    name: String,
    /// What it is good for.
    #[schema(value_type = Vec<ApiKeyScope>)]
    scopes: Vec<String>,
    /// Who made it; null: the command line.
    #[schema(required = true)]
    created_by: Option<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// The first instant at which it is no longer good.
    expires_at: DateTime<Utc>,
    /// Since when it is revoked.
    #[schema(required = true)]
    revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the hour.
    #[schema(required = true)]
    last_used_at: Option<DateTime<Utc>>,
}

impl From<KeyRow> for ApiKey {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scopes: row.scopes,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// A key that was just made.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedApiKey {
    /// The key in full, for `Authorization: Bearer`. It is not shown again.
    #[schema(pattern = "^lk_[0-9a-f]{32}_[0-9a-f]{64}$")]
    pub(crate) key: String,
    #[serde(flatten)]
    pub(crate) row: ApiKey,
}

/// Something that a key may be good for.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it documents the closed set of lectern_domain::service_key")]
pub(crate) enum ApiKeyScope {
    /// Read everybody's lessons.
    #[schema(rename = "sessions:read")]
    SessionsRead,
    /// Book lessons for students.
    #[schema(rename = "sessions:write")]
    SessionsWrite,
    /// Read people's records, what is kept of them, when teachers are open, and
    /// their policies.
    #[schema(rename = "users:read")]
    UsersRead,
    /// Write people's records and erase them; set when teachers are open, and
    /// their policies.
    #[schema(rename = "users:write")]
    UsersWrite,
    /// Hand in matches of students and teachers.
    #[schema(rename = "matches:write")]
    MatchesWrite,
    /// Read reviews.
    #[schema(rename = "reviews:read")]
    ReviewsRead,
    /// Read the platform's figures, and people's.
    #[schema(rename = "analytics:read")]
    AnalyticsRead,
    /// Make codes with which people, admins among them, sign in.
    #[schema(rename = "sign-in:write")]
    SignInWrite,
}
