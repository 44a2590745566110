//! `GET /api/sessions/{id}/quality`

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use lectern_domain::service_key::Scope;
use lectern_store::attendance;
use serde::Serialize;
use utoipa::ToSchema;

use super::{join::RoomRole, visible};
use crate::{
    extract::{Principal, SessionPath},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
};

/// How good one stay in the room was.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StayQuality {
    /// Names the stay: sixteen hexadecimal digits.
    participant: String,
    /// Whose it was: the platform's id.
    user: String,
    /// As what.
    #[schema(value_type = RoomRole)]
    role: String,
    /// When they came.
    joined_at: DateTime<Utc>,
    /// From coming to being connected, in milliseconds; null: it never was.
    #[schema(required = true, minimum = 0)]
    connect_milliseconds: Option<i64>,
    /// Packets of sound that arrived from them.
    audio_packets_in: i64,
    /// Packets of pictures that arrived from them.
    video_packets_in: i64,
    /// Packets that went to them.
    packets_out: i64,
    /// Packets from them that never arrived, after repair.
    lost_in: i64,
    /// The share of theirs that was lost, from 0 to 1; null: nothing was sent.
    #[schema(required = true, minimum = 0, maximum = 1)]
    loss_rate: Option<f64>,
}

impl From<attendance::Presence> for StayQuality {
    fn from(presence: attendance::Presence) -> Self {
        let counts = presence.counts;
        let connected =
            presence.connected_at.map(|at| (at - presence.joined_at).num_milliseconds());
        Self {
            participant: presence.participant,
            user: presence.user_id,
            role: presence.role,
            joined_at: presence.joined_at,
            connect_milliseconds: connected.map(|milliseconds| milliseconds.max(0)),
            audio_packets_in: counts.audio_packets_in,
            video_packets_in: counts.video_packets_in,
            packets_out: counts.packets_out,
            lost_in: counts.lost_in,
            loss_rate: loss_rate(counts.audio_packets_in + counts.video_packets_in, counts.lost_in),
        }
    }
}

/// The share of what was sent that never arrived; none where nothing was sent.
pub(super) fn loss_rate(arrived: i64, lost: i64) -> Option<f64> {
    let sent = arrived + lost;
    (sent > 0).then(|| lost as f64 / sent as f64)
}

/// How good a lesson's call was.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Quality {
    /// Everybody's stays, as they came.
    items: Vec<StayQuality>,
    /// The share of all packets that was lost, from 0 to 1; null: nothing was
    /// sent.
    #[schema(required = true, minimum = 0, maximum = 1)]
    loss_rate: Option<f64>,
}

/// How good a lesson's call was, by the media plane's own account. Counts of a
/// stay are there once it has ended.
#[utoipa::path(
    operation_id = "getQuality",
    get, path = "/api/sessions/{id}/quality", tag = "sessions",
    params(("id" = uuid::Uuid, Path)),
    security(("platformToken" = []), ("serviceKey" = ["sessions:read"])),
    responses(
        (status = 200, description = "How good it was.", body = Quality),
        (status = 403, description = "`not_participant`; `forbidden`: the key lacks the scope.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn quality(
    State(state): State<ApiState>,
    caller: Principal,
    SessionPath(id): SessionPath,
) -> Result<Json<Quality>, Problem> {
    let actor = caller.person_or(Scope::SessionsRead)?;
    visible(&state, &actor, id).await?;
    let presences = state
        .timed("attendance_list", attendance::list(&state.pool, id, limits::PRESENCES))
        .await?;
    let items: Vec<StayQuality> = presences.into_iter().map(Into::into).collect();
    let arrived = items.iter().map(|stay| stay.audio_packets_in + stay.video_packets_in).sum();
    let lost = items.iter().map(|stay| stay.lost_in).sum();
    Ok(Json(Quality { loss_rate: loss_rate(arrived, lost), items }))
}
