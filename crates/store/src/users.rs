//! The platform's people, as far as Lectern needs to know them.

mod erase;
mod record;

use chrono::{DateTime, Utc};
use lectern_domain::id::UserId;
use sqlx::{PgConnection, PgPool};

pub use self::{
    erase::{Erased, Erasure, erase},
    record::{Put, Record, RecordChange, list, put, record},
};
use crate::error::StoreError;

/// What is kept of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The platform's id.
    pub id: String,
    /// What others see; the id, where the platform gave no name.
    pub name: String,
    /// The language they read, as a BCP 47 tag.
    pub locale: String,
    /// The IANA zone they live in.
    pub time_zone: String,
}

/// What the platform's token says of its bearer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claims {
    /// The platform's id.
    pub id: UserId,
    /// What others see.
    pub name: Option<String>,
    /// Fills the language in, as long as nothing is known.
    pub locale: Option<String>,
    /// Fills the zone in, as long as nothing is known.
    pub time_zone: Option<String>,
    /// Where mail goes.
    pub email: Option<String>,
}

/// A person as the platform describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The platform's id.
    pub id: UserId,
    /// What others see.
    pub name: String,
    /// The language they read.
    pub locale: String,
    /// The zone they live in.
    pub time_zone: String,
    /// Whether students find them among the teachers.
    pub teaches: bool,
    /// One line about them.
    pub headline: String,
    /// What they teach.
    pub skills: Vec<String>,
}

/// A teacher, as students find them.
#[derive(Debug, Clone, PartialEq)]
pub struct Teacher {
    /// The platform's id.
    pub id: String,
    /// What others see.
    pub name: String,
    /// The zone they live in.
    pub time_zone: String,
    /// One line about them.
    pub headline: String,
    /// The mean of their ratings, where there are any.
    pub average: Option<f64>,
    /// How many ratings.
    pub count: i64,
}

/// Keeps what a token says. A name follows the token; language and zone are
/// the person's own once they are known. Who was erased is refused.
pub async fn remember(
    pool: &PgPool,
    claims: &Claims,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        INSERT INTO users (id, name, email, locale, time_zone, created_at, updated_at)
        VALUES ($1, coalesce($2, ''), $3, coalesce($4, 'en'), coalesce($5, 'UTC'), $6, $6)
        ON CONFLICT (id) DO UPDATE
        SET name = coalesce($2, users.name), email = coalesce($3, users.email), updated_at = $6,
            version = users.version + 1
        WHERE users.name IS DISTINCT FROM coalesce($2, users.name)
           OR users.email IS DISTINCT FROM coalesce($3, users.email)
        "#,
        claims.id.as_str(),
        claims.name,
        claims.email,
        claims.locale,
        claims.time_zone,
        now,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Makes or replaces what the platform says of a person.
pub async fn upsert(
    pool: &PgPool,
    profile: &Profile,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        INSERT INTO users
            (id, name, locale, time_zone, teaches, headline, skills, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        ON CONFLICT (id) DO UPDATE
        SET name = $2, locale = $3, time_zone = $4, teaches = $5, headline = $6, skills = $7,
            updated_at = $8, version = users.version + 1
        "#,
        profile.id.as_str(),
        profile.name,
        profile.locale,
        profile.time_zone,
        profile.teaches,
        profile.headline,
        &profile.skills,
        now,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// What is known of one person.
pub async fn find(pool: &PgPool, id: &UserId) -> Result<Option<User>, StoreError> {
    let user = sqlx::query_as!(
        User,
        r#"
        SELECT id, coalesce(nullif(name, ''), id) AS "name!", locale, time_zone
        FROM users WHERE id = $1
        "#,
        id.as_str(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(user)
}

/// Changes what a person prefers; `None` leaves it.
pub async fn prefer(
    pool: &PgPool,
    id: &UserId,
    time_zone: Option<&str>,
    locale: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        UPDATE users
        SET time_zone = coalesce($2, time_zone), locale = coalesce($3, locale), updated_at = $4,
            version = version + 1
        WHERE id = $1
        "#,
        id.as_str(),
        time_zone,
        locale,
        now,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Those of `ids` whom `viewer` may know by name: themselves, teachers, and
/// whom they share a lesson with. An admin knows everybody.
pub async fn named(
    pool: &PgPool,
    viewer: &UserId,
    admin: bool,
    ids: &[String],
) -> Result<Vec<User>, StoreError> {
    let users = sqlx::query_as!(
        User,
        r#"
        SELECT u.id, coalesce(nullif(u.name, ''), u.id) AS "name!", u.locale, u.time_zone
        FROM users u
        WHERE u.id = ANY($1)
          AND ($3 OR u.id = $2 OR u.teaches OR EXISTS (
                SELECT FROM session_participants theirs
                JOIN session_participants mine USING (session_id)
                WHERE theirs.user_id = u.id AND mine.user_id = $2))
        ORDER BY u.id
        "#,
        ids,
        viewer.as_str(),
        admin,
    )
    .fetch_all(pool)
    .await?;
    Ok(users)
}

/// Teachers by name, narrowed by what is searched for and by skill.
pub async fn teachers(
    pool: &PgPool,
    search: Option<&str>,
    skill: Option<&str>,
    limit: i64,
) -> Result<Vec<Teacher>, StoreError> {
    let teachers = sqlx::query_as!(
        Teacher,
        r#"
        SELECT u.id, coalesce(nullif(u.name, ''), u.id) AS "name!", u.time_zone, u.headline,
               ((a.ones + 2 * a.twos + 3 * a.threes + 4 * a.fours + 5 * a.fives)::float8
                / nullif(a.ones + a.twos + a.threes + a.fours + a.fives, 0)) AS "average?",
               coalesce(a.ones + a.twos + a.threes + a.fours + a.fives, 0) AS "count!"
        FROM users u
        LEFT JOIN review_aggregates a ON a.user_id = u.id
        WHERE u.teaches
          AND ($1::text IS NULL OR strpos(
                lower(concat_ws(' ', u.name, u.headline, array_to_string(u.skills, ' '))),
                lower($1)) > 0)
          AND ($2::text IS NULL OR EXISTS (
                SELECT FROM unnest(u.skills) AS s (skill) WHERE lower(s.skill) = lower($2)))
        ORDER BY u.name, u.id
        LIMIT $3
        "#,
        search,
        skill,
        limit,
    )
    .fetch_all(pool)
    .await?;
    Ok(teachers)
}

/// Makes sure that the people of a lesson are known, in a fixed order, so that
/// two bookings that both introduce them do not wait for each other.
pub(crate) async fn introduce(
    connection: &mut PgConnection,
    sorted: &[String],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        INSERT INTO users (id, created_at, updated_at)
        SELECT id, $2, $2 FROM unnest($1::text[]) WITH ORDINALITY AS people (id, n) ORDER BY n
        ON CONFLICT (id) DO NOTHING
        "#,
        sorted,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
