//! `GET /api/analytics` and `GET /api/admin/analytics`: every figure counted
//! again, slowly, over lessons drawn from a seed.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use lectern_domain::zone::Zones;
use lectern_store::analytics;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{World, rfc3339};

const TEACHERS: [&str; 2] = ["ines", "daniel"];
const STUDENTS: [&str; 3] = ["jonas", "mira", "tom"];
const ZONES: [&str; 5] =
    ["UTC", "Europe/Lisbon", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"];
/// Minutes before the start at which another lead time begins.
const EDGES: [i32; 6] = [0, 60, 720, 1440, 4320, 10_080];
/// How far back lessons lie.
const DAYS: i64 = 140;

/// Numbers that look random and come from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as i64
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as i64) as usize]
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Completed,
    CalledOff {
        by: &'static str,
        before: TimeDelta,
    },
    Declined,
    Expired,
    /// Marked as missed by somebody.
    Marked(&'static str),
    /// Missed, but nobody has said so yet: who was there.
    Unmarked {
        teacher: bool,
        student: bool,
    },
}

#[derive(Debug, Clone)]
struct Lesson {
    id: Uuid,
    teacher: &'static str,
    /// Who has a seat, and whether they came, if it took place.
    students: Vec<(&'static str, bool)>,
    /// Whether it is one of a group.
    group: bool,
    start: DateTime<Utc>,
    minutes: i64,
    fate: Fate,
    /// Of each side: arrived and lost packets, and whether media came up.
    stays: Vec<(&'static str, DateTime<Utc>, bool, i64, i64)>,
    reviews: Vec<Review>,
    returned: Vec<Returned>,
}

/// A seat that somebody had.
#[derive(Debug, Clone)]
struct Returned {
    whose: &'static str,
    by: &'static str,
    before: TimeDelta,
}

#[derive(Debug, Clone)]
struct Review {
    by: &'static str,
    of: &'static str,
    stars: i64,
    published_at: Option<DateTime<Utc>>,
    /// By an admin.
    hidden: bool,
}

impl Lesson {
    fn draw(dice: &mut Dice, n: u128, now: DateTime<Utc>) -> Self {
        let teacher = dice.one_of(&TEACHERS);
        let group = dice.below(4) == 0;
        let mut students: Vec<_> = match group {
            // Some are alone in it, and in some there is nobody.
            true => STUDENTS.into_iter().filter(|_| dice.below(2) == 0).collect(),
            false => vec![dice.one_of(&STUDENTS)],
        };
        let start = now - TimeDelta::days(DAYS) + TimeDelta::minutes(dice.below(DAYS * 1440));
        let start = start.min(now - TimeDelta::hours(6));
        let fate = match dice.below(12) {
            0..=5 => Fate::Completed,
            6 | 7 => Fate::CalledOff {
                by: match students[..] {
                    [student] if !group => dice.one_of(&[teacher, student, "ada"]),
                    _ => dice.one_of(&[teacher, "ada"]),
                },
                before: TimeDelta::minutes(dice.below(12_000) - 60),
            },
            8 => dice.one_of(&[Fate::Declined, Fate::Expired]),
            9 | 10 => Fate::Marked(dice.one_of(&["teacher", "student", "both"])),
            _ => Fate::Unmarked { teacher: dice.below(2) == 0, student: dice.below(2) == 0 },
        };
        if students.is_empty() && matches!(fate, Fate::Completed | Fate::Marked(_)) {
            // Such a lesson neither takes place nor is missed.
            students.push(dice.one_of(&STUDENTS));
        }
        let fate = match fate {
            Fate::Unmarked { teacher, .. } if students.is_empty() => {
                Fate::Unmarked { teacher, student: false }
            }
            fate => fate,
        };
        let mut lesson = Self {
            id: Uuid::from_u128(n + 1),
            teacher,
            students: Vec::new(),
            group,
            start,
            minutes: dice.one_of(&[30, 45, 60, 90]),
            fate,
            stays: Vec::new(),
            reviews: Vec::new(),
            returned: Vec::new(),
        };
        let there = match fate {
            Fate::Completed => (true, true),
            Fate::Unmarked { teacher, student } => (teacher, student),
            _ => (false, false),
        };
        // At least the first one came, where students did.
        for (n, student) in students.iter().enumerate() {
            let came = there.1 && (n == 0 || dice.below(2) == 0);
            lesson.students.push((*student, came));
        }
        for whose in STUDENTS {
            if !group || lesson.has(whose) {
                continue;
            }
            let by = dice.one_of(&[whose, whose, teacher, "ada"]);
            let before = TimeDelta::minutes(dice.below(12_000) - 60);
            if dice.below(2) == 0 {
                lesson.returned.push(Returned { whose, by, before });
            }
        }
        let everybody: Vec<_> =
            [(teacher, there.0)].into_iter().chain(lesson.students.clone()).collect();
        for (who, came) in everybody {
            if came {
                let at = start + TimeDelta::seconds(dice.below(1200));
                lesson.stays.push((who, at, true, dice.below(500_000), dice.below(3_000)));
            } else if dice.below(4) == 0 {
                lesson.stays.push((who, start, false, 0, 0));
            }
        }
        if fate == Fate::Completed {
            for (student, _) in lesson.students.iter().filter(|(_, came)| *came) {
                for (by, of) in [(teacher, *student), (*student, teacher)] {
                    if dice.below(2) == 0 {
                        let published_at = (dice.below(5) > 0)
                            .then(|| start + TimeDelta::minutes(100 + dice.below(9_000)));
                        let hidden = published_at.is_some() && dice.below(6) == 0;
                        let stars = 1 + dice.below(5);
                        lesson.reviews.push(Review { by, of, stars, published_at, hidden });
                    }
                }
            }
        }
        lesson
    }

    async fn insert(&self, pool: &sqlx::PgPool) {
        let over = self.start + TimeDelta::minutes(self.minutes);
        let (status, confirmation) = match self.fate {
            Fate::Completed => ("completed", "confirmed"),
            Fate::CalledOff { .. } => ("cancelled", "confirmed"),
            Fate::Declined => ("cancelled", "declined"),
            Fate::Expired => ("cancelled", "expired"),
            Fate::Marked(_) | Fate::Unmarked { .. } => ("scheduled", "confirmed"),
        };
        let off = match self.fate {
            Fate::CalledOff { by, before } => Some((self.start - before, by)),
            Fate::Declined | Fate::Expired => Some((self.start, self.teacher)),
            _ => None,
        };
        let missed = if let Fate::Marked(who) = self.fate { Some(who) } else { None };
        sqlx::query(
            "INSERT INTO sessions (id, title, teacher, student, during, status, confirmation, \
             blocking, started_at, finished_at, cancelled_at, cancelled_by, no_show, created_by, \
             capacity) \
             VALUES ($1, 'Drawn', $2, $3, tstzrange($4, $5), $6, $7, false, $8, $9, $10, $11, \
             $12, $2, $13)",
        )
        .bind(self.id)
        .bind(self.teacher)
        .bind(self.students.first().filter(|_| !self.group).map(|(student, _)| student))
        .bind(self.start)
        .bind(over)
        .bind(status)
        .bind(confirmation)
        .bind((status == "completed").then_some(self.start))
        .bind((status == "completed").then_some(over))
        .bind(off.map(|(at, _)| at))
        .bind(off.map(|(_, by)| by))
        .bind(missed)
        .bind(if self.group { 5 } else { 1 })
        .execute(pool)
        .await
        .expect("a lesson");
        let students = self.students.iter().map(|(student, _)| (*student, "student"));
        for (user, role) in [(self.teacher, "teacher")].into_iter().chain(students) {
            sqlx::query(
                "INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
                 SELECT id, $2, $3, during, blocking FROM sessions WHERE id = $1",
            )
            .bind(self.id)
            .bind(user)
            .bind(role)
            .execute(pool)
            .await
            .expect("a participant");
        }
        for (n, (user, at, up, packets, lost)) in self.stays.iter().enumerate() {
            let role = if *user == self.teacher { "teacher" } else { "student" };
            sqlx::query(
                "INSERT INTO attendance (session_id, participant, user_id, role, node_id, \
                 joined_at, connected_at, left_at, audio_packets_in, video_packets_in, lost_in) \
                 VALUES ($1, $2, $3, $4, $1, $5, $6, $7, $8, 10, $9)",
            )
            .bind(self.id)
            .bind(format!("{n:016x}"))
            .bind(user)
            .bind(role)
            .bind(at)
            .bind(up.then_some(at))
            .bind(over)
            .bind(packets)
            .bind(lost)
            .execute(pool)
            .await
            .expect("a presence");
        }
        if status == "completed" {
            sqlx::query("SELECT mark_absences($1)")
                .bind(self.id)
                .execute(pool)
                .await
                .expect("absences");
        }
        for seat in &self.returned {
            sqlx::query(
                "INSERT INTO returned_seats \
                 (session_id, user_id, teacher, returned_by, returned_at, starts_at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(self.id)
            .bind(seat.whose)
            .bind(self.teacher)
            .bind(self.side(seat.by))
            .bind(self.start - seat.before)
            .bind(self.start)
            .execute(pool)
            .await
            .expect("a returned seat");
        }
        for review in &self.reviews {
            sqlx::query(
                "INSERT INTO reviews (id, session_id, reviewer_id, reviewee_id, rating, \
                 published_at, hidden_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)",
            )
            .bind(self.id)
            .bind(review.by)
            .bind(review.of)
            .bind(review.stars as i16)
            .bind(review.published_at)
            .bind(review.published_at.filter(|_| review.hidden))
            .execute(pool)
            .await
            .expect("a review");
        }
    }

    fn has(&self, who: &str) -> bool {
        self.teacher == who || self.students.iter().any(|(student, _)| *student == who)
    }

    /// What somebody who gave a seat back was to the lesson.
    fn side(&self, who: &str) -> &'static str {
        match who {
            "ada" => "other",
            who if who == self.teacher => "teacher",
            _ => "student",
        }
    }

    /// Whether they had a seat in a group lesson that took place without them.
    fn was_away(&self, who: &str) -> bool {
        let away = self.students.iter().any(|(student, came)| *student == who && !came);
        self.group && self.fate == Fate::Completed && away
    }
}

/// Counts slowly, lesson by lesson.
struct Slow<'a> {
    lessons: &'a [Lesson],
    zone: &'a str,
    zones: Zones,
    /// Whose; everybody's, if nobody's.
    who: Option<&'a str>,
}

impl Slow<'_> {
    /// The date and the hour on the zone's clocks.
    fn clock(&self, at: DateTime<Utc>) -> (NaiveDate, usize) {
        let zone = self.zones.name(self.zone).expect("a zone");
        let text = self.zones.local(at, &zone).expect("in range");
        (text[..10].parse().expect("a date"), text[11..13].parse().expect("an hour"))
    }

