//! A lesson, as one of its people or an admin sees it.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    person::Actor,
    proposal,
    series::Reach,
    session::{self, ParticipantRole, Place, State},
    zone::ZoneName,
};
use lectern_store::{StoreError, reviews};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{problem::Problem, state::ApiState};

/// Where a lesson is in its life.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Status {
    /// Booked, and not begun.
    Scheduled,
    /// Teacher and student have been connected, and it is not over.
    InProgress,
    /// It took place and is over.
    Completed,
    /// It will not take place, or was broken off.
    Cancelled,
}

impl From<session::Status> for Status {
    fn from(status: session::Status) -> Self {
        match status {
            session::Status::Scheduled => Self::Scheduled,
            session::Status::InProgress => Self::InProgress,
            session::Status::Completed => Self::Completed,
            session::Status::Cancelled => Self::Cancelled,
        }
    }
}

/// Whether the teacher has agreed, where their policy asks for it.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Confirmation {
    /// The teacher has not answered yet.
    Pending,
    /// The lesson stands.
    Confirmed,
    /// The teacher has said no.
    Declined,
    /// The teacher has not answered in time.
    Expired,
}

impl From<session::Confirmation> for Confirmation {
    fn from(confirmation: session::Confirmation) -> Self {
        match confirmation {
            session::Confirmation::Pending => Self::Pending,
            session::Confirmation::Confirmed => Self::Confirmed,
            session::Confirmation::Declined => Self::Declined,
            session::Confirmation::Expired => Self::Expired,
        }
    }
}

/// Who did not come to a lesson that stood and whose time has passed.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NoShow {
    /// The teacher: a student waited.
    Teacher,
    /// The student: the teacher waited.
    Student,
    /// Neither came.
    Both,
}

impl From<session::NoShow> for NoShow {
    fn from(no_show: session::NoShow) -> Self {
        match no_show {
            session::NoShow::Teacher => Self::Teacher,
            session::NoShow::Student => Self::Student,
            session::NoShow::Both => Self::Both,
        }
    }
}

/// What somebody is in a lesson.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SessionRole {
    /// Gives it.
    Teacher,
    /// Takes it.
    Student,
}

impl From<ParticipantRole> for SessionRole {
    fn from(role: ParticipantRole) -> Self {
        match role {
            ParticipantRole::Teacher => Self::Teacher,
            ParticipantRole::Student => Self::Student,
        }
    }
}

/// Somebody who is in a lesson.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SessionParticipant {
    /// The platform's id.
    id: String,
    /// What others see.
    name: String,
    /// As what.
    role: SessionRole,
    /// Whether they had a seat in a group lesson that took place, and did not
    /// come. Of a lesson of two, `noShow` says it.
    absent: bool,
}

/// The seats of a lesson.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Seats {
    /// How many are taken.
    taken: usize,
    /// How many people wait for one, or have one offered.
    waiting: usize,
    /// Where the caller stands.
    mine: Seat,
    /// With `waiting`: the caller's place; 1 is next.
    #[schema(required = true)]
    position: Option<usize>,
    /// With `offered`: until when it is kept.
    #[schema(required = true)]
    offer_expires_at: Option<DateTime<Utc>>,
}

/// Where somebody stands with the seats of a lesson.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Seat {
    /// They have none and do not wait for one.
    None,
    /// They have one.
    Taken,
    /// They wait for one.
    Waiting,
    /// One is kept for them.
    Offered,
}

impl Seats {
    fn of(session: &session::Session, viewer: &Actor, now: DateTime<Utc>) -> Self {
        let (mine, position, offer_expires_at) = match session.place_of(&viewer.id, now) {
            Place::None => (Seat::None, None, None),
            Place::Seat => (Seat::Taken, None, None),
            Place::Waiting { position } => (Seat::Waiting, Some(position), None),
            Place::Offered { until } => (Seat::Offered, None, Some(until)),
        };
        let taken = session.seats_taken();
        Self { taken, waiting: session.waitlist.len(), mine, position, offer_expires_at }
    }
}

/// How far a change of one lesson of a series reaches.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    /// This lesson alone.
    One,
    /// This one and those after it.
    Following,
    /// All that are still ahead.
    All,
}

