//! What lessons come to: somebody's own, counted from their lessons, and the
//! platform's, read from the figures that the schema keeps.
//!
//! Both count by days that the caller lays out as instants, and by quarters of
//! an hour of the week: what a day is on somebody's clocks, nothing here knows.

mod mine;
mod platform;

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::analytics::{Counts, Missed, Parties, Retention, Span, Stars, Withdrawals};
use sqlx::{PgPool, Postgres, QueryBuilder, Row as _, postgres::PgRow};

pub use self::{mine::mine, platform::platform};
use crate::error::StoreError;

/// Changes that are folded in one transaction.
const BATCH: i64 = 5_000;
/// The most transactions of one fold.
const ROUNDS: u32 = 100;
/// Quarters of an hour in a week: slots are told apart modulo this.
const QUARTERS: i64 = lectern_domain::analytics::QUARTERS;

/// What to count.
#[derive(Debug, Clone)]
pub struct Question {
    /// From when until when.
    pub span: Span,
    /// When each day begins; the first one with the span.
    pub days: Vec<DateTime<Utc>>,
    /// From when each offset of the zone holds; the first one with the span.
    pub offsets: Vec<DateTime<Utc>>,
    /// Lessons that ended before this and never began are missed ones.
    pub over: DateTime<Utc>,
}

/// How many lessons a slot of the week had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// Which of the question's offsets held.
    pub offset: usize,
    /// Slots since the epoch, modulo those of a week.
    pub quarter: i64,
    /// How many.
    pub lessons: i64,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Day by day, as the question has them.
    pub days: Vec<Counts>,
    /// The same, of the lessons that the person gave; of the platform, all.
    pub taught: Vec<Counts>,
    /// By slots of the week.
    pub busy: Vec<Busy>,
}

impl Answer {
    fn empty(question: &Question) -> Self {
        let days = vec![Counts::default(); question.days.len()];
        Self { taught: days.clone(), days, busy: Vec::new() }
    }

    /// Adds what else was counted of the same question.
    fn add(&mut self, other: &Self) {
        for (sums, more) in [(&mut self.days, &other.days), (&mut self.taught, &other.taught)] {
            for (sum, counts) in sums.iter_mut().zip(more) {
                *sum += *counts;
            }
        }
        self.busy.extend(&other.busy);
    }
}

