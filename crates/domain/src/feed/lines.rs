//! Content lines (RFC 5545, section 3.1) and the components they stand in.

use super::zones::{Described, Observance};

/// One line: a name, parameters and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// In capitals.
    pub(super) name: String,
    params: Vec<(String, String)>,
    pub(super) value: String,
}

/// What a calendar holds that says when somebody is busy.
#[derive(Debug)]
pub(super) enum Component {
    /// The lines of an event, without those of its alarms.
    Event(Vec<Line>),
    /// A time zone as the calendar describes it.
    Zone { name: String, described: Described },
    /// The zone of times that name none.
    DefaultZone(String),
}

impl Line {
    fn parse(text: &str) -> Option<Self> {
        let name_end = text.find([';', ':'])?;
        let (name, mut rest) = text.split_at(name_end);
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return None;
        }
        let mut params = Vec::new();
        while let Some(param) = rest.strip_prefix(';') {
            let end = end_of_param(param)?;
            let (param, tail) = param.split_at(end);
            let (key, value) = param.split_once('=')?;
            params.push((key.to_ascii_uppercase(), value.trim_matches('"').to_owned()));
            rest = tail;
        }
        let value = rest.strip_prefix(':')?;
        Some(Self { name: name.to_ascii_uppercase(), params, value: value.to_owned() })
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn says(&self, value: &str) -> bool {
        self.value.trim().eq_ignore_ascii_case(value)
    }
}

/// Where a parameter ends: a semicolon or colon that is not in quotes.
fn end_of_param(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices()
        .find(|(_, c)| {
            quoted ^= *c == '"';
            !quoted && matches!(c, ';' | ':')
        })
        .map(|(at, _)| at)
}

/// Lines as they were before they were folded. Blank ones are left out.
fn unfolded(text: &str) -> impl Iterator<Item = String> {
    let mut raw = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).peekable();
    std::iter::from_fn(move || {
        let mut line = raw.next()?.to_owned();
        while let Some(more) = raw.next_if(|next| next.starts_with([' ', '\t'])) {
            line.push_str(&more[1..]);
        }
        Some(line)
    })
    .filter(|line| !line.trim().is_empty())
}

/// In what the reader is.
#[derive(Debug)]
enum Place {
    Calendar,
    Event(Vec<Line>),
    Zone(Zone),
}

#[derive(Debug, Default)]
struct Zone {
    name: Option<String>,
    location: Option<String>,
    observances: Vec<Observance>,
    open: Option<Observance>,
}

/// The components of a calendar. An event that is not ended, because another
/// begins, is left out, and so is a line that is none.
pub(super) fn components(text: &str) -> Vec<Component> {
    let mut found = Vec::new();
    let mut place = Place::Calendar;
    // An alarm or the like, in which lines mean something else.
    let mut within: Option<String> = None;
    for line in unfolded(text) {
        let Some(line) = Line::parse(&line) else { continue };
        match (line.name.as_str(), &mut place) {
            ("BEGIN", _) if line.says("VEVENT") => {
                (place, within) = (Place::Event(Vec::new()), None);
            }
            ("BEGIN", _) if line.says("VTIMEZONE") => {
                (place, within) = (Place::Zone(Zone::default()), None);
            }
            ("END", Place::Event(lines)) if line.says("VEVENT") => {
                found.push(Component::Event(std::mem::take(lines)));
                (place, within) = (Place::Calendar, None);
            }
            ("END", Place::Zone(zone)) if line.says("VTIMEZONE") => {
                found.extend(std::mem::take(zone).finish());
                place = Place::Calendar;
            }
            ("BEGIN", Place::Zone(zone)) => zone.open = Observance::begin(&line.value),
            ("END", Place::Zone(zone)) => zone.observances.extend(zone.open.take()),
            (_, Place::Zone(zone)) => zone.take(&line),
            ("BEGIN", Place::Event(_) | Place::Calendar)
                if within.is_none() && !line.says("VCALENDAR") =>
            {
                within = Some(line.value);
            }
            ("END", _) if within.as_deref().is_some_and(|name| line.says(name)) => within = None,
            (_, Place::Event(lines)) if within.is_none() => lines.push(line),
            ("X-WR-TIMEZONE", Place::Calendar) if within.is_none() => {
                found.push(Component::DefaultZone(line.value.trim().to_owned()));
            }
            _ => {}
        }
    }
    found
}

impl Zone {
    fn take(&mut self, line: &Line) {
        match (line.name.as_str(), &mut self.open) {
            (_, Some(observance)) => observance.take(line),
            ("TZID", None) => self.name = Some(line.value.clone()),
            ("X-LIC-LOCATION", None) => self.location = Some(line.value.clone()),
            _ => {}
        }
    }

    fn finish(self) -> Option<Component> {
        let described = Described { location: self.location, observances: self.observances };
        self.name.map(|name| Component::Zone { name, described })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_names_parameters_and_values() {
        let line = Line::parse("dtstart;VALUE=DATE-TIME;tzid=\"A;B:C\":20270101T090000");
        let line = line.expect("a line");
        assert_eq!(line.name, "DTSTART");
        assert_eq!(line.param("TZID"), Some("A;B:C"));
        assert_eq!(line.value, "20270101T090000");
        for bad in ["", "no colon", ":x", "A B:x", "A;B:x", "A;B=\"x:y", "é:x"] {
            assert_eq!(Line::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn folds_are_undone() {
        let lines: Vec<String> = unfolded("A:1\r\n 2\r\n\t3\n\n \nB:é\r\n é").collect();
        assert_eq!(lines, ["A:123", "B:éé"]);
    }
}
