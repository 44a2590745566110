//! Calendars of people: the address at which their lessons are subscribed to,
//! and the calendars elsewhere in which they are busy.

mod due;
mod lessons;

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    feed::{State, Trouble},
    id::{FeedId, UserId},
    outbound::Target,
    person::Actor,
    secret::SecretHash,
    session::Version,
    text::CalendarName,
};
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use self::{
    due::{Due, Outcome, Read, Validators, keep, lease, lessons_among},
    lessons::lessons,
};
use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    sessions::Expected,
    users,
};

/// The most calendars of one person.
pub const MAX_FEEDS: usize = 10;
/// How long after one calendar that somebody names the next one is fetched.
pub const APART: TimeDelta = TimeDelta::seconds(2);

/// What somebody has set, and how it stands with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendars {
    /// Since when lessons can be subscribed to; `None`: they cannot.
    pub subscribed_at: Option<DateTime<Utc>>,
    /// In the order in which they were given.
    pub busy: Vec<Busy>,
    /// Rises with every change that somebody makes; zero: nothing was ever set.
    pub version: Version,
    /// Before when nothing more is fetched that they name.
    fetch_after: Option<DateTime<Utc>>,
}

/// A calendar elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// Its name here.
    pub id: FeedId,
    /// What its owner calls it.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// How it stands with it.
    pub state: State,
    /// Why, where it is failing.
    pub problem: Option<Trouble>,
    /// When it was last found readable, changed or not.
    pub fetched_at: Option<DateTime<Utc>>,
    /// How many of its events make busy.
    pub events: i32,
}

/// What is to be; what is not named stays.
#[derive(Debug, Clone, Default)]
pub struct Replacement {
    /// Whether lessons can be subscribed to.
    pub subscribe: Option<Subscribe>,
    /// All calendars elsewhere, each URL once.
    pub busy: Option<Vec<NewFeed>>,
}

/// Whether lessons can be subscribed to.
#[derive(Debug, Clone, Copy)]
pub enum Subscribe {
    /// No longer, at any address.
    Off,
    /// At the present address, or, where there is none, by the secret of which
    /// this is kept.
    On(SecretHash),
}

/// A calendar that somebody names.
#[derive(Debug, Clone)]
pub struct NewFeed {
    /// Its name, if it is new here.
    pub id: FeedId,
    /// Where it is.
    pub target: Target,
    /// What its owner calls it.
    pub name: CalendarName,
}

/// What somebody has set.
pub async fn find(pool: &PgPool, person: &UserId) -> Result<Calendars, StoreError> {
    let mut connection = pool.acquire().await?;
    of(&mut connection, person).await
}

/// Whose lessons a secret shows.
pub async fn subscriber(pool: &PgPool, hash: &SecretHash) -> Result<Option<UserId>, StoreError> {
    let person =
        sqlx::query_scalar!("SELECT person FROM calendar_feeds WHERE secret_hash = $1", &hash.0)
            .fetch_optional(pool)
            .await?;
    person
        .map(|id| id.parse().map_err(|_| StoreError::Corrupt { column: "calendar_feeds.person" }))
        .transpose()
}

