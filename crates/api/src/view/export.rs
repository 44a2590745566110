//! Everything that is kept of a person, as one document.

use chrono::{DateTime, Utc};
use lectern_store::{export, feeds};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Availability, Dispute, Notice, Policy, Review, Session, User, audit::ActorKind};
use crate::routes::sessions::join::RoomRole;

/// Everything that is kept of a person. It is written page by page while it is
/// sent: lists are as long as they are.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it documents what routes::users::export writes")]
pub(crate) struct PersonExport {
    /// When it was begun.
    exported_at: DateTime<Utc>,
    /// Their record.
    profile: User,
    /// When they can be booked.
    availability: Availability,
    /// What holds for their lessons.
    policy: Policy,
    /// Their calendars elsewhere, and whether their lessons can be subscribed to.
    calendar_feeds: ExportedCalendars,
    /// The slot that is kept for them.
    #[schema(required = true)]
    hold: Option<ExportedHold>,
    /// Their lessons, as anything, the earliest first.
    lessons: Vec<Session>,
    /// Their stays in rooms.
    attendance: Vec<ExportedStay>,
    /// What they wrote of others, published or not, the newest first.
    reviews_written: Vec<Review>,
    /// What others wrote of them, as far as it is published and in view: what
    /// the other has written and nobody may see yet stays unseen.
    reviews_received: Vec<Review>,
    /// Reviews that they reported to the admins.
    review_reports: Vec<ExportedReport>,
    /// What they wrote in rooms.
    chat: Vec<ExportedLine>,
    /// What they were told, the newest first.
    notifications: Vec<Notice>,
    /// Seats that they wait for.
    waitlist: Vec<ExportedWait>,
    /// Seats that they had and have no more.
    seats_given_back: Vec<ExportedSeat>,
    /// New times that they proposed.
    proposals: Vec<ExportedProposal>,
    /// Teachers whom they may book, where the platform says so with a list.
    #[schema(example = json!(["ines", "daniel"]))]
    matched_teachers: Vec<String>,
    /// Students who may book them.
    #[schema(example = json!(["mira"]))]
    matched_students: Vec<String>,
    /// Their complaints, the newest first.
    disputes: Vec<Dispute>,
    /// What they did, by the record.
    events: Vec<ExportedEvent>,
}

/// Calendars that are read, and one that can be subscribed to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedCalendars {
    /// Since when their lessons can be subscribed to, at an address of which
    /// only a digest is kept; null: they cannot.
    #[schema(required = true)]
    subscribed_at: Option<DateTime<Utc>>,
    /// Calendars in which they are busy.
    busy: Vec<ExportedCalendar>,
}

/// A calendar elsewhere.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedCalendar {
    /// Its name here.
    id: Uuid,
    /// What they call it.
    name: String,
    /// Where it is.
    #[schema(example = "https://calendar.example/jonas.ics")]
    url: String,
    /// When it was last fetched; null: never.
    #[schema(required = true)]
    fetched_at: Option<DateTime<Utc>>,
}

impl From<feeds::Calendars> for ExportedCalendars {
    fn from(calendars: feeds::Calendars) -> Self {
        let busy = calendars.busy.into_iter().map(|calendar| ExportedCalendar {
            id: calendar.id.0,
            name: calendar.name,
            url: calendar.url,
            fetched_at: calendar.fetched_at,
        });
        Self { subscribed_at: calendars.subscribed_at, busy: busy.collect() }
    }
}

/// A stay in a room.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedStay {
    /// Of which lesson.
    session_id: Uuid,
    /// Names the stay.
    participant: String,
    /// As what.
    #[schema(value_type = RoomRole)]
    role: String,
    /// When they came.
    joined_at: DateTime<Utc>,
    /// When their media came up; null: it never did.
    #[schema(required = true)]
    connected_at: Option<DateTime<Utc>>,
    /// When they went; null: it is not known.
    #[schema(required = true)]
    left_at: Option<DateTime<Utc>>,
    /// Why they went.
    #[schema(required = true)]
    left_reason: Option<String>,
    /// Audio packets that came from them.
    audio_packets_in: i64,
    /// Video packets that came from them.
    video_packets_in: i64,
    /// Packets that went to them.
    packets_out: i64,
    /// Packets from them that never came.
    lost_in: i64,
}

impl From<export::Stay> for ExportedStay {
    fn from(stay: export::Stay) -> Self {
        Self {
            session_id: stay.session_id,
            participant: stay.participant,
            role: stay.role,
            joined_at: stay.joined_at,
            connected_at: stay.connected_at,
            left_at: stay.left_at,
            left_reason: stay.left_reason,
            audio_packets_in: stay.audio_packets_in,
            video_packets_in: stay.video_packets_in,
            packets_out: stay.packets_out,
            lost_in: stay.lost_in,
        }
    }
}

