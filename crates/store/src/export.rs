//! What is kept of one person, page by page, where no list of theirs has it
//! already (Regulation (EU) 2016/679, articles 15 and 20).

use chrono::{DateTime, Utc};
use lectern_domain::id::UserId;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    audit,
    error::StoreError,
    page::{Page, PageRequest},
};

/// A stay of theirs in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// Of which lesson.
    pub session_id: Uuid,
    /// Its name.
    pub participant: String,
    /// `teacher`, `student`, `observer` or `service`.
    pub role: String,
    /// When they came.
    pub joined_at: DateTime<Utc>,
    /// When their media came up.
    pub connected_at: Option<DateTime<Utc>>,
    /// When they went.
    pub left_at: Option<DateTime<Utc>>,
    /// Why they went.
    pub left_reason: Option<String>,
    /// Audio packets that came from them.
    pub audio_packets_in: i64,
    /// Video packets that came from them.
    pub video_packets_in: i64,
    /// Packets that went to them.
    pub packets_out: i64,
    /// Packets from them that never came.
    pub lost_in: i64,
}

/// Their stays in rooms, after the one of this lesson and name.
pub async fn stays(
    pool: &PgPool,
    person: &UserId,
    after: Option<&(Uuid, String)>,
    limit: u16,
) -> Result<Vec<Stay>, StoreError> {
    let rows = sqlx::query_as!(
        Stay,
        r#"
        SELECT session_id, participant, role, joined_at, connected_at, left_at, left_reason,
               audio_packets_in, video_packets_in, packets_out, lost_in
        FROM attendance
        WHERE user_id = $1
          AND ($2::uuid IS NULL OR (session_id, participant) > ($2, $3::text))
        ORDER BY session_id, participant LIMIT $4
        "#,
        person.as_str(),
        after.map(|(session, _)| *session),
        after.map(|(_, participant)| participant.as_str()),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// Something that they wrote in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place among all lines.
    pub id: i64,
    /// Of which lesson.
    pub session_id: Uuid,
    /// Their name at that time.
    pub name: String,
    /// What was written.
    pub body: String,
    /// When.
    pub sent_at: DateTime<Utc>,
}

/// What they wrote in rooms, after the line `after`.
pub async fn lines(
    pool: &PgPool,
    person: &UserId,
    after: i64,
    limit: u16,
) -> Result<Vec<Line>, StoreError> {
    let rows = sqlx::query_as!(
        Line,
        "SELECT id, session_id, name, body, sent_at FROM chat_messages \
         WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        person.as_str(),
        after,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// Something that they did, by the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// Its place among all events.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// `user` or `admin`.
    pub actor_kind: String,
    /// A stable name.
    pub action: String,
    /// To which lesson.
    pub session_id: Option<Uuid>,
    /// What else there is to know.
    pub details: Value,
}

/// One page of what they did, the earliest first.
pub async fn deeds(
    pool: &PgPool,
    person: &UserId,
    page: PageRequest,
) -> Result<Page<Deed>, StoreError> {
    let rows = sqlx::query_as!(
        Deed,
        r#"
        SELECT id, at, actor_kind, action, session_id, details FROM audit_events
        WHERE actor = $1 AND actor_kind IN ('user', 'admin')
          AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::bigint))
        ORDER BY at, id LIMIT $4
        "#,
        person.as_str(),
        page.after.map(|after| after.at),
        page.after.map(audit::number),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(rows, page, |deed| audit::place(deed.at, deed.id)))
}

/// That they found a review unfair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub review_id: Uuid,
    /// Of which lesson.
    pub session_id: Uuid,
    /// Why.
    pub reason: String,
    /// When they said so.
    pub created_at: DateTime<Utc>,
}

