//! Who did what. Rows are only ever added, and hold no name, address or text
//! that a person wrote: what cannot be changed could not be erased. Users stand
//! there by the platform's id. An admin's reason is the one exception: it is
//! part of what was done.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    person::Actor,
};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row as _, postgres::PgRow};
use uuid::Uuid;

use crate::{
    error::StoreError,
    page::{After, Page, PageRequest},
};

/// Something that was done.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// By whom; nobody: by the system itself. A service stands there by its
    /// key, with the user for whom it acts in the details.
    pub actor: Option<&'a Actor>,
    /// A stable name.
    pub action: &'a str,
    /// To which lesson.
    pub session: Option<SessionId>,
    /// What else there is to know: an object.
    pub details: &'a Value,
}

/// The columns, as they are written.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) actor: Option<String>,
    pub(crate) kind: &'static str,
    pub(crate) details: Value,
}

impl Event<'_> {
    pub(crate) fn columns(&self) -> Columns {
        let kind = match self.actor {
            None => "system",
            Some(Actor { key: Some(_), .. }) => "service",
            Some(Actor { admin: true, .. }) => "admin",
            Some(_) => "user",
        };
        let actor = self.actor.map(|actor| match actor.key {
            Some(key) => key.to_string(),
            None => actor.id.to_string(),
        });
        let mut details = self.details.clone();
        if let Some(user) = self.actor.and_then(Actor::on_behalf_of) {
            details["onBehalfOf"] = json!(user);
        }
        Columns { actor, kind, details }
    }
}

/// Adds it to the record, in the transaction that does it.
pub async fn record(
    connection: &mut PgConnection,
    event: &Event<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Columns { actor, kind, details } = event.columns();
    sqlx::query!(
        "INSERT INTO audit_events (at, actor, actor_kind, action, session_id, details) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        now,
        actor,
        kind,
        event.action,
        event.session.map(|id| id.0),
        details,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether this was ever done to a lesson.
pub(crate) async fn happened(
    connection: &mut PgConnection,
    session: SessionId,
    action: &str,
) -> Result<bool, StoreError> {
    let happened = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (SELECT FROM audit_events WHERE session_id = $1 AND action = $2) AS "happened!"
        "#,
        session.0,
        action,
    )
    .fetch_one(connection)
    .await?;
    Ok(happened)
}

/// Something that was done, as it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Its place in the order of all events; where the next page begins.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom: a user, or the key of a service; nobody: the system itself.
    pub actor: Option<String>,
    /// `user`, `admin`, `service` or `system`.
    pub actor_kind: String,
    /// A stable name.
    pub action: String,
    /// What else there is to know.
    pub details: Value,
}

/// A page of what was done to a lesson, the earliest first, after the event
/// `after`. Reviews are double-blind, and so is their record: only an admin is
/// told what others did with theirs.
pub async fn of_session(
    pool: &PgPool,
    session: SessionId,
    reader: &Actor,
    after: i64,
    limit: u16,
) -> Result<Vec<EventRow>, StoreError> {
    let events = sqlx::query_as!(
        EventRow,
        r#"
        SELECT id, at, actor, actor_kind, action, details FROM audit_events
        WHERE session_id = $1 AND id > $2
          AND ($3 OR NOT starts_with(action, 'review_') OR actor = $4)
        ORDER BY id LIMIT $5
        "#,
        session.0,
        after,
        reader.admin,
        reader.id.as_str(),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(events)
}

/// Something that was done, wherever it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What, when and by whom.
    pub event: EventRow,
    /// To which lesson.
    pub session_id: Option<Uuid>,
    /// Whom it concerns beside who did it.
    pub about: Option<String>,
}

/// Which part of the record.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What was done to this lesson.
    pub session: Option<SessionId>,
    /// What this user did, or the service with the key of this name.
    pub actor: Option<UserId>,
    /// What concerns this person.
    pub about: Option<UserId>,
    /// What goes by this name.
    pub action: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
}

/// One page of everything that was recorded, the latest first.
pub async fn list(
    pool: &PgPool,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Recorded>, StoreError> {
    let rows = query(filter, page).build().fetch_all(pool).await?;
    let events = rows.iter().map(recorded).collect::<Result<_, sqlx::Error>>()?;
    Ok(Page::cut(events, page, |recorded| place(recorded.event.at, recorded.event.id)))
}

/// Where an event stands in the order of time. Its number is not the order: it
/// is given out before others are written that bear an earlier time.
pub(crate) fn place(at: DateTime<Utc>, id: i64) -> After {
    After { at, id: Uuid::from_u128(id.unsigned_abs().into()) }
}

/// The number in a place. Beyond what numbers there are, all have one before.
pub(crate) fn number(after: After) -> i64 {
    i64::try_from(after.id.as_u128()).unwrap_or(i64::MAX)
}

/// Written as in the schema, whose index is of these very words.
const ABOUT: &str = "coalesce(details ->> 'user', details ->> 'student', details ->> 'onBehalfOf')";
const CONCERNS: &str = "details ?| ARRAY['user', 'student', 'onBehalfOf']";

/// Each filter has an index of its own that goes on in the order of time; only
/// the few events of a lesson are sorted.
fn query(filter: &Filter, page: PageRequest) -> QueryBuilder<Postgres> {
    let mut sql =
        QueryBuilder::new("SELECT id, at, actor, actor_kind, action, session_id, details, ");
    sql.push(ABOUT).push(" AS about FROM audit_events WHERE true");
    if let Some(session) = filter.session {
        sql.push(" AND session_id = ").push_bind(session.0);
    }
    if let Some(actor) = &filter.actor {
        sql.push(" AND actor = ").push_bind(actor.to_string());
    }
    if let Some(person) = &filter.about {
        sql.push(format_args!(" AND {CONCERNS} AND {ABOUT} = ")).push_bind(person.to_string());
    }
    if let Some(action) = &filter.action {
        sql.push(" AND action = ").push_bind(action.clone());
    }
    if let Some(from) = filter.from {
        sql.push(" AND at >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        sql.push(" AND at < ").push_bind(to);
    }
    if let Some(after) = page.after {
        sql.push(" AND (at, id) < (").push_bind(after.at);
        sql.push(", ").push_bind(number(after)).push(")");
    }
    sql.push(" ORDER BY at DESC, id DESC LIMIT ").push_bind(page.fetch());
    sql
}

fn recorded(row: &PgRow) -> Result<Recorded, sqlx::Error> {
    Ok(Recorded {
        event: EventRow {
            id: row.try_get("id")?,
            at: row.try_get("at")?,
            actor: row.try_get("actor")?,
            actor_kind: row.try_get("actor_kind")?,
            action: row.try_get("action")?,
            details: row.try_get("details")?,
        },
        session_id: row.try_get("session_id")?,
        about: row.try_get("about")?,
    })
}
