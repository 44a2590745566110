//! Changing and calling off lessons of a series.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SeriesId, SessionId, UserId},
    series::{NoShift, Reach, Shift},
    session::{Session, State, Timing},
    zone::{Intent, Zones},
};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::taken::taken;
use crate::{
    error::{StoreError, with_retries},
    openings::{self, Platform},
    sessions::{
        change::{Cancellation, Edit, call_off, reschedule},
        effects::{self, Happening},
        load::load,
    },
};

/// Changes a lesson of a series and, as far as `reach` says, the others: a new
/// time moves them by as much, on the clocks of the zone it is given in. Where
/// lessons before it stay, those that are changed become the series `split`.
pub async fn edit_series(
    pool: &PgPool,
    platform: Platform<'_>,
    edit: &Edit,
    reach: Reach,
    split: SeriesId,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    with_retries!(try_edit(pool, platform, edit, reach, split, now))
}

/// Calls off a lesson of a series and, as far as `reach` says, the others.
/// Answers all that were called off, in order.
pub async fn cancel_series(
    pool: &PgPool,
    platform: Platform<'_>,
    cancellation: &Cancellation,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    with_retries!(try_cancel(pool, platform, cancellation, reach, now))
}

async fn try_edit(
    pool: &PgPool,
    platform: Platform<'_>,
    edit: &Edit,
    reach: Reach,
    split: SeriesId,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let (mut transaction, series) = Series::lock(pool, edit.id).await?;
    let anchor = &series.anchor;
    let timing = timing_of(edit, anchor, edit.start.as_ref().map(|start| start.at));
    anchor.may_edit(&edit.by, timing, now)?;
    edit.expected.check(anchor.version)?;
    let zones = platform.zones;
    let shift = edit
        .start
        .as_ref()
        .map(|start| Shift::between(anchor, start.at, start.intent.as_ref(), zones));
    let shift = shift.transpose()?;
    let mut changes = Vec::new();
    for before in series.reached(reach, timing != anchor.timing, now) {
        let change = Change::of(before, edit, shift.as_ref(), zones)?;
        before.may_edit(&edit.by, change.timing, now)?;
        changes.push(change);
    }
    series.write(&mut transaction, platform, edit, &mut changes, now).await?;
    if reach == Reach::Following {
        series.split(&mut transaction, split).await?;
    }
    let happenings = changes.iter().map(Change::happening).collect();
    let ids: Vec<Uuid> = changes.iter().map(|change| change.before.id.0).collect();
    let sessions = reload(&mut transaction, &ids, happenings).await?;
    effects::record_together(&mut transaction, &sessions, &edit.by, now).await?;
    let changed = sessions.into_iter().find(|(session, _)| session.id == edit.id);
    transaction.commit().await?;
    changed.map(|(session, _)| session).ok_or(StoreError::NotFound)
}

async fn try_cancel(
    pool: &PgPool,
    platform: Platform<'_>,
    cancellation: &Cancellation,
    reach: Reach,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    let (mut transaction, series) = Series::lock(pool, cancellation.id).await?;
    series.anchor.may_see(&cancellation.by)?;
    cancellation.expected.check(series.anchor.version)?;
    let mut ids = Vec::new();
    for before in series.reached(reach, false, now) {
        let deadline = before.terms.cancel_deadline(platform.policy);
        let reason = cancellation.reason.clone();
        let next = before.cancelled(&cancellation.by, reason, deadline, now)?;
        call_off(&mut transaction, before, &next, before.confirmation).await?;
        ids.push(before.id.0);
    }
    let happenings = vec![Happening::Cancelled; ids.len()];
    let sessions = reload(&mut transaction, &ids, happenings).await?;
    effects::record_together(&mut transaction, &sessions, &cancellation.by, now).await?;
    transaction.commit().await?;
    Ok(sessions.into_iter().map(|(session, _)| session).collect())
}

