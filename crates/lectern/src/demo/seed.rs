//! Fills the database with the demo's people and lessons. Whatever is there
//! stays, so that a second start finds what the first one left.

use anyhow::Context as _;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use lectern_domain::{
    id::{NodeId, ParticipantId, ReviewId, SessionId, UserId},
    person::Actor,
    policy::Policy,
    review::WINDOW,
    room::Role,
    session::{Capacity, Session, Status, Timing},
    text::{Minutes, Rating},
    zone::{Intent, Strictness, WallClock, Zones},
};
use lectern_store::{
    StoreError, attendance, availability, chat,
    idempotency::Answer,
    openings::Platform,
    page::PageRequest,
    policies,
    reviews::{self, NewReview},
    rooms,
    sessions::{self, Booking, Expected, Filter, Order, Scope},
    users::{self, Profile},
};
use rand::RngExt as _;
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    hours::{OPEN, Opening},
    lessons::{COMING, Lesson, PAST, Past, SOON},
    people::{PEOPLE, Part, Person},
};

/// How long before its start the lesson that may be joined at once is booked.
const SOON_IN: TimeDelta = TimeDelta::minutes(5);
/// Lessons start on the multiples of this.
const RASTER: TimeDelta = TimeDelta::minutes(5);
/// How long before their start lessons are booked.
const BOOKED_AHEAD: TimeDelta = TimeDelta::days(3);

/// Whoever seeds.
#[derive(Debug)]
struct Seeder<'a> {
    pool: &'a PgPool,
    zones: &'a Zones,
    node: NodeId,
    now: DateTime<Utc>,
}

/// Makes the demo's people; past and coming lessons where there are none; and
/// one that may be joined now.
pub(crate) async fn seed(
    pool: &PgPool,
    zones: &Zones,
    node: NodeId,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let seeder = Seeder { pool, zones, node, now };
    for person in &PEOPLE {
        seeder.introduce(person).await?;
    }
    if !seeder.has(Scope::All, None, Some(now - TimeDelta::days(1))).await? {
        for past in &PAST {
            seeder.take_place(past).await?;
        }
        // As if the window had closed: visitors want to see reviews.
        reviews::publish_due(pool, TimeDelta::zero(), now).await?;
    }
    if !seeder.has(Scope::All, Some(now + TimeDelta::hours(2)), None).await? {
        for lesson in &COMING {
            let (timing, intent) = seeder.timing(lesson)?;
            seeder.book(lesson, lesson.student, timing, Some(intent), now).await?;
        }
    }
    let teacher = Scope::Of(user(SOON.teacher), None);
    if !seeder.has(teacher, Some(now), Some(now + TimeDelta::minutes(15))).await? {
        let start = (now + SOON_IN).duration_trunc(RASTER).context("the clock is out of range")?;
        let timing = Timing { start: start.max(now), duration: minutes(SOON.minutes)? };
        // A teacher is not held to their own hours.
        seeder.book(&SOON, SOON.teacher, timing, None, now).await?;
    }
    for open in &OPEN {
        seeder.open(open).await?;
    }
    Ok(())
}

