//! Calendars of others, as data: each `.ics` under `data/feeds` with the times
//! that are taken by it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, SecondsFormat, Utc};
use lectern_domain::{
    feed::{Busy, Feed, MAX_BYTES, MAX_SPANS, Unusable, horizon},
    span::Span,
    zone::Zones,
};
use proptest::prelude::*;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn shown(busy: &Busy) -> Vec<String> {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    busy.spans.iter().map(|span| format!("{} {}", text(span.from), text(span.to))).collect()
}

fn read(text: &[u8], home: &str, horizon: Span) -> Result<Busy, Unusable> {
    let zones = Zones::bundled();
    let home = zones.name(home).expect("a zone");
    Feed::parse(text)?.busy(horizon, &home, &BTreeSet::new(), &zones)
}

/// A feed of these lines of one event.
fn feed(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

#[test]
fn feeds_are_read_as_their_writers_mean_them() {
    let mut count = 0;
    for entry in fs::read_dir(data().join("feeds")).expect("the feeds") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "ics") {
            continue;
        }
        count += 1;
        let name = path.file_name().expect("a name").to_owned();
        let text = fs::read_to_string(&path).expect("a feed");
        let expected = fs::read_to_string(path.with_extension("txt")).expect("what is expected");
        let lines = expected.lines().filter(|line| !line.starts_with('#'));
        let (settings, spans): (Vec<_>, Vec<_>) =
            lines.partition(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
        let settings: BTreeMap<_, _> =
            settings.iter().filter_map(|line| line.split_once(' ')).collect();
        let horizon = Span { from: at(settings["from"]), to: at(settings["to"]) };
        // Lines may end in either way, and a mark may stand before them.
        for text in [text.clone(), format!("\u{feff}{}", text.replace('\n', "\r\n"))] {
            let busy = read(text.as_bytes(), settings["home"], horizon).expect("a feed");
            assert_eq!(shown(&busy), spans, "{name:?}");
            assert_eq!(busy.events.to_string(), settings["events"], "{name:?}");
        }
    }
    assert_eq!(count, 5);
}

#[test]
fn rules_recur_as_the_rfc_says() {
    let text = fs::read_to_string(data().join("rules.txt")).expect("the rules");
    let horizon = Span { from: at("2027-01-01T00:00:00Z"), to: at("2029-01-01T00:00:00Z") };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(" | ").collect();
        let [rule, first, expected] = parts[..] else { panic!("three parts: {line}") };
        // A second long, so that no two touch.
        let event = format!("DTSTART:{first}Z\nDURATION:PT1S\nRRULE:{rule}");
        let busy = read(feed(&event).as_bytes(), "UTC", horizon).expect("a feed");
        let starts: Vec<String> =
            (busy.spans.iter()).map(|span| span.from.format("%Y%m%dT%H%M%S").to_string()).collect();
        let starts = if starts.is_empty() { "nothing".to_owned() } else { starts.join(" ") };
        assert_eq!(starts, expected, "{rule}");
    }
}

/// A rule that never ends is entered where the horizon begins: it gives the same
/// whenever it began.
#[test]
fn it_does_not_matter_how_long_ago_a_rule_began() {
    let horizon = Span { from: at("2027-03-01T00:00:00Z"), to: at("2028-03-01T00:00:00Z") };
    for (rule, years) in [
        ("FREQ=DAILY", "DAILY"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "WEEKLY"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "MONTHLY"),
        ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4", "YEARLY"),
        ("FREQ=HOURLY;INTERVAL=6", "HOURLY"),
    ] {
        let starts = |first: &str| {
            let event = format!("DTSTART:{first}T060000Z\nDURATION:PT1M\nRRULE:{rule}");
            let busy = read(feed(&event).as_bytes(), "UTC", horizon).expect("a feed");
            shown(&busy)
        };
        let near = starts("20270101");
        assert!(!near.is_empty(), "{years}");
        assert_eq!(starts("19700101"), near, "{years}");
        assert_eq!(starts("00010101"), near, "{years}");
    }
}

#[test]
fn lessons_that_come_back_are_left_out() {
    let lesson = "0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e77";
    let event = |uid: &str| {
        format!(
            "BEGIN:VEVENT\nUID:{uid}\nDTSTART:20270301T080000Z\nDTEND:20270301T090000Z\nEND:VEVENT\n"
        )
    };
    let zones = Zones::bundled();
    let home = zones.name("UTC").expect("a zone");
    let horizon = horizon(at("2027-03-01T00:00:00Z"));
    for (uid, named, busy) in [
        (lesson.to_owned(), true, 0),
        (format!("{lesson}@lessons.example"), true, 0),
        (lesson.to_uppercase(), true, 0),
        ("0A9C3B1E-6C1E-4A52-9A44-3F0C8F1D2E77".to_owned(), false, 1),
        ("a@google.com".to_owned(), false, 1),
        ("é".to_owned(), false, 1),
    ] {
        let text = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR", event(&uid));
        let feed = Feed::parse(text.as_bytes()).expect("a feed");
        let lesson = lesson.parse().expect("an id");
        assert_eq!(feed.names().contains(&lesson), named, "{uid}");
        let lessons = BTreeSet::from([lesson]);
        let found = feed.busy(horizon, &home, &lessons, &zones).expect("a feed");
        assert_eq!(found.events, busy, "{uid}");
    }
}

