//! What a change of a lesson leaves behind, in the transaction of the change:
//! who did it, notices to the others, and the reminders that are owed.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use lectern_domain::{
    person::Actor,
    session::{Confirmation, Session, State, Timing},
};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{
    audit::{self, Event},
    error::StoreError,
    notifications::{self, NewNotice},
    outbox::{self, Owed},
    reminders::APP,
};

/// How long before a lesson its people are reminded.
const REMINDERS: [TimeDelta; 3] =
    [TimeDelta::hours(24), TimeDelta::hours(1), TimeDelta::minutes(10)];

/// What happened to a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    Booked,
    Requested,
    Confirmed,
    Declined,
    Expired,
    Changed,
    Rescheduled { from: Timing },
    Cancelled,
}

impl Happening {
    const fn name(self) -> &'static str {
        match self {
            Self::Booked => "session_booked",
            Self::Requested => "session_requested",
            Self::Confirmed => "session_confirmed",
            Self::Declined => "session_declined",
            Self::Expired => "session_expired",
            Self::Changed => "session_changed",
            Self::Rescheduled { .. } => "session_rescheduled",
            Self::Cancelled => "session_cancelled",
        }
    }

    /// Whether a lesson that stands has a time now that it had not before.
    const fn gives_time(self) -> bool {
        matches!(self, Self::Booked | Self::Confirmed | Self::Rescheduled { .. })
    }
}

/// Writes everything that follows from what `by` did.
pub(super) async fn record(
    connection: &mut PgConnection,
    session: &Session,
    by: &Actor,
    happening: Happening,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    tell(connection, session, Some(by), happening, now).await
}

/// Writes everything that follows from a request that nobody answered in time.
pub(super) async fn expired(
    connection: &mut PgConnection,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    tell(connection, session, None, Happening::Expired, now).await
}

async fn tell(
    connection: &mut PgConnection,
    session: &Session,
    by: Option<&Actor>,
    happening: Happening,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let details = details(session, by, happening);
    let event =
        Event { actor: by, action: happening.name(), session: Some(session.id), details: &details };
    audit::record(connection, &event, now).await?;

    let others: Vec<&str> = (session.participants.iter())
        .filter(|participant| by.is_none_or(|by| participant.user != by.id))
        .map(|participant| participant.user.as_str())
        .collect();
    let notice = NewNotice {
        users: &others,
        kind: happening.name(),
        session: session.id,
        payload: &details,
    };
    notifications::notify(connection, &notice, now).await?;

    let stands = session.confirmation == Confirmation::Confirmed;
    let owed: Vec<Owed> = match stands && happening.gives_time() {
        true => reminders(session, now).collect(),
        false => Vec::new(),
    };
    outbox::owe(connection, session.id, &owed, now).await
}

/// What a notice tells, as the clients read it.
fn details(session: &Session, by: Option<&Actor>, happening: Happening) -> Value {
    let rfc3339 = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let mut details = json!({
        "title": session.title,
        "scheduledAt": rfc3339(session.timing.start),
        "duration": session.timing.duration,
        "actor": by.map(|by| &by.id),
        "actorName": by.and_then(|by| session.name_of(&by.id)),
    });
    if let Happening::Rescheduled { from } = happening {
        details["previously"] = json!({
            "scheduledAt": rfc3339(from.start),
            "duration": from.duration,
        });
    }
    if let State::Cancelled { reason, .. } = &session.state {
        details["reason"] = json!(reason);
    }
    details
}

/// Reminders of this time of the lesson. The sequence in the key and in the
/// payload makes those of an earlier time stale.
fn reminders(session: &Session, now: DateTime<Utc>) -> impl Iterator<Item = Owed> {
    REMINDERS.into_iter().flat_map(move |before| {
        let due_at = session.timing.start - before;
        let minutes = before.num_minutes();
        session.participants.iter().filter(move |_| due_at > now).map(move |participant| Owed {
            key: format!(
                "{}:{minutes}:{APP}:{}:{}",
                session.id, participant.user, session.sequence
            ),
            kind: "reminder",
            payload: json!({
                "channel": APP,
                "user": participant.user,
                "sequence": session.sequence,
                "minutesBefore": minutes,
            }),
            due_at,
        })
    })
}
