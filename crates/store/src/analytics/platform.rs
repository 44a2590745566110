//! The platform's lessons, from the figures: a year of any number of them is
//! some ten thousand rows, and what has changed since they were last folded.

use sqlx::{PgPool, QueryBuilder};

use super::{
    Answer, LESSON_SUMS, Question, Sums, add, add_unmarked, day, push_day, push_quarter, push_span,
    read_busy,
};
use crate::error::StoreError;

/// What everybody's lessons come to.
pub async fn platform(pool: &PgPool, question: &Question) -> Result<Answer, StoreError> {
    let mut answer = Answer::empty(question);
    let (sums, busy) = tokio::try_join!(sums(pool, question), busy(pool, question))?;
    for (day, counts) in sums {
        add(&mut answer.days, day, counts);
    }
    answer.busy = busy;
    add_unmarked(pool, question, None, &mut answer).await?;
    answer.taught = answer.days.clone();
    Ok(answer)
}

/// The columns of [`LESSON_SUMS`], and the others.
const COLUMNS: &str = "slot, booked, completed, minutes, declined, expired, off_teacher, \
    off_student, off_other, off_after, off_under_1h, off_under_12h, off_under_24h, \
    off_under_72h, off_under_168h, off_earlier, missed_teacher, missed_student, missed_both, \
    ones, twos, threes, fours, fives, presences, connections, packets, lost, pairs, pairs_30, \
    pairs_90";

async fn sums(
    pool: &PgPool,
    question: &Question,
) -> Result<Vec<(usize, lectern_domain::analytics::Counts)>, StoreError> {
    let mut sql = QueryBuilder::new("SELECT ");
    push_day(&mut sql, "slot", &question.days);
    sql.push(", ").push(LESSON_SUMS).push(
        ", sum(ones), sum(twos), sum(threes), sum(fours), sum(fives), sum(presences), \
         sum(connections), sum(packets)::bigint, sum(lost)::bigint, sum(pairs), sum(pairs_30), \
         sum(pairs_90)",
    );
    push_rows(&mut sql, COLUMNS, question);
    sql.push(" GROUP BY 1");
    let mut sums = Vec::new();
    for row in sql.build().fetch_all(pool).await? {
        let Some(day) = day(&row, 0)? else { continue };
        let mut columns = Sums { row: &row, next: 1 };
        let mut counts = columns.lesson()?;
        counts.stars = columns.stars()?;
        counts += columns.quality()?;
        counts.retention = columns.retention()?;
        sums.push((day, counts));
    }
    Ok(sums)
}

async fn busy(pool: &PgPool, question: &Question) -> Result<Vec<super::Busy>, StoreError> {
    const HELD: &str =
        "slot, booked - declined - expired - off_teacher - off_student - off_other AS held";
    let mut sql = QueryBuilder::new("SELECT ");
    push_day(&mut sql, "slot", &question.offsets);
    sql.push(", ");
    push_quarter(&mut sql, "slot");
    sql.push(", sum(held)");
    push_rows(&mut sql, HELD, question);
    sql.push(" GROUP BY 1, 2");
    read_busy(&sql.build().fetch_all(pool).await?)
}

/// What is folded, and what is not yet, in one snapshot.
fn push_rows(sql: &mut QueryBuilder<sqlx::Postgres>, columns: &str, question: &Question) {
    for (before, table) in [(" FROM (SELECT ", "figures"), (" UNION ALL SELECT ", "figure_changes")]
    {
        sql.push(before).push(columns).push(format_args!(" FROM {table} WHERE "));
        push_span(sql, "slot", question.span);
    }
    sql.push(") AS counted");
}
