//! Writes what outlives a room. A database that is away delays this and
//! nothing else: the records wait, in order, in a bounded queue.

use std::{sync::Arc, time::Duration};

use lectern_store::{StoreError, attendance, chat, rooms};
use sqlx::error::ErrorKind;
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::{sleep, timeout},
};

use super::{Shared, metrics::Metrics};
use crate::{hub::Record, limits, media::MediaCounts};

/// The pause before a record is written again; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where records are handed in.
#[derive(Debug)]
pub(super) struct Recorder {
    queue: mpsc::Sender<Record>,
    metrics: Metrics,
}

/// Starts the task that writes. It ends when the recorder is dropped and what
/// was handed in is written, or when that takes too long.
pub(super) fn start(shared: &Arc<Shared>) -> Recorder {
    let (queue, records) = mpsc::channel(limits::RECORD_QUEUE);
    shared.tasks.spawn(run(Arc::clone(shared), records));
    Recorder { queue, metrics: shared.metrics.clone() }
}

impl Recorder {
    pub(super) fn push(&self, record: Record) {
        match self.queue.try_send(record) {
            Ok(()) => self.metrics.record_queue.inc(),
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                self.metrics.records.with_label_values(&["lost"]).inc();
            }
        }
    }
}

async fn run(shared: Arc<Shared>, mut records: mpsc::Receiver<Record>) {
    let writing = async {
        while let Some(record) = records.recv().await {
            write_until_done(&shared, &record).await;
            shared.metrics.record_queue.dec();
        }
    };
    let flushing = async {
        shared.shutdown.cancelled().await;
        sleep(limits::COUNTS_TIMEOUT + limits::FLUSH_TIMEOUT).await;
    };
    tokio::select! {
        () = writing => {}
        () = flushing => {
            let lost = shared.metrics.record_queue.get();
            tracing::error!(lost, "records.lost");
        }
    }
}

async fn write_until_done(shared: &Shared, record: &Record) {
    let mut pause = FIRST_PAUSE;
    loop {
        let result = match write(shared, record).await {
            Ok(()) => "written",
            Err(error) if may_pass(&error) => {
                if pause == FIRST_PAUSE {
                    tracing::warn!(%error, "record.delayed");
                }
                shared.metrics.records.with_label_values(&["repeated"]).inc();
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "record.refused");
                "refused"
            }
        };
        return shared.metrics.records.with_label_values(&[result]).inc();
    }
}

/// Whether the database may take later what it did not take now: it is not
/// the record that it objects to.
fn may_pass(error: &StoreError) -> bool {
    let StoreError::Database(error) = error else { return false };
    let Some(said) = error.as_database_error() else {
        use sqlx::Error::{
            ColumnDecode, ColumnNotFound, Decode, Encode, RowNotFound, TypeNotFound,
        };
        // A row that cannot be read now cannot be read later either, and what
        // waits behind it would wait forever.
        let ours = matches!(
            error,
            Encode(_)
                | Decode(_)
                | ColumnDecode { .. }
                | ColumnNotFound(_)
                | RowNotFound
                | TypeNotFound { .. }
        );
        return !ours;
    };
    // Classes 22 and 23 of SQLSTATE: the data is at fault, whenever it comes.
    let data = said.code().is_some_and(|code| code.starts_with("22"));
    said.kind() == ErrorKind::Other && !data
}

async fn write(shared: &Shared, record: &Record) -> Result<(), StoreError> {
    let pool = &shared.pool;
    let writing = async {
        match record {
            Record::Joined { room, participant, user, role, at } => {
                let arrival = attendance::Arrival {
                    session: *room,
                    participant: *participant,
                    user: user.as_str(),
                    role: *role,
                    node: shared.config.node,
                    at: *at,
                };
                attendance::came(pool, arrival).await
            }
            Record::Connected { room, participant, at } => {
                attendance::connected(pool, *room, *participant, *at).await
            }
            Record::Left { room, participant, at, departure } => {
                attendance::left(pool, *room, *participant, *at, departure.as_str()).await
            }
            Record::Counts { room, participant, counts } => {
                attendance::counted(pool, *room, *participant, stored(counts)).await
            }
            Record::Chat { room, message, at } => {
                let message = chat::NewMessage {
                    session: *room,
                    user: message.user.as_str(),
                    name: &message.name,
                    client_id: &message.id,
                    body: &message.text,
                    sent_at: *at,
                };
                chat::keep(pool, message).await
            }
            Record::Started { room, at } => rooms::begin(pool, *room, *at).await.map(drop),
            Record::Completed { room, at } => rooms::finish(pool, *room, *at).await.map(drop),
        }
    };
    let late = || StoreError::Database(sqlx::Error::PoolTimedOut);
    timeout(limits::WRITE_RECORD_TIMEOUT, writing).await.unwrap_or_else(|_| Err(late()))
}

fn stored(counts: &MediaCounts) -> attendance::Counts {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    attendance::Counts {
        audio_packets_in: signed(counts.audio_packets_in),
        video_packets_in: signed(counts.video_packets_in),
        packets_out: signed(counts.packets_out),
        lost_in: signed(counts.lost_in),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_our_own_fault_is_not_waited_for() {
        let unreadable = || "unreadable".into();
        for (error, passes) in [
            (sqlx::Error::PoolTimedOut, true),
            (sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()), true),
            (sqlx::Error::Decode(unreadable()), false),
            (sqlx::Error::ColumnDecode { index: "users".into(), source: unreadable() }, false),
            (sqlx::Error::ColumnNotFound("users".into()), false),
        ] {
            let error = StoreError::Database(error);
            assert_eq!(may_pass(&error), passes, "{error}");
        }
        assert!(!may_pass(&StoreError::NotFound));
    }
}
