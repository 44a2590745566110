//! The task that finds new notices: a driver.

use std::{collections::HashSet, time::Instant};

use lectern_store::{StoreError, notifications};
use sqlx::PgPool;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{hub::Hub, tide::Tide};
use crate::limits;

/// How far behind the latest notice a listener begins to mind gaps: more than
/// are written while a transaction is open.
const OVERLAP: i64 = limits::LOOK_BATCH;

impl Hub {
    /// Finds what was written, and hands it out, until `stop`.
    pub(crate) async fn listen(&self, pool: PgPool, stop: CancellationToken) {
        let listening = async {
            loop {
                while self.is_idle() {
                    self.woken().await;
                }
                self.listen_until_idle(&pool).await;
            }
        };
        tokio::select! {
            () = listening => {}
            () = stop.cancelled() => {}
        }
    }

    async fn listen_until_idle(&self, pool: &PgPool) {
        let mut tide = None;
        let mut well = true;
        let mut counted = now();
        loop {
            let everybody = counted.elapsed() >= limits::HEARTBEAT;
            if everybody {
                counted = now();
            }
            match self.look(pool, &mut tide, everybody).await {
                Ok(more) => {
                    well = true;
                    if let Some(tide) = &tide
                        && !self.publish(tide.settled())
                    {
                        return;
                    }
                    if more {
                        continue;
                    }
                }
                Err(error) => {
                    if well {
                        tracing::warn!(%error, "notices.unwatched");
                    }
                    well = false;
                }
            }
            // What wakes the listener comes in bursts, and one look serves all.
            sleep(limits::LOOK_PAUSE).await;
            let _ = timeout(limits::LOOK, self.woken()).await;
        }
    }

    /// One look. Says whether there is more to see.
    async fn look(
        &self,
        pool: &PgPool,
        tide: &mut Option<Tide>,
        everybody: bool,
    ) -> Result<bool, StoreError> {
        let tide = match tide {
            Some(tide) => tide,
            // What was written before anybody listened is not news.
            None => tide.insert(begin(pool).await?),
        };
        let (settled, known) = (tide.settled(), tide.known());
        let written =
            notifications::written_since(pool, settled, &known, limits::LOOK_BATCH).await?;
        let told = self.listening(written.iter().map(|written| written.user.as_str()));
        let wanted = written.iter().filter(|written| told.contains(written.user.as_str()));
        let wanted: Vec<i64> = wanted.map(|written| written.position).collect();
        if !wanted.is_empty() {
            for notice in notifications::at(pool, &wanted).await? {
                self.notice(notice);
            }
        }
        tide.rise(written.iter().map(|written| written.position), now());
        let mut stale = self.take_stale(everybody);
        stale.extend(told.into_iter().map(ToOwned::to_owned));
        self.count(pool, stale).await?;
        Ok(written.len() as i64 == limits::LOOK_BATCH)
    }

    async fn count(&self, pool: &PgPool, stale: HashSet<String>) -> Result<(), StoreError> {
        if stale.is_empty() {
            return Ok(());
        }
        let stale: Vec<String> = stale.into_iter().collect();
        match notifications::unread_of(pool, &stale).await {
            Ok(counts) => {
                counts.iter().for_each(|(user, unread)| self.unread(user, *unread));
                Ok(())
            }
            Err(error) => {
                self.mark_stale(stale.into_iter());
                Err(error)
            }
        }
    }
}

/// Knows what can be seen now, and minds the gaps in it.
async fn begin(pool: &PgPool) -> Result<Tide, StoreError> {
    let last = notifications::last_position(pool).await?;
    let settled = (last - OVERLAP).max(0);
    let written = notifications::written_since(pool, settled, &[], limits::LOOK_BATCH).await?;
    let mut tide = Tide::new(settled, limits::GAP_PATIENCE, limits::KNOWN_NOTICES);
    tide.rise(written.into_iter().map(|written| written.position), now());
    Ok(tide)
}

#[expect(clippy::disallowed_methods, reason = "a driver: gaps age by the monotonic clock")]
fn now() -> Instant {
    Instant::now()
}
