//! What is said when it does not go: RFC 9457, with stable codes.

mod document;

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use lectern_domain::{
    dispute::DisputeRefused, proposal::ProposalRefused, review::ReviewRefused, series::NoShift,
    session::Refused, slots::Rule, window::DoorClosed, zone::ZoneError,
};
use lectern_store::StoreError;

pub(crate) use self::document::{BookingRule, Code, FieldError, ProblemDocument};

/// An error on its way to the caller.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Content>);

#[derive(Debug, Clone)]
struct Content {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    opens_at: Option<DateTime<Utc>>,
    rule: Option<BookingRule>,
    starts: Vec<DateTime<Utc>>,
    /// What the log is told and the caller is not.
    cause: Option<String>,
    headers: HeaderMap,
}

impl Problem {
    pub(crate) fn new(code: Code) -> Self {
        Self(Box::new(Content {
            code,
            detail: None,
            errors: Vec::new(),
            opens_at: None,
            rule: None,
            starts: Vec::new(),
            cause: None,
            headers: HeaderMap::new(),
        }))
    }

    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    /// What the log is told and the caller is not.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    pub(crate) fn detail(mut self, detail: impl ToString) -> Self {
        self.0.detail = Some(detail.to_string());
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    pub(crate) fn caused_by(mut self, cause: impl ToString) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    pub(crate) fn field(pointer: impl Into<String>, detail: impl ToString) -> Self {
        Self::fields(vec![FieldError { pointer: pointer.into(), detail: detail.to_string() }])
    }

    pub(crate) fn fields(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(Code::ValidationFailed);
        problem.0.errors = errors;
        problem
    }

    /// Points at the value that a code other than `validation_failed` is about.
    pub(crate) fn at(mut self, pointer: &str) -> Self {
        let detail = self.0.detail.clone().unwrap_or_else(|| self.0.code.title().to_owned());
        self.0.errors.push(FieldError { pointer: pointer.to_owned(), detail });
        self
    }

    pub(crate) fn unauthenticated(detail: &'static str) -> Self {
        Self::new(Code::Unauthenticated)
            .detail(detail)
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub(crate) fn unavailable(cause: impl ToString) -> Self {
        Self::new(Code::Unavailable)
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .caused_by(cause)
    }
}

/// The problem travels as an extension, so that the outermost layer can say
/// the request's id in it and log its cause.
impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let mut response = self.0.code.status().into_response();
        response.headers_mut().extend(std::mem::take(&mut self.0.headers));
        response.extensions_mut().insert(self);
        response
    }
}

impl Problem {
    /// Gives `response`, which says that there is a problem, its body.
    pub(crate) fn write_into(self, response: Response, request_id: &str) -> Response {
        let Content { code, detail, errors, opens_at, rule, starts, .. } = *self.0;
        let document = ProblemDocument {
            kind: format!("urn:lectern:problem:{}", code.name()),
            title: code.title(),
            status: code.status().as_u16(),
            code,
            detail,
            errors,
            opens_at,
            rule,
            starts,
            request_id: request_id.to_owned(),
        };
        let (mut head, _) = response.into_parts();
        head.headers.remove(header::CONTENT_LENGTH);
        let problem_json = HeaderValue::from_static("application/problem+json");
        let mut written = Json(document).into_response();
        head.headers.insert(header::CONTENT_TYPE, problem_json);
        std::mem::swap(written.headers_mut(), &mut head.headers);
        *written.status_mut() = head.status;
        written
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let code = match refused {
            Refused::NotParticipant => Code::NotParticipant,
            Refused::Transition(_)
            | Refused::NotBegun
            | Refused::KeepsItsTime { .. }
            | Refused::KeepsItsWords { .. }
            | Refused::NotPending
            | Refused::KeepsItsPeople { .. } => Code::InvalidTransition,
            Refused::TooLateToCancel | Refused::PastCancelDeadline { .. } => Code::TooLateToCancel,
            Refused::NotTeacher | Refused::TeacherOnly | Refused::OwnLesson => Code::Forbidden,
            Refused::ConsentRequired => Code::ConsentRequired,
            Refused::StartOutOfRange => return Self::field("/scheduledAt", refused),
        };
        Self::new(code).detail(refused)
    }
}

impl From<ProposalRefused> for Problem {
    fn from(refused: ProposalRefused) -> Self {
        let code = match refused {
            ProposalRefused::Lesson(refused) => return refused.into(),
            ProposalRefused::SameTime => return Self::field("/scheduledAt", refused),
            ProposalRefused::Group => Code::InvalidTransition,
            ProposalRefused::AnotherIsOpen => Code::ProposalOpen,
            ProposalRefused::Closed => Code::ProposalClosed,
            ProposalRefused::OwnProposal | ProposalRefused::NotOwnProposal => Code::Forbidden,
        };
        Self::new(code).detail(refused)
    }
}

