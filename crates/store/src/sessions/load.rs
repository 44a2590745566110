//! From rows to lessons.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{ProposalId, SeriesId, SessionId, UserId},
    policy::Terms,
    proposal::Proposal,
    session::{Capacity, Participant, Session, State, Status, Timing, Version, Waiting},
    text::Minutes,
    zone::{Intent, ZoneName},
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{error::StoreError, policies::length};

struct Row {
    id: Uuid,
    title: String,
    description: String,
    skill: String,
    teacher: String,
    student: Option<String>,
    users: Vec<String>,
    names: Vec<String>,
    roles: Vec<String>,
    absences: Vec<bool>,
    scheduled_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    status: String,
    confirmation: String,
    series_id: Option<Uuid>,
    capacity: i32,
    waiting: Vec<String>,
    offers: Vec<Option<DateTime<Utc>>>,
    proposal: Option<Uuid>,
    proposed_by: Option<String>,
    proposed_start: Option<DateTime<Utc>>,
    proposed_end: Option<DateTime<Utc>>,
    proposed_zone: Option<String>,
    proposed_local: Option<String>,
    proposed_reach: Option<String>,
    proposal_expires_at: Option<DateTime<Utc>>,
    proposed_at: Option<DateTime<Utc>>,
    time_zone: Option<String>,
    local_start: Option<String>,
    version: i64,
    sequence: i32,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
    cancelled_by: Option<String>,
    cancel_reason: Option<String>,
    no_show: Option<String>,
    late_cancel: bool,
    confirm_by: Option<DateTime<Utc>>,
    join_opens: Option<i32>,
    grace: Option<i32>,
    cancel_deadline: Option<i32>,
    created_at: DateTime<Utc>,
}

/// One lesson, with its participants.
pub async fn find(pool: &PgPool, id: SessionId) -> Result<Option<Session>, StoreError> {
    let mut connection = pool.acquire().await?;
    Ok(load(&mut connection, &[id.0]).await?.pop())
}

/// A lesson that nobody else changes or reviews until the transaction ends.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    id: SessionId,
) -> Result<Session, StoreError> {
    sqlx::query!("SELECT FROM sessions WHERE id = $1 FOR NO KEY UPDATE", id.0)
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(StoreError::NotFound)?;
    load(connection, &[id.0]).await?.pop().ok_or(StoreError::NotFound)
}

/// The lessons of these ids, in their order.
///
/// How many there are is said apart from them: of a `LIMIT` that it does not
/// know Postgres expects few rows, of a list ten, and so it keeps its plan for
/// one lesson rather than making it anew each time, which takes longer than
/// the reading.
pub(crate) async fn load(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT s.id, s.title, s.description, s.skill, s.teacher, s.student,
               p.users AS "users!", p.names AS "names!", p.roles AS "roles!", p.absences AS "absences!",
               s.scheduled_at, s.ends_at, s.status, s.confirmation, s.series_id, s.time_zone,
               s.local_start, s.version, s.sequence, s.started_at, s.finished_at, s.cancelled_at,
               s.cancelled_by, s.cancel_reason, s.late_cancel, s.confirm_by, s.no_show, s.created_at,
               s.capacity, own.join_opens AS "join_opens?", own.grace AS "grace?",
               own.cancel_deadline AS "cancel_deadline?",
               coalesce(w.users, '{}') AS "waiting!",
               coalesce(w.offers, '{}') AS "offers!: Vec<Option<DateTime<Utc>>>",
               o.id AS "proposal?", o.proposed_by AS "proposed_by?",
               lower(o.during) AS "proposed_start?", upper(o.during) AS "proposed_end?",
               o.time_zone AS "proposed_zone?", o.local_start AS "proposed_local?",
               o.reach AS "proposed_reach?",
               o.expires_at AS "proposal_expires_at?", o.created_at AS "proposed_at?"
        FROM (SELECT * FROM unnest($1::uuid[]) WITH ORDINALITY AS id (id, n) LIMIT $2) wanted
        JOIN sessions s ON s.id = wanted.id
        LEFT JOIN policies own ON own.teacher = s.teacher
        CROSS JOIN LATERAL (
            SELECT array_agg(p.user_id ORDER BY p.user_id) AS users,
                   array_agg(coalesce((SELECT nullif(u.name, '') FROM users u
                                       WHERE u.id = p.user_id), p.user_id)
                             ORDER BY p.user_id) AS names,
                   array_agg(p.role ORDER BY p.user_id) AS roles,
                   array_agg(p.absent ORDER BY p.user_id) AS absences
            FROM session_participants p
            WHERE p.session_id = s.id) p
        CROSS JOIN LATERAL (
            SELECT array_agg(w.user_id ORDER BY w.place) AS users,
                   array_agg(w.offered_until ORDER BY w.place) AS offers
            FROM session_waitlist w WHERE w.session_id = s.id) w
        LEFT JOIN session_proposals o
            ON o.session_id = s.id AND o.state = 'open' AND o.sequence = s.sequence
        ORDER BY wanted.n
        "#,
        ids,
        i64::try_from(ids.len()).unwrap_or(i64::MAX),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::into_session).collect()
}

