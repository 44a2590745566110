//! Lessons as calendars read them: iCalendar (RFC 5545) with the conference
//! property of RFC 7986.
//!
//! Times stand in UTC. A lesson is one instant, however its series recurs, so
//! that no reader's idea of a zone's rules can move it by an hour.

use chrono::{DateTime, Utc};

use crate::session::{Confirmation, Session, State};

/// The longest line, in bytes, without its end (RFC 5545, section 3.1).
const LINE: usize = 75;

/// How long readers of a calendar may keep it, as RFC 7986, section 5.7, and
/// before it Outlook and Apple write it.
const REFRESH: &str = "PT15M";

/// The calendar that holds this lesson alone: the same `UID` as ever, and a
/// `SEQUENCE` that rises with its time. `url` is where it is opened; `now` is
/// when this was written. Nobody is named in it but in the lesson's own words.
pub fn calendar(session: &Session, url: &str, now: DateTime<Utc>) -> String {
    let mut lines = Lines::begin();
    event(&mut lines, session, url, now, Words::All);
    lines.end()
}

/// A lesson of a calendar that is subscribed to.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The lesson.
    pub session: Session,
    /// Where it is opened.
    pub url: String,
    /// When anything of it last changed.
    pub changed_at: DateTime<Utc>,
}

/// The calendar of these lessons, for readers who ask for it again and again: it
/// has no `METHOD`, and is the same text as long as no lesson changes. It goes to
/// a reader's servers, so that it holds titles and nothing else that people wrote.
pub fn subscription(entries: &[Entry]) -> String {
    let mut lines = Lines::begin();
    lines.add("CALSCALE:GREGORIAN");
    lines.add("NAME:Lessons");
    lines.add("X-WR-CALNAME:Lessons");
    lines.add(&format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
    lines.add(&format!("X-PUBLISHED-TTL:{REFRESH}"));
    for entry in entries {
        event(&mut lines, &entry.session, &entry.url, entry.changed_at, Words::Title);
    }
    lines.end()
}

/// How much of what people wrote stands in a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    All,
    Title,
}

/// One event, as it was at `stamp` (`DTSTAMP`).
fn event(lines: &mut Lines, session: &Session, url: &str, stamp: DateTime<Utc>, words: Words) {
    let status = match (&session.state, session.confirmation) {
        (State::Cancelled { .. }, _) => "CANCELLED",
        (_, Confirmation::Pending) => "TENTATIVE",
        _ => "CONFIRMED",
    };
    lines.add("BEGIN:VEVENT");
    lines.add(&format!("UID:{}", session.id));
    lines.add(&format!("SEQUENCE:{}", session.sequence));
    lines.add(&format!("DTSTAMP:{}", instant(stamp)));
    lines.add(&format!("CREATED:{}", instant(session.created_at)));
    lines.add(&format!("DTSTART:{}", instant(session.timing.start)));
    lines.add(&format!("DTEND:{}", instant(session.timing.end())));
    lines.add(&format!("STATUS:{status}"));
    lines.add(&format!("SUMMARY:{}", escaped(session.title.as_str())));
    if words == Words::All && !session.description.as_str().is_empty() {
        lines.add(&format!("DESCRIPTION:{}", escaped(session.description.as_str())));
    }
    lines.add(&format!("LOCATION:{}", escaped(url)));
    lines.add(&format!("URL:{url}"));
    lines.add(&format!("CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:{url}"));
    lines.add("END:VEVENT");
}

/// Form 2 of RFC 5545, section 3.3.5: UTC.
fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Text (RFC 5545, section 3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\r' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Content lines, folded.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn begin() -> Self {
        let mut lines = Self::default();
        lines.add("BEGIN:VCALENDAR");
        lines.add("VERSION:2.0");
        lines.add("PRODID:-//Lectern//Lessons//EN");
        lines
    }

    fn end(mut self) -> String {
        self.add("END:VCALENDAR");
        self.0
    }

    /// Folds between characters, and counts in bytes.
    fn add(&mut self, line: &str) {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(c);
            length += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_lines_are_folded() {
        assert_eq!(escaped("a;b,c\\d\r\ne"), "a\\;b\\,c\\\\d\\ne");
        let mut lines = Lines::default();
        lines.add(&"é".repeat(50));
        let folded: Vec<&str> = lines.0.split("\r\n").collect();
        assert_eq!(folded, ["é".repeat(37), format!(" {}", "é".repeat(13)), String::new()]);
        assert!(folded.iter().all(|line| line.len() <= LINE));
    }
}
