//! The platform's lessons, from the figures: a year of any number of them is
//! some ten thousand rows, and what has changed since they were last folded.
//!
//! Figures are read by the hour. Where a day, an offset or the span itself
//! begins within an hour, that hour is read by its quarters.
//!
//! These statements are planned anew each time, which is a thirtieth of what
//! they take: a plan that is kept knows neither how long the span nor how many
//! the bounds are, and sorts ten thousand rows.

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::analytics::Span;
use sqlx::{PgPool, Postgres, QueryBuilder, Row as _};

use super::{
    Answer, Busy, LESSON_SUMS, Question, SEAT_SUMS, Sums, add, day, push_day, push_quarter,
    push_span, unmarked,
};
use crate::error::StoreError;

/// What everybody's lessons come to.
pub async fn platform(pool: &PgPool, question: &Question) -> Result<Answer, StoreError> {
    let (mut answer, sums, busy) = tokio::try_join!(
        unmarked(pool, question, None),
        sums(pool, question),
        busy(pool, question),
    )?;
    for (day, counts) in sums {
        add(&mut answer.days, day, counts);
    }
    answer.busy = busy;
    answer.taught = answer.days.clone();
    Ok(answer)
}

/// The columns of [`LESSON_SUMS`] and [`SEAT_SUMS`], and the others.
const COLUMNS: &str = "slot, booked, completed, minutes, declined, expired, off_teacher, \
    off_student, off_other, off_after, off_under_1h, off_under_12h, off_under_24h, \
    off_under_72h, off_under_168h, off_earlier, missed_teacher, missed_student, missed_both, \
    group_minutes, seats_teacher, seats_student, seats_other, seats_after, seats_under_1h, \
    seats_under_12h, seats_under_24h, seats_under_72h, seats_under_168h, seats_earlier, ones, twos, threes, fours, fives, presences, connections, packets, lost, pairs, pairs_30, \
    pairs_90";

/// Lessons that were held, by the quarters that follow `slot`.
const HELD_IN_HOUR: &str = "slot, held_00, held_15, held_30, held_45";
const HELD_IN_QUARTER: &str = "slot, \
    booked - declined - expired - off_teacher - off_student - off_other, 0, 0, 0";

async fn sums(
    pool: &PgPool,
    question: &Question,
) -> Result<Vec<(usize, lectern_domain::analytics::Counts)>, StoreError> {
    let mut sql = QueryBuilder::new("SELECT ");
    push_day(&mut sql, "slot", &question.days);
    sql.push(", ").push(LESSON_SUMS).push(", sum(group_minutes), ").push(SEAT_SUMS).push(
        ", sum(ones), sum(twos), sum(threes), sum(fours), sum(fives), sum(presences), \
         sum(connections), sum(packets)::bigint, sum(lost)::bigint, sum(pairs), sum(pairs_30), \
         sum(pairs_90)",
    );
    push_rows(&mut sql, COLUMNS, COLUMNS, question.span, &question.days);
    sql.push(" GROUP BY 1");
    let mut sums = Vec::new();
    for row in sql.build().persistent(false).fetch_all(pool).await? {
        let Some(day) = day(&row, 0)? else { continue };
        let mut columns = Sums { row: &row, next: 1 };
        let mut counts = columns.lesson()?;
        counts += columns.group_minutes()?;
        counts += columns.seats()?;
        counts.stars = columns.stars()?;
        counts += columns.quality()?;
        counts.retention = columns.retention()?;
        sums.push((day, counts));
    }
    Ok(sums)
}

async fn busy(pool: &PgPool, question: &Question) -> Result<Vec<Busy>, StoreError> {
    let mut sql = QueryBuilder::new("SELECT ");
    push_day(&mut sql, "slot", &question.offsets);
    sql.push(", ");
    push_quarter(&mut sql, "slot");
    sql.push(", sum(held_00), sum(held_15), sum(held_30), sum(held_45)");
    push_rows(&mut sql, HELD_IN_HOUR, HELD_IN_QUARTER, question.span, &question.offsets);
    sql.push(" GROUP BY 1, 2");
    let mut busy = Vec::new();
    for row in sql.build().persistent(false).fetch_all(pool).await? {
        let Some(offset) = day(&row, 0)? else { continue };
        let first: i64 = row.try_get(1)?;
        let held: [i64; 4] = Sums { row: &row, next: 2 }.several()?;
        busy.extend((first..).zip(held).map(|(quarter, lessons)| Busy {
            offset,
            quarter,
            lessons,
        }));
    }
    Ok(busy)
}

/// What is folded, and what is not yet, in one snapshot: whole hours, quarters
/// of those that a bound cuts, and changes, which stand by the quarter.
fn push_rows(
    sql: &mut QueryBuilder<Postgres>,
    of_hours: &str,
    of_quarters: &str,
    span: Span,
    bounds: &[DateTime<Utc>],
) {
    let cut = cut_hours(span, bounds);
    sql.push(" FROM (SELECT ").push(of_hours).push(" FROM figure_hours WHERE ");
    push_span(sql, "slot", span);
    if !cut.is_empty() {
        sql.push(" AND NOT EXISTS (SELECT FROM unnest(").push_bind(cut.clone());
        sql.push(") AS cut (hour) WHERE hour = slot) UNION ALL SELECT ").push(of_quarters);
        sql.push(" FROM unnest(").push_bind(cut);
        // The limit keeps the planner to the index: joined in one, all quarters
        // would be read and hashed.
        sql.push(
            ") AS cut (hour) CROSS JOIN LATERAL (SELECT * FROM figures WHERE slot >= hour \
             AND slot < hour + interval '1 hour' LIMIT 4) AS quarters WHERE ",
        );
        push_span(sql, "slot", span);
    }
    sql.push(" UNION ALL SELECT ").push(of_quarters).push(" FROM figure_changes WHERE ");
    push_span(sql, "slot", span);
    sql.push(") AS counted");
}

/// The hours within which something begins or ends.
fn cut_hours(span: Span, bounds: &[DateTime<Utc>]) -> Vec<DateTime<Utc>> {
    let mut cut: Vec<DateTime<Utc>> = bounds
        .iter()
        .copied()
        .chain([span.from, span.to])
        .filter_map(|at| {
            let within = at.timestamp().rem_euclid(3_600);
            (within != 0).then(|| at - TimeDelta::seconds(within))
        })
        .collect();
    cut.sort_unstable();
    cut.dedup();
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_cut_where_something_begins_in_it() {
        let at = |minutes: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let check = |(from, to), bounds: &[i64], expected: &[i64]| {
            let span = Span { from: at(from), to: at(to) };
            let bounds: Vec<_> = bounds.iter().map(|bound| at(*bound)).collect();
            let expected: Vec<_> = expected.iter().map(|minutes| at(*minutes)).collect();
            assert_eq!(cut_hours(span, &bounds), expected, "{span:?} {bounds:?}");
        };
        check((0, 2_880), &[0, 1_440], &[]);
        // Days of a zone at 45 minutes past, and an offset that changes by half an hour.
        check((15, 2_895), &[15, 1_455], &[0, 1_440, 2_880]);
        check((15, 2_895), &[15, 930], &[0, 900, 2_880]);
        check((-15, 60), &[-15], &[-60]);
    }
}
