//! Rooms in which somebody is.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use super::NODE_ALIVE_SECONDS;
use crate::{
    error::StoreError,
    page::{After, Page, PageRequest},
};

/// A room in which somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRoom {
    /// The lesson.
    pub session: Uuid,
    /// What it is called.
    pub title: String,
    /// When it begins.
    pub scheduled_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// The node that holds the room.
    pub node: Uuid,
    /// Where that node stands.
    pub region: String,
    /// Since when it does.
    pub since: DateTime<Utc>,
    /// Who is there, as they came.
    pub people: Vec<PersonThere>,
}

/// Somebody who is in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonThere {
    /// The platform's id.
    pub user: String,
    /// What others see.
    pub name: String,
    /// `teacher`, `student`, `observer` or `service`.
    pub role: String,
    /// When they came.
    pub joined_at: DateTime<Utc>,
    /// When their media came up; none: not yet.
    pub connected_at: Option<DateTime<Utc>>,
}

/// One page of the rooms in which somebody is, those first that were opened
/// last, with up to `most` people of each. What a node had that has gone counts
/// for nothing, whatever it could not write any more.
pub async fn live(
    pool: &PgPool,
    page: PageRequest,
    most: u16,
) -> Result<Page<LiveRoom>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT s.id, s.title, s.scheduled_at AS "scheduled_at!", s.ends_at AS "ends_at!",
               n.id AS node, n.region, l.acquired_at
        FROM room_leases l
        JOIN media_nodes n ON n.id = l.node_id AND n.epoch = l.node_epoch
        JOIN sessions s ON s.id = l.session_id
        WHERE n.state <> 'gone'
          AND n.heartbeat_at > clock_timestamp() - make_interval(secs => $1)
          AND EXISTS (SELECT FROM attendance a WHERE a.session_id = l.session_id
                      AND a.node_id = l.node_id AND a.left_at IS NULL
                      AND a.joined_at >= l.acquired_at - make_interval(secs => $1))
          AND ($2::timestamptz IS NULL OR (l.acquired_at, s.id) < ($2, $3::uuid))
        ORDER BY l.acquired_at DESC, s.id DESC
        LIMIT $4
        "#,
        NODE_ALIVE_SECONDS,
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut people = people(pool, &ids, most).await?;
    let rooms = rows.into_iter().map(|row| LiveRoom {
        people: people.remove(&row.id).unwrap_or_default(),
        session: row.id,
        title: row.title,
        scheduled_at: row.scheduled_at,
        ends_at: row.ends_at,
        node: row.node,
        region: row.region,
        since: row.acquired_at,
    });
    Ok(Page::cut(rooms.collect(), page, |room| After { at: room.since, id: room.session }))
}

async fn people(
    pool: &PgPool,
    sessions: &[Uuid],
    most: u16,
) -> Result<HashMap<Uuid, Vec<PersonThere>>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT l.session_id, p.user_id, p.name AS "name!", p.role, p.joined_at, p.connected_at
        FROM room_leases l
        CROSS JOIN LATERAL (
            SELECT a.user_id, coalesce(nullif(u.name, ''), a.user_id) AS name, a.role,
                   a.joined_at, a.connected_at, a.participant
            FROM attendance a LEFT JOIN users u ON u.id = a.user_id
            WHERE a.session_id = l.session_id AND a.node_id = l.node_id AND a.left_at IS NULL
              AND a.joined_at >= l.acquired_at - make_interval(secs => $3)
            ORDER BY a.joined_at, a.participant
            LIMIT $2) p
        WHERE l.session_id = ANY($1)
        ORDER BY l.session_id, p.joined_at, p.participant
        "#,
        sessions,
        i64::from(most),
        NODE_ALIVE_SECONDS,
    )
    .fetch_all(pool)
    .await?;
    let mut people: HashMap<Uuid, Vec<PersonThere>> = HashMap::new();
    for row in rows {
        people.entry(row.session_id).or_default().push(PersonThere {
            user: row.user_id,
            name: row.name,
            role: row.role,
            joined_at: row.joined_at,
            connected_at: row.connected_at,
        });
    }
    Ok(people)
}