    fn mine(&self) -> impl Iterator<Item = &Lesson> {
        let who = self.who;
        self.lessons.iter().filter(move |lesson| who.is_none_or(|who| lesson.has(who)))
    }

    /// What the days that pass come to.
    fn figures(&self, passes: &dyn Fn(NaiveDate) -> bool) -> Value {
        let here = |lesson: &&Lesson| passes(self.clock(lesson.start).0);
        let lessons: Vec<&Lesson> = self.mine().filter(here).collect();
        let count = |test: &dyn Fn(&Lesson) -> bool| {
            lessons.iter().filter(|lesson| test(lesson)).count() as i64
        };
        let away = |l: &Lesson| self.who.is_some_and(|who| l.was_away(who));
        let took_place = |l: &Lesson| l.fate == Fate::Completed && !away(l);
        let completed = count(&took_place);
        let minutes = |test: &dyn Fn(&Lesson) -> bool| -> i64 {
            lessons.iter().filter(|l| took_place(l) && test(l)).map(|l| l.minutes).sum()
        };
        let off = |test: &dyn Fn(&Lesson, &str, TimeDelta) -> bool| {
            count(&|l| matches!(l.fate, Fate::CalledOff { by, before } if test(l, by, before)))
        };
        let missed = |name: &str, teacher: bool, student: bool| {
            count(&|l| {
                // Nobody misses a group lesson that nobody wanted.
                l.fate == Fate::Unmarked { teacher, student } && !l.students.is_empty()
                    || matches!(l.fate, Fate::Marked(who) if who == name)
                    || name == "student" && away(l)
            })
        };
        let no_shows = [
            missed("teacher", false, true),
            missed("student", true, false),
            missed("both", false, false),
        ];
        let missed: i64 = no_shows.iter().sum();
        let called_off = off(&|_, _, _| true);
        let within = |n: usize, before: TimeDelta| {
            let minutes = before.num_seconds() as f64 / 60.0;
            (n == 0 || minutes >= f64::from(EDGES[n - 1]))
                && (n == EDGES.len() || minutes < f64::from(EDGES[n]))
        };
        let lead_times = |count: &dyn Fn(usize) -> i64| -> Vec<Value> {
            (0..=EDGES.len())
                .map(|n| {
                    json!({
                        "atLeast": n.checked_sub(1).map(|n| EDGES[n]),
                        "below": EDGES.get(n),
                        "count": count(n),
                    })
                })
                .collect()
        };
        // Whoever gave a seat back has the lesson no longer; its teacher has.
        let returned = |test: &dyn Fn(&Lesson, &Returned) -> bool| {
            let seats = self.lessons.iter().filter(here).flat_map(|lesson| {
                let seats = lesson.returned.iter().map(move |seat| (lesson, seat));
                seats.filter(|(l, seat)| {
                    self.who.is_none_or(|who| who == l.teacher || who == seat.whose)
                })
            });
            seats.filter(|(lesson, seat)| test(lesson, seat)).count() as i64
        };
        let mut stars = [0_i64; 5];
        let (mut stays, mut up, mut packets, mut lost) = (0_i64, 0_i64, 0_i64, 0_i64);
        for lesson in self.lessons {
            for review in lesson.reviews.iter().filter(|review| !review.hidden) {
                let mine = self.who.is_none_or(|who| review.of == who);
                if mine && review.published_at.is_some_and(|at| passes(self.clock(at).0)) {
                    stars[(review.stars - 1) as usize] += 1;
                }
            }
            for (who, at, connected, more, less) in &lesson.stays {
                if self.who.is_none_or(|mine| mine == *who) && passes(self.clock(*at).0) {
                    stays += 1;
                    up += i64::from(*connected);
                    packets += more + 10;
                    lost += less;
                }
            }
        }
        let share = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
        let ratings: i64 = stars.iter().sum();
        let sum: i64 = (1..).zip(stars).map(|(n, count)| n * count).sum();
        let taught = minutes(&|l| self.who.is_none_or(|who| l.teacher == who));
        let learnt = minutes(&|l| self.who.is_none_or(|who| l.teacher != who));
        json!({
            "booked": lessons.len(),
            "completed": completed,
            "minutes": minutes(&|_| true),
            "minutesInGroups": minutes(&|l| l.group),
            "minutesTaught": taught,
            "minutesLearnt": learnt,
            "completionRate": share(completed, completed + called_off + missed),
            "cancelled": {
                "total": called_off,
                "byTeacher": off(&|l, by, _| by == l.teacher),
                "byStudent": off(&|l, by, _| by != l.teacher && by != "ada"),
                "byOthers": off(&|_, by, _| by == "ada"),
                "leadTimes": lead_times(&|n| off(&|_, _, before| within(n, before))),
            },
            "seatsGivenBack": {
                "total": returned(&|_, _| true),
                "byTeacher": returned(&|l, seat| seat.by == l.teacher),
                "byStudent": returned(&|_, seat| seat.by == seat.whose),
                "byOthers": returned(&|_, seat| seat.by == "ada"),
                "leadTimes": lead_times(&|n| returned(&|_, seat| within(n, seat.before))),
            },
            "declined": count(&|l| l.fate == Fate::Declined),
            "expired": count(&|l| l.fate == Fate::Expired),
            "noShows": {
                "total": missed,
                "teacher": no_shows[0],
                "student": no_shows[1],
                "both": no_shows[2],
            },
            "ratings": { "average": share(sum, ratings), "count": ratings, "histogram": stars },
            "quality": {
                "presences": stays,
                "connected": up,
                "packets": packets,
                "lost": lost,
                "lossRate": share(lost, lost + packets),
            },
        })
    }

