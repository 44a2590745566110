//! Problems as they stand on the wire (RFC 9457), with their stable codes.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use lectern_domain::slots::Rule;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $title:literal;)*) => {
        /// A stable name for what is wrong. Clients rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub(crate) enum Code {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Code {
            /// Every code there is.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The name on the wire.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not valid JSON";
    /// The request cannot be read.
    BadRequest = "bad_request", BAD_REQUEST, "The request cannot be read";
    /// No token, or none that is good.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "A valid token is needed";
    /// The caller may not do this.
    Forbidden = "forbidden", FORBIDDEN, "This is not allowed";
    /// The platform has not matched student and teacher.
    NotMatched = "not_matched", FORBIDDEN, "Student and teacher are not matched";
    /// The caller is not in the lesson.
    NotParticipant = "not_participant", FORBIDDEN, "Only for participants of the lesson";
    /// There is no such thing, or none the caller may know of.
    NotFound = "not_found", NOT_FOUND, "Not found";
    /// The method does not exist here.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed";
    /// Somebody in the lesson is taken at that time.
    SlotTaken = "slot_taken", CONFLICT, "The slot is taken";
    /// The teacher does not offer the slot; `rule` says why.
    OutsideAvailability = "outside_availability", CONFLICT, "The teacher does not offer this slot";
    /// The hold is gone, or is not the caller's.
    HoldExpired = "hold_expired", CONFLICT, "The hold has expired";
    /// The teacher has not agreed to the lesson.
    NotConfirmed = "not_confirmed", CONFLICT, "The lesson is not confirmed";
    /// Too many wait for a seat.
    WaitlistFull = "waitlist_full", CONFLICT, "The waitlist is full";
    /// The teacher wants to be asked before the lesson is moved.
    ConsentRequired = "consent_required", CONFLICT, "Another time must be proposed";
    /// A lesson has one open proposal.
    ProposalOpen = "proposal_open", CONFLICT, "Another proposal is open";
    /// It was answered, withdrawn, has expired, or the lesson has changed.
    ProposalClosed = "proposal_closed", CONFLICT, "The proposal is no longer open";
    /// The window to join has not opened.
    TooEarlyToJoin = "too_early_to_join", CONFLICT, "It is too early to join";
    /// The window to join has closed.
    LessonOver = "lesson_over", CONFLICT, "The lesson is over";
    /// The lesson was cancelled.
    SessionCancelled = "session_cancelled", CONFLICT, "The lesson was cancelled";
    /// One review per person and lesson.
    AlreadyReviewed = "already_reviewed", CONFLICT, "The lesson was reviewed already";
    /// Others can see the review.
    ReviewPublished = "review_published", CONFLICT, "The review is published";
    /// One reply per review.
    AlreadyReplied = "already_replied", CONFLICT, "The review has a reply already";
    /// The lesson has not taken place, or too long ago.
    NotReviewable = "not_reviewable", CONFLICT, "The lesson cannot be reviewed";
    /// It is too early or too late to dispute the lesson.
    NotDisputable = "not_disputable", CONFLICT, "The lesson cannot be disputed now";
    /// One dispute per person and lesson.
    AlreadyDisputed = "already_disputed", CONFLICT, "The lesson was disputed already";
    /// One decision per dispute.
    AlreadyDecided = "already_decided", CONFLICT, "The dispute is decided";
    /// The lesson's state does not allow it.
    InvalidTransition = "invalid_transition", CONFLICT, "The lesson's state does not allow this";
    /// Whoever had this id was erased.
    UserErased = "user_erased", CONFLICT, "The person was erased";
    /// Nobody is erased in the midst of a lesson.
    InLesson = "in_lesson", CONFLICT, "The person is in a lesson at this moment";
    /// The lesson's time has passed.
    TooLateToCancel = "too_late_to_cancel", CONFLICT, "It is too late to cancel";
    /// It has changed since the caller read it.
    VersionConflict = "version_conflict", PRECONDITION_FAILED, "It has changed in the meantime";
    /// The body is too large.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The query string is too long.
    UriTooLong = "uri_too_long", URI_TOO_LONG, "The query string is too long";
    /// The body is not said to be JSON.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    /// Values that are not accepted; `errors` says which.
    ValidationFailed = "validation_failed", UNPROCESSABLE_ENTITY, "Some values are not accepted";
    /// The Idempotency-Key belongs to another request.
    IdempotencyMismatch = "idempotency_mismatch", UNPROCESSABLE_ENTITY, "The idempotency key was used for another request";
    /// The zone's clocks skip this time.
    TimeDoesNotExist = "time_does_not_exist", UNPROCESSABLE_ENTITY, "The local time does not exist";
    /// The zone's clocks show this time twice.
    TimeIsAmbiguous = "time_is_ambiguous", UNPROCESSABLE_ENTITY, "The local time comes twice";
    /// An edit needs If-Match.
    PreconditionRequired = "precondition_required", PRECONDITION_REQUIRED, "If-Match is required";
    /// Too many requests.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    /// The fault is the server's.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong";
    /// Not now.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Not available at the moment";
}

/// The names on the wire. The derived schema would have those of the code: it
/// does not see through the macro.
impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A stable name for what is wrong. Clients rely on it."))
            .enum_values(Some(Self::ALL.iter().map(|code| code.name())))
            .into()
    }
}

impl ToSchema for Code {}

/// One value that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldError {
    /// Where in the body, as a JSON pointer (RFC 6901); of a query parameter or
    /// a header, `?name` or its name.
    pub(crate) pointer: String,
    /// What is wrong with it.
    pub(crate) detail: String,
}

/// By which rule of the teacher a slot is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum BookingRule {
    /// It is not within the teacher's hours.
    Closed,
    /// It is too soon.
    MinimumNotice,
    /// It is too far ahead.
    BookingWindow,
    /// It lies between two starts.
    StartIncrement,
    /// The teacher's day is full.
    PerDay,
    /// The teacher's week is full.
    PerWeek,
}

impl From<Rule> for BookingRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Closed => Self::Closed,
            Rule::MinimumNotice => Self::MinimumNotice,
            Rule::BookingWindow => Self::BookingWindow,
            Rule::StartIncrement => Self::StartIncrement,
            Rule::PerDay => Self::PerDay,
            Rule::PerWeek => Self::PerWeek,
        }
    }
}

/// An error, as RFC 9457 has it. Branch on `code`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// `urn:lectern:problem:` and the code.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The code in words.
    pub(super) title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub(super) status: u16,
    /// A stable name for what is wrong.
    pub(super) code: Code,
    /// What is wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) detail: Option<String>,
    /// The values that are not accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) errors: Vec<FieldError>,
    /// With `too_early_to_join`: when the window opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) opens_at: Option<DateTime<Utc>>,
    /// With `outside_availability`: by which rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) rule: Option<BookingRule>,
    /// With `slot_taken` for a series: the starts of the lessons that meet
    /// another one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) starts: Vec<DateTime<Utc>>,
    /// Names this request in the server's log.
    pub(super) request_id: String,
}