impl From<Reach> for Scope {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::One => Self::One,
            Reach::Following => Self::Following,
            Reach::All => Self::All,
        }
    }
}

/// A new time that one side of a lesson proposes to the other.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Proposal {
    /// Its name.
    id: uuid::Uuid,
    /// Who proposes it: the platform's id.
    proposed_by: String,
    /// When the lesson would start.
    scheduled_at: DateTime<Utc>,
    /// How long it would be, in minutes.
    #[schema(minimum = 1, maximum = 1440)]
    duration: u16,
    /// Which lessons of its series would move with it, by as much.
    scope: Scope,
    /// The zone it was proposed in, where it was by a wall clock.
    #[schema(required = true)]
    time_zone: Option<String>,
    /// From then on it can no longer be accepted.
    expires_at: DateTime<Utc>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

impl From<&proposal::Proposal> for Proposal {
    fn from(proposal: &proposal::Proposal) -> Self {
        Self {
            id: proposal.id.0,
            proposed_by: proposal.by.to_string(),
            scheduled_at: proposal.timing.start,
            duration: proposal.timing.duration.get(),
            scope: proposal.reach.into(),
            time_zone: proposal.intent.as_ref().map(|intent| intent.time_zone.to_string()),
            expires_at: proposal.expires_at,
            created_at: proposal.created_at,
        }
    }
}

/// A booked lesson.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// Its name.
    pub(crate) id: uuid::Uuid,
    /// What it is called.
    title: String,
    /// What it is about.
    description: String,
    /// What is taught.
    skill: String,
    /// Who gives it: the platform's id.
    teacher: String,
    /// Who takes it: the platform's id; null in a group lesson.
    #[schema(required = true)]
    student: Option<String>,
    /// When it starts.
    scheduled_at: DateTime<Utc>,
    /// How long it is, in minutes.
    #[schema(minimum = 1, maximum = 1440)]
    duration: u16,
    /// Where it is in its life.
    status: Status,
    /// Where people open it in a browser.
    meeting_url: String,
    /// When it was booked.
    created_at: DateTime<Utc>,
    /// The first instant after it.
    ends_at: DateTime<Utc>,
    /// The zone it was booked in, where it was booked by a wall clock.
    #[schema(required = true)]
    time_zone: Option<String>,
    /// Whether the teacher has agreed.
    confirmation: Confirmation,
    /// Until when the teacher may answer, while the lesson waits for it.
    #[schema(required = true)]
    confirm_by: Option<DateTime<Utc>>,
    /// The series it belongs to; null: it stands alone.
    #[schema(required = true)]
    series_id: Option<uuid::Uuid>,
    /// Rises with every change; the ETag.
    pub(crate) version: i64,
    /// How many students it takes; a group lesson takes more than one.
    #[schema(minimum = 1, maximum = 50)]
    capacity: u16,
    /// Who has a seat, and who waits for one.
    seats: Seats,
    /// The new time that one side proposes to the other, if there is one.
    #[schema(required = true)]
    proposal: Option<Proposal>,
    /// Everybody in it, for those who are in it themselves and for admins.
    participants: Vec<SessionParticipant>,
    /// What others see as the teacher's name.
    teacher_name: String,
    /// What others see as the student's name.
    #[schema(required = true)]
    student_name: Option<String>,
    /// Whether teacher and student have been connected at once.
    took_place: bool,
    /// Who did not come, by the media plane's account, decided some minutes
    /// after the room has closed; or by an admin's decision. Null before.
    #[schema(required = true)]
    no_show: Option<NoShow>,
    /// The first instant at which it can be joined.
    join_opens_at: DateTime<Utc>,
    /// The first instant at which it no longer can.
    join_closes_at: DateTime<Utc>,
    /// Whether the caller has reviewed it.
    reviewed: bool,
    /// Who called it off.
    #[schema(required = true)]
    cancelled_by: Option<String>,
    /// Why it was called off.
    #[schema(required = true)]
    cancel_reason: Option<String>,
    /// Whether it was called off after the deadline for students.
    late_cancel: bool,
    /// Its start on the clocks of the zone that was asked for, with their offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    local_start: Option<String>,
}

/// A list of lessons.
pub(crate) type Sessions = crate::extract::Paged<Session>;

