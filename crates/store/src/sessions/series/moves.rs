//! Another time for lessons of a series: each of them moves by as much, on the
//! clocks of one zone.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::SessionId,
    person::Actor,
    series::{NoShift, Reach, Shift},
    session::{Session, Timing},
    text::Minutes,
    zone::{Intent, Zones},
};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::{
    lessons::{Series, reload},
    taken::taken,
};
use crate::{
    error::StoreError,
    sessions::{
        change::NewStart,
        effects::{self, Happening},
    },
};

/// Another time for the lesson that was named; `None` leaves it.
#[derive(Debug, Clone)]
pub(in crate::sessions) struct NewTime {
    /// When it starts. The others move by as much.
    pub(in crate::sessions) start: Option<NewStart>,
    /// How long it is, and the others too.
    pub(in crate::sessions) duration: Option<Minutes>,
}

/// One lesson, and the time it is to have.
pub(in crate::sessions) struct Change<'a> {
    pub(in crate::sessions) before: &'a Session,
    pub(in crate::sessions) timing: Timing,
    pub(in crate::sessions) intent: Option<Intent>,
}

impl NewTime {
    /// The time of the lesson that was named.
    pub(in crate::sessions) fn of(&self, anchor: &Session) -> Timing {
        self.from(anchor, self.start.as_ref().map(|start| start.at))
    }

    fn from(&self, before: &Session, start: Option<DateTime<Utc>>) -> Timing {
        Timing {
            start: start.unwrap_or(before.timing.start),
            duration: self.duration.unwrap_or(before.timing.duration),
        }
    }
}

impl Series {
    /// What becomes of each lesson that `reach` says where the anchor has the
    /// time `to`, if `by` may change it so.
    pub(in crate::sessions) fn moved(
        &self,
        to: &NewTime,
        reach: Reach,
        by: &Actor,
        zones: &Zones,
        now: DateTime<Utc>,
    ) -> Result<Vec<Change<'_>>, StoreError> {
        let anchor = &self.anchor;
        let several = reach != Reach::One && anchor.series.is_some();
        let together = to.start.as_ref().filter(|_| several);
        let shift = together
            .map(|start| Shift::between(anchor, start.at, start.intent.as_ref(), zones))
            .transpose()?;
        let mut changes = Vec::new();
        for before in self.reached(reach, to.of(anchor) != anchor.timing, now) {
            let change = Change::of(before, anchor.id, to, shift.as_ref(), zones)?;
            before.may_edit(by, change.timing, now)?;
            changes.push(change);
        }
        Ok(changes)
    }
}

impl<'a> Change<'a> {
    fn of(
        before: &'a Session,
        anchor: SessionId,
        to: &NewTime,
        shift: Option<&Shift>,
        zones: &Zones,
    ) -> Result<Self, StoreError> {
        let shifted = shift.map(|shift| shift.apply(before, zones)).transpose();
        let (start, intent) = match (shifted.map_err(NoShift::from)?, &to.start) {
            // The named one goes exactly where it was told to.
            (shifted, Some(start)) if before.id == anchor => {
                let seen = shifted.filter(|(at, _)| *at == start.at).map(|(_, intent)| intent);
                (start.at, start.intent.clone().or(seen))
            }
            (Some((at, intent)), _) => (at, Some(intent)),
            (None, _) => (before.timing.start, before.intent.clone()),
        };
        Ok(Self { before, timing: to.from(before, Some(start)), intent })
    }

    pub(in crate::sessions) fn moves(&self) -> bool {
        self.timing != self.before.timing
    }

    fn happening(&self) -> Happening {
        match self.moves() {
            true => Happening::Rescheduled { from: self.before.timing },
            false => Happening::Changed,
        }
    }

    /// That somebody is taken at its time, said as of a series: which start.
    pub(in crate::sessions) fn taken(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::SlotTaken => StoreError::SeriesTaken { starts: vec![self.timing.start] },
            other => other,
        }
    }
}

/// Sees that nobody has another lesson where these go, and puts them in the
/// order in which they can.
pub(in crate::sessions) async fn make_way(
    connection: &mut PgConnection,
    changes: &mut [Change<'_>],
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
    let later = changes.first().map(|change| change.timing.start.cmp(&change.before.timing.start));
    if later == Some(Ordering::Greater) {
        changes.reverse();
    }
    Ok(())
}

/// Ends a change of lessons of one series. Answers the one that was named, as
/// it is now.
pub(in crate::sessions) async fn finish_together(
    mut transaction: Transaction<'static, Postgres>,
    named: SessionId,
    mut changes: Vec<Change<'_>>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    changes.sort_by_key(|change| (change.timing.start, change.before.id));
    let (ids, happenings): (Vec<Uuid>, _) =
        changes.iter().map(|change| (change.before.id.0, change.happening())).unzip();
    let sessions = reload(&mut transaction, &ids, happenings).await?;
    effects::record_together(&mut transaction, &sessions, by, now).await?;
    let changed = sessions.into_iter().find(|(session, _)| session.id == named);
    transaction.commit().await?;
    changed.map(|(session, _)| session).ok_or(StoreError::NotFound)
}
