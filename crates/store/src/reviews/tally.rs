//! Reviews in numbers, overall and by skill.

use lectern_domain::id::UserId;
use sqlx::{PgConnection, PgPool};

use crate::error::StoreError;

/// How many reviews of each rating somebody has: of one star first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aggregate {
    /// From one star to five.
    pub histogram: [i64; 5],
}

impl Aggregate {
    /// How many reviews.
    pub fn count(self) -> i64 {
        self.histogram.iter().sum()
    }

    /// The mean rating, if there is any review.
    pub fn average(self) -> Option<f64> {
        let stars: i64 = self.histogram.iter().zip(1..).map(|(count, stars)| count * stars).sum();
        mean(stars, self.count())
    }
}

/// The same for the lessons that taught one skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillAggregate {
    /// The skill, as it was last written.
    pub skill: String,
    /// The ratings.
    pub ratings: Aggregate,
    level_sum: i64,
    /// How many said how far the person is in it.
    pub level_count: i64,
}

impl SkillAggregate {
    /// How far the person is in it, if anybody said: one to five.
    pub fn level(&self) -> Option<f64> {
        mean(self.level_sum, self.level_count)
    }
}

fn mean(sum: i64, count: i64) -> Option<f64> {
    // Counts of reviews are far below 2^53, where f64 stops being exact.
    (count > 0).then(|| sum as f64 / count as f64)
}

/// What a review adds to the numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted<'a> {
    pub(super) reviewee: &'a str,
    pub(super) rating: i16,
    pub(super) skill: &'a str,
    pub(super) level: Option<i16>,
}

/// Counts a review that others see from now on.
pub(super) async fn add(
    connection: &mut PgConnection,
    review: Counted<'_>,
) -> Result<(), StoreError> {
    change(connection, review, 1).await
}

/// Stops counting one that they no longer see.
pub(super) async fn take(
    connection: &mut PgConnection,
    review: Counted<'_>,
) -> Result<(), StoreError> {
    change(connection, review, -1).await
}

async fn change(
    connection: &mut PgConnection,
    review: Counted<'_>,
    by: i64,
) -> Result<(), StoreError> {
    let stars = |stars: i16| if review.rating == stars { by } else { 0 };
    sqlx::query!(
        r#"
        INSERT INTO review_aggregates AS a (user_id, ones, twos, threes, fours, fives)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (user_id) DO UPDATE
        SET ones = a.ones + $2, twos = a.twos + $3, threes = a.threes + $4,
            fours = a.fours + $5, fives = a.fives + $6
        "#,
        review.reviewee,
        stars(1),
        stars(2),
        stars(3),
        stars(4),
        stars(5),
    )
    .execute(&mut *connection)
    .await?;
    if review.skill.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"
        INSERT INTO review_skill_aggregates AS a
            (user_id, skill, name, ones, twos, threes, fours, fives, level_sum, level_count)
        VALUES ($1, lower($2), $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (user_id, skill) DO UPDATE
        SET name = $2, ones = a.ones + $3, twos = a.twos + $4, threes = a.threes + $5,
            fours = a.fours + $6, fives = a.fives + $7, level_sum = a.level_sum + $8,
            level_count = a.level_count + $9
        "#,
        review.reviewee,
        review.skill,
        stars(1),
        stars(2),
        stars(3),
        stars(4),
        stars(5),
        by * i64::from(review.level.unwrap_or(0)),
        if review.level.is_some() { by } else { 0 },
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A person's published reviews in numbers.
pub async fn aggregate(pool: &PgPool, user: &UserId) -> Result<Aggregate, StoreError> {
    let row = sqlx::query!(
        "SELECT ones, twos, threes, fours, fives FROM review_aggregates WHERE user_id = $1",
        user.as_str(),
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map_or_else(Aggregate::default, |row| Aggregate {
        histogram: [row.ones, row.twos, row.threes, row.fours, row.fives],
    }))
}

/// The same by skill, the most reviewed first: at most `limit`.
pub async fn by_skill(
    pool: &PgPool,
    user: &UserId,
    limit: u16,
) -> Result<Vec<SkillAggregate>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT name, ones, twos, threes, fours, fives, level_sum, level_count
        FROM review_skill_aggregates
        WHERE user_id = $1 AND ones + twos + threes + fours + fives > 0
        ORDER BY ones + twos + threes + fours + fives DESC, skill
        LIMIT $2
        "#,
        user.as_str(),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    let aggregates = rows.into_iter().map(|row| SkillAggregate {
        skill: row.name,
        ratings: Aggregate { histogram: [row.ones, row.twos, row.threes, row.fours, row.fives] },
        level_sum: row.level_sum,
        level_count: row.level_count,
    });
    Ok(aggregates.collect())
}
