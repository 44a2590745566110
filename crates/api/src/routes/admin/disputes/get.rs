//! `GET /api/admin/disputes/{id}`

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use lectern_domain::id::SessionId;
use lectern_store::{attendance, audit, chat, disputes, sessions};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    extract::{Caller, DisputePath},
    limits,
    problem::{Code, Problem, ProblemDocument},
    routes::sessions::attendance::Presence,
    state::ApiState,
    view::{self, AuditEvent, Dispute},
};

/// A dispute with what there is to decide it by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisputeFile {
    #[serde(flatten)]
    dispute: Dispute,
    /// The lesson.
    session: view::Session,
    /// What others in the lesson complained of; each has a decision of its own.
    others: Vec<Dispute>,
    /// What is known of it.
    evidence: Evidence,
}

/// What is known of a lesson.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Evidence {
    /// Who was in the room when, by the media server's own account.
    #[schema(max_items = 1000)]
    attendance: Vec<Presence>,
    /// Who wrote when in the room: the latest 200 lines.
    #[schema(max_items = 200)]
    chat: Vec<ChatTime>,
    /// What was done to the lesson and by whom: the first 200 events.
    #[schema(max_items = 200)]
    events: Vec<AuditEvent>,
}

/// That somebody wrote in the room.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatTime {
    /// Who: the platform's id.
    user: String,
    /// When.
    sent_at: DateTime<Utc>,
    /// What, where the installation lets admins read it.
    #[schema(required = true)]
    text: Option<String>,
}

/// A dispute, and the evidence: attendance as the media server saw it, when
/// chat was written, and the record. For admins.
///
/// What people wrote in the room is theirs. Admins see it here if the
/// installation sets `disputes.chat_texts`, and otherwise only who wrote when.
#[utoipa::path(
    operation_id = "getDispute",
    get, path = "/api/admin/disputes/{id}", tag = "admin",
    params(("id" = uuid::Uuid, Path)),
    responses(
        (status = 200, description = "The dispute and its evidence.", body = DisputeFile),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    DisputePath(id): DisputePath,
) -> Result<Json<DisputeFile>, Problem> {
    let caller = caller.admin()?;
    let not_found = || Problem::new(Code::NotFound);
    let dispute = state
        .timed("disputes_find", disputes::find(&state.pool, id))
        .await?
        .ok_or_else(not_found)?;
    let id = SessionId(dispute.session_id);
    let session = state
        .timed("sessions_find", sessions::find(&state.pool, id))
        .await?
        .ok_or_else(not_found)?;
    let others = state.timed("disputes_about", disputes::about(&state.pool, id)).await?;
    let others = others.into_iter().filter(|other| other.id != dispute.id).map(Dispute::from);
    let evidence = evidence(&state, &caller, id).await?;
    let viewer = view::Viewer { actor: &caller.actor, zone: None };
    let session = viewer.show(&state, &session).await?;
    let others = others.collect();
    Ok(Json(DisputeFile { dispute: dispute.into(), session, others, evidence }))
}

async fn evidence(state: &ApiState, caller: &Caller, id: SessionId) -> Result<Evidence, Problem> {
    let pool = &state.pool;
    let presences =
        state.timed("attendance_list", attendance::list(pool, id, limits::PRESENCES)).await?;
    let lines = state.timed("chat_latest", chat::latest(pool, id, limits::CHAT_PAGE)).await?;
    let events = audit::of_session(pool, id, &caller.actor, 0, limits::EVENTS_PAGE);
    let events = state.timed("audit_of_session", events).await?;
    let chat = lines.into_iter().map(|line| ChatTime {
        user: line.user_id,
        sent_at: line.sent_at,
        text: state.chat_texts.then_some(line.body),
    });
    Ok(Evidence {
        attendance: presences.into_iter().map(Into::into).collect(),
        chat: chat.collect(),
        events: events.into_iter().map(Into::into).collect(),
    })
}
