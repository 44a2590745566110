//! `GET /api/admin/rooms`

use axum::extract::State;
use chrono::{DateTime, Utc};
use lectern_store::rooms::{self, LiveRoom};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    extract::{Caller, Listed, PageQuery, Paged, Query},
    limits,
    problem::{Problem, ProblemDocument},
    routes::sessions::join::RoomRole,
    state::ApiState,
};

/// A room in which somebody is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LiveRoom)]
pub(crate) struct Room {
    /// The lesson.
    session_id: Uuid,
    /// What it is called.
    title: String,
    /// When the lesson begins.
    scheduled_at: DateTime<Utc>,
    /// When the lesson ends.
    ends_at: DateTime<Utc>,
    /// The node that holds the room.
    node: Uuid,
    /// Where the node stands; empty: it was not said.
    region: String,
    /// Since when the node holds it.
    since: DateTime<Utc>,
    /// Who is there, as they came; up to 100.
    people: Vec<Person>,
}

/// Somebody who is in a room.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonInRoom)]
pub(crate) struct Person {
    /// The platform's id.
    user: String,
    /// What others see.
    name: String,
    /// As what.
    #[schema(value_type = RoomRole)]
    role: String,
    /// When they came.
    joined_at: DateTime<Utc>,
    /// When their media came up; null: not yet.
    #[schema(required = true)]
    connected_at: Option<DateTime<Utc>>,
}

impl From<LiveRoom> for Room {
    fn from(room: LiveRoom) -> Self {
        let people = room.people.into_iter().map(|person| Person {
            user: person.user,
            name: person.name,
            role: person.role,
            joined_at: person.joined_at,
            connected_at: person.connected_at,
        });
        Self {
            session_id: room.session,
            title: room.title,
            scheduled_at: room.scheduled_at,
            ends_at: room.ends_at,
            node: room.node,
            region: room.region,
            since: room.since,
            people: people.collect(),
        }
    }
}

/// Rooms in which somebody is now, the one first that was opened last. For
/// admins.
#[utoipa::path(
    operation_id = "listRooms",
    get, path = "/api/admin/rooms", tag = "admin", params(PageQuery),
    responses(
        (status = 200, description = "One page of them.", body = inline(Paged<Room>)),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn rooms(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Listed<Paged<Room>>, Problem> {
    caller.admin()?;
    let page = rooms::live(&state.pool, query.parse()?, limits::PEOPLE_OF_ROOM);
    let page = state.timed("rooms_live", page).await?;
    Ok(Listed(page.map(Room::from).into()))
}
