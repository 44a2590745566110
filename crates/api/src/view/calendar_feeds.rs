//! Calendars that show lessons, and calendars in which somebody is busy.

use chrono::{DateTime, Utc};
use lectern_domain::{
    feed,
    id::FeedId,
    outbound::{self, Reach},
    secret::Secret,
    text::CalendarName,
};
use lectern_store::feeds::{self, Calendars, MAX_FEEDS, NewFeed, Replacement, Subscribe};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{extract::Checks, problem::Problem, random};

/// The caller's calendars.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CalendarFeeds {
    /// Where lessons are subscribed to; null: nowhere.
    #[schema(required = true)]
    subscribe: Option<Subscription>,
    /// Calendars elsewhere in which the caller is busy.
    #[schema(max_items = 10)]
    busy: Vec<BusyFeed>,
    /// Rises with every change that the caller makes; the ETag. Zero: nothing was
    /// ever set.
    version: i64,
}

/// The address at which lessons are subscribed to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    /// The address, in the answer that made it; null ever after, since of its
    /// secret nothing is kept that could be shown. Whoever lost it makes another.
    #[schema(required = true, example = json!(concat!("https://lessons.example/api/calendar/",
        "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e", ".ics")))]
    url: Option<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

/// How it stands with a calendar elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FeedState {
    /// It was not fetched yet.
    Pending,
    /// It was read the last time.
    Ok,
    /// It could not be; what was read before still counts.
    Failing,
}

/// Why a calendar could not be read the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeedProblem {
    /// Its host has no address, or nobody answers there.
    Unreachable,
    /// It takes too long.
    Timeout,
    /// It leads to an address, a port or a scheme that is not asked.
    Blocked,
    /// It leads from one address to the next without an end.
    TooManyRedirects,
    /// It is not for us: 401 or 403.
    Forbidden,
    /// It is no longer there: 404 or 410.
    NotFound,
    /// It answers with another status that is no success.
    BadStatus,
    /// It is larger than 2 MiB.
    TooLarge,
    /// It is something else than iCalendar.
    NotACalendar,
    /// Its events recur too often.
    TooManyEvents,
}

/// A calendar elsewhere.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BusyFeed {
    /// Its name here.
    id: Uuid,
    /// What the caller calls it; may be empty.
    #[schema(example = "Google")]
    name: String,
    /// Where it is: a secret of the caller's, if the calendar is private.
    #[schema(example = "https://calendar.example/private-5e5e5e5e/basic.ics")]
    url: String,
    /// How it stands with it.
    state: FeedState,
    /// When it was last found readable.
    #[schema(required = true)]
    fetched_at: Option<DateTime<Utc>>,
    /// Why it is failing; null unless it is.
    #[schema(required = true)]
    problem: Option<FeedProblem>,
    /// How many of its events make busy, from yesterday on; one that recurs is
    /// one.
    #[schema(minimum = 0)]
    events: i32,
}

/// What is to be; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "subscribe": true,
    "busy": [{ "url": "https://calendar.example/private-5e5e5e5e/basic.ics", "name": "Google" }],
}))]
pub(crate) struct NewCalendarFeeds {
    /// Whether lessons can be subscribed to.
    subscribe: Option<bool>,
    /// All calendars elsewhere in which the caller is busy.
    #[schema(max_items = 10)]
    busy: Option<Vec<NewBusyFeed>>,
}

/// A calendar elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewBusyFeed {
    /// Where it is: an `https` or `webcal` URL, without a name or password in it.
    #[schema(
        max_length = 2048,
        example = "https://calendar.example/private-5e5e5e5e/basic.ics",
        pattern = r"^(https|webcal)://[A-Za-z]([A-Za-z0-9]|-[A-Za-z0-9])*(\.[A-Za-z]([A-Za-z0-9]|-[A-Za-z0-9])*)+(:(443|8443))?(/[!-~]*)?$"
    )]
    url: String,
    /// What the caller calls it.
    #[schema(max_length = 100)]
    name: Option<String>,
}

impl CalendarFeeds {
    /// What is stored. `url` is the address, where it was just made.
    pub(crate) fn of(stored: &Calendars, url: Option<String>) -> Self {
        let subscribe = stored.subscribed_at;
        Self {
            subscribe: subscribe.map(|created_at| Subscription { url, created_at }),
            busy: stored.busy.iter().map(BusyFeed::from).collect(),
            version: stored.version.0,
        }
    }
}

impl From<&feeds::Busy> for BusyFeed {
    fn from(feed: &feeds::Busy) -> Self {
        Self {
            id: feed.id.0,
            name: feed.name.clone(),
            url: feed.url.clone(),
            state: feed.state.into(),
            fetched_at: feed.fetched_at,
            problem: feed.problem.map(Into::into),
            events: feed.events,
        }
    }
}

impl From<feed::State> for FeedState {
    fn from(state: feed::State) -> Self {
        match state {
            feed::State::Pending => Self::Pending,
            feed::State::Ok => Self::Ok,
            feed::State::Failing => Self::Failing,
        }
    }
}

impl From<feed::Trouble> for FeedProblem {
    fn from(trouble: feed::Trouble) -> Self {
        match trouble {
            feed::Trouble::Unreachable => Self::Unreachable,
            feed::Trouble::Timeout => Self::Timeout,
            feed::Trouble::Blocked => Self::Blocked,
            feed::Trouble::Redirects => Self::TooManyRedirects,
            feed::Trouble::Forbidden => Self::Forbidden,
            feed::Trouble::NotFound => Self::NotFound,
            feed::Trouble::Status => Self::BadStatus,
            feed::Trouble::TooLarge => Self::TooLarge,
            feed::Trouble::NotACalendar => Self::NotACalendar,
            feed::Trouble::TooManyEvents => Self::TooManyEvents,
        }
    }
}

impl NewCalendarFeeds {
    /// What is asked for, where calendars may be within `reach`, and `secret` is
    /// there to be used.
    pub(crate) fn parse(&self, reach: Reach, secret: &Secret) -> Result<Replacement, Problem> {
        let mut checks = Checks::default();
        let subscribe = self.subscribe.map(|on| match on {
            true => Subscribe::On(secret.hash()),
            false => Subscribe::Off,
        });
        let busy = self.busy.as_deref().map(|busy| feeds(&mut checks, busy, reach));
        checks.done()?;
        Ok(Replacement { subscribe, busy })
    }
}

fn feeds(checks: &mut Checks, given: &[NewBusyFeed], reach: Reach) -> Vec<NewFeed> {
    if given.len() > MAX_FEEDS {
        checks.reject("/busy", format_args!("expected at most {MAX_FEEDS} calendars"));
        return Vec::new();
    }
    let mut feeds: Vec<NewFeed> = Vec::new();
    for (n, feed) in given.iter().enumerate() {
        let pointer = format!("/busy/{n}/url");
        let target = checks.accept(&pointer, outbound::Target::parse(&feed.url, reach));
        let name = feed.name.as_deref().unwrap_or_default();
        let name = checks.required::<CalendarName>(&format!("/busy/{n}/name"), Some(name));
        let (Some(target), Some(name)) = (target, name) else { continue };
        if feeds.iter().any(|other| other.target == target) {
            checks.reject(&pointer, "this calendar is named twice");
        }
        feeds.push(NewFeed { id: FeedId(random::id()), target, name });
    }
    feeds
}
