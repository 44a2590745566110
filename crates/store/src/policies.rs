//! What teachers ask of those who book.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::UserId,
    person::Actor,
    policy::{Limit, OwnPolicy},
    session::Version,
};
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    sessions::Expected,
    users,
};

/// A teacher's own policy, and in which version; zero: nothing was ever set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// What they say.
    pub own: OwnPolicy,
    /// Rises with every change.
    pub version: Version,
}

/// The columns, as they are.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) buffer_before: Option<i32>,
    pub(crate) buffer_after: Option<i32>,
    pub(crate) minimum_notice: Option<i32>,
    pub(crate) booking_window: Option<i32>,
    pub(crate) start_increment: Option<i32>,
    pub(crate) per_day: Option<i32>,
    pub(crate) per_week: Option<i32>,
    pub(crate) requires_confirmation: Option<bool>,
    pub(crate) pending_blocks: Option<bool>,
    pub(crate) confirm_within: Option<i32>,
    pub(crate) cancel_deadline: Option<i32>,
    pub(crate) join_opens: Option<i32>,
    pub(crate) grace: Option<i32>,
    pub(crate) lobby: Option<bool>,
    pub(crate) reschedule_needs_consent: Option<bool>,
    pub(crate) version: i64,
}

impl Row {
    pub(crate) fn own(&self) -> OwnPolicy {
        OwnPolicy {
            buffer_before: length(self.buffer_before),
            buffer_after: length(self.buffer_after),
            minimum_notice: length(self.minimum_notice),
            booking_window: length(self.booking_window),
            start_increment: length(self.start_increment),
            per_day: self.per_day.map(limit),
            per_week: self.per_week.map(limit),
            requires_confirmation: self.requires_confirmation,
            pending_blocks: self.pending_blocks,
            confirm_within: length(self.confirm_within),
            cancel_deadline: length(self.cancel_deadline),
            join_opens: length(self.join_opens),
            grace: length(self.grace),
            lobby: self.lobby,
            reschedule_needs_consent: self.reschedule_needs_consent,
        }
    }
}

/// Minutes as a length.
pub(crate) fn length(minutes: Option<i32>) -> Option<TimeDelta> {
    minutes.map(|minutes| TimeDelta::minutes(minutes.into()))
}

/// The checks of the schema keep limits small; zero is none.
fn limit(number: i32) -> Limit {
    Limit::try_from(i64::from(number)).unwrap_or(Limit::Unlimited)
}

fn minutes(length: Option<TimeDelta>) -> Option<i32> {
    length.and_then(|length| i32::try_from(length.num_minutes()).ok())
}

fn number(limit: Option<Limit>) -> Option<i32> {
    limit.map(|limit| match limit {
        Limit::Unlimited => 0,
        Limit::AtMost(most) => most.into(),
    })
}

/// What a teacher has set, if anything.
pub async fn find(pool: &PgPool, teacher: &UserId) -> Result<Stored, StoreError> {
    let mut connection = pool.acquire().await?;
    of(&mut connection, teacher).await
}

/// The same, for a transaction that goes by it.
pub(crate) async fn of(
    connection: &mut PgConnection,
    teacher: &UserId,
) -> Result<Stored, StoreError> {
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT buffer_before, buffer_after, minimum_notice, booking_window, start_increment,
               per_day, per_week, requires_confirmation, pending_blocks, confirm_within,
               cancel_deadline, join_opens, grace, lobby, reschedule_needs_consent, version
        FROM policies WHERE teacher = $1
        "#,
        teacher.as_str(),
    )
    .fetch_optional(connection)
    .await?
    .unwrap_or_default();
    Ok(Stored { own: row.own(), version: Version(row.version) })
}

/// Replaces what `named` names, and leaves the rest.
pub async fn amend(
    pool: &PgPool,
    teacher: &UserId,
    named: &OwnPolicy,
    expected: &Expected,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Stored, StoreError> {
    with_retries!(try_amend(pool, teacher, named, expected, by, now))
}

async fn try_amend(
    pool: &PgPool,
    teacher: &UserId,
    named: &OwnPolicy,
    expected: &Expected,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Stored, StoreError> {
    let mut transaction = pool.begin().await?;
    users::introduce(&mut transaction, &[teacher.to_string()], now).await?;
    sqlx::query!(
        "INSERT INTO policies (teacher, version) VALUES ($1, 0) ON CONFLICT DO NOTHING",
        teacher.as_str(),
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!("SELECT FROM policies WHERE teacher = $1 FOR UPDATE", teacher.as_str())
        .fetch_one(&mut *transaction)
        .await?;
    expected.check(of(&mut transaction, teacher).await?.version)?;
    sqlx::query!(
        r#"
        UPDATE policies
        SET buffer_before = coalesce($2, buffer_before),
            buffer_after = coalesce($3, buffer_after),
            minimum_notice = coalesce($4, minimum_notice),
            booking_window = coalesce($5, booking_window),
            start_increment = coalesce($6, start_increment),
            per_day = coalesce($7, per_day),
            per_week = coalesce($8, per_week),
            requires_confirmation = coalesce($9, requires_confirmation),
            pending_blocks = coalesce($10, pending_blocks),
            confirm_within = coalesce($11, confirm_within),
            cancel_deadline = coalesce($12, cancel_deadline),
            join_opens = coalesce($13, join_opens),
            grace = coalesce($14, grace),
            lobby = coalesce($15, lobby),
            reschedule_needs_consent = coalesce($16, reschedule_needs_consent),
            version = version + 1, updated_at = $17
        WHERE teacher = $1
        "#,
        teacher.as_str(),
        minutes(named.buffer_before),
        minutes(named.buffer_after),
        minutes(named.minimum_notice),
        minutes(named.booking_window),
        minutes(named.start_increment),
        number(named.per_day),
        number(named.per_week),
        named.requires_confirmation,
        named.pending_blocks,
        minutes(named.confirm_within),
        minutes(named.cancel_deadline),
        minutes(named.join_opens),
        minutes(named.grace),
        named.lobby,
        named.reschedule_needs_consent,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    let stored = of(&mut transaction, teacher).await?;
    let event = Event {
        actor: Some(by),
        action: "policy_changed",
        session: None,
        details: &json!({ "user": teacher, "version": stored.version.0 }),
    };
    audit::record(&mut transaction, &event, now).await?;
    transaction.commit().await?;
    Ok(stored)
}
