//! Recurrence rules in full (RFC 5545, section 3.3.10): those of others.
//!
//! Rules recur on the wall clock and know no zone. A rule without `COUNT` is
//! entered where the horizon begins, so that one which began long ago costs no
//! more than one that begins tomorrow; one with `COUNT` is counted through.

use jiff::{
    ToSpan as _, Unit,
    civil::{Date, DateTime, Time, Weekday},
};

use super::{Budget, Unusable, event::Moment};

/// The most entries of one list: the days of a leap year.
const MAX_LIST: usize = 366;

/// A rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    frequency: Frequency,
    interval: i64,
    count: Option<u32>,
    until: Option<Moment>,
    week_start: Weekday,
    months: Vec<i64>,
    weeks: Vec<i64>,
    year_days: Vec<i64>,
    month_days: Vec<i64>,
    days: Vec<(i64, Weekday)>,
    hours: Vec<i64>,
    minutes: Vec<i64>,
    seconds: Vec<i64>,
    positions: Vec<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Frequency {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// From when to when starts are looked for, and what is the last, on the clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) from: DateTime,
    pub(super) to: DateTime,
    pub(super) until: Option<DateTime>,
}

impl Rule {
    /// A rule, unless some part of it cannot be read. Parts that nobody knows
    /// are passed over, as section 3.1 wants it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let part = |name: &str| {
            let mut parts = text.split(';').filter_map(|part| part.split_once('='));
            parts.find(|(own, _)| own.trim() == name).map(|(_, value)| value.trim())
        };
        let frequency = match part("FREQ")? {
            "SECONDLY" => Frequency::Secondly,
            "MINUTELY" => Frequency::Minutely,
            "HOURLY" => Frequency::Hourly,
            "DAILY" => Frequency::Daily,
            "WEEKLY" => Frequency::Weekly,
            "MONTHLY" => Frequency::Monthly,
            "YEARLY" => Frequency::Yearly,
            _ => return None,
        };
        let list = |name: &str, most: i64| match part(name) {
            None => Some(Vec::new()),
            Some(text) => numbers(text, most),
        };
        let interval = part("INTERVAL").map_or(Some(1), |text| number(text, 1_000_000))?;
        let days = match part("BYDAY") {
            None => Vec::new(),
            Some(text) => text.split(',').map(by_day).collect::<Option<Vec<_>>>()?,
        };
        Some(Self {
            frequency,
            interval: if interval > 0 { interval } else { return None },
            count: match part("COUNT") {
                None => None,
                Some(text) => Some(text.parse().ok().filter(|count| *count > 0)?),
            },
            until: match part("UNTIL") {
                None => None,
                Some(text) => Some(Moment::parse(text)?),
            },
            week_start: part("WKST").map_or(Some(Weekday::Monday), weekday)?,
            months: list("BYMONTH", 12)?,
            weeks: list("BYWEEKNO", 53)?,
            year_days: list("BYYEARDAY", 366)?,
            month_days: list("BYMONTHDAY", 31)?,
            days: Some(days).filter(|days| days.len() <= MAX_LIST)?,
            hours: list("BYHOUR", 23)?,
            minutes: list("BYMINUTE", 59)?,
            seconds: list("BYSECOND", 60)?,
            positions: list("BYSETPOS", 366)?,
        })
    }

    /// After when nothing recurs.
    pub(super) fn until(&self) -> Option<&Moment> {
        self.until.as_ref()
    }

    /// The starts within `window` of what starts at `first`, which is one of
    /// them whatever the rule says.
    pub(super) fn starts(
        &self,
        first: DateTime,
        window: Window,
        budget: &mut Budget,
    ) -> Result<Vec<DateTime>, Unusable> {
        let mut found = Vec::new();
        let mut counted = 1;
        if first >= window.from && first < window.to {
            found.push(first);
        }
        let mut period = match self.count {
            Some(_) => 0,
            None => self.period_before(first, window.from),
        };
        loop {
            let Some(begin) = self.begin(first, period) else { return Ok(found) };
            if begin >= window.to || window.until.is_some_and(|until| begin > until) {
                return Ok(found);
            }
            for start in self.set(first, begin, budget)? {
                let past = window.until.is_some_and(|until| start > until);
                if past || self.count.is_some_and(|count| counted >= count) {
                    return Ok(found);
                }
                if start > first {
                    counted += 1;
                    if start >= window.from && start < window.to {
                        found.push(start);
                    }
                }
            }
            period += 1;
        }
    }

    /// The period in which `at` lies, or one shortly before it.
    fn period_before(&self, first: DateTime, at: DateTime) -> i64 {
        let seconds = at.duration_since(first).as_secs();
        // At most as long as the longest of its kind, so that none is passed by.
        let longest = match self.frequency {
            Frequency::Secondly => 1,
            Frequency::Minutely => 60,
            Frequency::Hourly => 3_600,
            Frequency::Daily => 86_400,
            Frequency::Weekly => 7 * 86_400,
            Frequency::Monthly => 31 * 86_400,
            Frequency::Yearly => 366 * 86_400,
        };
        (seconds / longest / self.interval - 1).max(0)
    }

    /// When the nth period begins, on the clock.
    fn begin(&self, first: DateTime, n: i64) -> Option<DateTime> {
        let n = n.checked_mul(self.interval)?;
        let date = first.date();
        let midnight = |date: Date| Some(date.to_datetime(Time::midnight()));
        let truncated = |unit: Unit, seconds: i64| {
            let round = jiff::civil::DateTimeRound::new().smallest(unit);
            let first = first.round(round.mode(jiff::RoundMode::Trunc)).ok()?;
            first.checked_add(jiff::SignedDuration::from_secs(n.checked_mul(seconds)?)).ok()
        };
        match self.frequency {
            Frequency::Secondly => truncated(Unit::Second, 1),
            Frequency::Minutely => truncated(Unit::Minute, 60),
            Frequency::Hourly => truncated(Unit::Hour, 3_600),
            Frequency::Daily => midnight(date.checked_add(days(n)?).ok()?),
            Frequency::Weekly => {
                let back = i64::from(date.weekday().since(self.week_start));
                let week = n.checked_mul(7)?.checked_sub(back)?;
                midnight(date.checked_add(days(week)?).ok()?)
            }
            Frequency::Monthly => {
                let months = i64::from(date.month()) - 1 + n;
                let year = i64::from(date.year()) + months.div_euclid(12);
                let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
                midnight(Date::new(i16::try_from(year).ok()?, month, 1).ok()?)
            }
            Frequency::Yearly => {
                let year = i64::from(date.year()) + n;
                midnight(Date::new(i16::try_from(year).ok()?, 1, 1).ok()?)
            }
        }
    }

    /// The starts in the period that begins at `begin`, in order.
    fn set(
        &self,
        first: DateTime,
        begin: DateTime,
        budget: &mut Budget,
    ) -> Result<Vec<DateTime>, Unusable> {
        let length = match self.frequency {
            Frequency::Yearly => i64::from(begin.date().days_in_year()),
            Frequency::Monthly => i64::from(begin.date().days_in_month()),
            Frequency::Weekly => 7,
            _ => 1,
        };
        budget.spend(length as usize * self.weight())?;
        let dates = (0..length).filter_map(|n| begin.date().checked_add(n.days()).ok());
        let dates: Vec<Date> = dates.filter(|date| self.selects(*date, first.date())).collect();
        if dates.is_empty() {
            return Ok(Vec::new());
        }
        let (own, set) = (begin.time(), first.time());
        let hours = self.times(Frequency::Hourly, &self.hours, own.hour(), set.hour());
        let minutes = self.times(Frequency::Minutely, &self.minutes, own.minute(), set.minute());
        let seconds = self.times(Frequency::Secondly, &self.seconds, own.second(), set.second());
        budget.spend(dates.len() * hours.len() * minutes.len() * seconds.len())?;
        let mut starts = Vec::new();
        for date in dates {
            for (hour, minute, second) in product(&hours, &minutes, &seconds) {
                // A leap second is the one before it.
                if let Ok(time) = Time::new(hour, minute, second.min(59), 0) {
                    starts.push(date.to_datetime(time));
                }
            }
        }
        starts.sort_unstable();
        starts.dedup();
        Ok(self.picked(starts))
    }

    /// What it costs to look at a day: more, where long lists are gone through.
    fn weight(&self) -> usize {
        let lists = [&self.months, &self.weeks, &self.year_days, &self.month_days, &self.positions];
        1 + (lists.iter().map(|list| list.len()).sum::<usize>() + self.days.len()) / 8
    }

    /// The hours, minutes or seconds of a period's starts. `unit` is the
    /// frequency by which they are counted themselves: then it is the period's
    /// own, if the rule lets it be; above it, the rule's, or the first start's.
    fn times(&self, unit: Frequency, by: &[i64], own: i8, first: i8) -> Vec<i8> {
        if self.frequency <= unit {
            let let_be = by.is_empty() || by.contains(&i64::from(own));
            return if let_be { vec![own] } else { Vec::new() };
        }
        if by.is_empty() {
            return vec![first];
        }
        by.iter().filter_map(|n| i8::try_from(*n).ok()).collect()
    }

    /// Those that `BYSETPOS` picks out of a period.
    fn picked(&self, starts: Vec<DateTime>) -> Vec<DateTime> {
        if self.positions.is_empty() {
            return starts;
        }
        let count = starts.len() as i64;
        let place = |at: i64| if at > 0 { at - 1 } else { count + at };
        let picked = |n: &i64| self.positions.iter().any(|position| place(*position) == *n);
        (0..).zip(starts).filter(|(n, _)| picked(n)).map(|(_, start)| start).collect()
    }

    /// Whether the rule lets a date of its period be. Where it says nothing of
    /// days, they are those of the first start.
    fn selects(&self, date: Date, first: Date) -> bool {
        let own = |list: &[i64], n: i64, of: i64| {
            list.is_empty() || list.iter().any(|by| *by == n || *by == n - of - 1)
        };
        let (month, day) = (i64::from(date.month()), i64::from(date.day()));
        if !own(&self.months, month, 12)
            || !own(&self.month_days, day, i64::from(date.days_in_month()))
            || !own(&self.year_days, date.day_of_year().into(), date.days_in_year().into())
            || !self.in_weeks(date)
        {
            return false;
        }
        if !self.days.is_empty() {
            return self.days.iter().any(|by| self.is_day(date, *by));
        }
        if !self.month_days.is_empty() || !self.year_days.is_empty() {
            return true;
        }
        match self.frequency {
            Frequency::Yearly if !self.weeks.is_empty() => date.weekday() == first.weekday(),
            Frequency::Yearly => {
                let month = !self.months.is_empty() || date.month() == first.month();
                month && date.day() == first.day()
            }
            Frequency::Monthly => date.day() == first.day(),
            Frequency::Weekly => date.weekday() == first.weekday(),
            _ => true,
        }
    }

    /// `BYDAY`: with a number, the nth of its month, or of its year where the
    /// rule is one of years and names no month.
    fn is_day(&self, date: Date, (nth, weekday): (i64, Weekday)) -> bool {
        if date.weekday() != weekday {
            return false;
        }
        let (day, length) = match self.frequency {
            _ if nth == 0 => return true,
            Frequency::Yearly if self.months.is_empty() => {
                (i64::from(date.day_of_year()), i64::from(date.days_in_year()))
            }
            Frequency::Yearly | Frequency::Monthly => {
                (i64::from(date.day()), i64::from(date.days_in_month()))
            }
            _ => return true,
        };
        match nth > 0 {
            true => (day - 1) / 7 + 1 == nth,
            false => (length - day) / 7 + 1 == -nth,
        }
    }

    /// `BYWEEKNO`: weeks begin at `WKST`, and the first has four days or more.
    fn in_weeks(&self, date: Date) -> bool {
        if self.weeks.is_empty() {
            return true;
        }
        let first_week = |year: i16| {
            let start = Date::new(year, 1, 1).ok()?;
            let into = i64::from(start.weekday().since(self.week_start));
            let shift = if into <= 3 { -into } else { 7 - into };
            start.checked_add(shift.days()).ok()
        };
        let week = |year: i16| {
            let start = first_week(year).filter(|start| *start <= date)?;
            let next = first_week(year + 1).filter(|next| date < *next)?;
            let days = |from: Date, to: Date| to.duration_since(from).as_hours() / 24;
            Some((days(start, date) / 7 + 1, days(start, next) / 7))
        };
        let year = date.year();
        let Some((n, of)) = week(year).or_else(|| week(year - 1)).or_else(|| week(year + 1)) else {
            return false;
        };
        self.weeks.iter().any(|by| *by == n || *by == n - of - 1)
    }
}

fn product<'a>(
    hours: &'a [i8],
    minutes: &'a [i8],
    seconds: &'a [i8],
) -> impl Iterator<Item = (i8, i8, i8)> + 'a {
    hours.iter().flat_map(move |hour| {
        minutes
            .iter()
            .flat_map(move |minute| seconds.iter().map(move |second| (*hour, *minute, *second)))
    })
}

/// Days, unless they are more than there are in all years.
fn days(n: i64) -> Option<jiff::Span> {
    jiff::Span::new().try_days(n).ok()
}

/// A number of at most this amount.
fn number(text: &str, most: i64) -> Option<i64> {
    text.trim().parse::<i64>().ok().filter(|n| (-most..=most).contains(n))
}

fn numbers(text: &str, most: i64) -> Option<Vec<i64>> {
    let list = text.split(',').map(|item| number(item, most)).collect::<Option<Vec<_>>>()?;
    Some(list).filter(|list| list.len() <= MAX_LIST)
}

fn by_day(text: &str) -> Option<(i64, Weekday)> {
    let text = text.trim();
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { 0 } else { number(nth, 53)? };
    Some((nth, weekday(day)?))
}

fn weekday(text: &str) -> Option<Weekday> {
    crate::recurrence::weekday_of(text)
}