/// The lessons of a series, none of which changes until the transaction ends.
pub(super) struct Series {
    /// The one that was named.
    pub(super) anchor: Session,
    /// All of them, by start; a lesson of no series is alone.
    lessons: Vec<Session>,
    /// Those whose time was changed by themselves.
    detached: Vec<SessionId>,
}

impl Series {
    /// Locks all people of all lessons, then the lessons.
    pub(super) async fn lock(
        pool: &PgPool,
        id: SessionId,
    ) -> Result<(Transaction<'static, Postgres>, Self), StoreError> {
        let mut transaction = pool.begin().await?;
        let users = sqlx::query_scalar!(
            r#"
            SELECT DISTINCT p.user_id FROM sessions named
            JOIN sessions s ON s.id = named.id OR s.series_id = named.series_id
            JOIN session_participants p ON p.session_id = s.id
            WHERE named.id = $1
            "#,
            id.0,
        )
        .fetch_all(&mut *transaction)
        .await?;
        let users = users
            .iter()
            .map(|user| user.parse().map_err(|_| StoreError::Corrupt { column: "user_id" }))
            .collect::<Result<Vec<UserId>, _>>()?;
        let people: Vec<&UserId> = users.iter().collect();
        openings::lock(&mut transaction, &people).await?;
        let series = Self::read(&mut transaction, id).await?;
        Ok((transaction, series))
    }

    /// Locks the lessons and reads them. Whoever changes them has locked those
    /// people whose time it is about.
    pub(super) async fn read(
        connection: &mut PgConnection,
        id: SessionId,
    ) -> Result<Self, StoreError> {
        let rows = sqlx::query!(
            r#"
            SELECT id, detached FROM sessions
            WHERE id = $1 OR series_id = (SELECT series_id FROM sessions WHERE id = $1)
            ORDER BY scheduled_at, id FOR UPDATE
            "#,
            id.0,
        )
        .fetch_all(&mut *connection)
        .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let lessons = load(connection, &ids).await?;
        let anchor =
            lessons.iter().find(|lesson| lesson.id == id).cloned().ok_or(StoreError::NotFound)?;
        let detached = rows.iter().filter(|row| row.detached);
        let detached = detached.map(|row| SessionId(row.id)).collect();
        Ok(Self { anchor, lessons, detached })
    }