    fn busiest(&self, passes: &dyn Fn(NaiveDate) -> bool) -> Vec<Vec<i64>> {
        let mut week = vec![vec![0; 24]; 7];
        for lesson in self.mine() {
            let (date, hour) = self.clock(lesson.start);
            let off =
                matches!(lesson.fate, Fate::CalledOff { .. } | Fate::Declined | Fate::Expired);
            if passes(date) && !off {
                week[date.weekday().num_days_from_monday() as usize][hour] += 1;
            }
        }
        week
    }

    /// By the month of the first lesson: pairs, and those with a second soon.
    fn cohorts(&self, passes: &dyn Fn(NaiveDate) -> bool) -> BTreeMap<NaiveDate, [i64; 3]> {
        let mut pairs: BTreeMap<(&str, &str), Vec<DateTime<Utc>>> = BTreeMap::new();
        for lesson in self.mine().filter(|lesson| lesson.fate == Fate::Completed) {
            for (student, _) in lesson.students.iter().filter(|(_, came)| *came) {
                let pair = (lesson.teacher, *student);
                if self.who.is_none_or(|who| who == pair.0 || who == pair.1) {
                    pairs.entry(pair).or_default().push(lesson.start);
                }
            }
        }
        let mut cohorts: BTreeMap<NaiveDate, [i64; 3]> = BTreeMap::new();
        for mut starts in pairs.into_values() {
            starts.sort();
            let (date, _) = self.clock(starts[0]);
            if passes(date) {
                let soon = |days| {
                    let second = starts.get(1);
                    i64::from(second.is_some_and(|at| *at < starts[0] + TimeDelta::days(days)))
                };
                let cohort = cohorts.entry(date.with_day(1).expect("a first day")).or_default();
                for (sum, more) in cohort.iter_mut().zip([1, soon(30), soon(90)]) {
                    *sum += more;
                }
            }
        }
        cohorts
    }
}

