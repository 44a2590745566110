//! What is kept of lessons that are over: who was there for how long, how good
//! it was, and what they said of each other.

use std::collections::BTreeMap;

use lectern_domain::id::SessionId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{error::StoreError, reviews::ReviewRow};

/// How long somebody was in a lesson's room, and how good it was for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attended {
    /// Who.
    pub user: String,
    /// `teacher` or `student`.
    pub role: String,
    /// How long their media was up, in seconds; two devices at once count once.
    pub seconds: i64,
    /// Packets that came from them.
    pub packets: i64,
    /// Packets from them that never came, after repair.
    pub lost: i64,
}

/// What is kept of one lesson.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Who was there, by id.
    pub attended: Vec<Attended>,
    /// The reviews of it that are published, the first one first.
    pub reviews: Vec<ReviewRow>,
}

/// What is kept of these lessons.
pub async fn records(
    pool: &PgPool,
    sessions: &[SessionId],
) -> Result<BTreeMap<SessionId, Record>, StoreError> {
    let ids: Vec<Uuid> = sessions.iter().map(|id| id.0).collect();
    let mut records: BTreeMap<SessionId, Record> = BTreeMap::new();
    let attended = sqlx::query!(
        r#"
        SELECT session_id, user_id, role,
               coalesce((SELECT sum(extract(epoch FROM upper(stay) - lower(stay)))
                FROM unnest(range_agg(tstzrange(connected_at, left_at))
                    FILTER (WHERE connected_at <= left_at)) AS stay), 0)::bigint AS "seconds!",
               sum(audio_packets_in + video_packets_in)::bigint AS "packets!",
               sum(lost_in)::bigint AS "lost!"
        FROM attendance
        WHERE session_id = ANY($1) AND role IN ('teacher', 'student')
        GROUP BY session_id, user_id, role
        ORDER BY session_id, user_id
        "#,
        &ids,
    )
    .fetch_all(pool)
    .await?;
    for row in attended {
        records.entry(SessionId(row.session_id)).or_default().attended.push(Attended {
            user: row.user_id,
            role: row.role,
            seconds: row.seconds,
            packets: row.packets,
            lost: row.lost,
        });
    }
    for review in crate::reviews::published_of(pool, &ids).await? {
        records.entry(SessionId(review.session_id)).or_default().reviews.push(review);
    }
    Ok(records)
}
