//! Somebody is erased: they leave every lesson that lies ahead.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    person::Actor,
    session::{Confirmation, Session},
    text::Reason,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    change::call_off,
    effects::{self, Happening},
    load::load,
    seats,
};
use crate::{error::StoreError, openings::Platform};

/// Lessons that are called off at a time: what is in memory.
const BATCH: i64 = 200;

/// Takes `person`, whose lock the caller holds, out of the lessons that are not
/// over: those that are theirs are called off, and their requests declined or
/// taken back; seats in others' groups are given back and offered to who waits.
/// Each lesson's people are told, of a series once. Answers what was called off.
pub(crate) async fn vacate(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    person: &UserId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, StoreError> {
    let mut off = Vec::new();
    loop {
        let ahead: Vec<Uuid> = sqlx::query_scalar!(
            r#"
            SELECT s.id FROM session_participants p JOIN sessions s ON s.id = p.session_id
            WHERE p.user_id = $1 AND s.status = 'scheduled' AND s.ends_at > $2
            ORDER BY s.id LIMIT $3 FOR UPDATE OF s
            "#,
            person.as_str(),
            now,
            BATCH,
        )
        .fetch_all(&mut *connection)
        .await?;
        if ahead.is_empty() {
            break;
        }
        let sessions = load(connection, &ahead).await?;
        let (seats, own): (Vec<_>, Vec<_>) = sessions
            .into_iter()
            .partition(|session| session.is_group() && session.teacher != *person);
        for session in seats {
            seats::vacate(connection, session, person, by, now).await?;
        }
        off.extend(own.iter().map(|session| session.id));
        end(connection, platform, own, person, by, now).await?;
    }
    let waiting: Vec<Uuid> = sqlx::query_scalar!(
        "SELECT id FROM sessions \
         WHERE id IN (SELECT session_id FROM session_waitlist WHERE user_id = $1) \
         ORDER BY id FOR UPDATE",
        person.as_str(),
    )
    .fetch_all(&mut *connection)
    .await?;
    for ids in waiting.chunks(BATCH as usize) {
        for session in load(connection, ids).await? {
            seats::stop_waiting(connection, session, person, now).await?;
        }
    }
    Ok(off)
}

/// Calls lessons off. A person is told once of those of one series.
async fn end(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    sessions: Vec<Session>,
    person: &UserId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let reason: Reason = "".parse().map_err(|_| StoreError::Corrupt { column: "reason" })?;
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut alone = Vec::new();
    for before in &sessions {
        let deadline = before.terms.cancel_deadline(platform.policy);
        let next = before.vacated(by, reason.clone(), deadline, now)?;
        let asked = before.confirmation == Confirmation::Pending && before.teacher == *person;
        let (confirmation, happening) = match asked {
            true => (Confirmation::Declined, Happening::Declined),
            false => (before.confirmation, Happening::Cancelled),
        };
        call_off(connection, before, &next, confirmation).await?;
        match before.series {
            Some(_) => {
                let key = (before.series, confirmation.as_str());
                groups.entry(key).or_default().push((before.id.0, happening));
            }
            None => alone.push(vec![(before.id.0, happening)]),
        }
    }
    for group in groups.into_values().chain(alone) {
        let (ids, happenings): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let sessions = load(connection, &ids).await?.into_iter().zip(happenings);
        let mut sessions: Vec<_> = sessions.collect();
        sessions.sort_by_key(|(session, _)| session.timing.start);
        match sessions.as_slice() {
            [(session, happening)] if session.series.is_none() => {
                effects::record(connection, session, by, *happening, now).await?;
            }
            _ => effects::record_together(connection, &sessions, by, now).await?,
        }
    }
    Ok(())
}
