//! When teachers are open.

use std::{collections::BTreeMap, str::FromStr};

use chrono::{DateTime, Utc};
use lectern_domain::{
    availability::{Absence, Availability, Hours, Interval},
    id::UserId,
    person::Actor,
    session::Version,
    zone::{Date, ZoneName},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{PgConnection, PgPool, types::Json};

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    sessions::Expected,
    users,
};

/// What a teacher has set, and in which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// When they are open.
    pub availability: Availability,
    /// Rises with every change.
    pub version: Version,
}

/// From when until when, as texts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stretch {
    from: String,
    to: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
}

/// The columns, as they are: seven days, dates, and times away.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) time_zone: String,
    pub(crate) weekly: Json<Vec<Vec<Stretch>>>,
    pub(crate) exceptions: Json<BTreeMap<String, Vec<Stretch>>>,
    pub(crate) out_of_office: Json<Vec<Stretch>>,
}

impl Row {
    pub(crate) fn read(self) -> Result<Availability, StoreError> {
        let weekly: Vec<Hours> =
            self.weekly.0.iter().map(|day| hours(day)).collect::<Result<_, _>>()?;
        let weekly = <[Hours; 7]>::try_from(weekly).map_err(|_| corrupt())?;
        let exceptions = (self.exceptions.0.iter())
            .map(|(date, day)| Ok((parse(date)?, hours(day)?)))
            .collect::<Result<_, StoreError>>()?;
        let absences = (self.out_of_office.0.iter())
            .map(|away| {
                let (from, to): (Date, Date) = (parse(&away.from)?, parse(&away.to)?);
                Absence::new(from, to, parse(&away.note)?).map_err(|_| corrupt())
            })
            .collect::<Result<_, StoreError>>()?;
        Availability::new(ZoneName::stored(self.time_zone), weekly, exceptions, absences)
            .map_err(|_| corrupt())
    }
}

fn hours(day: &[Stretch]) -> Result<Hours, StoreError> {
    let intervals = day.iter().map(|stretch| {
        Interval::new(parse(&stretch.from)?, parse(&stretch.to)?).map_err(|_| corrupt())
    });
    Hours::new(intervals.collect::<Result<_, _>>()?).map_err(|_| corrupt())
}

fn parse<T: FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| corrupt())
}

fn corrupt() -> StoreError {
    StoreError::Corrupt { column: "availability" }
}

fn texts(hours: &Hours) -> Vec<Stretch> {
    let text = |interval: &Interval| Stretch {
        from: interval.from().to_string(),
        to: interval.to().to_string(),
        note: String::new(),
    };
    hours.intervals().iter().map(text).collect()
}

/// When a teacher is open, if they ever said so.
pub async fn find(pool: &PgPool, teacher: &UserId) -> Result<Option<Stored>, StoreError> {
    let mut connection = pool.acquire().await?;
    of(&mut connection, teacher).await
}

async fn of(connection: &mut PgConnection, teacher: &UserId) -> Result<Option<Stored>, StoreError> {
    let found = sqlx::query!(
        r#"
        SELECT time_zone, weekly AS "weekly: Json<Vec<Vec<Stretch>>>",
               exceptions AS "exceptions: Json<BTreeMap<String, Vec<Stretch>>>",
               out_of_office AS "out_of_office: Json<Vec<Stretch>>", version
        FROM availability WHERE teacher = $1
        "#,
        teacher.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let row = Row {
        time_zone: found.time_zone,
        weekly: found.weekly,
        exceptions: found.exceptions,
        out_of_office: found.out_of_office,
    };
    Ok(Some(Stored { availability: row.read()?, version: Version(found.version) }))
}

/// Replaces when a teacher is open.
pub async fn replace(
    pool: &PgPool,
    teacher: &UserId,
    availability: &Availability,
    expected: &Expected,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Stored, StoreError> {
    with_retries!(try_replace(pool, teacher, availability, expected, by, now))
}

async fn try_replace(
    pool: &PgPool,
    teacher: &UserId,
    availability: &Availability,
    expected: &Expected,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Stored, StoreError> {
    let mut transaction = pool.begin().await?;
    users::introduce(&mut transaction, &[teacher.to_string()], now).await?;
    // Whoever replaces waits for others who do.
    sqlx::query!("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", teacher.as_str())
        .fetch_one(&mut *transaction)
        .await?;
    let present = of(&mut transaction, teacher).await?;
    expected.check(present.map_or(Version(0), |stored| stored.version))?;
    let weekly: Vec<Vec<Stretch>> = availability.weekly().map(|(_, day)| texts(day)).collect();
    let exceptions: BTreeMap<String, Vec<Stretch>> = availability
        .exceptions()
        .iter()
        .map(|(date, day)| (date.to_string(), texts(day)))
        .collect();
    let away: Vec<Stretch> = (availability.absences().iter())
        .map(|absence| Stretch {
            from: absence.from().to_string(),
            to: absence.to().to_string(),
            note: absence.note.to_string(),
        })
        .collect();
    let version = sqlx::query_scalar!(
        r#"
        INSERT INTO availability
            (teacher, time_zone, weekly, exceptions, out_of_office, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (teacher) DO UPDATE
        SET time_zone = $2, weekly = $3, exceptions = $4, out_of_office = $5,
            version = availability.version + 1, updated_at = $6
        RETURNING version
        "#,
        teacher.as_str(),
        availability.time_zone.as_str(),
        Json(weekly) as _,
        Json(exceptions) as _,
        Json(away) as _,
        now,
    )
    .fetch_one(&mut *transaction)
    .await?;
    let event = Event {
        actor: Some(by),
        action: "availability_changed",
        session: None,
        details: &json!({ "user": teacher, "version": version }),
    };
    audit::record(&mut transaction, &event, now).await?;
    transaction.commit().await?;
    Ok(Stored { availability: availability.clone(), version: Version(version) })
}
