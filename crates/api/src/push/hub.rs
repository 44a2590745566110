//! Who listens on this node.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lectern_domain::id::UserId;
use lectern_store::notifications::Placed;
use tokio::sync::{Notify, mpsc, watch};

use crate::limits;

/// What a stream is handed.
#[derive(Debug, Clone)]
pub(crate) enum Pushed {
    /// Something new.
    Notice(Arc<Placed>),
    /// How many notices are unread now.
    Unread(i64),
}

/// Which bound was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowded {
    /// The node has enough streams.
    Node,
    /// The person has.
    Person,
}

/// The streams of a node.
#[derive(Debug)]
pub(crate) struct Hub {
    streams: Mutex<Streams>,
    open: prometheus::IntGauge,
    /// That there may be something to look for.
    wake: Notify,
    /// Up to which place everything was handed out; nothing while nobody
    /// listens.
    settled: watch::Sender<Option<i64>>,
}

#[derive(Debug, Default)]
struct Streams {
    people: HashMap<String, Person>,
    open: usize,
    /// The name of the next stream.
    next: u64,
}

#[derive(Debug, Default)]
struct Person {
    streams: HashMap<u64, mpsc::Sender<Pushed>>,
    /// How many notices they were last said not to have read.
    unread: Option<i64>,
    /// Whether that may have changed.
    stale: bool,
}

impl Hub {
    pub(crate) fn new(open: prometheus::IntGauge) -> Arc<Self> {
        Arc::new(Self {
            streams: Mutex::default(),
            open,
            wake: Notify::new(),
            settled: watch::Sender::new(None),
        })
    }

    /// Opens a stream of `user`'s, until the place in the hub is dropped.
    pub(super) fn enter(self: &Arc<Self>, user: &UserId) -> Result<Listening, Crowded> {
        let (sender, receiver) = mpsc::channel(limits::STREAM_QUEUE);
        let mut streams = self.lock();
        if streams.open >= limits::STREAMS {
            return Err(Crowded::Node);
        }
        let name = streams.next;
        let person = streams.people.entry(user.to_string()).or_default();
        if person.streams.len() >= limits::STREAMS_OF_ONE {
            return Err(Crowded::Person);
        }
        person.streams.insert(name, sender);
        streams.next += 1;
        streams.open += 1;
        self.open.inc();
        let settled = self.settled.subscribe();
        drop(streams);
        self.wake.notify_one();
        Ok(Listening { hub: Arc::clone(self), user: user.to_string(), name, receiver, settled })
    }

    /// Something may have been written: the listener looks soon.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Somebody has read notices: their streams are told how many are left.
    pub(crate) fn has_read(&self, user: &UserId) {
        if let Some(person) = self.lock().people.get_mut(user.as_str()) {
            person.stale = true;
            self.wake.notify_one();
        }
    }

    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Says up to which place everything was handed out, if anybody still
    /// listens. Otherwise whoever comes next waits for the listener.
    pub(super) fn publish(&self, settled: i64) -> bool {
        let streams = self.lock();
        let anybody = streams.open > 0;
        self.settled.send_replace(anybody.then_some(settled));
        anybody
    }

    /// Whether anybody listens.
    pub(super) fn is_idle(&self) -> bool {
        self.lock().open == 0
    }