/// Replaces what is named, and says whether the secret in it is in use now. A
/// calendar that was there already keeps what is known of it, and is tried again
/// soon if it is failing; what is no longer there makes nobody busy.
pub async fn replace(
    pool: &PgPool,
    person: &UserId,
    replacement: &Replacement,
    expected: &Expected,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(Calendars, bool), StoreError> {
    with_retries!(try_replace(pool, person, replacement, expected, by, now))
}

async fn try_replace(
    pool: &PgPool,
    person: &UserId,
    replacement: &Replacement,
    expected: &Expected,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(Calendars, bool), StoreError> {
    let mut transaction = pool.begin().await?;
    users::introduce(&mut transaction, &[person.to_string()], now).await?;
    // Whoever replaces waits for others who do.
    sqlx::query!("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", person.as_str())
        .fetch_one(&mut *transaction)
        .await?;
    let before = of(&mut transaction, person).await?;
    expected.check(before.version)?;
    let (secret, fresh) = match replacement.subscribe {
        Some(Subscribe::On(hash)) if before.subscribed_at.is_none() => (Some(hash), true),
        _ => (None, false),
    };
    let off = matches!(replacement.subscribe, Some(Subscribe::Off));
    sqlx::query!(
        r#"
        INSERT INTO calendar_feeds (person, secret_hash, subscribed_at, updated_at)
        VALUES ($1, $2, CASE WHEN $2::bytea IS NULL THEN NULL ELSE $4::timestamptz END, $4)
        ON CONFLICT (person) DO UPDATE
        SET secret_hash = CASE WHEN $3 THEN NULL
                               ELSE coalesce($2, calendar_feeds.secret_hash) END,
            subscribed_at = CASE WHEN $3 THEN NULL WHEN $2::bytea IS NULL
                                 THEN calendar_feeds.subscribed_at ELSE $4 END,
            version = calendar_feeds.version + 1, updated_at = $4
        "#,
        person.as_str(),
        secret.map(|hash| hash.0.to_vec()),
        off,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    if let Some(feeds) = &replacement.busy {
        put(&mut transaction, person, feeds, &before, now).await?;
    }
    let after = of(&mut transaction, person).await?;
    note(&mut transaction, person, &after, fresh, by, now).await?;
    transaction.commit().await?;
    Ok((after, fresh))
}

/// Adds to the record that somebody's calendars changed: how many there are
/// now, and nothing of where. That an address was made stands there, since who
/// has it sees the lessons.
async fn note(
    connection: &mut PgConnection,
    person: &UserId,
    after: &Calendars,
    fresh: bool,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let event = Event {
        actor: Some(by),
        action: "calendar_feeds_changed",
        session: None,
        details: &json!({
            "user": person,
            "version": after.version.0,
            "subscribed": after.subscribed_at.is_some(),
            "newAddress": fresh,
            "busy": after.busy.len(),
        }),
    };
    audit::record(connection, &event, now).await
}

/// Keeps these calendars and no others. A new one is due at once, unless others
/// were just named, and so is one that is failing.
async fn put(
    connection: &mut PgConnection,
    person: &UserId,
    feeds: &[NewFeed],
    before: &Calendars,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut next = before.fetch_after.map_or(now, |after| after.max(now));
    let due: Vec<Option<DateTime<Utc>>> = (feeds.iter())
        .map(|feed| {
            let known = before.busy.iter().find(|busy| busy.url == feed.target.as_str());
            let due = known.is_none_or(|busy| busy.state == State::Failing).then_some(next);
            next += if due.is_some() { APART } else { TimeDelta::zero() };
            due
        })
        .collect();
    sqlx::query!(
        "UPDATE calendar_feeds SET fetch_after = $2 WHERE person = $1",
        person.as_str(),
        next,
    )
    .execute(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = feeds.iter().map(|feed| feed.id.0).collect();
    let urls: Vec<String> = feeds.iter().map(|feed| feed.target.as_str().to_owned()).collect();
    let names: Vec<String> = feeds.iter().map(|feed| feed.name.to_string()).collect();
    sqlx::query!(
        "DELETE FROM busy_feeds WHERE person = $1 AND url <> ALL($2)",
        person.as_str(),
        &urls,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        r#"
        INSERT INTO busy_feeds (id, person, place, name, url, due_at, created_at)
        SELECT given.id, $1, given.place, given.name, given.url, coalesce(given.due, $6), $6
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
            WITH ORDINALITY AS given (id, url, name, due, place)
        ON CONFLICT (person, url) DO UPDATE
        SET place = excluded.place, name = excluded.name,
            due_at = CASE WHEN busy_feeds.state = 'failing'
                          THEN least(busy_feeds.due_at, excluded.due_at)
                          ELSE busy_feeds.due_at END
        "#,
        person.as_str(),
        &ids,
        &urls,
        &names,
        &due as &[Option<DateTime<Utc>>],
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn of(connection: &mut PgConnection, person: &UserId) -> Result<Calendars, StoreError> {
    let own = sqlx::query!(
        "SELECT subscribed_at, fetch_after, version FROM calendar_feeds WHERE person = $1",
        person.as_str(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let rows = sqlx::query!(
        r#"
        SELECT id, name, url, state, problem, events, fetched_at
        FROM busy_feeds WHERE person = $1 ORDER BY place, id
        "#,
        person.as_str(),
    )
    .fetch_all(connection)
    .await?;
    let corrupt = |column| StoreError::Corrupt { column };
    let busy = rows.into_iter().map(|row| {
        let problem = row.problem.as_deref().map(str::parse).transpose();
        Ok(Busy {
            id: FeedId(row.id),
            name: row.name,
            url: row.url,
            state: row.state.parse().map_err(|_| corrupt("busy_feeds.state"))?,
            problem: problem.map_err(|_| corrupt("busy_feeds.problem"))?,
            fetched_at: row.fetched_at,
            events: row.events,
        })
    });
    Ok(Calendars {
        subscribed_at: own.as_ref().and_then(|own| own.subscribed_at),
        busy: busy.collect::<Result<_, StoreError>>()?,
        fetch_after: own.as_ref().and_then(|own| own.fetch_after),
        version: Version(own.map_or(0, |own| own.version)),
    })
}
