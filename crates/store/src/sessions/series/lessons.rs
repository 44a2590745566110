//! The lessons of a series, read to be changed together.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SeriesId, SessionId, UserId},
    series::Reach,
    session::{Session, State},
};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use crate::{
    error::StoreError,
    openings,
    sessions::{effects::Happening, load::load},
};

/// The lessons of a series, none of which changes until the transaction ends.
pub(in crate::sessions) struct Series {
    /// The one that was named.
    pub(in crate::sessions) anchor: Session,
    /// All of them, by start; a lesson of no series is alone.
    lessons: Vec<Session>,
    /// Those whose time was changed by themselves.
    detached: Vec<SessionId>,
}

impl Series {
    /// Locks all people of all lessons, then the lessons.
    pub(in crate::sessions) async fn lock(
        pool: &PgPool,
        id: SessionId,
    ) -> Result<(Transaction<'static, Postgres>, Self), StoreError> {
        let mut transaction = pool.begin().await?;
        let users = sqlx::query_scalar!(
            r#"
            SELECT DISTINCT p.user_id FROM sessions named
            JOIN sessions s ON s.id = named.id OR s.series_id = named.series_id
            JOIN session_participants p ON p.session_id = s.id
            WHERE named.id = $1
            "#,
            id.0,
        )
        .fetch_all(&mut *transaction)
        .await?;
        let users = users
            .iter()
            .map(|user| user.parse().map_err(|_| StoreError::Corrupt { column: "user_id" }))
            .collect::<Result<Vec<UserId>, _>>()?;
        let people: Vec<&UserId> = users.iter().collect();
        openings::lock(&mut transaction, &people).await?;
        let series = Self::read(&mut transaction, id).await?;
        Ok((transaction, series))
    }

    /// Locks the lessons and reads them. Whoever changes them has locked those
    /// people whose time it is about.
    pub(super) async fn read(
        connection: &mut PgConnection,
        id: SessionId,
    ) -> Result<Self, StoreError> {
        let rows = sqlx::query!(
            r#"
            SELECT id, detached FROM sessions
            WHERE id = $1 OR series_id = (SELECT series_id FROM sessions WHERE id = $1)
            ORDER BY scheduled_at, id FOR UPDATE
            "#,
            id.0,
        )
        .fetch_all(&mut *connection)
        .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let lessons = load(connection, &ids).await?;
        let anchor =
            lessons.iter().find(|lesson| lesson.id == id).cloned().ok_or(StoreError::NotFound)?;
        let detached = rows.iter().filter(|row| row.detached);
        let detached = detached.map(|row| SessionId(row.id)).collect();
        Ok(Self { anchor, lessons, detached })
    }

    /// The lessons that a change of the anchor reaches, which is one of them.
    /// Those that were moved by themselves do not `move` with it.
    pub(super) fn reached(
        &self,
        reach: Reach,
        moves: bool,
        now: DateTime<Utc>,
    ) -> impl Iterator<Item = &Session> {
        let place = |lesson: &Session| (lesson.timing.start, lesson.id);
        self.lessons.iter().filter(move |lesson| {
            let ahead = lesson.state == State::Scheduled && lesson.timing.start > now;
            let stays = moves && self.detached.contains(&lesson.id);
            let within = match reach {
                Reach::One => false,
                Reach::Following => place(lesson) > place(&self.anchor),
                Reach::All => true,
            };
            lesson.id == self.anchor.id || (within && ahead && !stays)
        })
    }

    /// Makes the anchor and what follows it a series of its own, where something
    /// comes before them.
    pub(in crate::sessions) async fn split(
        &self,
        connection: &mut PgConnection,
        split: SeriesId,
    ) -> Result<(), StoreError> {
        let following = self.lessons.iter().skip_while(|lesson| lesson.id != self.anchor.id);
        let ids: Vec<Uuid> = following.map(|lesson| lesson.id.0).collect();
        if ids.len() == self.lessons.len() {
            return Ok(());
        }
        sqlx::query!("UPDATE sessions SET series_id = $2 WHERE id = ANY($1)", &ids, split.0)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// The lessons as they are now, each with what happened to it.
pub(super) async fn reload(
    connection: &mut PgConnection,
    ids: &[Uuid],
    happenings: Vec<Happening>,
) -> Result<Vec<(Session, Happening)>, StoreError> {
    Ok(load(connection, ids).await?.into_iter().zip(happenings).collect())
}
