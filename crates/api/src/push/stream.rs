//! One stream of somebody's notices.

use std::collections::{HashSet, VecDeque};

use axum::{
    http::{HeaderValue, header},
    response::sse::Event,
};
use chrono::{DateTime, Utc};
use lectern_domain::id::{NotificationId, UserId};
use lectern_store::notifications::{self, Placed};
use serde_json::json;
use tokio::time::Instant;

use super::hub::{Crowded, Listening, Pushed};
use crate::{
    limits,
    problem::{Code, Problem},
    state::ApiState,
    view::Notice,
};

/// The name of the event that is a notice.
const NOTICE: &str = "notice";
/// The name of the event that says how many are unread.
const UNREAD: &str = "unread";
/// A stream that is open.
#[derive(Debug)]
pub(crate) struct Stream {
    state: ApiState,
    user: UserId,
    listening: Listening,
    /// When it ends.
    ends: Instant,
    /// What was missed is read from this place on; nothing, once it is.
    missed_from: Option<i64>,
    /// What the listener may hand over and the reader has.
    known: HashSet<i64>,
    ready: VecDeque<Event>,
}

impl Stream {
    /// Opens a stream that goes on after a notice, or else begins now.
    pub(crate) async fn open(
        state: ApiState,
        user: UserId,
        after: Option<NotificationId>,
        expires_at: DateTime<Utc>,
    ) -> Result<Self, Problem> {
        let pool = &state.pool;
        let place = match after {
            Some(id) => {
                let position = notifications::position_of(pool, &user, id);
                state.timed("notifications_position_of", position).await?
            }
            None => None,
        };
        let from = match place {
            Some(place) => place,
            None => {
                let last = notifications::last_position(pool);
                state.timed("notifications_last_position", last).await?
            }
        };
        let mut listening = state.hub.enter(&user).map_err(crowded)?;
        // From here on the listener hands over what it finds. What can be seen
        // now is read below, if it is new, and not taken again.
        let settled = tokio::select! {
            settled = listening.settled() => settled.unwrap_or(from),
            () = state.stop.cancelled() => return Err(Problem::unavailable("the node stops")),
        };
        let known = notifications::positions_after(pool, &user, settled);
        let known = state.timed("notifications_positions_after", known).await?;
        let unread =
            state.timed("notifications_unread", notifications::unread(pool, &user)).await?;
        let left = (expires_at - state.clock.now()).to_std().unwrap_or_default();
        #[expect(clippy::disallowed_methods, reason = "a driver: a stream ends by the clock")]
        let ends = Instant::now() + left.min(limits::STREAM_LIFE);
        let ready = VecDeque::from([say_unread(unread).retry(limits::STREAM_RETRY)]);
        let (missed_from, known) = (Some(from), known.into_iter().collect());
        Ok(Self { state, user, listening, ends, missed_from, known, ready })
    }

    /// The next event; none, when the stream is over.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if let Some(from) = self.missed_from {
                self.read_missed(from).await?;
                continue;
            }
            let pushed = tokio::select! {
                biased;
                () = self.state.stop.cancelled() => return None,
                () = tokio::time::sleep_until(self.ends) => return None,
                pushed = self.listening.receiver.recv() => pushed?,
            };
            match pushed {
                Pushed::Unread(unread) => return Some(say_unread(unread)),
                Pushed::Notice(notice) if self.known.contains(&notice.position) => {}
                Pushed::Notice(notice) => return say(&notice),
            }
        }
    }

    /// Reads a page of what was missed. Where that fails the stream ends, and
    /// its reader goes on from the last notice that arrived.
    async fn read_missed(&mut self, from: i64) -> Option<()> {
        let page = notifications::after(&self.state.pool, &self.user, from, limits::STREAM_PAGE);
        let page = self.state.timed("notifications_after", page).await;
        let page =
            page.inspect_err(|error| tracing::warn!(%error, "notices.stream_failed")).ok()?;
        self.known.extend(page.iter().map(|notice| notice.position));
        self.ready.extend(page.iter().filter_map(say));
        let full = page.len() as i64 == limits::STREAM_PAGE;
        self.missed_from = page.last().filter(|_| full).map(|notice| notice.position);
        Some(())
    }
}

fn crowded(crowded: Crowded) -> Problem {
    match crowded {
        Crowded::Node => Problem::unavailable("the node has enough streams"),
        Crowded::Person => Problem::new(Code::RateLimited)
            .detail(format_args!("at most {} streams of one person", limits::STREAMS_OF_ONE))
            .header(header::RETRY_AFTER, HeaderValue::from(limits::HEARTBEAT.as_secs())),
    }
}

fn say(placed: &Placed) -> Option<Event> {
    let notice = Notice::from(placed.notice.clone());
    let id = placed.notice.id.to_string();
    // A notice holds texts, numbers and lists: nothing that JSON lacks.
    Event::default().event(NOTICE).id(id).json_data(&notice).ok()
}

fn say_unread(unread: i64) -> Event {
    Event::default().event(UNREAD).data(json!({ "unread": unread }).to_string())
}
