//! `/api/sessions`

mod answer;
pub(crate) mod attendance;
pub(crate) mod book;
pub(crate) mod calendar;
pub(crate) mod cancel;
pub(crate) mod chat;
pub(crate) mod confirm;
pub(crate) mod decline;
pub(crate) mod dispute;
pub(crate) mod edit;
pub(crate) mod events;
pub(crate) mod get;
pub(crate) mod join;
pub(crate) mod list;
pub(crate) mod proposals;
pub(crate) mod quality;
pub(crate) mod review;
pub(crate) mod seats;
mod series;
mod start;

use axum::http::HeaderValue;
use lectern_domain::{id::SessionId, person::Actor, session::Session, zone::ZoneName};
use lectern_store::sessions;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    problem::{Code, Problem},
    state::ApiState,
};

/// In which zone local times are shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ZoneQuery {
    /// Adds `localStart`, on the clocks of this IANA zone.
    #[param(nullable = false)]
    time_zone: Option<String>,
}

/// The zone that a query asks for.
pub(crate) fn zone(state: &ApiState, name: Option<&str>) -> Result<Option<ZoneName>, Problem> {
    name.map(|name| state.zones.name(name))
        .transpose()
        .map_err(|error| Problem::field("?timeZone", error))
}

/// A lesson that `actor` may see.
async fn visible(state: &ApiState, actor: &Actor, id: SessionId) -> Result<Session, Problem> {
    let session = state
        .timed("sessions_find", sessions::find(&state.pool, id))
        .await?
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    session.may_see(actor)?;
    Ok(session)
}

/// A version as an entity tag (RFC 9110, section 8.8.3).
pub(crate) fn entity_tag(version: impl std::fmt::Display) -> Result<HeaderValue, Problem> {
    HeaderValue::try_from(format!("\"{version}\""))
        .map_err(|error| Problem::new(Code::Internal).caused_by(error))
}
