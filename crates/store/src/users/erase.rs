//! A person's right to be forgotten (Regulation (EU) 2016/679, article 17).
//!
//! What is about them alone goes. What is also somebody else's stays under a
//! pseudonym: the lessons they had, who was there when, and how many stars were
//! given. The pseudonym is drawn anew and leads back to nobody. What they wrote
//! goes, and so does what was written of them; the stars that they gave and got
//! stay, so that nobody's average changes by it.
//!
//! One transaction does all of this. It holds the person's lock, as everybody
//! who books with them does: a booking is either there before and called off,
//! or comes after and is refused.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SessionId, UserId},
    person::Actor,
};
use serde_json::json;
use sqlx::{PgConnection, PgPool};

use crate::{
    audit::{self, Event},
    error::{StoreError, with_retries},
    openings::{self, Platform},
    sessions,
};

/// What others see in place of the name.
const NAME: &str = "Deleted person";
/// What a lesson is called whose title named the person.
const TITLE: &str = "Lesson";

/// Somebody to be erased.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// Who.
    pub person: UserId,
    /// Who says so.
    pub by: Actor,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Lessons that were called off by it: their rooms are to be closed.
    pub called_off: Vec<SessionId>,
}

/// Erases a person. Who was erased already stays so; of whom nothing is known,
/// nothing is found. Nobody is erased in the midst of a lesson.
pub async fn erase(
    pool: &PgPool,
    platform: Platform<'_>,
    erasure: &Erasure,
    now: DateTime<Utc>,
) -> Result<Erased, StoreError> {
    with_retries!(try_erase(pool, platform, erasure, now))
}

