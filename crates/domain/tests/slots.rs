//! The search for slots in every zone of the database, against what clocks show
//! minute by minute.
//!
//! The cases come from a fixed seed, so that every run has the same ones; a
//! failure prints its case.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use lectern_domain::{
    availability::{Absence, Availability, Hours, Interval},
    policy::{Limit, Policy},
    session::Timing,
    slots::{Engagements, NotOffered, Offer, Rule, Rules},
    span::Span,
    text::{Minutes, Note},
    zone::{Date, Days, ZoneName, Zones},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

/// What makes the cases.
const SEED: [u8; 32] = *b"slots in every zone of the world";
/// Cases of each property in each zone, where `LECTERN_ZONE_CASES` says no other
/// number.
const CASES: u32 = 1;

fn cases_a_zone() -> u32 {
    std::env::var("LECTERN_ZONE_CASES").map_or(CASES, |text| text.parse().expect("a number"))
}

/// Checks a property in every zone. No case is kept in a file, and none is left
/// to chance.
fn in_every_zone(property: impl Fn(&Teaching, &Case) -> Result<(), TestCaseError>) {
    let zones = Zones::bundled();
    let number = cases_a_zone();
    let config = Config { cases: number, failure_persistence: None, ..Config::default() };
    println!("seed {:?}, {number} cases a zone", std::str::from_utf8(&SEED));
    let database = jiff::tz::TimeZoneDatabase::bundled();
    let mut count: u16 = 0;
    for zone in database.available() {
        // A runner counts its successes for good: each zone has one of its own,
        // and a seed of its own.
        let mut seed = SEED;
        seed[..2].copy_from_slice(&count.to_be_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(config.clone(), rng);
        let outcome = runner.run(&cases(), |case| {
            let teaching = Teaching::of(&zones, zone.as_str(), &case);
            property(&teaching, &case)
        });
        outcome.unwrap_or_else(|error| panic!("{zone}: {error}"));
        count += 1;
    }
    assert!(count > 400, "the database has {count} zones");
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// The next change of clocks in the zone after some day of 2027, or that day:
/// what is interesting happens there.
fn interesting(zone: &str, day: u32) -> DateTime<Utc> {
    let day = at("2027-01-01T00:00:00Z") + TimeDelta::days(i64::from(day));
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone);
    let timestamp = jiff::Timestamp::from_second(day.timestamp()).expect("a timestamp");
    let change = zone.ok().and_then(|zone| zone.following(timestamp).next().map(|t| t.timestamp()));
    let soon = |t: &jiff::Timestamp| t.as_second() - day.timestamp() < 86_400 * 300;
    let second = change.filter(soon).map_or(day.timestamp(), |t| t.as_second());
    DateTime::from_timestamp(second, 0).expect("an instant")
}

/// Sorted minutes of a day, which are taken in pairs.
type Minutely = Vec<u16>;

/// A teacher: a zone, the same hours on every day but one, some days away, a
/// policy, engagements.
#[derive(Debug, Clone)]
struct Case {
    day: u32,
    hours: Minutely,
    /// Hours of another kind, so many days after the one that is interesting.
    exception: Option<(i64, Minutely)>,
    /// Away from so many days after it on, and for how many days more.
    absence: Option<(i64, i64)>,
    policy: Ruled,
    duration: i64,
    /// All of these in minutes from two days before, and how long.
    lessons: Vec<(i64, i64)>,
    holds: Vec<(i64, i64)>,
    busy: Vec<(i64, i64)>,
    students: Vec<(i64, i64)>,
}

/// What a policy says of slots, in minutes.
#[derive(Debug, Clone)]
struct Ruled {
    increment: i64,
    before: i64,
    after: i64,
    notice: i64,
    window: i64,
    per_day: Limit,
    per_week: Limit,
}

fn minutely() -> impl Strategy<Value = Minutely> {
    vec(0_u16..=1440, 0..7).prop_map(|mut minutes| {
        minutes.sort_unstable();
        minutes.dedup();
        minutes
    })
}

prop_compose! {
    fn ruled()(
        increment in 5_i64..120,
        before in 0_i64..40,
        after in 0_i64..40,
        notice in prop_oneof![3 => Just(0), 1 => 1_i64..4000],
        window in prop_oneof![3 => Just(500_000), 1 => 1_i64..5000],
        per_day in limit(1..4),
        per_week in limit(3..9),
    ) -> Ruled {
        Ruled { increment, before, after, notice, window, per_day, per_week }
    }
}

fn limit(most: std::ops::Range<u16>) -> impl Strategy<Value = Limit> {
    prop_oneof![3 => Just(Limit::Unlimited), 1 => most.prop_map(Limit::AtMost)]
}

fn engagements(most: usize) -> impl Strategy<Value = Vec<(i64, i64)>> {
    vec((0_i64..6000, 5_i64..300), 0..most)
}

prop_compose! {
    fn cases()(
        day in 0_u32..365,
        hours in minutely(),
        exception in prop::option::weighted(0.4, (-1_i64..=1, minutely())),
        absence in prop::option::weighted(0.2, (-2_i64..=2, 0_i64..2)),
        policy in ruled(),
        duration in 1_i64..300,
        lessons in engagements(8),
        holds in engagements(3),
        busy in engagements(8),
        students in engagements(4),
    ) -> Case {
        Case { day, hours, exception, absence, policy, duration, lessons, holds, busy, students }
    }
}

/// What a case is in the domain's terms.
struct Teaching {
    zone: ZoneName,
    days: Days,
    hours: Availability,
    policy: Policy,
    engagements: Engagements,
    around: DateTime<Utc>,
    range: Span,
    duration: Minutes,
}

impl Teaching {
    fn of(zones: &Zones, zone: &str, case: &Case) -> Self {
        let around = interesting(zone, case.day);
        let zone = zones.name(zone).expect("a zone of the database");
        let days = zones.days(&zone).expect("its calendar");
        let from = around - TimeDelta::days(2);
        let span = |(start, length): &(i64, i64)| Span {
            from: from + TimeDelta::minutes(*start),
            to: from + TimeDelta::minutes(start + length),
        };
        let spans = |spans: &[(i64, i64)]| spans.iter().map(span).collect();
        let week = std::array::from_fn(|_| hours(&case.hours));
        let date = |after| date_after(&days, around, after);
        let exceptions =
            case.exception.iter().map(|(after, minutes)| (date(*after), hours(minutes)));
        let absences = case.absence.iter().map(|(after, more)| {
            Absence::new(date(*after), date(after + more), "".parse::<Note>().expect("a note"))
                .expect("an absence")
        });
        let (exceptions, absences) = (exceptions.collect(), absences.collect());
        let minutes = TimeDelta::minutes;
        Self {
            hours: Availability::new(zone.clone(), week, exceptions, absences)
                .expect("an availability"),
            zone,
            days,
            policy: Policy {
                start_increment: minutes(case.policy.increment),
                buffer_before: minutes(case.policy.before),
                buffer_after: minutes(case.policy.after),
                minimum_notice: minutes(case.policy.notice),
                booking_window: minutes(case.policy.window),
                per_day: case.policy.per_day,
                per_week: case.policy.per_week,
                ..Policy::default()
            },
            engagements: Engagements {
                lessons: spans(&case.lessons),
                holds: spans(&case.holds),
                busy: spans(&case.busy),
                students: spans(&case.students),
            },
            around,
            range: Span { from, to: from + TimeDelta::days(4) },
            duration: Minutes::try_from(case.duration).expect("minutes"),
        }
    }

    /// What the case says of a day, as the teacher would.
    fn said_of<'a>(&self, case: &'a Case, date: Date) -> &'a [u16] {
        let after = |days| date_after(&self.days, self.around, days);
        let away = case.absence;
        if away.is_some_and(|(first, more)| after(first) <= date && date <= after(first + more)) {
            return &[];
        }
        let exception = case.exception.as_ref().filter(|(days, _)| after(*days) == date);
        exception.map_or(&case.hours, |(_, minutes)| minutes)
    }

    fn offer(&self) -> Offer<'_> {
        let rules = Rules {
            days: &self.days,
            hours: Some(&self.hours),
            policy: &self.policy,
            any_minute: false,
        };
        Offer::new(rules, &self.engagements, self.range.from).expect("an offer")
    }

    fn found(&self) -> Vec<DateTime<Utc>> {
        self.offer().search(self.range, self.duration).expect("a search")
    }
}