/// As it comes out of JSON, whose reader rounds the last digit as it likes.
fn read(value: &Value) -> Value {
    serde_json::from_str(&value.to_string()).expect("what was written can be read")
}

/// What the server answers is what the slow count says.
#[track_caller]
fn compare(answer: &Value, slow: &Slow<'_>, from: NaiveDate, to: NaiveDate, by: &str) {
    let name = format!("{:?} in {} by {by}", slow.who, slow.zone);
    let inside = |date: NaiveDate| date >= from && date < to;
    assert_eq!(answer["totals"], read(&slow.figures(&inside)), "{name}");
    assert_eq!(answer["busiest"], json!(slow.busiest(&inside)), "{name}");
    let first = |date: NaiveDate| match by {
        "week" => date - TimeDelta::days(i64::from(date.weekday().num_days_from_monday())),
        "month" => date.with_day(1).expect("a first day"),
        _ => date,
    };
    let mut expected: Vec<NaiveDate> =
        from.iter_days().take_while(|date| *date < to).map(first).collect();
    expected.dedup();
    let series = answer["series"].as_array().expect("a series");
    let dates: Vec<String> =
        series.iter().map(|part| part["date"].as_str().expect("a date").to_owned()).collect();
    let expected_dates: Vec<String> = expected.iter().map(ToString::to_string).collect();
    assert_eq!(dates, expected_dates, "{name}");
    for (part, date) in series.iter().zip(expected) {
        let within = |day: NaiveDate| inside(day) && first(day) == date;
        assert_eq!(part["figures"], read(&slow.figures(&within)), "{name}: {date}");
    }
    let cohorts = slow.cohorts(&inside);
    let retention = &answer["retention"];
    for cohort in retention["cohorts"].as_array().expect("cohorts") {
        let month: NaiveDate = cohort["month"].as_str().expect("a month").parse().expect("a date");
        let counts = cohorts.get(&month).copied().unwrap_or_default();
        let said = ["pairs", "within30Days", "within90Days"].map(|name| cohort[name].as_i64());
        assert_eq!(said, counts.map(Some), "{name}: {month}");
    }
    let said = ["pairs", "within30Days", "within90Days"].map(|of| retention["total"][of].as_i64());
    let all = [0, 1, 2].map(|of| Some(cohorts.values().map(|cohort| cohort[of]).sum::<i64>()));
    assert_eq!(said, all, "{name}");
}