/// Through whose eyes lessons are seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewer<'a> {
    pub(crate) actor: &'a Actor,
    /// The zone that was asked for.
    pub(crate) zone: Option<&'a ZoneName>,
}

impl Viewer<'_> {
    /// One lesson.
    pub(crate) async fn show(
        self,
        state: &ApiState,
        session: &session::Session,
    ) -> Result<Session, Problem> {
        let reviewed = self.reviewed(state, &[session.id]).await?;
        self.render(state, session, !reviewed.is_empty())
    }

    /// Several lessons.
    pub(crate) async fn show_all(
        self,
        state: &ApiState,
        sessions: &[session::Session],
    ) -> Result<Vec<Session>, Problem> {
        let ids: Vec<SessionId> = sessions.iter().map(|session| session.id).collect();
        let reviewed = self.reviewed(state, &ids).await?;
        sessions
            .iter()
            .map(|session| self.render(state, session, reviewed.contains(&session.id)))
            .collect()
    }

    async fn reviewed(
        self,
        state: &ApiState,
        sessions: &[SessionId],
    ) -> Result<Vec<SessionId>, StoreError> {
        state
            .timed(
                "reviews_reviewed_by",
                reviews::reviewed_by(&state.pool, &self.actor.id, sessions),
            )
            .await
    }

    /// One lesson that the caller has reviewed, or has not.
    pub(crate) fn render(
        self,
        state: &ApiState,
        session: &session::Session,
        reviewed: bool,
    ) -> Result<Session, Problem> {
        let local_start = self
            .zone
            .map(|zone| state.zones.local(session.timing.start, zone))
            .transpose()
            .map_err(|error| Problem::zone(error, "?timeZone"))?;
        Ok(Session { local_start, ..of(state, session, self.actor, reviewed) })
    }
}

/// Where people open a lesson in a browser.
pub(crate) fn meeting_url(state: &ApiState, session: &session::Session) -> String {
    format!("{}/lessons/{}/room", state.public_url, session.id)
}

/// A lesson without anybody's local time.
pub(crate) fn of(
    state: &ApiState,
    session: &session::Session,
    viewer: &Actor,
    reviewed: bool,
) -> Session {
    let now = state.clock.now();
    // Strangers learn how many come to a group lesson, but not who.
    let inside = session.may_see(viewer).is_ok();
    let proposal = session.proposal.as_ref().filter(|proposal| proposal.is_open(now));
    let join = session.terms.join(&state.policy);
    let window = join.window(session.timing.start, session.timing.end());
    let name = |user: &UserId| session.name_of(user).unwrap_or(user.as_str()).to_owned();
    let (cancelled_by, cancel_reason, late_cancel) = match &session.state {
        State::Cancelled { by, reason, late, .. } => {
            (Some(by.to_string()), Some(reason.to_string()), *late)
        }
        _ => (None, None, false),
    };
    Session {
        id: session.id.0,
        title: session.title.to_string(),
        description: session.description.to_string(),
        skill: session.skill.to_string(),
        teacher: session.teacher.to_string(),
        student: session.student.as_ref().map(ToString::to_string),
        scheduled_at: session.timing.start,
        duration: session.timing.duration.get(),
        status: session.state.status().into(),
        meeting_url: meeting_url(state, session),
        created_at: session.created_at,
        ends_at: session.timing.end(),
        time_zone: session.intent.as_ref().map(|intent| intent.time_zone.to_string()),
        confirmation: session.confirmation.into(),
        confirm_by: session.confirm_by,
        series_id: session.series.map(|series| series.0),
        version: session.version.0,
        capacity: session.capacity.get(),
        seats: Seats::of(session, viewer, now),
        proposal: proposal.map(Into::into),
        participants: session
            .participants
            .iter()
            .filter(|_| inside)
            .map(|participant| SessionParticipant {
                id: participant.user.to_string(),
                name: participant.name.clone(),
                role: participant.role.into(),
                absent: participant.absent,
            })
            .collect(),
        teacher_name: name(&session.teacher),
        student_name: session.student.as_ref().map(name),
        took_place: session.state.started_at().is_some(),
        no_show: session.no_show.map(Into::into),
        join_opens_at: window.opens_at,
        join_closes_at: window.closes_at,
        reviewed,
        cancelled_by,
        cancel_reason,
        late_cancel,
        local_start: None,
    }
}
