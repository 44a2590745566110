//! `GET /api/sessions/{id}/attendance`

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use lectern_domain::service_key::Scope;
use lectern_store::attendance;
use serde::Serialize;
use utoipa::ToSchema;

use super::{join::RoomRole, quality::loss_rate, visible};
use crate::{
    extract::{Principal, SessionPath},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
};

/// One stay of one person in the room, by the media plane's own account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Presence {
    /// Names the stay: sixteen hexadecimal digits.
    participant: String,
    /// Whose it was: the platform's id.
    user: String,
    /// As what.
    #[schema(value_type = RoomRole)]
    role: String,
    /// When they came.
    joined_at: DateTime<Utc>,
    /// When their media came up; null: it never did.
    #[schema(required = true)]
    connected_at: Option<DateTime<Utc>>,
    /// When they went; null: they are there, or it is not known.
    #[schema(required = true)]
    left_at: Option<DateTime<Utc>>,
    /// Why they went.
    #[schema(required = true)]
    left_reason: Option<String>,
    /// The share of their packets that was lost, from 0 to 1, counted when they
    /// went; null where they sent nothing.
    #[schema(required = true, minimum = 0, maximum = 1)]
    loss_rate: Option<f64>,
}

impl From<attendance::Presence> for Presence {
    fn from(presence: attendance::Presence) -> Self {
        let counts = presence.counts;
        let arrived = counts.audio_packets_in + counts.video_packets_in;
        Self {
            participant: presence.participant,
            user: presence.user_id,
            role: presence.role,
            joined_at: presence.joined_at,
            connected_at: presence.connected_at,
            left_at: presence.left_at,
            left_reason: presence.left_reason,
            loss_rate: loss_rate(arrived, counts.lost_in),
        }
    }
}

/// Who was there, when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attendance {
    /// As they came.
    items: Vec<Presence>,
}

/// Who was in a lesson's room, and when.
#[utoipa::path(
    operation_id = "listAttendance",
    get, path = "/api/sessions/{id}/attendance", tag = "sessions",
    params(("id" = uuid::Uuid, Path)),
    security(("platformToken" = []), ("serviceKey" = ["sessions:read"])),
    responses(
        (status = 200, description = "Everybody's stays.", body = Attendance),
        (status = 403, description = "`not_participant`; `forbidden`: the key lacks the scope.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn attendance(
    State(state): State<ApiState>,
    caller: Principal,
    SessionPath(id): SessionPath,
) -> Result<Json<Attendance>, Problem> {
    let actor = caller.person_or(Scope::SessionsRead)?;
    visible(&state, &actor, id).await?;
    let presences = state
        .timed("attendance_list", attendance::list(&state.pool, id, limits::PRESENCES))
        .await?;
    Ok(Json(Attendance { items: presences.into_iter().map(Into::into).collect() }))
}