/// The date that is some days after the one of an instant.
fn date_after(days: &Days, instant: DateTime<Utc>, after: i64) -> Date {
    let date = days.date(instant).expect("a date");
    date.checked_add(jiff::ToSpan::days(after)).expect("a date")
}

fn hours(minutes: &[u16]) -> Hours {
    let intervals = minutes.chunks_exact(2).map(|pair| interval(pair[0], pair[1]));
    Hours::new(intervals.collect()).expect("hours")
}

fn interval(from: u16, to: u16) -> Interval {
    let time = |m: u16| format!("{:02}:{:02}", m / 60, m % 60).parse().expect("a time");
    Interval::new(time(from), time(to)).expect("an interval")
}

/// The open times of a day, found by walking through it: an interval begins
/// at the first instant at which clocks show its start or more, and ends at the
/// first at which they show its end or more.
fn walk(zone: &ZoneName, date: Date, hours: &[u16]) -> Vec<Span> {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone.as_str()).expect("a zone");
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let noon = at(&format!("{date}T12:00:00Z"));
    let mut shown = Vec::new();
    // Dates lie within 14 hours of UTC's, and transitions on whole minutes.
    for minute in -(27 * 60)..=(27 * 60) {
        let instant = noon + TimeDelta::minutes(minute);
        let timestamp = jiff::Timestamp::from_second(instant.timestamp()).expect("a timestamp");
        let minutes = zone.to_datetime(timestamp).duration_since(midnight).as_mins();
        shown.push((instant, minutes));
    }
    let first = |bound: u16| {
        let reached = shown.iter().position(|(_, minutes)| *minutes >= i64::from(bound));
        shown[reached.expect("the day is within reach")].0
    };
    let spans = hours.chunks_exact(2).map(|pair| Span { from: first(pair[0]), to: first(pair[1]) });
    spans.filter(|span| span.from < span.to).collect()
}

