//! Where a room is, or is to be.

use lectern_domain::id::{NodeId, SessionId};
use sqlx::PgPool;

use super::NODE_ALIVE_SECONDS;
use crate::error::StoreError;

/// The most nodes that are looked at for one room.
const CANDIDATES: i64 = 1000;
/// How often a lost race for a lease is looked at again.
const ATTEMPTS: u32 = 4;

/// The right of one node to hold one room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The node.
    pub node: NodeId,
    /// Where it is reached.
    pub url: String,
    /// Rises with each node that takes the room over.
    pub fence: i64,
}

/// Finds the node that holds a lesson's room, or gives the room to one: the
/// less busy of two that `draw` chooses. Returns nothing while no node is
/// there to take it.
pub async fn place(
    pool: &PgPool,
    session: SessionId,
    draw: [u64; 2],
) -> Result<Option<Lease>, StoreError> {
    for _ in 0..ATTEMPTS {
        if let Some(lease) = living_lease(pool, session).await? {
            return Ok(Some(lease));
        }
        let Some(node) = choose(pool, draw).await? else { return Ok(None) };
        if let Some(fence) = take(pool, session, &node).await? {
            return Ok(Some(Lease { node: NodeId(node.id), url: node.url, fence }));
        }
    }
    Ok(None)
}

async fn living_lease(pool: &PgPool, session: SessionId) -> Result<Option<Lease>, StoreError> {
    let row = sqlx::query!(
        "SELECT l.node_id, l.fence, n.url FROM room_leases l \
         JOIN media_nodes n ON n.id = l.node_id AND n.epoch = l.node_epoch \
         WHERE l.session_id = $1 AND n.state <> 'gone' \
         AND n.heartbeat_at > clock_timestamp() - make_interval(secs => $2)",
        session.0,
        NODE_ALIVE_SECONDS,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Lease { node: NodeId(row.node_id), url: row.url, fence: row.fence }))
}

struct Candidate {
    id: uuid::Uuid,
    epoch: i64,
    url: String,
    load: f32,
}

/// Two random choices: nearly as even as looking at all, and without the herd
/// that follows whoever was least busy a moment ago.
async fn choose(pool: &PgPool, draw: [u64; 2]) -> Result<Option<Candidate>, StoreError> {
    let mut nodes = sqlx::query_as!(
        Candidate,
        "SELECT id, epoch, url, load FROM media_nodes WHERE state = 'active' \
         AND heartbeat_at > clock_timestamp() - make_interval(secs => $1) ORDER BY id LIMIT $2",
        NODE_ALIVE_SECONDS,
        CANDIDATES,
    )
    .fetch_all(pool)
    .await?;
    let count = nodes.len() as u64;
    let chosen = draw
        .iter()
        .filter_map(|draw| usize::try_from(draw.checked_rem(count)?).ok())
        .min_by(|a, b| nodes[*a].load.total_cmp(&nodes[*b].load));
    Ok(chosen.map(|index| nodes.swap_remove(index)))
}

/// Gives the room to a node unless a living one holds it, in one statement.
async fn take(
    pool: &PgPool,
    session: SessionId,
    node: &Candidate,
) -> Result<Option<i64>, StoreError> {
    let fence = sqlx::query_scalar!(
        "INSERT INTO room_leases AS l (session_id, node_id, node_epoch, fence) \
         VALUES ($1, $2, $3, 1) \
         ON CONFLICT (session_id) DO UPDATE SET node_id = $2, node_epoch = $3, \
         fence = l.fence + 1, acquired_at = clock_timestamp() \
         WHERE NOT EXISTS (SELECT FROM media_nodes n \
             WHERE n.id = l.node_id AND n.epoch = l.node_epoch AND n.state <> 'gone' \
             AND n.heartbeat_at > clock_timestamp() - make_interval(secs => $4)) \
         RETURNING fence",
        session.0,
        node.id,
        node.epoch,
        NODE_ALIVE_SECONDS,
    )
    .fetch_optional(pool)
    .await?;
    Ok(fence)
}
