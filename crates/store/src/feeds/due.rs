//! Calendars that are to be fetched, and what came of it. Any number of nodes
//! fetch side by side: a feed is leased to one of them, for so long.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lectern_domain::{
    feed::{self, Trouble},
    id::{FeedId, UserId},
    zone::ZoneName,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::{StoreError, with_retries};

/// A feed that is leased.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its name.
    pub id: FeedId,
    /// Whose it is.
    pub person: UserId,
    /// The zone in which they live.
    pub home: ZoneName,
    /// Where it is.
    pub url: String,
    /// How often it has failed since it was last read.
    pub failures: i32,
    /// What is known of the last answer.
    pub validators: Validators,
    /// When the body was last read.
    pub read_at: Option<DateTime<Utc>>,
    lease: i64,
}

/// By what the server of a feed may say that nothing has changed (RFC 9110,
/// section 8.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// A feed's body, as far as it says when its owner is busy.
#[derive(Debug, Clone)]
pub struct Read {
    /// When.
    pub busy: feed::Busy,
    /// For the next time.
    pub validators: Validators,
}

/// What came of a feed.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was read.
    Read(Read),
    /// It is as it was.
    Unchanged,
    /// It could not be.
    Failed(Trouble),
}

/// Leases feeds that are due, the longest due first, until `until`: whoever
/// has not kept an outcome by then has lost them.
pub async fn lease(
    pool: &PgPool,
    most: i64,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Due>, StoreError> {
    let rows = sqlx::query!(
        r#"
        UPDATE busy_feeds f SET due_at = $3, lease = f.lease + 1
        FROM users u
        WHERE u.id = f.person AND f.id IN (
            SELECT id FROM busy_feeds WHERE due_at <= $2
            ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING f.id, f.person, u.time_zone, f.url, f.failures, f.etag, f.last_modified,
                  f.read_at, f.lease
        "#,
        most,
        now,
        until,
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let corrupt = StoreError::Corrupt { column: "busy_feeds.person" };
            Ok(Due {
                id: FeedId(row.id),
                person: row.person.parse().map_err(|_| corrupt)?,
                home: ZoneName::stored(row.time_zone),
                url: row.url,
                failures: row.failures,
                validators: Validators { etag: row.etag, last_modified: row.last_modified },
                read_at: row.read_at,
                lease: row.lease,
            })
        })
        .collect()
}

/// Those of `names` that are lessons.
pub async fn lessons_among(
    pool: &PgPool,
    names: &BTreeSet<Uuid>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let names: Vec<Uuid> = names.iter().copied().collect();
    let lessons = sqlx::query_scalar!("SELECT id FROM sessions WHERE id = ANY($1)", &names)
        .fetch_all(pool)
        .await?;
    Ok(lessons.into_iter().collect())
}

/// Keeps what came of a feed, which is due again at `again`, and says whether it
/// was still this lease's to keep. When its owner is busy changes in one go, and
/// only where it has changed; whoever books meanwhile sees what was or what is.
pub async fn keep(
    pool: &PgPool,
    due: &Due,
    outcome: &Outcome,
    now: DateTime<Utc>,
    again: DateTime<Utc>,
) -> Result<bool, StoreError> {
    with_retries!(try_keep(pool, due, outcome, now, again))
}

async fn try_keep(
    pool: &PgPool,
    due: &Due,
    outcome: &Outcome,
    now: DateTime<Utc>,
    again: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let kept =
        match outcome {
            Outcome::Read(read) => return keep_read(pool, due, read, now, again).await,
            Outcome::Unchanged => {
                sqlx::query!(
                    "UPDATE busy_feeds SET state = 'ok', problem = NULL, failures = 0, \
                 fetched_at = $3, due_at = $4 WHERE id = $1 AND lease = $2",
                    due.id.0,
                    due.lease,
                    now,
                    again,
                )
                .execute(pool)
                .await?
            }
            Outcome::Failed(trouble) => sqlx::query!(
                "UPDATE busy_feeds SET state = 'failing', problem = $3, failures = failures + 1, \
                 due_at = $4 WHERE id = $1 AND lease = $2",
                due.id.0,
                due.lease,
                trouble.as_str(),
                again,
            )
            .execute(pool)
            .await?,
        };
    Ok(kept.rows_affected() == 1)
}

async fn keep_read(
    pool: &PgPool,
    due: &Due,
    read: &Read,
    now: DateTime<Utc>,
    again: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let mut transaction = pool.begin().await?;
    let kept = sqlx::query!(
        r#"
        UPDATE busy_feeds
        SET state = 'ok', problem = NULL, failures = 0, fetched_at = $3, read_at = $3, due_at = $4,
            events = $5, etag = $6, last_modified = $7
        WHERE id = $1 AND lease = $2
        "#,
        due.id.0,
        due.lease,
        now,
        again,
        i32::try_from(read.busy.events).unwrap_or(i32::MAX),
        read.validators.etag,
        read.validators.last_modified,
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if kept == 0 {
        return Ok(false);
    }
    let starts: Vec<DateTime<Utc>> = read.busy.spans.iter().map(|span| span.from).collect();
    let ends: Vec<DateTime<Utc>> = read.busy.spans.iter().map(|span| span.to).collect();
    sqlx::query!(
        r#"
        DELETE FROM busy_spans b
        WHERE b.feed_id = $1 AND NOT EXISTS (
            SELECT FROM unnest($2::timestamptz[], $3::timestamptz[]) AS now (starts, ends)
            WHERE now.starts = lower(b.during) AND now.ends = upper(b.during))
        "#,
        due.id.0,
        &starts,
        &ends,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO busy_spans (feed_id, person, during)
        SELECT $1, $2, tstzrange(now.starts, now.ends, '[)')
        FROM unnest($3::timestamptz[], $4::timestamptz[]) AS now (starts, ends)
        ON CONFLICT DO NOTHING
        "#,
        due.id.0,
        due.person.as_str(),
        &starts,
        &ends,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(true)
}
