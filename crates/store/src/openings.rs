//! What a teacher offers, and what is in the way: for those who search, and,
//! under the advisory locks of the people concerned, for those who book.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    availability::Availability,
    id::{SessionId, UserId},
    person::Actor,
    policy::{Limit, OwnPolicy, Policy, Terms},
    session::Timing,
    slots::{Engagements, NotOffered, Offer, Rules},
    span::Span,
    text::Minutes,
    zone::{Days, ZoneName, Zones},
};
use sqlx::{PgConnection, PgPool, types::Json};
use uuid::Uuid;

use crate::{
    availability::{self, Stretch},
    error::StoreError,
    policies,
};

/// What holds for everybody on the platform.
#[derive(Debug, Clone, Copy)]
pub struct Platform<'a> {
    /// The rules of time zones.
    pub zones: &'a Zones,
    /// What holds where a teacher says nothing.
    pub policy: &'a Policy,
}

/// A lesson that is to take place at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Who gives it.
    pub(crate) teacher: &'a UserId,
    /// Who takes it, as far as they are known.
    pub(crate) students: &'a [UserId],
    /// When.
    pub(crate) timing: Timing,
    /// Who asks for it. Teachers are not held to their own rules.
    pub(crate) by: &'a Actor,
    /// The lesson itself, where it is there already.
    pub(crate) except: Option<SessionId>,
}

/// What a teacher has set.
#[derive(Debug)]
pub(crate) struct Teacher {
    zone: ZoneName,
    days: Days,
    hours: Option<Availability>,
    own: OwnPolicy,
    pub(crate) policy: Policy,
}

impl Teacher {
    fn rules(&self) -> Rules<'_> {
        Rules {
            days: &self.days,
            hours: self.hours.as_ref(),
            policy: &self.policy,
            any_minute: self.own.start_increment.is_none(),
        }
    }

    /// What a lesson of theirs goes by.
    pub(crate) fn terms(&self) -> Terms {
        let OwnPolicy { join_opens, grace, cancel_deadline, .. } = self.own;
        Terms { join_opens, grace, cancel_deadline }
    }
}

