//! Who may book whom, where the platform says so with a list.

use chrono::{DateTime, Utc};
use lectern_domain::{id::UserId, person::Actor};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
};

/// Replaces the teachers whom a student may book. Teachers who were erased are
/// left out; a student who was is refused.
pub async fn replace(
    pool: &PgPool,
    student: &UserId,
    teachers: &[UserId],
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    with_retries!(try_replace(pool, student, teachers, by, now))
}

/// The teachers whom a student may book, in the order of their ids.
pub async fn teachers_of(pool: &PgPool, student: &UserId) -> Result<Vec<String>, StoreError> {
    let teachers = sqlx::query_scalar!(
        "SELECT teacher FROM matches WHERE student = $1 ORDER BY teacher",
        student.as_str(),
    )
    .fetch_all(pool)
    .await?;
    Ok(teachers)
}

/// Whether a student may book a teacher.
pub async fn is_matched(
    pool: &PgPool,
    student: &UserId,
    teacher: &UserId,
) -> Result<bool, StoreError> {
    let matched = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM matches WHERE student = $1 AND teacher = $2) AS "matched!""#,
        student.as_str(),
        teacher.as_str(),
    )
    .fetch_one(pool)
    .await?;
    Ok(matched)
}

async fn try_replace(
    pool: &PgPool,
    student: &UserId,
    teachers: &[UserId],
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let teachers: Vec<String> = teachers.iter().map(ToString::to_string).collect();
    let mut transaction = pool.begin().await?;
    sqlx::query!(r#"SELECT refuse_erased($1) AS "known: ()""#, student.as_str())
        .fetch_one(&mut *transaction)
        .await?;
    // Of two lists for one student the later stands whole.
    sqlx::query!(
        r#"SELECT pg_advisory_xact_lock(hashtextextended('matches ' || $1, 0)) AS "locked: ()""#,
        student.as_str(),
    )
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query!(
        "DELETE FROM matches WHERE student = $1 AND teacher <> ALL($2)",
        student.as_str(),
        &teachers,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "INSERT INTO matches (student, teacher, created_at) \
         SELECT $1, t, $3 FROM unnest($2::text[]) AS t \
         WHERE NOT EXISTS (SELECT FROM erased_ids WHERE digest = sha256(convert_to(t, 'UTF8'))) \
         ON CONFLICT DO NOTHING",
        student.as_str(),
        &teachers,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    let event = Event {
        actor: Some(by),
        action: "matches_replaced",
        session: None,
        details: &json!({ "student": student, "teachers": teachers.len() }),
    };
    audit::record(&mut transaction, &event, now).await?;
    transaction.commit().await?;
    Ok(())
}