/// Reads what the schema's checks keep true; anything else is corruption.
fn parse<T: std::str::FromStr>(text: &str, column: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt { column })
}

fn timing(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Timing, StoreError> {
    let duration = Minutes::try_from((end - start).num_minutes())
        .map_err(|_| StoreError::Corrupt { column: "during" })?;
    Ok(Timing { start, duration })
}

fn intent(time_zone: Option<String>, local_start: Option<String>) -> Option<Intent> {
    let (time_zone, local_start) = time_zone.zip(local_start)?;
    Some(Intent { time_zone: ZoneName::stored(time_zone), local_start })
}

impl Row {
    fn into_session(self) -> Result<Session, StoreError> {
        let (state, proposal) = (self.state()?, self.proposal()?);
        let timing = timing(self.scheduled_at, self.ends_at)?;
        let participants = (self.users.iter().zip(self.names).zip(&self.roles).zip(&self.absences))
            .map(|(((user, name), role), absent)| {
                let (user, role) = (parse(user, "user_id")?, parse(role, "role")?);
                Ok(Participant { user, name, role, absent: *absent })
            })
            .collect::<Result<_, StoreError>>()?;
        let waitlist = (self.waiting.iter().zip(&self.offers))
            .map(|(user, offer)| {
                Ok(Waiting { user: parse(user, "user_id")?, offered_until: *offer })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Session {
            id: SessionId(self.id),
            title: parse(&self.title, "title")?,
            description: parse(&self.description, "description")?,
            skill: parse(&self.skill, "skill")?,
            teacher: parse(&self.teacher, "teacher")?,
            student: self.student.as_deref().map(|id| parse(id, "student")).transpose()?,
            participants,
            capacity: Capacity::try_from(i64::from(self.capacity))
                .map_err(|_| StoreError::Corrupt { column: "capacity" })?,
            waitlist,
            timing,
            intent: intent(self.time_zone, self.local_start),
            state,
            confirmation: parse(&self.confirmation, "confirmation")?,
            no_show: self.no_show.as_deref().map(|who| parse(who, "no_show")).transpose()?,
            confirm_by: self.confirm_by,
            terms: Terms {
                join_opens: length(self.join_opens),
                grace: length(self.grace),
                cancel_deadline: length(self.cancel_deadline),
            },
            series: self.series_id.map(SeriesId),
            proposal,
            version: Version(self.version),
            sequence: self.sequence,
            created_at: self.created_at,
        })
    }

    fn proposal(&self) -> Result<Option<Proposal>, StoreError> {
        let missing = |column| StoreError::Corrupt { column };
        let Some(id) = self.proposal else { return Ok(None) };
        let (start, end) = (self.proposed_start.zip(self.proposed_end))
            .ok_or(missing("session_proposals.during"))?;
        let by = self.proposed_by.as_deref().ok_or(missing("proposed_by"))?;
        let reach = self.proposed_reach.as_deref().ok_or(missing("reach"))?;
        Ok(Some(Proposal {
            id: ProposalId(id),
            by: parse(by, "proposed_by")?,
            timing: timing(start, end)?,
            intent: intent(self.proposed_zone.clone(), self.proposed_local.clone()),
            reach: parse(reach, "reach")?,
            expires_at: self.proposal_expires_at.ok_or(missing("expires_at"))?,
            created_at: self.proposed_at.ok_or(missing("created_at"))?,
        }))
    }

    fn state(&self) -> Result<State, StoreError> {
        let missing = |column| StoreError::Corrupt { column };
        let started_at = self.started_at;
        Ok(match parse(&self.status, "status")? {
            Status::Scheduled => State::Scheduled,
            Status::InProgress => {
                State::InProgress { started_at: started_at.ok_or(missing("started_at"))? }
            }
            Status::Completed => State::Completed {
                started_at: started_at.ok_or(missing("started_at"))?,
                finished_at: self.finished_at.ok_or(missing("finished_at"))?,
            },
            Status::Cancelled => State::Cancelled {
                started_at,
                at: self.cancelled_at.ok_or(missing("cancelled_at"))?,
                by: self
                    .cancelled_by
                    .as_deref()
                    .map(|id| parse::<UserId>(id, "cancelled_by"))
                    .ok_or(missing("cancelled_by"))??,
                reason: parse(self.cancel_reason.as_deref().unwrap_or(""), "cancel_reason")?,
                late: self.late_cancel,
            },
        })
    }
}
