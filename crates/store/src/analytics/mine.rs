//! Somebody's own lessons, counted as they are now. A person has thousands at
//! most, and the index of participations leads to them.

use lectern_domain::{
    analytics::{Counts, Retention},
    id::UserId,
};
use sqlx::{PgPool, QueryBuilder, Row as _};

use super::{
    Answer, Busy, LESSON_SUMS, Question, SEAT_SUMS, SOON, Sums, add, day, push_day, push_quarter,
    push_span, unmarked,
};
use crate::error::StoreError;

/// What the lessons come to that somebody gave or took.
pub async fn mine(pool: &PgPool, user: &UserId, question: &Question) -> Result<Answer, StoreError> {
    let user = user.as_str();
    // Each reads from tables of its own: side by side they take as long as the
    // slowest.
    let (mut answer, seats, unmarked, ratings, quality, pairs) = tokio::try_join!(
        lessons(pool, user, question),
        seats(pool, user, question),
        unmarked(pool, question, Some(user)),
        ratings(pool, user, question),
        quality(pool, user, question),
        pairs(pool, user, question),
    )?;
    for part in [seats, unmarked, ratings, quality, pairs] {
        answer.add(&part);
    }
    Ok(answer)
}

/// Walks over the lessons of a person once, and sums what each counts as by
/// days and, beside that, by hours of the week. What they gave is read from an
/// index alone: those are thousands, and what one person takes is not.
async fn lessons(pool: &PgPool, user: &str, question: &Question) -> Result<Answer, StoreError> {
    let mut answer = Answer::empty(question);
    let mut sql = QueryBuilder::new("SELECT day, taught, period, quarter, ");
    sql.push(LESSON_SUMS).push(", sum(minutes) FILTER (WHERE grouped) FROM (SELECT ");
    push_day(&mut sql, "slot", &question.days);
    sql.push(" AS day, ");
    push_day(&mut sql, "slot", &question.offsets);
    sql.push(" AS period, ");
    push_quarter(&mut sql, "slot");
    sql.push(
        " AS quarter, own.* \
         FROM (SELECT true AS taught, s.capacity > 1 AS grouped, f.* FROM sessions s \
         CROSS JOIN LATERAL lesson_figures(s, 1) f WHERE s.teacher = ",
    );
    sql.push_bind(user.to_owned()).push(" AND ");
    push_span(&mut sql, "s.scheduled_at", question.span);
    sql.push(
        " UNION ALL SELECT false, s.capacity > 1, f.* FROM session_participants p \
         JOIN sessions s ON s.id = p.session_id CROSS JOIN LATERAL seat_figures(s, p.absent) f \
         WHERE p.role = 'student' AND p.attending AND p.user_id = ",
    );
    sql.push_bind(user.to_owned()).push(" AND ");
    push_span(&mut sql, "lower(p.during)", question.span);
    sql.push(") AS own) AS counted GROUP BY GROUPING SETS ((day, taught), (period, quarter))");
    for row in sql.build().fetch_all(pool).await? {
        let mut sums = Sums { row: &row, next: 4 };
        let mut counts = sums.lesson()?;
        counts += sums.group_minutes()?;
        // What the row is not grouped by is null.
        if let Some(quarter) = row.try_get(3)? {
            let Some(offset) = day(&row, 2)? else { continue };
            answer.busy.push(Busy { offset, quarter, lessons: counts.held() });
            continue;
        }
        let Some(day) = day(&row, 0)? else { continue };
        add(&mut answer.days, day, counts);
        if row.try_get(1)? {
            add(&mut answer.taught, day, counts);
        }
    }
    Ok(answer)
}

/// Seats that they gave back, and those of others in the lessons that they give.
async fn seats(pool: &PgPool, user: &str, question: &Question) -> Result<Answer, StoreError> {
    let mut answer = Answer::empty(question);
    let mut sql = QueryBuilder::new("SELECT ");
    push_day(&mut sql, "slot", &question.days);
    sql.push(", ").push(SEAT_SUMS);
    for (join, whose) in [(" FROM (", "user_id"), (" UNION ALL ", "teacher")] {
        sql.push(join).push("SELECT f.* FROM returned_seats r CROSS JOIN LATERAL ");
        sql.push(format_args!("returned_figures(r, 1) f WHERE r.{whose} = "));
        sql.push_bind(user.to_owned()).push(" AND ");
        push_span(&mut sql, "r.starts_at", question.span);
    }
    sql.push(") AS counted GROUP BY 1");
    for row in sql.build().fetch_all(pool).await? {
        let Some(day) = day(&row, 0)? else { continue };
        add(&mut answer.days, day, Sums { row: &row, next: 1 }.seats()?);
    }
    Ok(answer)
}

/// Ratings that others gave.
async fn ratings(pool: &PgPool, user: &str, question: &Question) -> Result<Answer, StoreError> {
    let mut answer = Answer::empty(question);
    let mut sql = QueryBuilder::new("SELECT ");
    push_day(&mut sql, "published_at", &question.days);
    for stars in 1..=5 {
        sql.push(format_args!(", count(*) FILTER (WHERE rating = {stars})"));
    }
    sql.push(" FROM reviews WHERE hidden_at IS NULL AND reviewee_id = ")
        .push_bind(user.to_owned())
        .push(" AND ");
    push_span(&mut sql, "published_at", question.span);
    sql.push(" GROUP BY 1");
    for row in sql.build().fetch_all(pool).await? {
        let Some(day) = day(&row, 0)? else { continue };
        let stars = Sums { row: &row, next: 1 }.stars()?;
        add(&mut answer.days, day, Counts { stars, ..Counts::default() });
    }
    Ok(answer)
}

/// How good the connection of this person was.
async fn quality(pool: &PgPool, user: &str, question: &Question) -> Result<Answer, StoreError> {
    let mut answer = Answer::empty(question);
    let mut sql = QueryBuilder::new("SELECT ");
    push_day(&mut sql, "joined_at", &question.days);
    sql.push(
        ", count(*), count(connected_at), \
         sum(audio_packets_in + video_packets_in)::bigint, sum(lost_in)::bigint \
         FROM attendance WHERE user_id = ",
    );
    sql.push_bind(user.to_owned()).push(" AND ");
    push_span(&mut sql, "joined_at", question.span);
    sql.push(" GROUP BY 1");
    for row in sql.build().fetch_all(pool).await? {
        let Some(day) = day(&row, 0)? else { continue };
        add(&mut answer.days, day, Sums { row: &row, next: 1 }.quality()?);
    }
    Ok(answer)
}

async fn pairs(pool: &PgPool, user: &str, question: &Question) -> Result<Answer, StoreError> {
    let mut answer = Answer::empty(question);
    let pairs = sqlx::query!(
        "SELECT first_at, second_at FROM pairs WHERE (teacher = $1 OR student = $1) \
         AND first_at >= $2 AND first_at < $3",
        user,
        question.span.from,
        question.span.to,
    )
    .fetch_all(pool)
    .await?;
    for pair in pairs {
        let day = question.days.partition_point(|day| *day <= pair.first_at);
        let Some(day) = day.checked_sub(1) else { continue };
        let [within_30, within_90] = SOON.map(|soon| {
            i64::from(pair.second_at.is_some_and(|second| second < pair.first_at + soon))
        });
        let retention = Retention { pairs: 1, within_30, within_90 };
        add(&mut answer.days, day, Counts { retention, ..Counts::default() });
    }
    Ok(answer)
}