/// That a review was reported.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedReport {
    /// Which.
    #[schema(example = "0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e78")]
    review_id: Uuid,
    /// Of which lesson.
    session_id: Uuid,
    /// Why.
    #[schema(example = "It is about another lesson.")]
    reason: String,
    /// When they said so.
    created_at: DateTime<Utc>,
}

impl From<export::Report> for ExportedReport {
    fn from(report: export::Report) -> Self {
        Self {
            review_id: report.review_id,
            session_id: report.session_id,
            reason: report.reason,
            created_at: report.created_at,
        }
    }
}

/// Something that was written in a room.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedLine {
    /// Of which lesson.
    session_id: Uuid,
    /// Their name at that time.
    name: String,
    /// What was written.
    text: String,
    /// When.
    sent_at: DateTime<Utc>,
}

impl From<export::Line> for ExportedLine {
    fn from(line: export::Line) -> Self {
        Self {
            session_id: line.session_id,
            name: line.name,
            text: line.body,
            sent_at: line.sent_at,
        }
    }
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedEvent {
    /// When.
    at: DateTime<Utc>,
    /// As what they did it: `user` or `admin`.
    #[schema(value_type = ActorKind)]
    actor_kind: String,
    /// What was done, by a stable name.
    action: String,
    /// To which lesson.
    #[schema(required = true)]
    session_id: Option<Uuid>,
    /// What else there is to know.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

impl From<export::Deed> for ExportedEvent {
    fn from(deed: export::Deed) -> Self {
        Self {
            at: deed.at,
            actor_kind: deed.actor_kind,
            action: deed.action,
            session_id: deed.session_id,
            details: deed.details,
        }
    }
}

/// A new time that was proposed for a lesson.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedProposal {
    /// Its name.
    id: Uuid,
    /// For which lesson.
    session_id: Uuid,
    /// When it would start.
    starts_at: DateTime<Utc>,
    /// When it would end.
    ends_at: DateTime<Utc>,
    /// Which lessons of the series would move with it.
    #[schema(example = "one")]
    scope: String,
    /// What became of it.
    #[schema(example = "accepted")]
    state: String,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was answered, withdrawn or void; null: it is open.
    #[schema(required = true)]
    settled_at: Option<DateTime<Utc>>,
}

impl From<export::Proposal> for ExportedProposal {
    fn from(proposal: export::Proposal) -> Self {
        Self {
            id: proposal.id,
            session_id: proposal.session_id,
            starts_at: proposal.starts_at,
            ends_at: proposal.ends_at,
            scope: proposal.reach,
            state: proposal.state,
            created_at: proposal.created_at,
            settled_at: proposal.settled_at,
        }
    }
}

/// A seat that somebody waits for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedWait {
    /// In which lesson.
    session_id: Uuid,
    /// Until when a seat is kept for them.
    #[schema(required = true)]
    offered_until: Option<DateTime<Utc>>,
    /// Since when they wait.
    created_at: DateTime<Utc>,
}

impl From<export::Wait> for ExportedWait {
    fn from(wait: export::Wait) -> Self {
        Self {
            session_id: wait.session_id,
            offered_until: wait.offered_until,
            created_at: wait.created_at,
        }
    }
}

/// A seat that somebody had.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedSeat {
    /// In which lesson.
    session_id: Uuid,
    /// Who gave it back: `student`, who had it, `teacher` or `other`.
    returned_by: String,
    /// When.
    returned_at: DateTime<Utc>,
    /// When the lesson was to begin, as it stood then.
    starts_at: DateTime<Utc>,
}

impl From<export::ReturnedSeat> for ExportedSeat {
    fn from(seat: export::ReturnedSeat) -> Self {
        Self {
            session_id: seat.session_id,
            returned_by: seat.returned_by,
            returned_at: seat.returned_at,
            starts_at: seat.starts_at,
        }
    }
}

/// A slot that is kept for somebody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportedHold {
    /// Its name.
    id: Uuid,
    /// With whom.
    teacher: String,
    /// From when.
    starts_at: DateTime<Utc>,
    /// Until when.
    ends_at: DateTime<Utc>,
    /// How long it is kept.
    expires_at: DateTime<Utc>,
}

impl From<export::Hold> for ExportedHold {
    fn from(hold: export::Hold) -> Self {
        Self {
            id: hold.id,
            teacher: hold.teacher,
            starts_at: hold.starts_at,
            ends_at: hold.ends_at,
            expires_at: hold.expires_at,
        }
    }
}