/// Zones whose clocks change by seconds, or not on a minute, are of the past.
#[test]
fn open_times_are_what_clocks_show_and_no_hour_is_lost() {
    in_every_zone(|teaching, case| {
        for day in -1..=1 {
            let date = teaching.days.date(teaching.around + TimeDelta::days(day)).expect("a date");
            let open = teaching.hours.open_on(&teaching.days, date).expect("open times");
            let walked = walk(&teaching.zone, date, teaching.said_of(case, date));
            // Spans are the same, and so is their length in real time.
            prop_assert_eq!(open, walked, "{}", date);
        }
        Ok(())
    });
}

/// How many lessons start on the same day, and in the same week, by the ISO's.
fn beside(teaching: &Teaching, start: DateTime<Utc>) -> [usize; 2] {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(teaching.zone.as_str()).expect("a zone");
    let date = |at: DateTime<Utc>| {
        let timestamp = jiff::Timestamp::from_second(at.timestamp()).expect("a timestamp");
        zone.to_datetime(timestamp).date()
    };
    let week = |date: Date| (date.iso_week_date().year(), date.iso_week_date().week());
    let day = date(start);
    let lessons: Vec<Date> = teaching.engagements.lessons.iter().map(|l| date(l.from)).collect();
    let on_day = lessons.iter().filter(|other| **other == day).count();
    [on_day, lessons.iter().filter(|other| week(**other) == week(day)).count()]
}