/// Everything that is kept: by the quarter, by the hour, and of pairs.
async fn figures(pool: &sqlx::PgPool) -> [String; 3] {
    let all = |table: &str| {
        format!(
            "SELECT coalesce(jsonb_agg(to_jsonb(f) ORDER BY slot), '[]')::text FROM {table} f \
             WHERE to_jsonb(f) - 'slot' <> (SELECT jsonb_object_agg(key, 0) \
                                            FROM jsonb_object_keys(to_jsonb(f) - 'slot') AS key)"
        )
    };
    let pairs = "SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY teacher, student), '[]')::text \
                 FROM pairs p";
    let read = async |sql: String| {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.expect("what is kept")
    };
    [read(all("figures")).await, read(all("figure_hours")).await, read(pairs.to_owned()).await]
}

async fn world_of(seed: u64) -> (World, Vec<Lesson>) {
    let world = World::new().await;
    for who in TEACHERS.iter().chain(&STUDENTS).chain(&["ada"]) {
        world.user(who).get("/api/me").await.expect(StatusCode::OK);
    }
    let mut dice = Dice(seed);
    let lessons: Vec<Lesson> = (0..150).map(|n| Lesson::draw(&mut dice, n, world.now())).collect();
    for (n, lesson) in lessons.iter().enumerate() {
        lesson.insert(&world.database.pool).await;
        // Some is folded and some is not, whatever comes later.
        if n == 90 {
            analytics::fold(&world.database.pool).await.expect("a fold");
        }
    }
    (world, lessons)
}

