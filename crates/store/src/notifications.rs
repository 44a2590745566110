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

/// A notice with its place in the order in which notices are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The place. It is given out before the notice can be seen, so a lower one
    /// may be seen after a higher one.
    pub position: i64,
    /// Whose it is.
    pub user: String,
    /// The notice.
    pub notice: Notice,
}

/// That somebody was told something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The notice's place in the order.
    pub position: i64,
    /// Whose it is.
    pub user: String,
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

/// How many notices each of `users` has not read, nobody left out.
pub async fn unread_of(pool: &PgPool, users: &[String]) -> Result<Vec<(String, i64)>, StoreError> {
    let counts = sqlx::query!(
        r#"
        SELECT u AS "user!",
               (SELECT count(*) FROM notifications n WHERE n.user_id = u AND n.read_at IS NULL)
                   AS "unread!"
        FROM unnest($1::text[]) AS u
        "#,
        users,
    )
    .fetch_all(pool)
    .await?;
    Ok(counts.into_iter().map(|row| (row.user, row.unread)).collect())
}

/// The place of the latest notice that can be seen; 0 where there is none.
pub async fn last_position(pool: &PgPool) -> Result<i64, StoreError> {
    let last = sqlx::query_scalar!("SELECT max(position) FROM notifications");
    Ok(last.fetch_one(pool).await?.unwrap_or(0))
}

/// The place of one of somebody's notices.
pub async fn position_of(
    pool: &PgPool,
    user: &UserId,
    id: NotificationId,
) -> Result<Option<i64>, StoreError> {
    let position = sqlx::query_scalar!(
        "SELECT position FROM notifications WHERE id = $1 AND user_id = $2",
        id.0,
        user.as_str(),
    );
    Ok(position.fetch_optional(pool).await?)
}

/// What was written after the place `settled`, but for the places that are
/// `known`, in order, up to `limit`.
pub async fn written_since(
    pool: &PgPool,
    settled: i64,
    known: &[i64],
    limit: i64,
) -> Result<Vec<Written>, StoreError> {
    let written = sqlx::query_as!(
        Written,
        r#"
        SELECT position, user_id AS "user" FROM notifications
        WHERE position > $1 AND position <> ALL($2)
        ORDER BY position LIMIT $3
        "#,
        settled,
        known,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(written)
}

/// The places after `position` at which somebody's notices are.
pub async fn positions_after(
    pool: &PgPool,
    user: &UserId,
    position: i64,
) -> Result<Vec<i64>, StoreError> {
    let positions = sqlx::query_scalar!(
        "SELECT position FROM notifications WHERE user_id = $1 AND position > $2",
        user.as_str(),
        position,
    );
    Ok(positions.fetch_all(pool).await?)
}

struct PlacedRow {
    position: i64,
    user_id: String,
    id: Uuid,
    kind: String,
    session_id: Option<Uuid>,
    payload: Value,
    created_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

impl From<PlacedRow> for Placed {
    fn from(row: PlacedRow) -> Self {
        let PlacedRow { position, user_id, id, kind, session_id, payload, created_at, read_at } =
            row;
        let notice = Notice { id, kind, session_id, payload, created_at, read_at };
        Self { position, user: user_id, notice }
    }
}

/// The notices at these places, in order.
pub async fn at(pool: &PgPool, positions: &[i64]) -> Result<Vec<Placed>, StoreError> {
    let rows = sqlx::query_as!(
        PlacedRow,
        r#"
        SELECT position, user_id, id, kind, session_id, payload, created_at, read_at
        FROM notifications WHERE position = ANY($1) ORDER BY position
        "#,
        positions,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Somebody's notices after a place, in order, up to `limit`.
pub async fn after(
    pool: &PgPool,
    user: &UserId,
    position: i64,
    limit: i64,
) -> Result<Vec<Placed>, StoreError> {
    let rows = sqlx::query_as!(
        PlacedRow,
        r#"
        SELECT position, user_id, id, kind, session_id, payload, created_at, read_at
        FROM notifications WHERE user_id = $1 AND position > $2 ORDER BY position LIMIT $3
        "#,
        user.as_str(),
        position,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}