#[test]
fn slots_keep_every_rule_and_meet_nothing() {
    in_every_zone(|teaching, case| {
        let mut open = Vec::new();
        // Dates one after another: steps of a day miss one where clocks change
        // at midnight.
        let first = teaching.days.date(teaching.around - TimeDelta::days(4)).expect("a date");
        for date in std::iter::successors(Some(first), |date| date.tomorrow().ok()).take(10) {
            open.extend(teaching.hours.open_on(&teaching.days, date).expect("open times"));
        }
        open.sort();
        open.dedup();
        let (before, after) = (teaching.policy.buffer_before, teaching.policy.buffer_after);
        for start in teaching.found() {
            let end = start + teaching.duration.delta();
            // Open at the start, and without a pause until the end.
            let mut until = None;
            for span in &open {
                if span.from <= start && start < span.to {
                    prop_assert_eq!((start - span.from).num_minutes() % case.policy.increment, 0);
                    until = Some(span.to);
                } else if until == Some(span.from) {
                    until = Some(span.to);
                }
            }
            prop_assert!(until.is_some_and(|until| end <= until), "{} is not open", start);
            let Engagements { lessons, holds, busy, students } = &teaching.engagements;
            for lesson in lessons.iter().chain(holds) {
                let apart =
                    end + after + before <= lesson.from || lesson.to + after + before <= start;
                prop_assert!(apart, "{} meets the lesson of {}", start, lesson.from);
            }
            for busy in busy {
                let apart = end + after <= busy.from || busy.to <= start - before;
                prop_assert!(apart, "{} meets what is busy from {}", start, busy.from);
            }
            for taken in students {
                let apart = end <= taken.from || taken.to <= start;
                prop_assert!(apart, "{} meets what the student has from {}", start, taken.from);
            }
            let ahead = (start - teaching.range.from).num_minutes();
            prop_assert!((case.policy.notice..=case.policy.window).contains(&ahead), "{}", start);
            let [on_day, in_week] = beside(teaching, start);
            prop_assert!(case.policy.per_day.allows_one_beside(on_day), "{}", start);
            prop_assert!(case.policy.per_week.allows_one_beside(in_week), "{}", start);
        }
        Ok(())
    });
}

#[test]
fn what_is_found_can_be_booked_and_what_can_be_booked_is_found() {
    in_every_zone(|teaching, case| {
        let (offer, found) = (teaching.offer(), teaching.found());
        let mut start = teaching.range.from;
        while start < teaching.range.to {
            let checked = offer.check(Timing { start, duration: teaching.duration });
            prop_assert_eq!(found.contains(&start), checked.is_ok(), "{}: {:?}", start, checked);
            // Hours are on whole minutes, and a step of seven meets them all in turn.
            start += TimeDelta::minutes(if case.policy.increment % 7 == 0 { 1 } else { 7 });
        }
        for start in found {
            let checked = offer.check(Timing { start, duration: teaching.duration });
            prop_assert_eq!(checked, Ok(()), "{}", start);
        }
        Ok(())
    });
}

