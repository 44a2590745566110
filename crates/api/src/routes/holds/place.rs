//! `POST /api/holds`

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{HoldId, UserId},
    session::{Timing, starts_in_time},
    text::Minutes,
};
use lectern_store::holds;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    extract::{Body, Caller, Checks},
    problem::{Problem, ProblemDocument},
    random,
    state::ApiState,
};

/// A slot to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewHold {
    /// Whose time it is: the platform's id.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 128)]
    teacher: Option<String>,
    /// When the lesson is to start.
    #[schema(required = true, nullable = false, format = DateTime)]
    start: Option<String>,
    /// How long the lesson is to be, in minutes.
    #[schema(required = true, nullable = false, minimum = 1, maximum = 1440)]
    duration: Option<i64>,
}

/// A slot that is kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hold {
    /// What a booking names as its `holdId`.
    id: Uuid,
    /// Whose time it is.
    teacher: String,
    /// When the lesson is to start.
    start: DateTime<Utc>,
    /// How long it is to be, in minutes.
    #[schema(minimum = 1, maximum = 1440)]
    duration: u16,
    /// The first instant at which the slot is no longer kept.
    expires_at: DateTime<Utc>,
}

/// Keeps a slot for five minutes, so that nobody else books it meanwhile.
///
/// A person has one hold: a new one takes the place of the one before.
#[utoipa::path(
    operation_id = "placeHold",
    post, path = "/api/holds", tag = "availability",
    request_body(content = NewHold,
        example = json!({ "teacher": "ines", "start": "2027-03-15T09:00:00Z", "duration": 60 })),
    responses(
        (status = 201, description = "Kept.", body = Hold),
        (status = 403, description = "`not_matched`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`slot_taken`, `outside_availability` with `rule`, \
            `user_erased`",
            body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn place(
    State(state): State<ApiState>,
    caller: Caller,
    body: Body<NewHold>,
) -> Result<(StatusCode, Json<Hold>), Problem> {
    let now = state.clock.now();
    let hold = parse(&caller, &body.value, now)?;
    // Whoever may not book a teacher keeps none of their time from others.
    state.check_match(&caller.actor, &caller.actor.id, &hold.teacher).await?;
    let expires_at =
        state.timed("holds_place", holds::place(&state.pool, state.platform(), &hold, now)).await?;
    let view = Hold {
        id: hold.id.0,
        teacher: hold.teacher.to_string(),
        start: hold.timing.start,
        duration: hold.timing.duration.get(),
        expires_at,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

fn parse(caller: &Caller, body: &NewHold, now: DateTime<Utc>) -> Result<holds::Hold, Problem> {
    let mut checks = Checks::default();
    let teacher = checks.required::<UserId>("/teacher", body.teacher.as_deref());
    if teacher.as_ref() == Some(&caller.actor.id) {
        checks.reject("/teacher", "nobody holds their own time");
    }
    let start = checks.instant("/start", body.start.as_deref());
    if body.start.is_none() {
        checks.reject("/start", "this is required");
    }
    if start.is_some_and(|start| !starts_in_time(start, now)) {
        checks.reject("/start", "a lesson must start in the future, within five years");
    }
    let duration = match body.duration {
        Some(minutes) => checks.accept("/duration", Minutes::try_from(minutes)),
        None => {
            checks.reject("/duration", "this is required");
            None
        }
    };
    let (Some(teacher), Some(start), Some(duration)) = (teacher, start, duration) else {
        return Err(checks.problem());
    };
    checks.done()?;
    Ok(holds::Hold {
        id: HoldId::of(&caller.actor.id, random::id()),
        teacher,
        timing: Timing { start, duration },
        by: caller.actor.clone(),
    })
}
