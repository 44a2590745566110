//! `POST /api/reviews`

use axum::{extract::State, http::StatusCode, response::Response};
use lectern_domain::id::{ReviewId, SessionId, UserId};
use lectern_store::{
    idempotency::Answer,
    reviews::{self, NewReview},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::Said;
use crate::{
    extract::{Body, Caller, Checks, IdempotencyKey},
    problem::{Problem, ProblemDocument},
    random,
    routes::sessions::book::replay,
    state::ApiState,
    view::Review,
};

/// A review to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewReview)]
pub(crate) struct NewReviewBody {
    /// After which lesson.
    #[schema(required = true, nullable = false, format = Uuid)]
    session_id: Option<String>,
    /// Of whom; without it, of the other participant. In a lesson with several
    /// students the teacher must say.
    #[schema(min_length = 1, max_length = 128)]
    reviewee_id: Option<String>,
    /// How good it was.
    #[schema(required = true, nullable = false, minimum = 1, maximum = 5)]
    rating: Option<i64>,
    /// In words.
    #[schema(max_length = 4000)]
    comment: Option<String>,
    /// How far the other is in the lesson's skill: from who begins to who
    /// masters it.
    #[schema(minimum = 1, maximum = 5)]
    skill_level: Option<i64>,
}

/// Reviews the other participant of a lesson that took place: once, and only
/// when it is completed.
///
/// Reviews are double-blind. Nobody but its author sees one before the other
/// has written too, or the window has closed: 14 days after the lesson, unless
/// the installation says otherwise. Until then its author may change it; after
/// that nothing is written any more.
#[utoipa::path(
    operation_id = "writeReview",
    post, path = "/api/reviews", tag = "reviews",
    params(("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1,
        max_length = 255, description = "Makes a repetition harmless. Kept for a day.")),
    request_body = NewReviewBody,
    responses(
        (status = 201, description = "Written; published, if the other has written too.", body = Review),
        (status = 403, description = "`not_participant`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: there is no such lesson.", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 409, description = "`already_reviewed`; `not_reviewable`: it has not taken \
            place, too long ago, or, in a group, without the caller.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn write(
    State(state): State<ApiState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Body<NewReviewBody>,
) -> Result<Response, Problem> {
    let once = key.bind(&caller.actor.id, "POST /api/reviews", &body.raw);
    let new = parse(&caller, &body.value)?;
    let render = |review: &lectern_domain::review::Review| Answer {
        status: StatusCode::CREATED.as_u16(),
        headers: json!({}),
        // A view holds texts, numbers and lists: nothing that JSON lacks.
        body: serde_json::to_vec(&Review::from(review)).unwrap_or_default(),
    };
    let once = once.as_ref().map(|once| once.as_store());
    let now = state.clock.now();
    replay(
        state
            .timed("reviews_write", {
                reviews::write(&state.pool, &new, state.review_window, once.as_ref(), now, &render)
            })
            .await?,
    )
}

fn parse(caller: &Caller, body: &NewReviewBody) -> Result<NewReview, Problem> {
    let mut checks = Checks::default();
    let session = checks.required::<SessionId>("/sessionId", body.session_id.as_deref());
    let of = checks.optional::<UserId>("/revieweeId", body.reviewee_id.as_deref());
    let said = Said::parse(&mut checks, body.rating, body.comment.as_deref(), body.skill_level);
    let (Some(session), Some(said)) = (session, said) else { return Err(checks.problem()) };
    checks.done()?;
    let id = ReviewId(random::id());
    let Said { rating, comment, skill_level } = said;
    Ok(NewReview { id, session, by: caller.actor.clone(), of, rating, comment, skill_level })
}