/// A Monday in Lisbon from 09:00 to 12:00, and one lesson at 10:00.
fn monday(policy: Policy, check: impl Fn(&Offer<'_>)) {
    let zones = Zones::bundled();
    let zone = zones.name("Europe/Lisbon").expect("a zone");
    let days = zones.days(&zone).expect("its calendar");
    let mut week = <[Hours; 7]>::default();
    week[0] = Hours::new(vec![interval(540, 720)]).expect("hours");
    let hours = Availability::new(zone, week, BTreeMap::new(), Vec::new()).expect("hours");
    let lesson = Span { from: at("2027-03-01T10:00:00Z"), to: at("2027-03-01T10:30:00Z") };
    let engagements = Engagements { lessons: vec![lesson], ..Engagements::default() };
    let rules = Rules { days: &days, hours: Some(&hours), policy: &policy, any_minute: true };
    check(&Offer::new(rules, &engagements, at("2027-03-01T08:00:00Z")).expect("an offer"));
}

#[test]
fn each_rule_says_its_name() {
    let half_hour = |start: &str| Timing {
        start: at(start),
        duration: Minutes::try_from(30).expect("minutes"),
    };
    let cases: [(Policy, &str, Result<(), NotOffered>); 10] = [
        (Policy::default(), "2027-03-01T09:00:00Z", Ok(())),
        (Policy::default(), "2027-03-01T11:45:00Z", Err(Rule::Closed.into())),
        (Policy::default(), "2027-03-02T09:00:00Z", Err(Rule::Closed.into())),
        (Policy::default(), "2027-03-01T09:10:00Z", Err(Rule::StartIncrement.into())),
        (Policy::default(), "2027-03-01T10:15:00Z", Err(NotOffered::Taken)),
        (
            Policy { minimum_notice: TimeDelta::minutes(61), ..Policy::default() },
            "2027-03-01T09:00:00Z",
            Err(Rule::MinimumNotice.into()),
        ),
        (
            Policy { booking_window: TimeDelta::minutes(59), ..Policy::default() },
            "2027-03-01T09:00:00Z",
            Err(Rule::BookingWindow.into()),
        ),
        (
            Policy { buffer_before: TimeDelta::minutes(1), ..Policy::default() },
            "2027-03-01T09:30:00Z",
            Err(NotOffered::Taken),
        ),
        (
            Policy { per_day: Limit::AtMost(1), ..Policy::default() },
            "2027-03-01T09:00:00Z",
            Err(Rule::PerDay.into()),
        ),
        (
            Policy { per_week: Limit::AtMost(1), ..Policy::default() },
            "2027-03-01T09:00:00Z",
            Err(Rule::PerWeek.into()),
        ),
    ];
    for (policy, start, expected) in cases {
        monday(policy, |offer| assert_eq!(offer.check(half_hour(start)), expected, "{start}"));
    }
}

/// A lesson may run from one interval into the next where they touch, across
/// midnight too.
#[test]
fn intervals_that_touch_are_one_time() {
    let zones = Zones::bundled();
    let zone = zones.name("Europe/Lisbon").expect("a zone");
    let days = zones.days(&zone).expect("its calendar");
    let mut week = <[Hours; 7]>::default();
    week[0] = Hours::new(vec![interval(1380, 1440)]).expect("hours");
    week[1] = Hours::new(vec![interval(0, 60)]).expect("hours");
    let hours = Availability::new(zone, week, BTreeMap::new(), Vec::new()).expect("hours");
    let policy = Policy { start_increment: TimeDelta::minutes(30), ..Policy::default() };
    let rules = Rules { days: &days, hours: Some(&hours), policy: &policy, any_minute: false };
    let now = at("2027-03-01T00:00:00Z");
    let offer = Offer::new(rules, &Engagements::default(), now).expect("an offer");
    let starts = Span { from: now, to: now + TimeDelta::days(3) };
    let hour = Minutes::try_from(60).expect("minutes");
    let expected = ["2027-03-01T23:00:00Z", "2027-03-01T23:30:00Z", "2027-03-02T00:00:00Z"].map(at);
    assert_eq!(offer.search(starts, hour), Ok(expected.to_vec()));
}

/// Who has set nothing offers whole days, and takes any minute.
#[test]
fn a_teacher_who_set_nothing_is_always_open() {
    let zones = Zones::bundled();
    let zone = zones.name("Europe/Berlin").expect("a zone");
    let days = zones.days(&zone).expect("its calendar");
    let policy = Policy { start_increment: TimeDelta::minutes(60), ..Policy::default() };
    let now = at("2027-03-27T23:00:00Z");
    let offer = |any_minute| {
        let rules = Rules { days: &days, hours: None, policy: &policy, any_minute };
        Offer::new(rules, &Engagements::default(), now).expect("an offer")
    };
    let starts = Span { from: now, to: at("2027-03-28T22:00:00Z") };
    let found = offer(true).search(starts, Minutes::try_from(60).expect("minutes"));
    assert_eq!(found.map(|found| found.len()), Ok(23), "the day on which clocks go forward");
    let odd = Timing {
        start: at("2027-03-28T09:07:00Z"),
        duration: Minutes::try_from(1440).expect("minutes"),
    };
    assert_eq!(offer(true).check(odd), Ok(()));
    assert_eq!(offer(false).check(odd), Err(Rule::StartIncrement.into()));
}
