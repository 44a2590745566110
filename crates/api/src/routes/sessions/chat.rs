//! `GET /api/sessions/{id}/chat`

use axum::extract::State;
use chrono::{DateTime, Utc};
use lectern_store::chat;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::visible;
use crate::{
    extract::{Caller, Listed, Paged, Query, SessionPath, position},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
};

/// Something that was written in the room.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatLine {
    /// Its name.
    #[schema(example = "17")]
    id: String,
    /// Who wrote it: the platform's id.
    user: String,
    /// The name at that time.
    name: String,
    /// What was written; null for an admin who was not in the lesson, unless the
    /// installation lets admins read it.
    #[schema(required = true)]
    text: Option<String>,
    /// When.
    sent_at: DateTime<Utc>,
}

impl ChatLine {
    /// The line, with its text or without.
    fn of(message: chat::Message, readable: bool) -> Self {
        Self {
            id: message.id.to_string(),
            user: message.user_id,
            name: message.name,
            text: readable.then_some(message.body),
            sent_at: message.sent_at,
        }
    }
}

/// Which page of the chat.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChatQuery {
    /// `nextCursor` of the page before.
    #[param(nullable = false, pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
}

/// What was written in a lesson's room, the earliest first; 200 lines a page.
///
/// It belongs to those who were in the lesson. Admins read it if the
/// installation sets `disputes.chat_texts`; otherwise they see who wrote when.
#[utoipa::path(
    operation_id = "listChat",
    get, path = "/api/sessions/{id}/chat", tag = "sessions",
    params(("id" = uuid::Uuid, Path), ChatQuery),
    responses(
        (status = 200, description = "One page of it.", body = inline(Paged<ChatLine>)),
        (status = 403, description = "`not_participant`", body = ProblemDocument,
            content_type = "application/problem+json"),
        (status = 404, description = "`not_found`", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn chat(
    State(state): State<ApiState>,
    caller: Caller,
    SessionPath(id): SessionPath,
    Query(query): Query<ChatQuery>,
) -> Result<Listed<Paged<ChatLine>>, Problem> {
    let after = position(query.cursor.as_deref())?;
    let session = visible(&state, &caller.actor, id).await?;
    let readable = state.chat_texts || session.role_of(&caller.actor.id).is_some();
    let size = usize::from(limits::CHAT_PAGE);
    // One line more than a page shows whether there is a next one.
    let mut lines =
        state.timed("chat_page", chat::page(&state.pool, id, after, limits::CHAT_PAGE + 1)).await?;
    let more = lines.len() > size;
    lines.truncate(size);
    let next_cursor = lines.last().filter(|_| more).map(|line| line.id.to_string());
    let items = lines.into_iter().map(|line| ChatLine::of(line, readable)).collect();
    Ok(Listed(Paged { items, next_cursor }))
}
