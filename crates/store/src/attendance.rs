//! Who was in a lesson's room, by the media plane's own account.
//!
//! Every function may be called again with the same facts: a node repeats what
//! it does not know to be written.

use chrono::{DateTime, Utc};
use lectern_domain::{
    dispute::Outcome,
    id::{NodeId, ParticipantId, SessionId, UserId},
    room::Role,
};
use sqlx::{PgConnection, PgPool};

use crate::error::StoreError;

/// One presence in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The presence, as on the wire.
    pub participant: String,
    /// Whose it was.
    pub user_id: String,
    /// `teacher`, `student`, `observer` or `service`.
    pub role: String,
    /// When they came.
    pub joined_at: DateTime<Utc>,
    /// When their media transport came up; none: it never did.
    pub connected_at: Option<DateTime<Utc>>,
    /// When they went; none: they are there, or the node crashed.
    pub left_at: Option<DateTime<Utc>>,
    /// Why they went.
    pub left_reason: Option<String>,
    /// What was counted of them.
    pub counts: Counts,
}

/// What the media plane counted of a presence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Audio packets that came from them.
    pub audio_packets_in: i64,
    /// Video packets that came from them.
    pub video_packets_in: i64,
    /// Packets that went to them.
    pub packets_out: i64,
    /// Packets from them that never came, after repair.
    pub lost_in: i64,
}

/// Somebody who came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// The lesson.
    pub session: SessionId,
    /// The presence.
    pub participant: ParticipantId,
    /// Whose.
    pub user: &'a str,
    /// As what.
    pub role: Role,
    /// By which node.
    pub node: NodeId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody came.
pub async fn came(pool: &PgPool, arrival: Arrival<'_>) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO attendance (session_id, participant, user_id, role, node_id, joined_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (session_id, participant) DO NOTHING",
        arrival.session.0,
        arrival.participant.to_string(),
        arrival.user,
        name_of(arrival.role),
        arrival.node.0,
        arrival.at,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Their media transport came up.
pub async fn connected(
    pool: &PgPool,
    session: SessionId,
    participant: ParticipantId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE attendance SET connected_at = coalesce(connected_at, $3) \
         WHERE session_id = $1 AND participant = $2",
        session.0,
        participant.to_string(),
        at,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// They went.
pub async fn left(
    pool: &PgPool,
    session: SessionId,
    participant: ParticipantId,
    at: DateTime<Utc>,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE attendance SET left_at = $3, left_reason = $4 \
         WHERE session_id = $1 AND participant = $2 AND left_at IS NULL",
        session.0,
        participant.to_string(),
        at,
        reason,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// What was counted of them in the end.
pub async fn counted(
    pool: &PgPool,
    session: SessionId,
    participant: ParticipantId,
    counts: Counts,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE attendance SET audio_packets_in = $3, video_packets_in = $4, packets_out = $5, \
         lost_in = $6 WHERE session_id = $1 AND participant = $2",
        session.0,
        participant.to_string(),
        counts.audio_packets_in,
        counts.video_packets_in,
        counts.packets_out,
        counts.lost_in,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Everybody who was in a lesson's room, as they came, up to `limit`.
pub async fn list(
    pool: &PgPool,
    session: SessionId,
    limit: u16,
) -> Result<Vec<Presence>, StoreError> {
    let rows = sqlx::query!(
        "SELECT participant, user_id, role, joined_at, connected_at, left_at, left_reason, \
         audio_packets_in, video_packets_in, packets_out, lost_in FROM attendance \
         WHERE session_id = $1 ORDER BY joined_at, participant LIMIT $2",
        session.0,
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    let presence = rows.into_iter().map(|row| Presence {
        participant: row.participant,
        user_id: row.user_id,
        role: row.role,
        joined_at: row.joined_at,
        connected_at: row.connected_at,
        left_at: row.left_at,
        left_reason: row.left_reason,
        counts: Counts {
            audio_packets_in: row.audio_packets_in,
            video_packets_in: row.video_packets_in,
            packets_out: row.packets_out,
            lost_in: row.lost_in,
        },
    });
    Ok(presence.collect())
}

/// Whether somebody counts as having been in a lesson: their media came up
/// there, or it took place where no media of ours are, or an admin has decided
/// that it took place, which counts for everybody in it.
pub(crate) async fn counts(
    connection: &mut PgConnection,
    session: SessionId,
    user: &UserId,
) -> Result<bool, StoreError> {
    let counts = sqlx::query_scalar!(
        r#"
        SELECT s.provider <> 'lectern'
            OR EXISTS (SELECT FROM attendance a WHERE a.session_id = s.id
                AND a.user_id = $2 AND a.connected_at IS NOT NULL)
            OR EXISTS (SELECT FROM audit_events e WHERE e.session_id = s.id
                AND e.action = 'session_ruled' AND e.details ->> 'outcome' = $3) AS "counts!"
        FROM sessions s WHERE s.id = $1
        "#,
        session.0,
        user.as_str(),
        Outcome::Complete.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(counts.unwrap_or(false))
}

/// The name in the schema.
const fn name_of(role: Role) -> &'static str {
    match role {
        Role::Teacher => "teacher",
        Role::Student => "student",
        Role::Observer => "observer",
        Role::Service => "service",
    }
}