async fn try_erase(
    pool: &PgPool,
    platform: Platform<'_>,
    erasure: &Erasure,
    now: DateTime<Utc>,
) -> Result<Erased, StoreError> {
    let (person, id) = (&erasure.person, erasure.person.as_str());
    let mut transaction = pool.begin().await?;
    openings::lock(&mut transaction, &[person]).await?;
    // What is written of the person is awaited, and nothing more is written:
    // see `refuse_erased` in the schema.
    sqlx::query!(
        r#"SELECT pg_advisory_xact_lock(hashtextextended('erased ' || $1, 0)) AS "locked: ()""#,
        id,
    )
    .fetch_one(&mut *transaction)
    .await?;
    let found = sqlx::query!(
        r#"
        SELECT EXISTS (SELECT FROM users WHERE id = $1 AND erased_at IS NULL)
               OR EXISTS (SELECT FROM matches WHERE student = $1 OR teacher = $1) AS "known!",
               EXISTS (SELECT FROM erased_ids WHERE digest = sha256(convert_to($1, 'UTF8')))
                   AS "erased!",
               names_of($1) AS "names!"
        "#,
        id,
    )
    .fetch_one(&mut *transaction)
    .await?;
    match (found.known, found.erased) {
        (true, _) => {}
        (false, true) => return Ok(Erased::default()),
        (false, false) => return Err(StoreError::NotFound),
    }
    // A service has nobody's lessons: it does what the person would.
    let leaving = match erasure.by.key {
        Some(key) => Actor::service_for(key, person.clone()),
        None => erasure.by.clone(),
    };
    let called_off = sessions::vacate(&mut transaction, platform, person, &leaving, now).await?;
    not_in_lesson(&mut transaction, id, now).await?;
    let event = Event {
        actor: Some(&erasure.by),
        action: "person_erased",
        session: None,
        details: &json!({ "user": id }),
    };
    audit::record(&mut transaction, &event, now).await?;
    let pseudonym = sqlx::query_scalar!(r#"SELECT erase_from_record($1) AS "pseudonym!""#, id)
        .fetch_one(&mut *transaction)
        .await?;
    let places = Places { person: id, pseudonym: &pseudonym, names: &found.names };
    remove(&mut transaction, id).await?;
    stand_in(&mut transaction, &pseudonym, now).await?;
    places.in_lessons(&mut transaction).await?;
    places.in_words(&mut transaction).await?;
    places.in_notices(&mut transaction).await?;
    sqlx::query!("DELETE FROM users WHERE id = $1", id).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(Erased { called_off })
}

/// Whoever is in a room, or whose lesson is in progress, is erased afterwards.
/// What a node that died has left open is over with its lesson.
async fn not_in_lesson(
    connection: &mut PgConnection,
    person: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let until = sqlx::query_scalar!(
        r#"
        SELECT max(ends_at) FROM (
            SELECT s.ends_at FROM session_participants p JOIN sessions s ON s.id = p.session_id
            WHERE p.user_id = $1 AND s.status = 'in-progress' AND s.ends_at > $2
            UNION ALL
            SELECT s.ends_at FROM attendance a JOIN sessions s ON s.id = a.session_id
            WHERE a.user_id = $1 AND a.left_at IS NULL AND s.status <> 'cancelled'
              AND s.ends_at > $2) lesson
        "#,
        person,
        now,
    )
    .fetch_one(connection)
    .await?;
    until.map_or(Ok(()), |until| Err(StoreError::InLesson { until }))
}

/// Deletes what is about the person alone.
async fn remove(connection: &mut PgConnection, person: &str) -> Result<(), StoreError> {
    macro_rules! delete {
        ($($sql:literal),* $(,)?) => {
            $(sqlx::query!($sql, person).execute(&mut *connection).await?;)*
        };
    }
    // Lists that are being replaced are awaited: they name people who need not
    // be in `users`.
    sqlx::query!("LOCK TABLE matches IN SHARE ROW EXCLUSIVE MODE")
        .execute(&mut *connection)
        .await?;
    delete!(
        "DELETE FROM matches WHERE student = $1 OR teacher = $1",
        "DELETE FROM holds WHERE holder = $1 OR teacher = $1",
        "DELETE FROM availability WHERE teacher = $1",
        "DELETE FROM policies WHERE teacher = $1",
        "DELETE FROM session_proposals WHERE proposed_by = $1",
        "DELETE FROM session_waitlist WHERE user_id = $1",
        "DELETE FROM notifications WHERE user_id = $1",
        "DELETE FROM chat_messages WHERE user_id = $1",
        "DELETE FROM outbox WHERE payload ->> 'user' = $1",
        // Answers to others that name them, too: who asks again is told what is
        // true now, and nothing is done twice for somebody who is gone.
        "DELETE FROM idempotency_keys \
         WHERE caller = $1 OR position(convert_to(to_jsonb($1::text)::text, 'UTF8') IN body) > 0",
    );
    Ok(())
}

/// Enters the one to whom what stays will belong.
async fn stand_in(
    connection: &mut PgConnection,
    pseudonym: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO users (id, name, created_at, updated_at, erased_at) VALUES ($1, $2, $3, $3, $3)",
        pseudonym,
        NAME,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The places in which the pseudonym takes the person's.
struct Places<'a> {
    person: &'a str,
    pseudonym: &'a str,
    /// Texts by which others know the person.
    names: &'a [String],
}

impl Places<'_> {
    /// Lessons and what was counted of them. Whoever looks at pairs again is
    /// kept away meanwhile.
    async fn in_lessons(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let Self { person, pseudonym, names } = *self;
        sqlx::query!(
            r#"
            UPDATE sessions
            SET teacher = CASE WHEN teacher = $1 THEN $2 ELSE teacher END,
                student = CASE WHEN student = $1 THEN $2 ELSE student END,
                created_by = CASE WHEN created_by = $1 THEN $2 ELSE created_by END,
                cancelled_by = CASE WHEN cancelled_by = $1 THEN $2 ELSE cancelled_by END,
                cancel_reason = CASE WHEN cancelled_by = $1 OR mentions(cancel_reason, $3)
                                     THEN '' ELSE cancel_reason END,
                title = CASE WHEN mentions(title, $3) THEN $4 ELSE title END,
                description = CASE WHEN mentions(description, $3) THEN '' ELSE description END
            WHERE id IN (
                SELECT session_id FROM session_participants WHERE user_id = $1
                UNION SELECT id FROM sessions
                WHERE created_by = $1 AND created_by <> teacher
                  AND created_by IS DISTINCT FROM student
                UNION SELECT id FROM sessions
                WHERE cancelled_by = $1 AND cancelled_by <> teacher
                  AND cancelled_by IS DISTINCT FROM student)
            "#,
            person,
            pseudonym,
            names,
            TITLE,
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(r#"SELECT pg_advisory_xact_lock(hashtext('fold_pairs')) AS "locked: ()""#,)
            .fetch_one(&mut *connection)
            .await?;
        macro_rules! rename {
            ($($sql:literal),* $(,)?) => {
                $(sqlx::query!($sql, person, pseudonym).execute(&mut *connection).await?;)*
            };
        }
        rename!(
            "UPDATE session_participants SET user_id = $2 WHERE user_id = $1",
            "UPDATE returned_seats SET user_id = $2 WHERE user_id = $1",
            "UPDATE returned_seats SET teacher = $2 WHERE teacher = $1",
            "UPDATE attendance SET user_id = $2 WHERE user_id = $1",
            "UPDATE pairs SET teacher = $2 WHERE teacher = $1",
            "UPDATE pairs SET student = $2 WHERE student = $1",
            "UPDATE pair_changes SET teacher = $2 WHERE teacher = $1",
            "UPDATE pair_changes SET student = $2 WHERE student = $1",
            "UPDATE review_aggregates SET user_id = $2 WHERE user_id = $1",
            "UPDATE review_skill_aggregates SET user_id = $2 WHERE user_id = $1",
            "UPDATE api_keys SET created_by = $2 WHERE created_by = $1",
        );
        Ok(())
    }

    /// Reviews and complaints: the stars and decisions stay, the words go.
    async fn in_words(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let Self { person, pseudonym, names } = *self;
        sqlx::query!(
            r#"
            UPDATE review_reports
            SET reporter_id = CASE WHEN reporter_id = $1 THEN $2 ELSE reporter_id END, reason = ''
            WHERE reporter_id = $1
               OR review_id IN (SELECT id FROM reviews WHERE reviewer_id = $1
                                UNION SELECT id FROM reviews WHERE reviewee_id = $1)
            "#,
            person,
            pseudonym,
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            r#"
            UPDATE reviews
            SET reviewer_id = CASE WHEN reviewer_id = $1 THEN $2 ELSE reviewer_id END,
                reviewee_id = CASE WHEN reviewee_id = $1 THEN $2 ELSE reviewee_id END,
                comment = '', reply = NULL, replied_at = NULL, hidden_reason = NULL
            WHERE reviewer_id = $1 OR reviewee_id = $1
            "#,
            person,
            pseudonym,
        )
        .execute(&mut *connection)
        .await?;
        // By now the lessons are the pseudonym's.
        sqlx::query!(
            r#"
            UPDATE disputes
            SET opened_by = CASE WHEN opened_by = $1 THEN $2 ELSE opened_by END,
                decided_by = CASE WHEN decided_by = $1 THEN $2 ELSE decided_by END,
                reason = CASE WHEN opened_by = $1 OR mentions(reason, $3) THEN '' ELSE reason END,
                decision_reason = CASE WHEN mentions(decision_reason, $3) THEN ''
                                       ELSE decision_reason END
            WHERE opened_by = $1 OR decided_by = $1
               OR session_id IN (SELECT session_id FROM session_participants WHERE user_id = $2)
            "#,
            person,
            pseudonym,
            names,
        )
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    /// What others were told of the person.
    async fn in_notices(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let Self { person, pseudonym, names } = *self;
        sqlx::query!(
            r#"
            UPDATE notifications
            SET payload = (
                CASE WHEN payload ->> 'actor' = $1
                    THEN (payload - 'reason')
                        || jsonb_build_object('actor', $2::text, 'actorName', $4::text)
                    ELSE payload END
                || CASE WHEN mentions(payload ->> 'title', $3)
                    THEN jsonb_build_object('title', $5::text) ELSE '{}' END
                ) - CASE WHEN mentions(payload ->> 'reason', $3) THEN 'reason' ELSE '' END
            WHERE payload ->> 'actor' = $1
               OR session_id IN (SELECT session_id FROM session_participants WHERE user_id = $2)
                  AND mentions(payload::text, $3)
            "#,
            person,
            pseudonym,
            names,
            NAME,
            TITLE,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}
