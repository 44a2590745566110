//! What a change of a lesson leaves behind, in the transaction of the change:
//! who did it, notices to the others, and the reminders that are owed.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use lectern_domain::{
    id::UserId,
    person::Actor,
    session::{Confirmation, Session, State, Timing},
};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::{
    audit::Event,
    error::StoreError,
    notifications::{self, NewNotice},
    outbox::{self, Owed},
    reminders::APP,
    sessions::proposals,
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
    Rescheduled {
        from: Timing,
    },
    Cancelled,
    SeatTaken,
    SeatGivenBack,
    SeatRemoved,
    ProposalMade,
    ProposalDeclined,
    ProposalWithdrawn,
    ProposalExpired,
    ZoneConflict,
    /// By an admin's decision; otherwise the room or the sweeper says so.
    Completed,
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
            Self::SeatTaken => "seat_taken",
            Self::SeatGivenBack => "seat_given_back",
            Self::SeatRemoved => "seat_removed",
            Self::ProposalMade => "proposal_made",
            Self::ProposalDeclined => "proposal_declined",
            Self::ProposalWithdrawn => "proposal_withdrawn",
            Self::ProposalExpired => "proposal_expired",
            Self::ZoneConflict => "session_zone_conflict",
            Self::Completed => "session_completed",
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
    inform(connection, session, Some(by), happening, now).await
}

/// Writes everything that follows from a request that nobody answered in time.
pub(super) async fn expired(
    connection: &mut PgConnection,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    inform(connection, session, None, Happening::Expired, now).await
}

/// Whom it concerns, but not who did it: the people of the lesson, and those who
/// wait for a seat in it where it has another time, or none.
pub(super) fn concerned<'a>(
    session: &'a Session,
    by: Option<&Actor>,
    happening: Happening,
) -> impl Iterator<Item = &'a UserId> {
    let waiting = match happening {
        Happening::Rescheduled { .. } | Happening::Cancelled => session.waitlist.as_slice(),
        _ => &[],
    };
    let by = by.map(|by| by.id.clone());
    (session.participants.iter().map(|participant| &participant.user))
        .chain(waiting.iter().map(|waiting| &waiting.user))
        .filter(move |user| by.as_ref() != Some(*user))
}

/// Notes what happened, and tells everybody else.
async fn inform(
    connection: &mut PgConnection,
    session: &Session,
    by: Option<&Actor>,
    happening: Happening,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let others: Vec<&str> = concerned(session, by, happening).map(UserId::as_str).collect();
    note(connection, session, by, happening, &others, now).await
}

/// The same for lessons of one series to which the same happened: each has its
/// trail and its reminders, but a person is told once, of the first of them and
/// how many there are.
pub(super) async fn record_together(
    connection: &mut PgConnection,
    sessions: &[(Session, Happening)],
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut told: BTreeMap<&UserId, Vec<(&Session, Happening)>> = BTreeMap::new();
    for (session, happening) in sessions {
        note(connection, session, Some(by), *happening, &[], now).await?;
        for user in concerned(session, Some(by), *happening) {
            told.entry(user).or_default().push((session, *happening));
        }
    }
    for (user, of) in told {
        let Some((first, happening)) = of.first() else { continue };
        let mut details = details(first, Some(by), *happening);
        details["lessons"] = json!(of.len());
        details["seriesId"] = json!(first.series);
        let notice = NewNotice {
            users: &[user.as_str()],
            kind: happening.name(),
            session: first.id,
            payload: &details,
        };
        notifications::notify(connection, &notice, now).await?;
    }
    Ok(())
}

/// Tells some people alone what `by`, or nobody in particular, did.
pub(super) async fn tell(
    connection: &mut PgConnection,
    session: &Session,
    by: Option<&Actor>,
    happening: Happening,
    users: &[&str],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let follows = Follows { users, ..Follows::default() };
    write(connection, session, by, happening, &follows, now).await
}

/// Tells `users` what `by` did to the seat of `whose`.
pub(super) async fn tell_of_seat(
    connection: &mut PgConnection,
    session: &Session,
    (by, whose): (&Actor, &UserId),
    happening: Happening,
    users: &[&str],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let follows = Follows { users, whose: Some(whose), ..Follows::default() };
    write(connection, session, Some(by), happening, &follows, now).await
}

/// The same for lessons of one series: each has its trail, and people are told
/// once, of the first of them and how many there are.
pub(super) async fn tell_of_seats(
    connection: &mut PgConnection,
    sessions: &[Session],
    (by, whose): (&Actor, &UserId),
    happening: Happening,
    users: &[&str],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for session in sessions {
        tell_of_seat(connection, session, (by, whose), happening, &[], now).await?;
    }
    let Some(first) = sessions.first() else { return Ok(()) };
    let mut payload = details(first, Some(by), happening);
    payload["lessons"] = json!(sessions.len());
    payload["seriesId"] = json!(first.series);
    let notice = NewNotice { users, kind: happening.name(), session: first.id, payload: &payload };
    notifications::notify(connection, &notice, now).await
}

