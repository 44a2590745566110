//! `GET /api/admin/audit`

use axum::extract::State;
use lectern_domain::id::{SessionId, UserId};
use lectern_store::{
    audit::{self, Filter},
    page::PageRequest,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    extract::{Caller, Checks, Listed, Paged, Query, page},
    limits,
    problem::{Problem, ProblemDocument},
    state::ApiState,
    view::RecordedEvent,
};

/// Which part of the record.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// What was done to this lesson.
    #[param(nullable = false, format = Uuid)]
    session: Option<String>,
    /// What was done by this user, by the platform's id, or by the service with
    /// the key of this id.
    #[param(nullable = false)]
    actor: Option<String>,
    /// What concerns this person, as `about` of an event says: the platform's id.
    #[param(nullable = false)]
    about: Option<String>,
    /// What goes by this name, such as `policy_changed`.
    #[param(nullable = false, pattern = "^[a-z_]{1,64}$")]
    action: Option<String>,
    /// What was done at this instant or later.
    #[param(nullable = false, format = DateTime)]
    from: Option<String>,
    /// What was done before this instant.
    #[param(nullable = false, format = DateTime)]
    to: Option<String>,
    /// `nextCursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// The most events.
    #[param(value_type = Option<u16>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
}

/// Everything that was done and by whom, the latest first. For admins.
///
/// It cannot be changed, not even by the server, and is kept for three years.
/// What stands there of somebody who was erased stands under a pseudonym.
#[utoipa::path(
    operation_id = "listAuditEvents",
    get, path = "/api/admin/audit", tag = "admin", params(AuditQuery),
    responses(
        (status = 200, description = "One page of it.", body = inline(Paged<RecordedEvent>),
            example = json!({
                "items": [{
                    "id": "4712", "at": "2027-03-08T10:04:00Z", "actor": "ada",
                    "actorKind": "admin", "action": "policy_changed",
                    "details": { "user": "ines", "version": 3 }, "sessionId": null, "about": "ines",
                }, {
                    "id": "4711", "at": "2027-03-08T10:00:00Z",
                    "actor": "0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e79",
                    "actorKind": "service", "action": "session_booked",
                    "details": {
                        "scheduledAt": "2027-03-15T10:00:00Z", "duration": 60,
                        "onBehalfOf": "jonas",
                    },
                    "sessionId": "0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e77", "about": "jonas",
                }],
                "nextCursor": null,
            })),
        (status = 403, description = "`forbidden`: not an admin.", body = ProblemDocument,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Listed<Paged<RecordedEvent>>, Problem> {
    caller.admin()?;
    let (filter, page) = query.parse()?;
    let page = state.timed("audit_list", audit::list(&state.pool, &filter, page)).await?;
    Ok(Listed(page.map(RecordedEvent::from).into()))
}

impl AuditQuery {
    fn parse(&self) -> Result<(Filter, PageRequest), Problem> {
        let mut checks = Checks::default();
        let filter = Filter {
            session: checks.optional::<SessionId>("?session", self.session.as_deref()),
            actor: checks.optional::<UserId>("?actor", self.actor.as_deref()),
            about: checks.optional::<UserId>("?about", self.about.as_deref()),
            action: (self.action.as_deref()).and_then(|text| checks.accept("?action", name(text))),
            from: checks.instant("?from", self.from.as_deref()),
            to: checks.instant("?to", self.to.as_deref()),
        };
        let page = page(&mut checks, self.cursor.as_deref(), self.limit.as_deref());
        checks.done()?;
        Ok((filter, page))
    }
}

/// A name of something that may be done. Which there are, the record says.
fn name(text: &str) -> Result<String, &'static str> {
    let named = (1..=limits::ACTION).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if named { Ok(text.to_owned()) } else { Err("expected a name such as policy_changed") }
}
