//! How things look on the wire.

mod analytics;
mod api_key;
mod audit;
mod availability;
mod calendar_feeds;
mod dispute;
mod export;
mod history;
mod notice;
mod people;
mod policy;
mod review;
mod session;
mod user;

pub(crate) use self::{
    analytics::{Analytics, Figures, Part, Retention},
    api_key::{ApiKey, ApiKeyScope, CreatedApiKey},
    audit::{AuditEvent, RecordedEvent},
    availability::{Availability, NewAvailability},
    calendar_feeds::{CalendarFeeds, NewCalendarFeeds},
    dispute::{Dispute, DisputeOutcome},
    export::{
        ExportedCalendars, ExportedEvent, ExportedHold, ExportedLine, ExportedProposal,
        ExportedReport, ExportedSeat, ExportedStay, ExportedWait, PersonExport,
    },
    history::{OverseenSession, PastSession},
    notice::Notice,
    people::{Me, People, Teachers},
    policy::{Policy, PolicyChange},
    review::{Aggregate, FullAggregate, ModeratedReview, Review},
    session::{Session, SessionRole, Sessions, Viewer, meeting_url, of},
    user::{User, UserChange},
};
