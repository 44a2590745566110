//! In-app notices.

use chrono::{DateTime, Utc};
use lectern_domain::id::{NotificationId, SessionId, UserId};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    error::StoreError,
    page::{After, Page, PageRequest},
};

/// A notice as its reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Its name.
    pub id: Uuid,
    /// What happened, by a stable name.
    pub kind: String,
    /// To which lesson.
    pub session_id: Option<Uuid>,
    /// What there is to tell.
    pub payload: Value,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

/// One notice to several people.
#[derive(Debug, Clone, Copy)]
pub struct NewNotice<'a> {
    /// To whom.
    pub users: &'a [&'a str],
    /// What happened.
    pub kind: &'a str,
    /// To which lesson.
    pub session: SessionId,
    /// What there is to tell.
    pub payload: &'a Value,
}

/// Notifies each of the users, in the transaction of what they are told.
pub async fn notify(
    connection: &mut PgConnection,
    notice: &NewNotice<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let users: Vec<String> = notice.users.iter().map(|user| (*user).to_owned()).collect();
    sqlx::query!(
        r#"
        INSERT INTO notifications (user_id, kind, session_id, payload, created_at)
        SELECT u, $2, $3, $4, $5 FROM unnest($1::text[]) AS u
        "#,
        &users,
        notice.kind,
        notice.session.0,
        notice.payload,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One page of somebody's notices, the newest first.
pub async fn list(
    pool: &PgPool,
    user: &UserId,
    page: PageRequest,
) -> Result<Page<Notice>, StoreError> {
    let notices = sqlx::query_as!(
        Notice,
        r#"
        SELECT id, kind, session_id, payload, created_at, read_at
        FROM notifications
        WHERE user_id = $1
          AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
        ORDER BY created_at DESC, id DESC
        LIMIT $4
        "#,
        user.as_str(),
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(notices, page, |notice| After { at: notice.created_at, id: notice.id }))
}

/// How many notices somebody has not read.
pub async fn unread(pool: &PgPool, user: &UserId) -> Result<i64, StoreError> {
    let unread = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM notifications WHERE user_id = $1 AND read_at IS NULL"#,
        user.as_str(),
    )
    .fetch_one(pool)
    .await?;
    Ok(unread)
}

/// Marks notices of `user` as read: those of `ids`, or all. Those of others
/// stay as they are.
pub async fn mark_read(
    pool: &PgPool,
    user: &UserId,
    ids: Option<&[NotificationId]>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let ids: Option<Vec<Uuid>> = ids.map(|ids| ids.iter().map(|id| id.0).collect());
    sqlx::query!(
        r#"
        UPDATE notifications SET read_at = $3
        WHERE user_id = $1 AND read_at IS NULL AND ($2::uuid[] IS NULL OR id = ANY($2))
        "#,
        user.as_str(),
        ids.as_deref(),
        now,
    )
    .execute(pool)
    .await?;
    Ok(())
}
