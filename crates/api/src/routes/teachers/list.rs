//! `GET /api/teachers`

use axum::{Json, extract::State};
use lectern_domain::text::{Search, Skill};
use lectern_store::users;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Caller, Checks, Query},
    limits,
    problem::Problem,
    state::ApiState,
    view::Teachers,
};

/// Which teachers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TeachersQuery {
    /// Those with this text in the name, the headline or a skill.
    #[param(nullable = false, min_length = 1, max_length = 100)]
    q: Option<String>,
    /// Those who teach this.
    #[param(nullable = false, max_length = 100)]
    skill: Option<String>,
}

/// Teachers, by name: the first 200 that match.
#[utoipa::path(
    operation_id = "listTeachers",
    get, path = "/api/teachers", tag = "people", params(TeachersQuery),
    responses((status = 200, description = "Them.", body = Teachers)),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    _: Caller,
    Query(query): Query<TeachersQuery>,
) -> Result<Json<Teachers>, Problem> {
    let mut checks = Checks::default();
    let search = checks.optional::<Search>("?q", query.q.as_deref());
    let skill = checks.optional::<Skill>("?skill", query.skill.as_deref());
    checks.done()?;
    let search = search.as_ref().map(Search::as_str);
    let skill = skill.as_ref().map(Skill::as_str);
    let teachers = state
        .timed("users_teachers", users::teachers(&state.pool, search, skill, limits::TEACHERS))
        .await?;
    Ok(Json(Teachers { items: teachers.into_iter().map(Into::into).collect() }))
}