/// Folds what has changed into the platform's figures, and says how many
/// changes that were. Any number of processes may: one works at a time.
pub async fn fold(pool: &PgPool) -> Result<i64, StoreError> {
    let mut folded = 0;
    // The pairs first: they change the figures.
    for _ in 0..ROUNDS {
        let round = sqlx::query_scalar!(r#"SELECT fold_pairs($1) AS "folded!""#, BATCH)
            .fetch_one(pool)
            .await?;
        folded += round;
        if round < BATCH {
            break;
        }
    }
    for _ in 0..ROUNDS {
        let round = sqlx::query_scalar!(r#"SELECT fold_figures($1) AS "folded!""#, BATCH)
            .fetch_one(pool)
            .await?;
        folded += round;
        if round < BATCH {
            break;
        }
    }
    Ok(folded)
}

/// Counts the platform's figures from nothing. Writers wait meanwhile.
pub async fn rebuild(pool: &PgPool) -> Result<(), StoreError> {
    sqlx::query!(r#"SELECT rebuild_figures() AS "rebuilt: ()""#).fetch_one(pool).await?;
    Ok(())
}

/// Sums of everything that a lesson counts as, in the order of [`lesson`].
const LESSON_SUMS: &str = "sum(booked), sum(completed), sum(minutes), sum(declined), \
    sum(expired), sum(off_teacher), sum(off_student), sum(off_other), sum(off_after), \
    sum(off_under_1h), sum(off_under_12h), sum(off_under_24h), sum(off_under_72h), \
    sum(off_under_168h), sum(off_earlier), sum(missed_teacher), sum(missed_student), \
    sum(missed_both)";

/// Sums of everything that a seat counts as that was given back.
const SEAT_SUMS: &str = "sum(seats_teacher), sum(seats_student), sum(seats_other), \
    sum(seats_after), sum(seats_under_1h), sum(seats_under_12h), sum(seats_under_24h), \
    sum(seats_under_72h), sum(seats_under_168h), sum(seats_earlier)";

/// Reads columns of sums, from left to right.
struct Sums<'a> {
    row: &'a PgRow,
    next: usize,
}

impl Sums<'_> {
    fn take(&mut self) -> Result<i64, StoreError> {
        let sum = self.row.try_get::<Option<i64>, _>(self.next)?.unwrap_or(0);
        self.next += 1;
        Ok(sum)
    }

    fn several<const N: usize>(&mut self) -> Result<[i64; N], StoreError> {
        let mut sums = [0; N];
        for sum in &mut sums {
            *sum = self.take()?;
        }
        Ok(sums)
    }

    /// What [`LESSON_SUMS`] are.
    fn lesson(&mut self) -> Result<Counts, StoreError> {
        let [booked, completed, minutes, declined, expired] = self.several()?;
        let called_off = self.withdrawals()?;
        let [teacher, student, both] = self.several()?;
        let missed = Missed { teacher, student, both };
        Ok(Counts {
            booked,
            completed,
            minutes,
            declined,
            expired,
            called_off,
            missed,
            ..Counts::default()
        })
    }

    fn group_minutes(&mut self) -> Result<Counts, StoreError> {
        Ok(Counts { group_minutes: self.take()?, ..Counts::default() })
    }

    /// What [`SEAT_SUMS`] are.
    fn seats(&mut self) -> Result<Counts, StoreError> {
        Ok(Counts { seats: self.withdrawals()?, ..Counts::default() })
    }

    fn withdrawals(&mut self) -> Result<Withdrawals, StoreError> {
        let [teacher, student, other] = self.several()?;
        let by = Parties { teacher, student, other };
        Ok(Withdrawals { by, lead_times: self.several()? })
    }

    fn stars(&mut self) -> Result<Stars, StoreError> {
        Ok(Stars(self.several()?))
    }

    fn quality(&mut self) -> Result<Counts, StoreError> {
        let [presences, connections, packets, lost] = self.several()?;
        Ok(Counts { presences, connections, packets, lost, ..Counts::default() })
    }

    fn retention(&mut self) -> Result<Retention, StoreError> {
        let [pairs, within_30, within_90] = self.several()?;
        Ok(Retention { pairs, within_30, within_90 })
    }
}

/// The day of a row, which counts from one; none, if it lies outside.
fn day(row: &PgRow, column: usize) -> Result<Option<usize>, StoreError> {
    let n: i32 = row.try_get(column)?;
    Ok(usize::try_from(n).ok().and_then(|n| n.checked_sub(1)))
}

/// `width_bucket` of an expression among the question's days.
fn push_day(sql: &mut QueryBuilder<Postgres>, at: &str, bounds: &[DateTime<Utc>]) {
    sql.push(format_args!("width_bucket({at}, "));
    sql.push_bind(bounds.to_vec()).push(")");
}

fn push_span(sql: &mut QueryBuilder<Postgres>, at: &str, span: Span) {
    sql.push(format_args!("{at} >= ")).push_bind(span.from);
    sql.push(format_args!(" AND {at} < ")).push_bind(span.to);
}

/// The slot of the week that an instant is in.
fn push_quarter(sql: &mut QueryBuilder<Postgres>, slot: &str) {
    sql.push(format_args!("(extract(epoch FROM {slot})::bigint / 900) % {QUARTERS}"));
}

/// Lessons that are over without having begun, and of which nobody has said who
/// did not come: what the media plane knows is asked. It keeps that for a time,
/// and knows nothing of lessons elsewhere. A group lesson that nobody wanted is
/// missed by nobody.
async fn unmarked(
    pool: &PgPool,
    question: &Question,
    user: Option<&str>,
) -> Result<Answer, StoreError> {
    let mut answer = Answer::empty(question);
    let from = question.span.from.max(question.over - crate::retention::ATTENDANCE);
    let to = question.span.to.min(question.over);
    let mut sql = QueryBuilder::new("SELECT ");
    push_day(&mut sql, "s.scheduled_at", &question.days);
    sql.push(", s.teacher = ").push_bind(user.unwrap_or_default().to_owned());
    sql.push(
        ", came.teacher, came.student, count(*) FROM sessions s CROSS JOIN LATERAL \
         (SELECT coalesce(bool_or(role = 'teacher'), false) AS teacher, \
                 coalesce(bool_or(role = 'student'), false) AS student \
          FROM attendance a WHERE a.session_id = s.id AND a.connected_at IS NOT NULL) came \
         WHERE s.status = 'scheduled' AND s.no_show IS NULL AND s.confirmation = 'confirmed' \
         AND s.provider = 'lectern' AND (s.student IS NOT NULL OR EXISTS \
             (SELECT FROM session_participants p WHERE p.session_id = s.id \
              AND p.role = 'student' AND p.attending)) AND ",
    );
    push_span(&mut sql, "s.scheduled_at", Span { from, to });
    sql.push(" AND s.ends_at <= ").push_bind(question.over);
    if let Some(user) = user {
        sql.push(
            " AND EXISTS (SELECT FROM session_participants p WHERE p.session_id = s.id \
             AND p.attending AND p.user_id = ",
        );
        sql.push_bind(user.to_owned()).push(")");
    }
    sql.push(" GROUP BY 1, 2, 3, 4");
    for row in sql.build().fetch_all(pool).await? {
        let Some(day) = day(&row, 0)? else { continue };
        let taught: bool = row.try_get(1)?;
        let lessons: i64 = row.try_get(4)?;
        let missed = match (row.try_get(2)?, row.try_get(3)?) {
            (true, true) => continue,
            (false, true) => Missed { teacher: lessons, ..Missed::default() },
            (true, false) => Missed { student: lessons, ..Missed::default() },
            (false, false) => Missed { both: lessons, ..Missed::default() },
        };
        add(&mut answer.days, day, Counts { missed, ..Counts::default() });
        if taught {
            add(&mut answer.taught, day, Counts { missed, ..Counts::default() });
        }
    }
    Ok(answer)
}

fn add(days: &mut [Counts], day: usize, counts: Counts) {
    if let Some(sum) = days.get_mut(day) {
        *sum += counts;
    }
}

/// How soon a second lesson follows the first, to be counted.
const SOON: [TimeDelta; 2] = [TimeDelta::days(30), TimeDelta::days(90)];