impl Seeder<'_> {
    async fn introduce(&self, person: &Person) -> anyhow::Result<()> {
        let id = user(person.id);
        if users::find(self.pool, &id).await?.is_some() {
            return Ok(());
        }
        let profile = Profile {
            id,
            name: person.name.to_owned(),
            locale: person.locale.to_owned(),
            time_zone: person.time_zone.to_owned(),
            teaches: person.part == Part::Teacher,
            headline: person.headline.to_owned(),
            skills: person.skills.iter().map(|skill| (*skill).to_owned()).collect(),
        };
        Ok(users::upsert(self.pool, &profile, self.now).await?)
    }

    /// Whether there is a lesson that is not called off, is over after `from`
    /// and begins before `to`.
    async fn has(
        &self,
        scope: Scope,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> anyhow::Result<bool> {
        let filter = Filter {
            scope,
            order: Order::Chronological,
            statuses: vec![Status::Scheduled, Status::InProgress, Status::Completed],
            from,
            to,
            past: None,
            with: None,
            series: None,
            skill: None,
            search: None,
        };
        let page = PageRequest { after: None, limit: 1 };
        Ok(!sessions::list(self.pool, &filter, page).await?.items.is_empty())
    }

    /// When a lesson is, by the calendar and the clock of its teacher.
    fn timing(&self, lesson: &Lesson) -> anyhow::Result<(Timing, Intent)> {
        let teacher = Person::find(lesson.teacher).context("lessons have teachers of ours")?;
        let zone = self.zones.name(teacher.time_zone)?;
        let today = self.zones.local(self.now + TimeDelta::days(lesson.day), &zone)?;
        let date = today.split('T').next().unwrap_or_default();
        let clock: WallClock = format!("{date}T{}", lesson.time).parse()?;
        let start = self.zones.instant(clock, &zone, Strictness::Lenient)?;
        let intent = Intent { time_zone: zone, local_start: clock.to_string() };
        Ok((Timing { start, duration: minutes(lesson.minutes)? }, intent))
    }

    /// Books a lesson; nothing where the slot is not to be had.
    async fn book(
        &self,
        lesson: &Lesson,
        by: &str,
        timing: Timing,
        intent: Option<Intent>,
        at: DateTime<Utc>,
    ) -> anyhow::Result<Option<SessionId>> {
        #[expect(clippy::disallowed_methods, reason = "a driver: it names what it makes")]
        let id = SessionId(Uuid::now_v7());
        let booking = Booking {
            id,
            title: lesson.title.parse()?,
            description: lesson.description.parse()?,
            skill: lesson.skill.parse()?,
            teacher: user(lesson.teacher),
            student: Some(user(lesson.student)),
            capacity: Capacity::ONE,
            series: None,
            timing,
            intent,
            hold: None,
            by: Actor::person(user(by)),
        };
        let policy = Policy::default();
        let platform = Platform { zones: self.zones, policy: &policy };
        let booked =
            sessions::book(self.pool, platform, &booking, None, at, &|_: &Session| nothing()).await;
        match booked {
            Ok(_) => Ok(Some(id)),
            Err(StoreError::SlotTaken | StoreError::OutsideAvailability(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Sets a teacher's hours and policy, where nothing was ever set.
    async fn open(&self, open: &Opening) -> anyhow::Result<()> {
        let teacher = user(open.teacher);
        if availability::find(self.pool, &teacher).await?.is_some() {
            return Ok(());
        }
        let person = Person::find(open.teacher).context("hours have teachers of ours")?;
        let hours = open.availability(self.zones.name(person.time_zone)?)?;
        let (any, by) = (Expected::Any, Actor::person(teacher.clone()));
        availability::replace(self.pool, &teacher, &hours, &any, &by, self.now).await?;
        let policy = open.policy();
        policies::amend(self.pool, &teacher, &policy, &any, &by, self.now).await?;
        Ok(())
    }

    /// Books a lesson of the past, lets it take place and has it reviewed.
    async fn take_place(&self, past: &Past) -> anyhow::Result<()> {
        let lesson = &past.lesson;
        let (timing, intent) = self.timing(lesson)?;
        let at = timing.start - BOOKED_AHEAD;
        let booked = self.book(lesson, lesson.student, timing, Some(intent), at).await?;
        let Some(id) = booked else { return Ok(()) };
        let (start, end) = (timing.start, timing.end());
        rooms::begin(self.pool, id, start).await?;
        for (person, role) in [(lesson.teacher, Role::Teacher), (lesson.student, Role::Student)] {
            self.attend(id, person, role, start, end).await?;
        }
        for (minute, (person, body)) in (3..).zip(past.chat) {
            let message = chat::NewMessage {
                session: id,
                user: person,
                name: Person::find(person).map_or(*person, |person| person.name),
                client_id: &format!("seed-{minute}"),
                body,
                sent_at: start + TimeDelta::minutes(minute),
            };
            chat::keep(self.pool, message).await?;
        }
        rooms::finish(self.pool, id, end).await?;
        for (person, stars, comment) in past.reviews {
            #[expect(clippy::disallowed_methods, reason = "a driver: it names what it makes")]
            let review = NewReview {
                id: ReviewId(Uuid::now_v7()),
                session: id,
                by: Actor::person(user(person)),
                of: None,
                rating: Rating::try_from(*stars)?,
                comment: comment.parse()?,
                skill_level: None,
            };
            let at = end + TimeDelta::minutes(30);
            reviews::write(self.pool, &review, WINDOW, None, at, &|_| nothing()).await?;
        }
        Ok(())
    }

    async fn attend(
        &self,
        session: SessionId,
        person: &str,
        role: Role,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        #[expect(clippy::disallowed_methods, reason = "a driver: it names what it makes")]
        let participant = ParticipantId(rand::rng().random());
        let arrival = attendance::Arrival {
            session,
            participant,
            user: person,
            role,
            node: self.node,
            at: start - TimeDelta::minutes(2),
        };
        attendance::came(self.pool, arrival).await?;
        attendance::connected(self.pool, session, participant, start).await?;
        attendance::left(self.pool, session, participant, end, "left").await?;
        Ok(())
    }
}

/// Nobody reads what would be answered over HTTP.
fn nothing() -> Answer {
    Answer { status: 201, headers: serde_json::json!({}), body: Vec::new() }
}

fn user(id: &str) -> UserId {
    id.parse().expect("the demo's ids are short words")
}

fn minutes(number: i64) -> anyhow::Result<Minutes> {
    Ok(Minutes::try_from(number)?)
}
