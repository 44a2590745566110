//! Complaints about lessons, and what an admin decided.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use lectern_domain::{
    dispute::{self, DisputeRefused, Outcome},
    id::{DisputeId, SessionId, UserId},
    person::Actor,
    session::{Session, UnknownName},
    text::Grounds,
};
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    notifications::{self, NewNotice},
    page::{After, Page, PageRequest},
    sessions::{self, Ruling},
};

/// A complaint to keep.
#[derive(Debug, Clone)]
pub struct NewDispute {
    /// Its name.
    pub id: DisputeId,
    /// About which lesson.
    pub session: SessionId,
    /// Whose.
    pub by: Actor,
    /// What is wrong.
    pub grounds: Grounds,
}

/// A complaint as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeRow {
    /// Its name.
    pub id: Uuid,
    /// About which lesson.
    pub session_id: Uuid,
    /// Whose.
    pub opened_by: String,
    /// What is wrong.
    pub reason: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// What was decided.
    pub outcome: Option<String>,
    /// By whom.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    pub decision_reason: Option<String>,
}

/// Which complaints an admin looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Those that wait for a decision.
    Open,
    /// Those that have one.
    Decided,
}

impl FromStr for State {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "open" => Ok(Self::Open),
            "decided" => Ok(Self::Decided),
            _ => Err(UnknownName { expected: "open, decided" }),
        }
    }
}

/// Keeps a complaint, as the rules allow it; the others in the lesson are told
/// that there is one, and not what it says.
pub async fn open(
    pool: &PgPool,
    new: &NewDispute,
    now: DateTime<Utc>,
) -> Result<DisputeRow, StoreError> {
    let mut transaction = pool.begin().await?;
    let session = sessions::lock(&mut transaction, new.session).await?;
    dispute::may_open(&session, &new.by.id, now)?;
    let row = sqlx::query_as!(
        DisputeRow,
        r#"
        INSERT INTO disputes (id, session_id, opened_by, reason, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (session_id, opened_by) DO NOTHING
        RETURNING id, session_id, opened_by, reason, created_at, outcome, decided_by, decided_at,
                  decision_reason
        "#,
        new.id.0,
        new.session.0,
        new.by.id.as_str(),
        new.grounds.as_str(),
        now,
    )
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(DisputeRefused::AlreadyDisputed)?;
    let details = json!({ "dispute": new.id });
    let event = Event {
        actor: Some(&new.by),
        action: "dispute_opened",
        session: Some(new.session),
        details: &details,
    };
    audit::record(&mut transaction, &event, now).await?;
    let payload = json!({
        "title": session.title,
        "actor": new.by.id,
        "actorName": session.name_of(&new.by.id),
    });
    tell(&mut transaction, &session, Some(&new.by), "dispute_opened", &payload, now).await?;
    transaction.commit().await?;
    Ok(row)
}

/// One page of complaints, the newest first.
pub async fn list(
    pool: &PgPool,
    state: Option<State>,
    page: PageRequest,
) -> Result<Page<DisputeRow>, StoreError> {
    let rows = sqlx::query_as!(
        DisputeRow,
        r#"
        SELECT id, session_id, opened_by, reason, created_at, outcome, decided_by, decided_at,
               decision_reason
        FROM disputes
        WHERE ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid))
          AND ($3::boolean IS NULL OR (decided_at IS NOT NULL) = $3)
        ORDER BY created_at DESC, id DESC
        LIMIT $4
        "#,
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        state.map(|state| state == State::Decided),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(rows, page, |dispute| After { at: dispute.created_at, id: dispute.id }))
}