#[tokio::test]
async fn every_figure_is_what_a_slow_count_says() {
    for seed in [1, 2, 3] {
        let (world, lessons) = world_of(seed).await;
        let pool = &world.database.pool;
        // Pairs are looked at when changes are folded; the rest is there at once.
        sqlx::query("SELECT fold_pairs(1000)").execute(pool).await.expect("a fold");
        for (n, zone) in ZONES.into_iter().enumerate() {
            let by = ["day", "week", "month"][n % 3];
            let slow = |who| Slow { lessons: &lessons, zone, zones: Zones::bundled(), who };
            let today = slow(None).clock(world.now()).0;
            let (from, to) = (today - TimeDelta::days(DAYS), today - TimeDelta::days(1));
            let query = format!("from={from}&to={to}&timeZone={zone}&by={by}");
            for who in ["ines", "jonas"] {
                let path = format!("/api/analytics?{query}");
                let answer = world.user(who).get(&path).await.expect(StatusCode::OK);
                compare(&answer, &slow(Some(who)), from, to, by);
            }
            let path = format!("/api/admin/analytics?{query}");
            let answer = world.user("ada").get(&path).await.expect(StatusCode::OK);
            compare(&answer, &slow(None), from, to, by);
        }
    }
}

#[tokio::test]
async fn figures_follow_every_change_and_equal_a_recount() {
    let (world, _) = world_of(7).await;
    let pool = &world.database.pool;
    for sql in [
        "UPDATE sessions SET status = 'completed', started_at = scheduled_at, \
         finished_at = ends_at WHERE status = 'scheduled' AND teacher = 'ines'",
        "UPDATE sessions SET status = 'cancelled', cancelled_by = 'ada', cancelled_at = \
         scheduled_at WHERE status = 'completed' AND student = 'tom'",
        "UPDATE sessions SET during = tstzrange(lower(during) + interval '50 minutes', \
         upper(during) + interval '50 minutes') WHERE student = 'jonas'",
        "UPDATE session_participants SET attending = false WHERE user_id = 'mira' \
         AND session_id IN (SELECT id FROM sessions WHERE teacher = 'daniel' LIMIT 5)",
        "UPDATE session_participants SET absent = NOT absent WHERE user_id = 'tom'",
        "DELETE FROM returned_seats WHERE user_id = 'tom'",
        "UPDATE sessions SET capacity = 1 + capacity % 3 WHERE student IS NULL",
        "UPDATE reviews SET published_at = now() WHERE published_at IS NULL",
        "DELETE FROM reviews WHERE rating = 2",
        "UPDATE attendance SET lost_in = lost_in + 5, connected_at = joined_at",
        "DELETE FROM attendance WHERE role = 'student'",
    ] {
        sqlx::query(sql).execute(pool).await.expect(sql);
        if sql.contains("jonas") {
            analytics::fold(pool).await.expect("a fold");
        }
    }
    // People go, and what they were part of is counted as before.
    for person in ["jonas", "ines"] {
        erase(&world, person).await;
    }
    analytics::fold(pool).await.expect("a fold");
    assert_eq!(analytics::fold(pool).await.expect("a fold"), 0);
    let kept = figures(pool).await;
    analytics::rebuild(pool).await.expect("a recount");
    assert_eq!(kept, figures(pool).await);
    assert!(!kept.contains(&"[]".to_owned()));
}

async fn erase(world: &World, person: &str) {
    let gone = world.user("ada").delete(&format!("/api/users/{person}")).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
}

/// Writers, folds and an erasure all at once: nothing is lost and nothing counted twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_right_under_many_writers() {
    let (world, lessons) = world_of(11).await;
    let pool = &world.database.pool;
    let write = async |n: usize| {
        for lesson in lessons.iter().skip(n).step_by(4) {
            let status = if lesson.minutes == 30 { "completed" } else { "cancelled" };
            sqlx::query(
                "UPDATE sessions SET status = $2, started_at = scheduled_at, \
                 finished_at = ends_at, cancelled_at = now(), cancelled_by = teacher WHERE id = $1",
            )
            .bind(lesson.id)
            .bind(status)
            .execute(pool)
            .await
            .expect("a change");
        }
    };
    let fold = async || {
        for _ in 0..20 {
            analytics::fold(pool).await.expect("a fold");
        }
    };
    let erase = erase(&world, "mira");
    tokio::join!(write(0), write(1), write(2), write(3), fold(), fold(), erase);
    analytics::fold(pool).await.expect("a fold");
    let kept = figures(pool).await;
    analytics::rebuild(pool).await.expect("a recount");
    assert_eq!(kept, figures(pool).await);
}