/// Owes reminders to somebody who has just come into a lesson.
pub(super) async fn remind(
    connection: &mut PgConnection,
    session: &Session,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let theirs = |owed: &Owed| owed.payload["user"] == user.as_str();
    let owed: Vec<Owed> = reminders(session, now).filter(theirs).collect();
    outbox::owe(connection, session.id, &owed, now).await
}

/// Who did it, notices to `users`, and the reminders that are owed from now on.
/// A proposal for a lesson that has another time now, or none, is no longer open.
async fn note(
    connection: &mut PgConnection,
    session: &Session,
    by: Option<&Actor>,
    happening: Happening,
    users: &[&str],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if matches!(
        happening,
        Happening::Rescheduled { .. }
            | Happening::Cancelled
            | Happening::Declined
            | Happening::Expired
    ) {
        proposals::supersede(connection, session.id, now).await?;
    }
    let stands = session.confirmation == Confirmation::Confirmed;
    let owed: Vec<Owed> = match stands && happening.gives_time() {
        true => reminders(session, now).collect(),
        false => Vec::new(),
    };
    let follows = Follows { users, owed: &owed, whose: None };
    write(connection, session, by, happening, &follows, now).await
}

/// What follows from something, beside that it is recorded.
#[derive(Debug, Clone, Copy, Default)]
struct Follows<'a> {
    /// Who is told.
    users: &'a [&'a str],
    /// What is to be done in time.
    owed: &'a [Owed],
    /// Whose seat it is about: the record says so where another did it.
    whose: Option<&'a UserId>,
}

/// Adds to the record, to the outbox and to the notices of who is told, as
/// [`crate::audit::record`], [`outbox::owe`] and [`notifications::notify`] do, in one
/// way to the database and back: this is part of every change of a lesson.
async fn write(
    connection: &mut PgConnection,
    session: &Session,
    by: Option<&Actor>,
    happening: Happening,
    follows: &Follows<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (action, told) = (happening.name(), details(session, by, happening));
    let mut details = impersonal(&told);
    if let Some(whose) = follows.whose
        && by.is_none_or(|by| by.id != *whose)
    {
        details["user"] = json!(whose);
    }
    let event = Event { actor: by, action, session: Some(session.id), details: &details };
    let recorded = event.columns();
    let owed = outbox::Columns::of(follows.owed);
    let users: Vec<String> = follows.users.iter().map(|user| (*user).to_owned()).collect();
    sqlx::query!(
        r#"
        WITH recorded AS (
            INSERT INTO audit_events (at, actor, actor_kind, action, session_id, details)
            VALUES ($1, $2, $3, $4, $5, $6)
        ), owed AS (
            INSERT INTO outbox (key, kind, session_id, payload, due_at, created_at)
            SELECT m.key, m.kind, $5, m.payload, m.due_at, $1
            FROM unnest($7::text[], $8::text[], $9::jsonb[], $10::timestamptz[])
                 AS m (key, kind, payload, due_at)
            ON CONFLICT (key) DO NOTHING
        )
        INSERT INTO notifications (user_id, kind, session_id, payload, created_at)
        SELECT u, $4, $5, $11, $1 FROM unnest($12::text[]) AS u
        "#,
        now,
        recorded.actor,
        recorded.kind,
        action,
        session.id.0,
        recorded.details,
        &owed.keys,
        &owed.kinds,
        &owed.payloads,
        &owed.due,
        told,
        &users,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The same for the record, which keeps nothing that somebody may want erased.
fn impersonal(details: &Value) -> Value {
    let mut details = details.clone();
    if let Some(fields) = details.as_object_mut() {
        fields
            .retain(|name, _| !["title", "actor", "actorName", "reason"].contains(&name.as_str()));
    }
    details
}

/// What a notice tells, as the clients read it.
fn details(session: &Session, by: Option<&Actor>, happening: Happening) -> Value {
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
    if let Happening::ProposalMade
    | Happening::ProposalDeclined
    | Happening::ProposalWithdrawn
    | Happening::ProposalExpired = happening
        && let Some(proposal) = &session.proposal
    {
        details["proposal"] = json!({
            "id": proposal.id,
            "scheduledAt": rfc3339(proposal.timing.start),
            "duration": proposal.timing.duration,
            "scope": proposal.reach.as_str(),
        });
    }
    if let State::Cancelled { reason, .. } = &session.state {
        details["reason"] = json!(reason);
    }
    details
}

/// An instant, as the clients read it.
pub(super) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
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