/// Locks people until the transaction ends, in an order that everybody keeps.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    people: &[&UserId],
) -> Result<(), StoreError> {
    let people: Vec<String> = people.iter().map(ToString::to_string).collect();
    sqlx::query!(
        r#"
        SELECT pg_advisory_xact_lock(people.key) AS "locked: ()"
        FROM (SELECT DISTINCT hashtextextended(id, 0) AS key
              FROM unnest($1::text[]) AS id ORDER BY key) people
        "#,
        &people,
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Whether the lesson that is wanted can take place then; if so, what its
/// teacher has set. The people in it are locked.
pub(crate) async fn check(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    wanted: Wanted<'_>,
    now: DateTime<Utc>,
) -> Result<Teacher, StoreError> {
    let teacher = teacher(connection, platform, wanted.teacher).await?;
    let span = Span { from: wanted.timing.start, to: wanted.timing.end() };
    let engagements = engagements(connection, &teacher.policy, wanted, span, now).await?;
    let offer = Offer::new(teacher.rules(), &engagements, now).map_err(NotOffered::from)?;
    if wanted.by.id == *wanted.teacher {
        offer.check_free(wanted.timing)?;
    } else {
        offer.check(wanted.timing)?;
    }
    Ok(teacher)
}

/// Whether nobody in the lesson is taken then, whatever the rules say.
pub(crate) async fn check_free(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    wanted: Wanted<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let teacher = teacher(connection, platform, wanted.teacher).await?;
    let span = Span { from: wanted.timing.start, to: wanted.timing.end() };
    let engagements = engagements(connection, &teacher.policy, wanted, span, now).await?;
    let offer = Offer::new(teacher.rules(), &engagements, now).map_err(NotOffered::from)?;
    Ok(offer.check_free(wanted.timing)?)
}

/// A search for starts of lessons with a teacher.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// Whose.
    pub teacher: &'a UserId,
    /// By whom. What is in this person's way is left out, unless it is the
    /// teacher.
    pub by: &'a Actor,
    /// How long.
    pub duration: Minutes,
}

/// What a search goes by.
#[derive(Debug)]
pub struct Searching(Teacher);

/// Reads what a teacher has set.
pub async fn begin(
    pool: &PgPool,
    platform: Platform<'_>,
    teacher_id: &UserId,
) -> Result<Searching, StoreError> {
    let mut connection = pool.acquire().await?;
    Ok(Searching(teacher(&mut connection, platform, teacher_id).await?))
}

impl Searching {
    /// The teacher's zone.
    pub fn zone(&self) -> &ZoneName {
        &self.0.zone
    }

    /// The starts within `starts` that can be booked now, in order.
    pub async fn find(
        &self,
        pool: &PgPool,
        search: Search<'_>,
        starts: Span,
        now: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, StoreError> {
        let mut connection = pool.acquire().await?;
        let own = std::slice::from_ref(&search.by.id);
        let wanted = Wanted {
            teacher: search.teacher,
            students: if search.by.id == *search.teacher { &[] } else { own },
            timing: Timing { start: starts.from, duration: search.duration },
            by: search.by,
            except: None,
        };
        let span = Span { from: starts.from, to: starts.to + search.duration.delta() };
        let engagements = engagements(&mut connection, &self.0.policy, wanted, span, now).await?;
        let offer = Offer::new(self.0.rules(), &engagements, now).map_err(NotOffered::from)?;
        Ok(offer.search(starts, search.duration).map_err(NotOffered::from)?)
    }
}

/// Reads what a teacher has set, in one question.
pub(crate) async fn teacher(
    connection: &mut PgConnection,
    platform: Platform<'_>,
    id: &UserId,
) -> Result<Teacher, StoreError> {
    let row = sqlx::query!(
        r#"
        SELECT u.time_zone AS "home?", a.time_zone AS "time_zone?",
               a.weekly AS "weekly?: Json<Vec<Vec<Stretch>>>",
               a.exceptions AS "exceptions?: Json<BTreeMap<String, Vec<Stretch>>>",
               a.out_of_office AS "out_of_office?: Json<Vec<Stretch>>",
               p.buffer_before, p.buffer_after, p.minimum_notice, p.booking_window,
               p.start_increment, p.per_day, p.per_week, p.requires_confirmation,
               p.pending_blocks, p.confirm_within, p.cancel_deadline, p.join_opens, p.grace,
               p.lobby, p.reschedule_needs_consent, p.version AS "version?"
        FROM (VALUES ($1::text)) AS wanted (id)
        LEFT JOIN users u ON u.id = wanted.id
        LEFT JOIN availability a ON a.teacher = wanted.id
        LEFT JOIN policies p ON p.teacher = wanted.id
        "#,
        id.as_str(),
    )
    .fetch_one(connection)
    .await?;
    let hours = match (row.time_zone, row.weekly, row.exceptions, row.out_of_office) {
        (Some(time_zone), Some(weekly), Some(exceptions), Some(out_of_office)) => {
            Some(availability::Row { time_zone, weekly, exceptions, out_of_office }.read()?)
        }
        _ => None,
    };
    let own = policies::Row {
        buffer_before: row.buffer_before,
        buffer_after: row.buffer_after,
        minimum_notice: row.minimum_notice,
        booking_window: row.booking_window,
        start_increment: row.start_increment,
        per_day: row.per_day,
        per_week: row.per_week,
        requires_confirmation: row.requires_confirmation,
        pending_blocks: row.pending_blocks,
        confirm_within: row.confirm_within,
        cancel_deadline: row.cancel_deadline,
        join_opens: row.join_opens,
        grace: row.grace,
        lobby: row.lobby,
        reschedule_needs_consent: row.reschedule_needs_consent,
        version: row.version.unwrap_or_default(),
    }
    .own();
    let zone = match &hours {
        Some(hours) => hours.time_zone.clone(),
        None => ZoneName::stored(row.home.unwrap_or_else(|| "UTC".to_owned())),
    };
    let days = platform.zones.days(&zone).map_err(NotOffered::from)?;
    Ok(Teacher { zone, days, hours, policy: own.over(platform.policy), own })
}

/// Everything that is in the way within `span`, as far as buffers and limits
/// reach: of the teacher, calendars elsewhere too; of students not, since they
/// publish no hours and know best what they book over. Each part walks an index by range: what is long past is not read.
async fn engagements(
    connection: &mut PgConnection,
    policy: &Policy,
    wanted: Wanted<'_>,
    span: Span,
    now: DateTime<Utc>,
) -> Result<Engagements, StoreError> {
    let reach = reach(policy);
    let students: Vec<String> = wanted.students.iter().map(ToString::to_string).collect();
    let mut holders = students.clone();
    holders.push(wanted.by.id.to_string());
    let (from, to) = (span.from - reach, span.to + reach);
    // `OFFSET 0`: one person after the other, by the index of people. Left to
    // itself Postgres may read what everybody has at that time, if the tables
    // were small when it made its plan.
    let rows = sqlx::query!(
        r#"
        SELECT lower(taken.during) AS "from!", upper(taken.during) AS "to!", taken.kind AS "kind!"
        FROM (
            SELECT p.during,
                   CASE WHEN p.user_id <> $1 THEN 'student'
                        WHEN p.role = 'teacher' THEN 'lesson' ELSE 'busy' END AS kind
            FROM unnest($2::text[] || $1::text) AS person (id)
            CROSS JOIN LATERAL (
                SELECT p.during, p.role, p.user_id
                FROM session_participants p
                WHERE p.user_id = person.id AND p.blocking AND p.attending
                  AND lower(p.during) > $8 AND lower(p.during) < $5
                  AND p.during && tstzrange($4, $5, '[)') AND p.session_id IS DISTINCT FROM $6
                OFFSET 0
            ) p
            UNION ALL
            SELECT h.during, 'hold'
            FROM holds h
            WHERE h.teacher = $1 AND h.during && tstzrange($4, $5, '[)')
              AND h.expires_at > $7 AND h.holder <> ALL($3)
            UNION ALL
            SELECT b.during, 'busy'
            FROM busy_spans b
            WHERE b.person = $1 AND b.during && tstzrange($4, $5, '[)')
        ) taken
        "#,
        wanted.teacher.as_str(),
        &students,
        &holders,
        from,
        to,
        wanted.except.map(|id| id.0) as Option<Uuid>,
        now,
        // What began earlier is over by then. Read so, the index by start finds
        // the few lessons that matter, however many somebody has.
        from - TimeDelta::minutes(Minutes::MAX),
    )
    .fetch_all(connection)
    .await?;
    let mut engagements = Engagements::default();
    for row in rows {
        let list = match row.kind.as_str() {
            "lesson" => &mut engagements.lessons,
            "hold" => &mut engagements.holds,
            "student" => &mut engagements.students,
            _ => &mut engagements.busy,
        };
        list.push(Span { from: row.from, to: row.to });
    }
    Ok(engagements)
}

/// How far around a lesson something may be that is in its way.
fn reach(policy: &Policy) -> TimeDelta {
    let buffers = policy.buffer_before + policy.buffer_after;
    match (policy.per_day, policy.per_week) {
        (Limit::Unlimited, Limit::Unlimited) => buffers,
        // The week of any instant lies within eight days of it, in any zone.
        _ => buffers + TimeDelta::days(8),
    }
}
