//! Slots that are kept for somebody for a few minutes, while they book.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    id::{HoldId, UserId},
    person::Actor,
    session::Timing,
};
use sqlx::{PgConnection, PgPool};

use crate::{
    error::{StoreError, with_retries},
    openings::{self, Platform, Wanted},
    users,
};

/// How long a slot is kept.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// A slot that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its name.
    pub id: HoldId,
    /// Whose time it is.
    pub teacher: UserId,
    /// When the lesson is to be.
    pub timing: Timing,
    /// For whom.
    pub by: Actor,
}

/// Keeps a slot that can be booked, in place of the one that this person had.
/// Answers until when.
pub async fn place(
    pool: &PgPool,
    platform: Platform<'_>,
    hold: &Hold,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, StoreError> {
    with_retries!(try_place(pool, platform, hold, now))
}

async fn try_place(
    pool: &PgPool,
    platform: Platform<'_>,
    hold: &Hold,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, StoreError> {
    let mut transaction = pool.begin().await?;
    let mut people = [&hold.teacher, &hold.by.id];
    people.sort();
    openings::lock(&mut transaction, &people).await?;
    let people = people.map(ToString::to_string);
    users::introduce(&mut transaction, &people, now).await?;
    let wanted = Wanted {
        teacher: &hold.teacher,
        students: std::slice::from_ref(&hold.by.id),
        timing: hold.timing,
        by: &hold.by,
        except: None,
    };
    openings::check(&mut transaction, platform, wanted, now).await?;
    let expires_at = now + LIFETIME;
    sqlx::query!(
        r#"
        INSERT INTO holds (id, teacher, holder, during, expires_at, created_at)
        VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6, $7)
        ON CONFLICT (holder) DO UPDATE
        SET id = $1, teacher = $2, during = tstzrange($4, $5, '[)'), expires_at = $6,
            created_at = $7
        "#,
        hold.id.0,
        hold.teacher.as_str(),
        hold.by.id.as_str(),
        hold.timing.start,
        hold.timing.end(),
        expires_at,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(expires_at)
}

/// Lets go of a hold of this person's. One of others is not found.
pub async fn release(pool: &PgPool, id: HoldId, holder: &UserId) -> Result<(), StoreError> {
    let released =
        sqlx::query!("DELETE FROM holds WHERE id = $1 AND holder = $2", id.0, holder.as_str())
            .execute(pool)
            .await?
            .rows_affected();
    if released == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}

/// Lets go of whatever `holders` hold of this teacher's time, since they have
/// a lesson now.
pub(crate) async fn consume(
    connection: &mut PgConnection,
    teacher: &UserId,
    holders: &[&UserId],
) -> Result<(), StoreError> {
    let holders: Vec<String> = holders.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "DELETE FROM holds WHERE teacher = $1 AND holder = ANY($2)",
        teacher.as_str(),
        &holders,
    )
    .execute(connection)
    .await?;
    Ok(())
}
