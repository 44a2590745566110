//! The shared time-zone cases, as far as this version's operations cover them.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use lectern_domain::{
    availability::{Availability, Hours, Interval},
    recurrence::Recurrence,
    span::Span,
    zone::{Date, Strictness, WallClock, ZoneError, Zones},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    cases: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct LocalToUtc {
    id: String,
    zone: String,
    local: String,
    kind: String,
    expected_utc: String,
    resolved_local: String,
    expected_utc_later: Option<String>,
}

#[derive(Deserialize)]
struct UtcToLocal {
    id: String,
    zone: String,
    utc: String,
    expected_local: String,
}

#[derive(Deserialize)]
struct Repetition {
    id: String,
    zone: String,
    start_local: String,
    freq_days: u32,
    count: usize,
    expected: Vec<Occurrence>,
}

#[derive(Deserialize)]
struct AvailabilityWindow {
    id: String,
    zone: String,
    date: String,
    start: String,
    end: String,
    expected_start_utc: String,
    expected_end_utc: String,
    expected_minutes: i64,
}

#[derive(Deserialize)]
struct Occurrence {
    local: String,
    kind: String,
    utc: String,
}

fn cases<T: for<'de> Deserialize<'de>>(operation: &str) -> Vec<T> {
    let file: File =
        serde_json::from_str(include_str!("data/time_zones.json")).expect("the cases parse");
    let cases: Vec<T> = file
        .cases
        .into_iter()
        .filter(|case| case["op"] == operation)
        .map(|case| serde_json::from_value(case).expect("a case of its operation's shape"))
        .collect();
    assert!(!cases.is_empty(), "no case of {operation}");
    cases
}

fn utc(
    zones: &Zones,
    local: &str,
    zone: &str,
    strictness: Strictness,
) -> Result<String, ZoneError> {
    let zone = zones.name(zone)?;
    let clock: WallClock = local.parse().expect("a wall clock");
    let instant = zones.instant(clock, &zone, strictness)?;
    Ok(instant.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[test]
fn local_to_utc() {
    let zones = Zones::newest();
    for case in cases::<LocalToUtc>("local_to_utc") {
        let lenient = utc(&zones, &case.local, &case.zone, Strictness::Lenient);
        assert_eq!(lenient, Ok(case.expected_utc.clone()), "{}", case.id);
        let strict = utc(&zones, &case.local, &case.zone, Strictness::Strict);
        let expected = match case.kind.as_str() {
            "gap" => Err(ZoneError::DoesNotExist),
            "ambiguous" => Err(ZoneError::Ambiguous),
            "unique" => Ok(case.expected_utc.clone()),
            other => panic!("{}: unknown kind {other}", case.id),
        };
        assert_eq!(strict, expected, "{}", case.id);

        let zone = zones.name(&case.zone).expect("a zone");
        let local = zones.local(case.expected_utc.parse().expect("an instant"), &zone);
        assert_eq!(local, Ok(case.resolved_local), "{}", case.id);

        // The later instant of a fold is reached by saying its offset.
        if let Some(later) = case.expected_utc_later {
            let shown = zones.local(later.parse().expect("an instant"), &zone).expect("a local");
            assert_eq!(
                utc(&zones, &shown, &case.zone, Strictness::Strict),
                Ok(later),
                "{}",
                case.id
            );
        }
    }
}

#[test]
fn utc_to_local() {
    let zones = Zones::newest();
    for case in cases::<UtcToLocal>("utc_to_local") {
        let zone = zones.name(&case.zone).expect("a zone");
        let local = zones.local(case.utc.parse().expect("an instant"), &zone);
        assert_eq!(local, Ok(case.expected_local), "{}", case.id);
    }
}

#[test]
fn each_lesson_of_a_series_has_its_own_wall_clock() {
    let zones = Zones::newest();
    for case in cases::<Repetition>("recur_wallclock") {
        let rule = format!("FREQ=DAILY;INTERVAL={};COUNT={}", case.freq_days, case.count);
        let rule: Recurrence = rule.parse().expect("a rule");
        let zone = zones.name(&case.zone).expect("a zone");
        let first: WallClock = case.start_local.parse().expect("a wall clock");
        let series = rule.occurrences(first, &zone, &zones, Strictness::Lenient);
        let series: Vec<(String, String)> = series
            .expect("a series")
            .into_iter()
            .map(|o| (o.intent.local_start, o.at.to_rfc3339_opts(SecondsFormat::Secs, true)))
            .collect();
        let expected: Vec<(String, String)> =
            case.expected.iter().map(|o| (o.local.clone(), o.utc.clone())).collect();
        assert_eq!(series, expected, "{}", case.id);

        let strict = rule.occurrences(first, &zone, &zones, Strictness::Strict);
        let unique = case.expected.iter().all(|o| o.kind == "unique");
        assert_eq!(strict.is_ok(), unique, "{}", case.id);
    }
}

/// A date's hours, through the same path that search and booking take.
#[test]
fn an_open_time_is_as_long_as_clocks_make_it() {
    let zones = Zones::newest();
    for case in cases::<AvailabilityWindow>("availability_window") {
        let zone = zones.name(&case.zone).expect("a zone");
        let days = zones.days(&zone).expect("its calendar");
        let date: Date = case.date.parse().expect("a date");
        let time = |text: &str| text[..5].parse().expect("a time of day");
        let interval = Interval::new(time(&case.start), time(&case.end)).expect("an interval");
        let hours = Hours::new(vec![interval]).expect("hours");
        let exceptions = BTreeMap::from([(date, hours)]);
        let availability = Availability::new(zone, <[Hours; 7]>::default(), exceptions, Vec::new());
        let open = availability.expect("an availability").open_on(&days, date);
        let expected = Span {
            from: case.expected_start_utc.parse().expect("an instant"),
            to: case.expected_end_utc.parse().expect("an instant"),
        };
        assert_eq!(open, Ok(vec![expected]), "{}", case.id);
        assert_eq!((expected.to - expected.from).num_minutes(), case.expected_minutes);
    }
}