/// The series is a file as well: the same parts, and what they come to.
#[tokio::test]
async fn figures_are_read_in_a_spreadsheet() {
    let (world, _) = world_of(5).await;
    let query = "from=2026-09-01&to=2026-12-01&timeZone=Europe/Lisbon&by=month";
    for (who, path) in [
        ("ines", "/api/analytics"),
        ("ada", "/api/admin/analytics"),
        ("ada", "/api/users/ines/analytics"),
    ] {
        let user = world.user(who);
        let answer = user.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.header("vary"), "accept");
        let file = user.get(&format!("{path}?{query}&format=csv")).await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
        let name = "attachment; filename=\"figures.csv\"";
        assert_eq!(file.header("content-disposition"), name);
        let accept = [("accept", "text/csv")];
        let asked = user.send(Method::GET, &format!("{path}?{query}"), None, &accept).await;
        assert_eq!(asked.body, file.body);
        let text = String::from_utf8(file.body).expect("UTF-8");
        let mut lines = text.lines();
        let columns: Vec<&str> = lines.next().expect("a heading").split(',').collect();
        let answer = answer.expect(StatusCode::OK);
        let series = answer["series"].as_array().expect("a series");
        assert_eq!(series.len(), 3);
        let number = |value: &Value| value.as_f64().map(|n| n.to_string()).unwrap_or_default();
        for (line, part) in lines.by_ref().zip(series) {
            let row: BTreeMap<&str, &str> = columns.iter().copied().zip(line.split(',')).collect();
            assert_eq!(row.len(), columns.len(), "{line}");
            for (column, pointer) in [
                ("booked", "/booked"),
                ("completed", "/completed"),
                ("minutes", "/minutes"),
                ("minutesInGroups", "/minutesInGroups"),
                ("minutesTaught", "/minutesTaught"),
                ("minutesLearnt", "/minutesLearnt"),
                ("completionRate", "/completionRate"),
                ("cancelledByTeacher", "/cancelled/byTeacher"),
                ("cancelledByStudent", "/cancelled/byStudent"),
                ("cancelledByOthers", "/cancelled/byOthers"),
                ("seatsGivenBackByTeacher", "/seatsGivenBack/byTeacher"),
                ("seatsGivenBackByStudent", "/seatsGivenBack/byStudent"),
                ("seatsGivenBackByOthers", "/seatsGivenBack/byOthers"),
                ("declined", "/declined"),
                ("expired", "/expired"),
                ("missedByTeacher", "/noShows/teacher"),
                ("missedByStudent", "/noShows/student"),
                ("missedByBoth", "/noShows/both"),
                ("ratings", "/ratings/count"),
                ("ratingAverage", "/ratings/average"),
                ("presences", "/quality/presences"),
                ("connected", "/quality/connected"),
                ("lossRate", "/quality/lossRate"),
            ] {
                let expected = part["figures"].pointer(pointer).expect(pointer);
                // By the reader that the answer was read by.
                let said = match row[column] {
                    "" => Value::Null,
                    text => serde_json::from_str(text).expect("a number"),
                };
                assert_eq!(number(&said), number(expected), "{path}: {column}");
            }
            for column in ["date", "startsAt", "endsAt"] {
                assert_eq!(row[column], part[column], "{path}");
            }
        }
        assert_eq!(lines.next(), None);
        assert!(series.iter().any(|part| part["figures"]["completed"] != 0), "{path}");
    }
}