    /// Which of these people listen.
    pub(super) fn listening<'a>(&self, users: impl Iterator<Item = &'a str>) -> HashSet<&'a str> {
        let streams = self.lock();
        users.filter(|user| streams.people.contains_key(*user)).collect()
    }

    /// Whose unread notices may have changed; everybody's, if so asked.
    pub(super) fn take_stale(&self, everybody: bool) -> HashSet<String> {
        let mut streams = self.lock();
        let stale = streams.people.iter_mut().filter(|(_, person)| everybody || person.stale);
        let stale = stale.map(|(user, person)| {
            person.stale = false;
            user.clone()
        });
        stale.collect()
    }

    /// Looks again later for the unread notices of these people.
    pub(super) fn mark_stale(&self, users: impl Iterator<Item = String>) {
        let mut streams = self.lock();
        for user in users {
            if let Some(person) = streams.people.get_mut(&user) {
                person.stale = true;
            }
        }
    }

    /// Hands a notice to the streams of whom it is for.
    pub(super) fn notice(&self, notice: Placed) {
        let mut streams = self.lock();
        let Some(person) = streams.people.get_mut(&notice.user) else { return };
        person.push(&Pushed::Notice(Arc::new(notice)));
    }

    /// Tells somebody's streams how many notices are unread, if that is news.
    pub(super) fn unread(&self, user: &str, unread: i64) {
        let mut streams = self.lock();
        let Some(person) = streams.people.get_mut(user) else { return };
        if person.unread.replace(unread) != Some(unread) {
            person.push(&Pushed::Unread(unread));
        }
    }

    fn leave(&self, user: &str, name: u64) {
        let mut streams = self.lock();
        streams.open -= 1;
        self.open.dec();
        if let Some(person) = streams.people.get_mut(user) {
            person.streams.remove(&name);
            if person.streams.is_empty() {
                streams.people.remove(user);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Person {
    /// A stream whose queue is full is dropped: it ends with what it has.
    fn push(&mut self, pushed: &Pushed) {
        self.streams.retain(|_, stream| stream.try_send(pushed.clone()).is_ok());
    }
}

/// A stream's place in the hub.
#[derive(Debug)]
pub(super) struct Listening {
    hub: Arc<Hub>,
    user: String,
    name: u64,
    pub(super) receiver: mpsc::Receiver<Pushed>,
    settled: watch::Receiver<Option<i64>>,
}

impl Listening {
    /// Waits until the listener is at work, and says up to which place it has
    /// handed everything out.
    pub(super) async fn settled(&mut self) -> Option<i64> {
        let settled = self.settled.wait_for(Option::is_some).await;
        settled.ok().and_then(|settled| *settled)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.hub.leave(&self.user, self.name);
    }
}

#[cfg(test)]
mod tests {
    use lectern_store::notifications::Notice;

    use super::*;

    fn hub() -> Arc<Hub> {
        Hub::new(prometheus::IntGauge::new("open", "Open streams.").expect("a gauge"))
    }

    fn notice(user: &str) -> Placed {
        let notice = Notice {
            id: uuid::Uuid::nil(),
            kind: "session_booked".into(),
            session_id: None,
            payload: serde_json::Value::Null,
            created_at: chrono::DateTime::UNIX_EPOCH,
            read_at: None,
        };
        Placed { position: 1, user: user.into(), notice }
    }

    #[test]
    fn a_person_has_a_few_streams_and_gets_them_back() {
        let (hub, mira) = (hub(), "mira".parse().expect("a user"));
        let mut open: Vec<_> =
            (0..limits::STREAMS_OF_ONE).map(|_| hub.enter(&mira).expect("free")).collect();
        assert_eq!(hub.enter(&mira).err(), Some(Crowded::Person));
        assert!(hub.enter(&"tom".parse().expect("a user")).is_ok());
        open.pop();
        assert!(hub.enter(&mira).is_ok());
        drop(open);
        assert!(hub.is_idle() && hub.lock().people.is_empty());
        assert_eq!(hub.open.get(), 0);
    }

    #[test]
    fn a_reader_that_is_behind_is_dropped_and_others_are_not() {
        let (hub, mira) = (hub(), "mira".parse().expect("a user"));
        let (mut slow, mut quick) =
            (hub.enter(&mira).expect("free"), hub.enter(&mira).expect("free"));
        for _ in 0..=limits::STREAM_QUEUE {
            hub.notice(notice("mira"));
            assert!(quick.receiver.try_recv().is_ok());
        }
        let mut waiting = 0;
        while slow.receiver.try_recv().is_ok() {
            waiting += 1;
        }
        assert_eq!(waiting, limits::STREAM_QUEUE);
        assert_eq!(slow.receiver.try_recv().err(), Some(mpsc::error::TryRecvError::Disconnected));
        drop(slow);
        hub.notice(notice("mira"));
        assert!(quick.receiver.try_recv().is_ok());
    }

    #[test]
    fn nobody_hears_what_is_for_others_or_no_news() {
        let (hub, mira) = (hub(), "mira".parse().expect("a user"));
        let mut stream = hub.enter(&mira).expect("free");
        hub.notice(notice("tom"));
        hub.unread("tom", 1);
        assert!(stream.receiver.try_recv().is_err());
        hub.unread("mira", 1);
        hub.unread("mira", 1);
        assert!(matches!(stream.receiver.try_recv(), Ok(Pushed::Unread(1))));
        assert!(stream.receiver.try_recv().is_err());
    }
}