    /// The lessons that a change of the anchor reaches, which is one of them.
    /// Those that were moved by themselves do not `move` with it.
    pub(super) fn reached(
        &self,
        reach: Reach,
        moves: bool,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &Session> {
        let place = |lesson: &Session| (lesson.timing.start, lesson.id);
        self.lessons.iter().filter(move |lesson| {
            let ahead = lesson.state == State::Scheduled && lesson.timing.start > now;
            let stays = moves && self.detached.contains(&lesson.id);
            let within = match reach {
                Reach::One => false,
                Reach::Following => place(lesson) > place(&self.anchor),
                Reach::All => true,
            };
            lesson.id == self.anchor.id || (within && ahead && !stays)
        })
    }

    /// Makes the anchor and what follows it a series of its own, where something
    /// comes before them.
    async fn split(
        &self,
        connection: &mut PgConnection,
        split: SeriesId,
    ) -> Result<(), StoreError> {
        let following = self.lessons.iter().skip_while(|lesson| lesson.id != self.anchor.id);
        let ids: Vec<Uuid> = following.map(|lesson| lesson.id.0).collect();
        if ids.len() == self.lessons.len() {
            return Ok(());
        }
        sqlx::query!("UPDATE sessions SET series_id = $2 WHERE id = ANY($1)", &ids, split.0)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Writes the changes, if everybody is free.
    async fn write(
        &self,
        connection: &mut PgConnection,
        platform: Platform<'_>,
        edit: &Edit,
        changes: &mut [Change<'_>],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut users: Vec<String> = (changes.iter())
            .flat_map(|change| &change.before.participants)
            .map(|participant| participant.user.to_string())
            .collect();
        users.sort();
        users.dedup();
        let moved: Vec<Timing> =
            changes.iter().filter(|change| change.moves()).map(|change| change.timing).collect();
        let ids: Vec<Uuid> = changes.iter().map(|change| change.before.id.0).collect();
        let starts = taken(connection, &users, &moved, &ids).await?;
        if !starts.is_empty() {
            return Err(StoreError::SeriesTaken { starts });
        }
        // A lesson goes where the one before or after it still is, unless that
        // one goes first.
        let later =
            changes.first().map(|change| change.timing.start.cmp(&change.before.timing.start));
        if later == Some(Ordering::Greater) {
            changes.reverse();
        }
        for change in changes.iter() {
            change.write(connection, platform, edit, now).await?;
        }
        changes.sort_by_key(|change| (change.timing.start, change.before.id));
        Ok(())
    }
}

/// One lesson, and the time it is to have.
struct Change<'a> {
    before: &'a Session,
    timing: Timing,
    intent: Option<Intent>,
}

impl<'a> Change<'a> {
    /// What becomes of one lesson where the named one is edited.
    fn of(
        before: &'a Session,
        edit: &Edit,
        shift: Option<&Shift>,
        zones: &Zones,
    ) -> Result<Self, StoreError> {
        let shifted = shift.map(|shift| shift.apply(before, zones)).transpose();
        let (start, intent) = match (shifted.map_err(NoShift::from)?, &edit.start) {
            // The named one goes exactly where it was told to.
            (Some((at, shifted)), Some(start)) if before.id == edit.id => {
                let intent = start.intent.clone().or((at == start.at).then_some(shifted));
                (start.at, intent)
            }
            (Some((at, intent)), _) => (at, Some(intent)),
            (None, _) => (before.timing.start, before.intent.clone()),
        };
        Ok(Self { before, timing: timing_of(edit, before, Some(start)), intent })
    }

    fn moves(&self) -> bool {
        self.timing != self.before.timing
    }

    fn happening(&self) -> Happening {
        match self.moves() {
            true => Happening::Rescheduled { from: self.before.timing },
            false => Happening::Changed,
        }
    }

    async fn write(
        &self,
        connection: &mut PgConnection,
        platform: Platform<'_>,
        edit: &Edit,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (before, timing) = (self.before, self.timing);
        let mut confirm_by = before.confirm_by;
        if self.moves() {
            let policy = reschedule(connection, platform, before, edit, timing, now).await;
            let policy = policy.map_err(|error| match error {
                StoreError::SlotTaken => StoreError::SeriesTaken { starts: vec![timing.start] },
                other => other,
            })?;
            confirm_by = confirm_by.map(|_| timing.start.min(now + policy.confirm_within));
        }
        sqlx::query!(
            r#"
            UPDATE sessions
            SET title = $2, description = $3, skill = $4, during = tstzrange($5, $6, '[)'),
                time_zone = $7, local_start = $8, version = version + 1,
                sequence = sequence + $9, updated_at = $10, confirm_by = $11
            WHERE id = $1
            "#,
            before.id.0,
            edit.title.as_ref().unwrap_or(&before.title).as_str(),
            edit.description.as_ref().unwrap_or(&before.description).as_str(),
            edit.skill.as_ref().unwrap_or(&before.skill).as_str(),
            self.timing.start,
            self.timing.end(),
            self.intent.as_ref().map(|intent| intent.time_zone.as_str()),
            self.intent.as_ref().map(|intent| intent.local_start.as_str()),
            i32::from(self.moves()),
            now,
            confirm_by,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

fn timing_of(edit: &Edit, before: &Session, start: Option<DateTime<Utc>>) -> Timing {
    Timing {
        start: start.unwrap_or(before.timing.start),
        duration: edit.duration.unwrap_or(before.timing.duration),
    }
}

/// The lessons as they are now, each with what happened to it.
pub(super) async fn reload(
    connection: &mut PgConnection,
    ids: &[Uuid],
    happenings: Vec<Happening>,
) -> Result<Vec<(Session, Happening)>, StoreError> {
    Ok(load(connection, ids).await?.into_iter().zip(happenings).collect())
}
