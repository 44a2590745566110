//! `POST /api/notifications/read`

use axum::{extract::State, http::StatusCode};
use lectern_domain::id::NotificationId;
use lectern_store::notifications;
use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, RefOr, Schema, SchemaFormat, Type,
        schema::AdditionalProperties,
    },
};

use crate::{
    extract::{Body, Caller, Checks},
    limits,
    problem::Problem,
    state::ApiState,
};

/// Which notices were read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Read {
    ids: Option<Vec<String>>,
    all: Option<bool>,
}

/// One of the two, which the derived schema could not say.
impl PartialSchema for Read {
    fn schema() -> RefOr<Schema> {
        let only = |name: &str, schema: RefOr<Schema>| {
            let object = ObjectBuilder::new().property(name, schema).required(name);
            object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
        };
        let id = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        let these =
            ArrayBuilder::new().items(id).max_items(Some(limits::IDS)).description(Some("These."));
        let all = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .enum_values(Some([true]))
            .description(Some("All of them."));
        OneOfBuilder::new()
            .item(only("ids", these.into()))
            .item(only("all", all.into()))
            .description(Some("Which notices were read."))
            .into()
    }
}

impl ToSchema for Read {}

/// Marks the caller's notices as read. Ids that are not theirs change nothing.
#[utoipa::path(
    operation_id = "markNotificationsRead",
    post, path = "/api/notifications/read", tag = "notifications", request_body = Read,
    responses((status = 204, description = "Done.")),
)]
pub(crate) async fn read(
    State(state): State<ApiState>,
    caller: Caller,
    body: Body<Read>,
) -> Result<StatusCode, Problem> {
    let ids = parse(&body.value)?;
    let (user, now) = (&caller.actor.id, state.clock.now());
    let mark = notifications::mark_read(&state.pool, user, ids.as_deref(), now);
    state.timed("notifications_mark_read", mark).await?;
    state.hub.has_read(user);
    Ok(StatusCode::NO_CONTENT)
}

/// The ids, or none for all.
fn parse(body: &Read) -> Result<Option<Vec<NotificationId>>, Problem> {
    let mut checks = Checks::default();
    let ids = match (&body.ids, body.all.unwrap_or(false)) {
        (None, true) => return Ok(None),
        (Some(ids), false) if ids.len() <= limits::IDS => ids,
        (Some(_), false) => {
            return Err(Problem::field("/ids", format_args!("at most {}", limits::IDS)));
        }
        _ => return Err(Problem::field("/ids", "either ids or all is required")),
    };
    let parsed = ids
        .iter()
        .enumerate()
        .filter_map(|(n, id)| checks.accept(&format!("/ids/{n}"), id.parse()))
        .collect();
    checks.done()?;
    Ok(Some(parsed))
}