/// A seat that somebody gave back is no cancelled lesson, and not nothing.
#[tokio::test]
async fn seats_given_back_are_counted_by_whom_and_how_late() {
    let world = World::new().await;
    let (ada, ines) = (world.user("ada"), world.user("ines"));
    let mut group = world.lesson("ines", 600);
    group["capacity"] = json!(5);
    let group = ines.post("/api/sessions", &group).await.expect(StatusCode::CREATED);
    let path = format!("/api/sessions/{}", group["id"].as_str().expect("an id"));
    let seats = format!("{path}/seats");
    for who in ["jonas", "mira", "tom", "zoe"] {
        world.user(who).post(&seats, &json!({})).await.expect(StatusCode::OK);
    }
    world.user("jonas").delete(&seats).await.expect(StatusCode::OK);
    ines.delete(&format!("{seats}/mira")).await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::minutes(550));
    ada.delete(&format!("{seats}/tom")).await.expect(StatusCode::OK);
    ada.delete(&format!("{seats}/zoe")).await.expect(StatusCode::OK);
    let query = "from=2026-11-01&to=2027-11-01&timeZone=UTC&by=month";
    let returned = async |who: &str, path: &str| {
        let answer = world.user(who).get(&format!("{path}?{query}")).await;
        let figures = answer.expect(StatusCode::OK)["totals"].clone();
        assert_eq!(figures["cancelled"]["total"], 0, "{who}");
        let returned = &figures["seatsGivenBack"];
        let by = ["byTeacher", "byStudent", "byOthers"].map(|by| returned[by].as_i64());
        let leads = returned["leadTimes"].as_array().expect("lead times").iter();
        let leads: Vec<i64> = leads.filter_map(|lead| lead["count"].as_i64()).collect();
        (by.map(|count| count.expect("a count")), leads)
    };
    let platform = "/api/admin/analytics";
    assert_eq!(returned("ada", platform).await, ([1, 1, 2], vec![0, 2, 2, 0, 0, 0, 0]));
    // One that is taken again was not given back.
    ada.post(&seats, &json!({ "student": "zoe" })).await.expect(StatusCode::OK);
    assert_eq!(returned("ada", platform).await, ([1, 1, 1], vec![0, 1, 2, 0, 0, 0, 0]));
    assert_eq!(returned("ines", "/api/analytics").await, returned("ada", platform).await);
    let of_tom = ([0, 0, 1], vec![0, 1, 0, 0, 0, 0, 0]);
    assert_eq!(returned("tom", "/api/analytics").await, of_tom);
    assert_eq!(returned("zoe", "/api/analytics").await.0, [0, 0, 0]);
    // How late it was does not change with the lesson.
    let later = json!({ "scheduledAt": world.in_minutes(3_000) }).to_string();
    let any = [("if-match", "*")];
    ines.send(Method::PUT, &path, Some(later), &any).await.expect(StatusCode::OK);
    assert_eq!(returned("tom", "/api/analytics").await, of_tom);
    let pool = &world.database.pool;
    analytics::fold(pool).await.expect("a fold");
    let kept = figures(pool).await;
    analytics::rebuild(pool).await.expect("a recount");
    assert_eq!(kept, figures(pool).await);
}

/// What somebody's lessons come to is told to admins as it is told to them.
#[tokio::test]
async fn admins_read_what_a_persons_lessons_come_to() {
    let (world, _) = world_of(6).await;
    let query = "from=2026-09-01&to=2026-12-01&timeZone=UTC&by=week";
    for who in ["ines", "jonas"] {
        let own = world.user(who).get(&format!("/api/analytics?{query}")).await;
        let told = world.user("ada").get(&format!("/api/users/{who}/analytics?{query}")).await;
        assert_eq!(told.expect(StatusCode::OK), own.expect(StatusCode::OK), "{who}");
    }
    world.user("ada").get("/api/users/nobody/analytics").await.problem(404, "not_found");
    world.user("ines").get("/api/users/ines/analytics").await.problem(403, "forbidden");
}

#[tokio::test]
async fn questions_that_make_no_sense() {
    let world = World::new().await;
    let jonas = world.user("jonas");
    for (query, pointer) in [
        ("from=yesterday", "?from"),
        ("to=2027-02-30", "?to"),
        ("timeZone=Mars/Olympus", "?timeZone"),
        ("by=year", "?by"),
        ("format=pdf", "?format"),
        ("from=2026-05-02&to=2026-05-01", "?to"),
        ("from=2024-05-02&to=2026-05-01", "?to"),
        ("from=9999-12-01", "?to"),
        ("colour=red", "?"),
    ] {
        let reply = jonas.get(&format!("/api/analytics?{query}")).await;
        assert_eq!(reply.pointers(), [pointer], "{query}");
    }
    let reply = jonas.get("/api/admin/analytics").await;
    reply.problem(403, "forbidden");
    // Without a word it is the last thirty days, on the caller's own clocks.
    let answer = jonas.get("/api/analytics").await.expect(StatusCode::OK);
    assert_eq!(answer["series"].as_array().map(Vec::len), Some(30));
    assert_eq!(answer["timeZone"], "UTC");
    let from = rfc3339(world.now() - TimeDelta::minutes(67));
    let path = format!("/api/analytics?from={from}&to={}", rfc3339(world.now()));
    let answer = jonas.get(&path).await.expect(StatusCode::OK);
    assert_eq!(answer["series"].as_array().map(Vec::len), Some(1));
}
