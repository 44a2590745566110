//! `POST /api/sessions/{id}/join`

use axum::{Json, extract::State};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, encode};
use lectern_domain::{
    room::{Role, RoomGrant},
    session::Session,
    window::DoorClosed,
};
use lectern_store::sessions;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    extract::{Caller, SessionPath},
    problem::{Code, Problem, ProblemDocument},
    rooms::{PlaceError, Placement},
    state::{ApiState, IceServer},
    view,
};

/// Where and with what a lesson's room is entered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Join {
    /// The room token: it goes into the first message, never into a URL.
    token: String,
    /// Until when the token is good.
    expires_at: DateTime<Utc>,
    /// The WebSocket of the node that holds the room.
    url: String,
    /// For the peer connection.
    ice_servers: Vec<IceServer>,
    /// What the caller is in the room.
    role: RoomRole,
    /// The lesson.
    session: view::Session,
}

/// What somebody is in a room.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoomRole {
    /// Gives the lesson.
    Teacher,
    /// Takes the lesson.
    Student,
    /// An admin, announced to everybody.
    Observer,
    /// A machine that acts for the platform.
    Service,
}

impl From<Role> for RoomRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Teacher => Self::Teacher,
            Role::Student => Self::Student,
            Role::Observer => Self::Observer,
            Role::Service => Self::Service,
        }
    }
}

/// Asks to enter a lesson's room.
///
/// The window opens 15 minutes before the start and closes 15 minutes after the
/// end, unless the teacher's policy says otherwise. The role comes from the
/// booking; an admin observes, announced to everybody.
#[utoipa::path(
    operation_id = "joinSession",
    post, path = "/api/sessions/{id}/join", tag = "sessions",
    params(("id" = uuid::Uuid, Path)),
    responses(
        (status = 200, description = "Where to connect.", body = Join),
        (status = 403, description = "`not_participant`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`too_early_to_join` with `opensAt`, `lesson_over`, \
            `session_cancelled`, `not_confirmed`", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn join(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
) -> Result<Json<Join>, Problem> {
    let session = state
        .timed("sessions_find", sessions::find(&state.pool, id))
        .await?
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let now = state.clock.now();
    let role = match session.enter(&caller.actor, session.terms.join(&state.policy), now)? {
        Ok(role) => role,
        Err(closed) => {
            state.metrics.joined(match closed {
                DoorClosed::TooEarly { .. } => "too_early",
                DoorClosed::Over => "over",
                DoorClosed::Cancelled => "cancelled",
                DoorClosed::NotConfirmed => "not_confirmed",
            });
            return Err(closed.into());
        }
    };
    let place = match state.rooms.place(id).await {
        Ok(place) => place,
        Err(error) => {
            state.metrics.joined("no_place");
            return Err(match error {
                PlaceError::NoNode | PlaceError::Failed(_) => Problem::unavailable(error),
            });
        }
    };
    let grant = grant(&caller, &session, role, &place, now);
    let token = encode(&Header::new(Algorithm::HS256), &grant, &state.room_key)
        .map_err(|error| Problem::new(Code::Internal).caused_by(error))?;
    state.metrics.joined("granted");
    let viewer = view::Viewer { actor: &caller.actor, zone: None };
    Ok(Json(Join {
        token,
        expires_at: now + TimeDelta::seconds(RoomGrant::LIFETIME_SECONDS),
        url: place.url,
        ice_servers: state.ice_servers.clone(),
        role: role.into(),
        session: viewer.show(&state, &session).await?,
    }))
}

fn grant(
    caller: &Caller,
    session: &Session,
    role: Role,
    place: &Placement,
    now: DateTime<Utc>,
) -> RoomGrant {
    let id = &caller.actor.id;
    let name = session.name_of(id).or(caller.name.as_deref()).unwrap_or(id.as_str());
    RoomGrant {
        aud: RoomGrant::AUDIENCE.to_owned(),
        room: session.id,
        sub: id.clone(),
        name: name.to_owned(),
        role,
        fence: place.fence,
        iat: now.timestamp(),
        exp: now.timestamp() + RoomGrant::LIFETIME_SECONDS,
    }
}