impl From<DoorClosed> for Problem {
    fn from(closed: DoorClosed) -> Self {
        let (code, opens_at) = match closed {
            DoorClosed::TooEarly { opens_at } => (Code::TooEarlyToJoin, Some(opens_at)),
            DoorClosed::Over => (Code::LessonOver, None),
            DoorClosed::Cancelled => (Code::SessionCancelled, None),
            DoorClosed::NotConfirmed => (Code::NotConfirmed, None),
        };
        let mut problem = Self::new(code).detail(closed);
        problem.0.opens_at = opens_at;
        problem
    }
}

impl From<Rule> for Problem {
    fn from(rule: Rule) -> Self {
        let mut problem = Self::new(Code::OutsideAvailability).detail(rule);
        problem.0.rule = Some(rule.into());
        problem
    }
}

impl From<ReviewRefused> for Problem {
    fn from(refused: ReviewRefused) -> Self {
        match refused {
            ReviewRefused::NotParticipant => Self::new(Code::NotParticipant).detail(refused),
            ReviewRefused::NotReviewable
            | ReviewRefused::NotAttended
            | ReviewRefused::WindowClosed => Self::new(Code::NotReviewable).detail(refused),
            ReviewRefused::WrongReviewee | ReviewRefused::WhichStudent => {
                Self::field("/revieweeId", refused)
            }
            ReviewRefused::Published => Self::new(Code::ReviewPublished).detail(refused),
            ReviewRefused::AlreadyReplied => Self::new(Code::AlreadyReplied).detail(refused),
            ReviewRefused::NotReviewee => Self::new(Code::Forbidden).detail(refused),
            ReviewRefused::Already { .. } => Self::new(Code::InvalidTransition).detail(refused),
        }
    }
}

impl From<DisputeRefused> for Problem {
    fn from(refused: DisputeRefused) -> Self {
        let code = match refused {
            DisputeRefused::NotParticipant => Code::NotParticipant,
            DisputeRefused::NotBegun | DisputeRefused::TooLate => Code::NotDisputable,
            DisputeRefused::AlreadyDisputed => Code::AlreadyDisputed,
            DisputeRefused::AlreadyDecided => Code::AlreadyDecided,
        };
        Self::new(code).detail(refused)
    }
}

impl Problem {
    /// A wall clock at `pointer` that has no instant.
    pub(crate) fn zone(error: ZoneError, pointer: &str) -> Self {
        match error {
            ZoneError::UnknownZone => Self::field("/timeZone", error),
            ZoneError::OutOfRange => Self::field(pointer, error),
            ZoneError::DoesNotExist => Self::new(Code::TimeDoesNotExist).detail(error).at(pointer),
            ZoneError::Ambiguous => Self::new(Code::TimeIsAmbiguous).detail(error).at(pointer),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::new(Code::NotFound),
            StoreError::SlotTaken => Self::new(Code::SlotTaken).detail(error),
            StoreError::OutsideAvailability(rule) => rule.into(),
            StoreError::HoldExpired => Self::new(Code::HoldExpired).detail(error),
            StoreError::SeriesTaken { ref starts } => {
                let mut problem = Self::new(Code::SlotTaken).detail(&error);
                problem.0.starts.clone_from(starts);
                problem
            }
            StoreError::NoShift(NoShift::NoZone) => Self::field("/timeZone", error),
            StoreError::NoShift(NoShift::Zone(zone)) => Self::zone(zone, "/localStart"),
            StoreError::VersionConflict { .. } => Self::new(Code::VersionConflict).detail(error),
            StoreError::Refused(refused) => refused.into(),
            StoreError::ProposalRefused(refused) => refused.into(),
            StoreError::WaitlistFull => Self::new(Code::WaitlistFull),
            StoreError::ReviewRefused(refused) => refused.into(),
            StoreError::DisputeRefused(refused) => refused.into(),
            StoreError::AlreadyReviewed => Self::new(Code::AlreadyReviewed),
            StoreError::UserErased => Self::new(Code::UserErased),
            StoreError::InLesson { .. } => Self::new(Code::InLesson).detail(error),
            StoreError::IdempotencyMismatch => {
                Self::new(Code::IdempotencyMismatch).at("Idempotency-Key")
            }
            StoreError::Corrupt { .. } => Self::new(Code::Internal).caused_by(error),
            StoreError::Database(_) if error.is_outage() => Self::unavailable(error),
            StoreError::Database(_) => Self::new(Code::Internal).caused_by(error),
        }
    }
}