/// One page of a person's complaints, the newest first.
pub async fn opened_by(
    pool: &PgPool,
    user: &UserId,
    page: PageRequest,
) -> Result<Page<DisputeRow>, StoreError> {
    let rows = sqlx::query_as!(
        DisputeRow,
        r#"
        SELECT id, session_id, opened_by, reason, created_at, outcome, decided_by, decided_at,
               decision_reason
        FROM disputes
        WHERE opened_by = $1
          AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
        ORDER BY created_at DESC, id DESC
        LIMIT $4
        "#,
        user.as_str(),
        page.after.map(|after| after.at),
        page.after.map(|after| after.id),
        page.fetch(),
    )
    .fetch_all(pool)
    .await?;
    Ok(Page::cut(rows, page, |dispute| After { at: dispute.created_at, id: dispute.id }))
}

/// One complaint.
pub async fn find(pool: &PgPool, id: DisputeId) -> Result<Option<DisputeRow>, StoreError> {
    let mut connection = pool.acquire().await?;
    one(&mut connection, id).await
}

/// Every complaint about a lesson, the first one first: one a participant.
pub async fn about(pool: &PgPool, session: SessionId) -> Result<Vec<DisputeRow>, StoreError> {
    let rows = sqlx::query_as!(
        DisputeRow,
        "SELECT id, session_id, opened_by, reason, created_at, outcome, decided_by, decided_at, \
         decision_reason FROM disputes WHERE session_id = $1 ORDER BY created_at, id",
        session.0,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

async fn one(
    connection: &mut PgConnection,
    id: DisputeId,
) -> Result<Option<DisputeRow>, StoreError> {
    let row = sqlx::query_as!(
        DisputeRow,
        "SELECT id, session_id, opened_by, reason, created_at, outcome, decided_by, decided_at, \
         decision_reason FROM disputes WHERE id = $1",
        id.0,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// An admin's decision on a complaint.
#[derive(Debug, Clone)]
pub struct Decision {
    /// On which.
    pub dispute: DisputeId,
    /// What becomes of the lesson.
    pub outcome: Outcome,
    /// Why; its people are told.
    pub grounds: Grounds,
    /// By whom.
    pub by: Actor,
}

/// Decides a complaint, and carries the decision out on its lesson.
pub async fn decide(
    pool: &PgPool,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<(DisputeRow, Session), StoreError> {
    with_retries!(try_decide(pool, decision, now))
}

async fn try_decide(
    pool: &PgPool,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<(DisputeRow, Session), StoreError> {
    let about = find(pool, decision.dispute).await?.ok_or(StoreError::NotFound)?;
    let session = SessionId(about.session_id);
    let (mut transaction, before) = sessions::lock_to_rule(pool, session).await?;
    let row = sqlx::query_as!(
        DisputeRow,
        r#"
        UPDATE disputes
        SET outcome = $2, decided_by = $3, decided_at = $4, decision_reason = $5
        WHERE id = $1 AND decided_at IS NULL
        RETURNING id, session_id, opened_by, reason, created_at, outcome, decided_by, decided_at,
                  decision_reason
        "#,
        decision.dispute.0,
        decision.outcome.as_str(),
        decision.by.id.as_str(),
        now,
        decision.grounds.as_str(),
    )
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(DisputeRefused::AlreadyDecided)?;
    let ruling = Ruling {
        session,
        outcome: decision.outcome,
        grounds: decision.grounds.clone(),
        by: decision.by.clone(),
    };
    let after =
        sessions::carry_out(&mut transaction, &before, &ruling, Some(decision.dispute), now)
            .await?;
    let payload = json!({
        "title": after.title,
        "outcome": decision.outcome.as_str(),
        "reason": decision.grounds,
    });
    tell(&mut transaction, &after, None, "dispute_decided", &payload, now).await?;
    transaction.commit().await?;
    Ok((row, after))
}

/// Tells everybody in the lesson but `but`.
async fn tell(
    connection: &mut PgConnection,
    session: &Session,
    but: Option<&Actor>,
    kind: &str,
    payload: &serde_json::Value,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let users: Vec<&str> = (session.participants.iter())
        .filter(|participant| but.is_none_or(|actor| actor.id != participant.user))
        .map(|participant| participant.user.as_str())
        .collect();
    let notice = NewNotice { users: &users, kind, session: session.id, payload };
    notifications::notify(connection, &notice, now).await
}