#[test]
fn what_is_no_calendar_is_none() {
    let no_feed: [&[u8]; 6] =
        [b"", b"<!doctype html>", b"{}", b"BEGIN:VCARD\n", b"\xff\xfe\x00", b"BEGIN:VCALENDA"];
    for bytes in no_feed {
        let feed = Feed::parse(bytes);
        assert!(matches!(feed, Err(Unusable::NotACalendar)), "{bytes:?}");
    }
    // An empty calendar is one; bytes that are no text spoil a title, not a time.
    let horizon = horizon(at("2027-03-01T00:00:00Z"));
    let empty = read(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "UTC", horizon);
    assert_eq!(empty, Ok(Busy::default()));
    let mut bytes = feed("DTSTART:20270301T080000Z\nDURATION:PT1H\nSUMMARY:?").into_bytes();
    let place = bytes.iter().position(|byte| *byte == b'?').expect("a mark");
    bytes[place] = 0xff;
    assert_eq!(read(&bytes, "UTC", horizon).map(|busy| busy.events), Ok(1));
}

/// Whatever a feed says, reading it ends soon. Each case fills a feed with what
/// is as dear as can be thought of.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test measures how long the reading takes")]
fn no_feed_costs_more_than_a_feed_may() {
    let hours: Vec<String> = (0..366).map(|n| (n % 24).to_string()).collect();
    let days: Vec<String> = (1..=366).map(|n| n.to_string()).collect();
    let rules = [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30".to_owned(),
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30".to_owned(),
        "FREQ=DAILY;COUNT=4294967295".to_owned(),
        format!("FREQ=YEARLY;BYYEARDAY={};BYSETPOS={}", days.join(","), days.join(",")),
        format!("FREQ=DAILY;BYHOUR={0};BYMINUTE={0};BYSECOND={0}", hours.join(",")),
    ];
    let now = at("2027-03-01T00:00:00Z");
    for rule in &rules {
        let event = format!(
            "BEGIN:VEVENT\nDTSTART:00010101T000000Z\nDURATION:P9999D\nRRULE:{rule}\nEND:VEVENT\n"
        );
        let mut text = "BEGIN:VCALENDAR\n".to_owned();
        while text.len() + event.len() < MAX_BYTES {
            text.push_str(&event);
        }
        let began = std::time::Instant::now();
        let busy = read(text.as_bytes(), "Europe/Lisbon", horizon(now));
        let elapsed = began.elapsed();
        // Unoptimised, on a machine that does other things: a bound, no measure.
        assert!(elapsed < Duration::from_secs(60), "{rule}: {elapsed:?}");
        assert_eq!(busy, Err(Unusable::TooManyEvents), "{rule}");
    }
    let long = [
        format!("{};", "X".repeat(MAX_BYTES / 2)),
        " folded\n".repeat(MAX_BYTES / 16),
        "BEGIN:X\n".repeat(MAX_BYTES / 16),
        "BEGIN:VEVENT\n".repeat(MAX_BYTES / 16),
        format!("DTSTART:20270301\nEXDATE:{}", "20270301,".repeat(MAX_BYTES / 16)),
        format!("DTSTART{}:20270301", ";A=\"".repeat(MAX_BYTES / 16)),
    ];
    for lines in &long {
        let began = std::time::Instant::now();
        let _ = read(feed(lines).as_bytes(), "UTC", horizon(now));
        let elapsed = began.elapsed();
        assert!(elapsed < Duration::from_secs(60), "{}: {elapsed:?}", &lines[..8]);
    }
}

/// The nearest stretches are kept.
#[test]
fn a_feed_has_no_more_than_so_many_stretches() {
    let now = at("2027-03-01T00:00:00Z");
    let event = "DTSTART:20270301T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY";
    let busy = read(feed(event).as_bytes(), "UTC", horizon(now)).expect("a feed");
    assert_eq!(busy.spans.len(), MAX_SPANS);
    assert_eq!(busy.spans[0].from, now);
}

proptest! {
    /// Nothing panics: not on any bytes, and not on lines that are nearly right.
    #[test]
    fn anything_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut text = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:".to_vec();
        text.extend(bytes);
        let horizon = horizon(at("2027-03-01T00:00:00Z"));
        prop_assert!(read(&text, "Europe/Lisbon", horizon).is_ok());
    }

    #[test]
    fn any_values_are_read_or_refused(
        start in "[0-9]{8}(T[0-9]{4,6}Z?)?",
        end in "[0-9]{8}(T[0-9]{4,6}Z?)?",
        length in "[-+]?P[0-9TWDHMS]{0,12}",
        rule in "FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)(;INTERVAL=[0-9]{1,7})?(;COUNT=[0-9]{1,3})?\
                 (;BYMONTH=-?[0-9]{1,2})?(;BYDAY=-?[0-9]{0,2}(MO|SU))?(;BYSETPOS=-?[0-9]{1,3})?\
                 (;UNTIL=[0-9]{8}(T[0-9]{6}Z?)?)?",
    ) {
        let horizon = horizon(at("2027-03-01T00:00:00Z"));
        for ends in [format!("DTEND:{end}"), format!("DURATION:{length}"), String::new()] {
            let event = format!(
                "DTSTART;TZID=Europe/Lisbon:{start}\n{ends}\nRRULE:{rule}\nRDATE:{end}\n\
                 EXDATE:{start}"
            );
            let busy = read(feed(&event).as_bytes(), "Europe/Lisbon", horizon);
            prop_assert!(busy.is_ok(), "{event}: {busy:?}");
        }
    }
}
