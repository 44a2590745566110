//! What the platform says of a person, as the platform reads and writes it.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::UserId,
    person::Actor,
    session::Version,
    text::{Email, Headline, Locale, PersonName, Phone, Search, Skill},
    zone::ZoneName,
};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    sessions::Expected,
};

/// All that is kept of a person by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The platform's id.
    pub id: String,
    /// What others see; empty, where the platform gave no name.
    pub name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// Where messages go.
    pub phone: Option<String>,
    /// The language they read.
    pub locale: String,
    /// The IANA zone they live in.
    pub time_zone: String,
    /// Whether students find them among the teachers.
    pub teaches: bool,
    /// One line about them.
    pub headline: String,
    /// What they teach.
    pub skills: Vec<String>,
    /// Rises with every change.
    pub version: i64,
    /// Since when they are known.
    pub created_at: DateTime<Utc>,
    /// When that last changed.
    pub updated_at: DateTime<Utc>,
}

/// What the platform says of a person; `None` leaves it.
#[derive(Debug, Clone)]
pub struct RecordChange {
    /// Of whom.
    pub id: UserId,
    /// What others see.
    pub name: Option<PersonName>,
    /// Where mail goes, or that it goes nowhere.
    pub email: Option<Option<Email>>,
    /// Where messages go, or that they go nowhere.
    pub phone: Option<Option<Phone>>,
    /// The language they read.
    pub locale: Option<Locale>,
    /// The zone they live in.
    pub time_zone: Option<ZoneName>,
    /// Whether students find them among the teachers.
    pub teaches: Option<bool>,
    /// One line about them.
    pub headline: Option<Headline>,
    /// What they teach.
    pub skills: Option<Vec<Skill>>,
}

impl RecordChange {
    fn apply(&self, before: &Record) -> Record {
        let said = |said: Option<&str>, before: &str| said.unwrap_or(before).to_owned();
        let mut after = before.clone();
        after.name = said(self.name.as_ref().map(PersonName::as_str), &before.name);
        after.locale = said(self.locale.as_ref().map(Locale::as_str), &before.locale);
        after.time_zone = said(self.time_zone.as_ref().map(ZoneName::as_str), &before.time_zone);
        after.headline = said(self.headline.as_ref().map(Headline::as_str), &before.headline);
        if let Some(email) = &self.email {
            after.email = email.as_ref().map(|email| email.as_str().to_owned());
        }
        if let Some(phone) = &self.phone {
            after.phone = phone.as_ref().map(|phone| phone.as_str().to_owned());
        }
        after.teaches = self.teaches.unwrap_or(before.teaches);
        if let Some(skills) = &self.skills {
            after.skills = skills.iter().map(ToString::to_string).collect();
        }
        after
    }
}

/// How a record is to be written.
#[derive(Debug, Clone)]
pub struct Put {
    /// What it is to say.
    pub change: RecordChange,
    /// In which version it must be, if in any: it must be there then.
    pub expected: Option<Expected>,
    /// Whether an id that was erased may be somebody's again.
    pub again: bool,
    /// Who says so.
    pub by: Actor,
}

/// Makes a person's record or changes it, and says whether it is new. The
/// audit trail says that it was, and not what it says.
pub async fn put(
    pool: &PgPool,
    put: &Put,
    now: DateTime<Utc>,
) -> Result<(Record, bool), StoreError> {
    with_retries!(try_put(pool, put, now))
}

async fn try_put(
    pool: &PgPool,
    put: &Put,
    now: DateTime<Utc>,
) -> Result<(Record, bool), StoreError> {
    let id = put.change.id.as_str();
    let mut transaction = pool.begin().await?;
    if put.again {
        sqlx::query!(r#"SELECT admit_again($1) AS "again!""#, id)
            .fetch_one(&mut *transaction)
            .await?;
    }
    let new = sqlx::query!(
        "INSERT INTO users (id, created_at, updated_at) VALUES ($1, $2, $2) ON CONFLICT DO NOTHING",
        id,
        now,
    )
    .execute(&mut *transaction)
    .await?
    .rows_affected()
        == 1;
    let before = sqlx::query_as!(
        Record,
        "SELECT id, name, email, phone, locale, time_zone, teaches, headline, skills, version, \
         created_at, updated_at FROM users WHERE id = $1 FOR UPDATE",
        id,
    )
    .fetch_optional(&mut *transaction)
    .await?
    .ok_or(StoreError::UserErased)?;
    match &put.expected {
        Some(_) if new => return Err(StoreError::VersionConflict { current: Version(0) }),
        Some(expected) => expected.check(Version(before.version))?,
        None => {}
    }
    let after = put.change.apply(&before);
    if after == before && !new {
        transaction.commit().await?;
        return Ok((before, false));
    }
    let after = sqlx::query_as!(
        Record,
        r#"
        UPDATE users
        SET name = $2, email = $3, phone = $4, locale = $5, time_zone = $6, teaches = $7,
            headline = $8, skills = $9, version = version + $10, updated_at = $11
        WHERE id = $1
        RETURNING id, name, email, phone, locale, time_zone, teaches, headline, skills, version,
                  created_at, updated_at
        "#,
        id,
        after.name,
        after.email,
        after.phone,
        after.locale,
        after.time_zone,
        after.teaches,
        after.headline,
        &after.skills,
        i64::from(!new),
        now,
    )
    .fetch_one(&mut *transaction)
    .await?;
    let event = Event {
        actor: Some(&put.by),
        action: if new { "person_added" } else { "person_changed" },
        session: None,
        details: &json!({ "user": id }),
    };
    audit::record(&mut transaction, &event, now).await?;
    transaction.commit().await?;
    Ok((after, new))
}

/// What is kept of one person. Of who was erased there is nothing.
pub async fn record(pool: &PgPool, id: &UserId) -> Result<Option<Record>, StoreError> {
    let record = sqlx::query_as!(
        Record,
        "SELECT id, name, email, phone, locale, time_zone, teaches, headline, skills, version, \
         created_at, updated_at FROM users WHERE id = $1 AND erased_at IS NULL",
        id.as_str(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(record)
}

/// At most `limit` people after the id `after`, in the order of their ids: all,
/// or those with this text in the id, the name, the address or the number.
pub async fn list(
    pool: &PgPool,
    search: Option<&Search>,
    after: Option<&UserId>,
    limit: u16,
) -> Result<Vec<Record>, StoreError> {
    let records = sqlx::query_as!(
        Record,
        r#"
        SELECT id, name, email, phone, locale, time_zone, teaches, headline, skills, version,
               created_at, updated_at
        FROM users
        WHERE erased_at IS NULL
          AND ($1::text IS NULL OR id > $1)
          AND ($2::text IS NULL
               OR strpos(lower(concat_ws(' ', id, name, email, phone)), lower($2)) > 0)
        ORDER BY id LIMIT $3
        "#,
        after.map(UserId::as_str),
        search.map(Search::as_str),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(records)
}