/// Reviews that they reported, after the review `after`.
pub async fn reports(
    pool: &PgPool,
    person: &UserId,
    after: Option<Uuid>,
    limit: u16,
) -> Result<Vec<Report>, StoreError> {
    let rows = sqlx::query_as!(
        Report,
        "SELECT p.review_id, r.session_id, p.reason, p.created_at \
         FROM review_reports p JOIN reviews r ON r.id = p.review_id \
         WHERE p.reporter_id = $1 AND ($2::uuid IS NULL OR p.review_id > $2) \
         ORDER BY p.review_id LIMIT $3",
        person.as_str(),
        after,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// A new time that they proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its name.
    pub id: Uuid,
    /// For which lesson.
    pub session_id: Uuid,
    /// When it would start.
    pub starts_at: DateTime<Utc>,
    /// When it would end.
    pub ends_at: DateTime<Utc>,
    /// Which lessons of the series would move with it.
    pub reach: String,
    /// What became of it.
    pub state: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was answered, withdrawn or void.
    pub settled_at: Option<DateTime<Utc>>,
}

/// What they proposed, after the proposal `after`.
pub async fn proposals(
    pool: &PgPool,
    person: &UserId,
    after: Option<Uuid>,
    limit: u16,
) -> Result<Vec<Proposal>, StoreError> {
    let rows = sqlx::query_as!(
        Proposal,
        r#"
        SELECT id, session_id, lower(during) AS "starts_at!", upper(during) AS "ends_at!", reach,
               state, created_at, settled_at
        FROM session_proposals
        WHERE proposed_by = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3
        "#,
        person.as_str(),
        after,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// A seat that they wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Their place among all who wait for anything.
    pub place: i64,
    /// In which lesson.
    pub session_id: Uuid,
    /// Until when a seat is kept for them.
    pub offered_until: Option<DateTime<Utc>>,
    /// Since when they wait.
    pub created_at: DateTime<Utc>,
}

/// Seats that they wait for, after the place `after`.
pub async fn waits(
    pool: &PgPool,
    person: &UserId,
    after: i64,
    limit: u16,
) -> Result<Vec<Wait>, StoreError> {
    let rows = sqlx::query_as!(
        Wait,
        "SELECT place, session_id, offered_until, created_at FROM session_waitlist \
         WHERE user_id = $1 AND place > $2 ORDER BY place LIMIT $3",
        person.as_str(),
        after,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// A seat that they had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedSeat {
    /// In which lesson.
    pub session_id: Uuid,
    /// Who gave it back: `student`, who had it, `teacher` or `other`.
    pub returned_by: String,
    /// When.
    pub returned_at: DateTime<Utc>,
    /// When the lesson was to begin, as it stood then.
    pub starts_at: DateTime<Utc>,
}

/// Seats that they had and have no more, after the one of this lesson.
pub async fn returned_seats(
    pool: &PgPool,
    person: &UserId,
    after: Option<Uuid>,
    limit: u16,
) -> Result<Vec<ReturnedSeat>, StoreError> {
    let rows = sqlx::query_as!(
        ReturnedSeat,
        "SELECT session_id, returned_by, returned_at, starts_at FROM returned_seats \
         WHERE user_id = $1 AND ($2::uuid IS NULL OR session_id > $2) \
         ORDER BY session_id LIMIT $3",
        person.as_str(),
        after,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// A slot that is kept for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its name.
    pub id: Uuid,
    /// With whom.
    pub teacher: String,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// How long it is kept.
    pub expires_at: DateTime<Utc>,
}

/// The slot that is kept for them, if there is one.
pub async fn hold(pool: &PgPool, person: &UserId) -> Result<Option<Hold>, StoreError> {
    let row = sqlx::query_as!(
        Hold,
        r#"
        SELECT id, teacher, lower(during) AS "starts_at!", upper(during) AS "ends_at!", expires_at
        FROM holds WHERE holder = $1
        "#,
        person.as_str(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row)
}

/// The students who may book them, after the id `after`.
pub async fn students(
    pool: &PgPool,
    person: &UserId,
    after: Option<&str>,
    limit: u16,
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query_scalar!(
        "SELECT student FROM matches WHERE teacher = $1 AND ($2::text IS NULL OR student > $2) \
         ORDER BY student LIMIT $3",
        person.as_str(),
        after,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
