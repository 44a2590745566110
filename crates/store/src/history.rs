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

/// What an admin looks at first in a lesson.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overview {
    /// For how long the teacher and a student were there at once, in seconds.
    pub together: i64,
    /// How many people's media is up now.
    pub present: i64,
    /// Whether somebody's complaint waits for a decision.
    pub disputed: bool,
}

/// How these lessons stand.
pub async fn overviews(
    pool: &PgPool,
    sessions: &[SessionId],
) -> Result<BTreeMap<SessionId, Overview>, StoreError> {
    let ids: Vec<Uuid> = sessions.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"
        WITH rooms AS (
            SELECT session_id,
                   range_agg(stay) FILTER (WHERE role = 'teacher')
                       * range_agg(stay) FILTER (WHERE role = 'student') AS together,
                   count(DISTINCT user_id) FILTER (WHERE present) AS present
            FROM (SELECT session_id, user_id, role,
                         CASE WHEN connected_at <= left_at
                              THEN tstzrange(connected_at, left_at) END AS stay,
                         connected_at IS NOT NULL AND left_at IS NULL AS present
                  FROM attendance
                  WHERE session_id = ANY($1) AND role IN ('teacher', 'student')) AS stays
            GROUP BY session_id
        )
        SELECT lesson.id AS "id!",
               coalesce((SELECT sum(extract(epoch FROM upper(stay) - lower(stay)))
                FROM unnest(together) AS stay), 0)::bigint AS "together!",
               coalesce(present, 0) AS "present!",
               EXISTS (SELECT FROM disputes WHERE session_id = lesson.id
                       AND decided_at IS NULL) AS "disputed!"
        FROM unnest($1::uuid[]) AS lesson (id) LEFT JOIN rooms ON session_id = lesson.id
        "#,
        &ids,
    )
    .fetch_all(pool)
    .await?;
    let overviews = rows.into_iter().map(|row| {
        let overview =
            Overview { together: row.together, present: row.present, disputed: row.disputed };
        (SessionId(row.id), overview)
    });
    Ok(overviews.collect())
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
