//! `GET /api/people`

use axum::{Json, extract::State};
use lectern_domain::id::UserId;
use lectern_store::users;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Caller, Query},
    limits,
    problem::Problem,
    state::ApiState,
    view::People,
};

/// Who.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// The platform's ids, separated by commas.
    #[param(required = true, nullable = false)]
    ids: Option<String>,
}

/// People by name: those of the ids who teach, or with whom the caller shares a
/// lesson. Others are left out.
#[utoipa::path(
    operation_id = "listPeople",
    get, path = "/api/people", tag = "people", params(PeopleQuery),
    responses((status = 200, description = "Those the caller may know.", body = People)),
)]
pub(crate) async fn people(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<People>, Problem> {
    let ids = query.ids.as_deref().ok_or_else(|| Problem::field("?ids", "this is required"))?;
    let ids: Vec<String> = ids
        .split_terminator(',')
        .map(|id| id.parse::<UserId>().map(|id| id.to_string()))
        .collect::<Result<_, _>>()
        .map_err(|error| Problem::field("?ids", error))?;
    if ids.len() > limits::IDS {
        return Err(Problem::field("?ids", format_args!("at most {}", limits::IDS)));
    }
    let actor = &caller.actor;
    let people =
        state.timed("users_named", users::named(&state.pool, &actor.id, actor.admin, &ids)).await?;
    Ok(Json(People { items: people.into_iter().map(Into::into).collect() }))
}
