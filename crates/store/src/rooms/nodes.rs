//! The registry of media nodes.

use lectern_domain::id::NodeId;
use sqlx::PgPool;

use crate::error::StoreError;

/// Whether a node takes new rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeState {
    /// It takes new rooms.
    Active,
    /// It keeps the rooms it has.
    Draining,
}

impl NodeState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draining => "draining",
        }
    }
}

/// Enters a node that has just started, and returns its epoch. Whatever leases
/// an earlier process had under the same id end with this.
pub async fn register(
    pool: &PgPool,
    node: NodeId,
    url: &str,
    region: &str,
) -> Result<i64, StoreError> {
    let epoch = sqlx::query_scalar!(
        "INSERT INTO media_nodes (id, epoch, url, region, state, heartbeat_at) \
         VALUES ($1, 1, $2, $3, 'active', clock_timestamp()) \
         ON CONFLICT (id) DO UPDATE SET epoch = media_nodes.epoch + 1, url = $2, region = $3, \
         state = 'active', load = 0, heartbeat_at = clock_timestamp() \
         RETURNING epoch",
        node.0,
        url,
        region,
    )
    .fetch_one(pool)
    .await?;
    Ok(epoch)
}

/// Says that a node is there, and how busy it is, from 0 to 1. Returns whether
/// its epoch is still the present one: if not, another process has its place.
pub async fn beat(
    pool: &PgPool,
    node: NodeId,
    epoch: i64,
    state: NodeState,
    load: f32,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "UPDATE media_nodes SET state = $3, load = $4, heartbeat_at = clock_timestamp() \
         WHERE id = $1 AND epoch = $2 AND state <> 'gone'",
        node.0,
        epoch,
        state.as_str(),
        load,
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Says that a node is gone on purpose: its rooms are free at once.
pub async fn retire(pool: &PgPool, node: NodeId, epoch: i64) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE media_nodes SET state = 'gone' WHERE id = $1 AND epoch = $2",
        node.0,
        epoch
    )
    .execute(pool)
    .await?;
    Ok(())
}
