//! Seats of a group lesson, and who waits for one.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ParticipantRole, Refused, Session, State};
use crate::{id::UserId, text::Invalid};

/// How long a seat that has become free is kept for whom it is offered to; at
/// most until the lesson starts.
pub const OFFER: TimeDelta = TimeDelta::hours(2);

/// How many students a lesson takes. One that takes more than one is a group
/// lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capacity(u16);

impl Capacity {
    /// One student.
    pub const ONE: Self = Self(1);
    /// The most students: with their teacher and some observers they fit a room.
    pub const MAX: i64 = 50;
    /// The most people who wait for a seat.
    pub const MAX_WAITING: usize = 200;

    /// The number of seats.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Whether this is a group's.
    pub const fn is_group(self) -> bool {
        self.0 > 1
    }
}

impl TryFrom<i64> for Capacity {
    type Error = Invalid;

    fn try_from(seats: i64) -> Result<Self, Invalid> {
        let range = Invalid::Range { min: 1, max: Self::MAX };
        let seats = u16::try_from(seats).map_err(|_| range.clone())?;
        if (1..=Self::MAX).contains(&i64::from(seats)) { Ok(Self(seats)) } else { Err(range) }
    }
}

/// Somebody who waits for a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Who.
    pub user: UserId,
    /// A seat is kept for them until then.
    pub offered_until: Option<DateTime<Utc>>,
}

/// Where somebody stands with a group lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// They have no seat and do not wait for one.
    None,
    /// They have a seat.
    Seat,
    /// They wait.
    Waiting {
        /// One: they are next.
        position: usize,
    },
    /// A seat is kept for them.
    Offered {
        /// Until then.
        until: DateTime<Utc>,
    },
}

impl Session {
    /// Whether more than one student may come.
    pub const fn is_group(&self) -> bool {
        self.capacity.is_group()
    }

    /// How many students have a seat.
    pub fn seats_taken(&self) -> usize {
        self.participants.iter().filter(|p| p.role == ParticipantRole::Student).count()
    }

    /// How many seats are neither taken nor kept for somebody.
    pub fn seats_free(&self, now: DateTime<Utc>) -> usize {
        let kept = self.waitlist.iter().filter(|waiting| waiting.is_offered(now)).count();
        usize::from(self.capacity.get()).saturating_sub(self.seats_taken() + kept)
    }

    /// Where `user` stands.
    pub fn place_of(&self, user: &UserId, now: DateTime<Utc>) -> Place {
        if self.role_of(user) == Some(ParticipantRole::Student) {
            return Place::Seat;
        }
        let waiting = self.waitlist.iter().filter(|w| w.offered_until.is_none());
        let position = waiting.into_iter().position(|waiting| waiting.user == *user);
        if let Some(before) = position {
            return Place::Waiting { position: before + 1 };
        }
        let offered = self.waitlist.iter().find(|w| w.user == *user && w.is_offered(now));
        match offered.and_then(|waiting| waiting.offered_until) {
            Some(until) => Place::Offered { until },
            None => Place::None,
        }
    }

    /// Whether `user` may take or give back a seat. Seats change hands until the
    /// lesson starts.
    pub fn may_have_seat(&self, user: &UserId, now: DateTime<Utc>) -> Result<(), Refused> {
        if !self.is_group() {
            return Err(Refused::NotParticipant);
        }
        if *user == self.teacher {
            return Err(Refused::OwnLesson);
        }
        if self.state != State::Scheduled || now >= self.timing.start {
            return Err(Refused::KeepsItsPeople { status: self.state.status() });
        }
        Ok(())
    }

    /// Whether the seat of `user` may be taken away: until the lesson is over,
    /// since somebody may have to be put out of its room.
    pub fn may_lose_seat(&self, user: &UserId, now: DateTime<Utc>) -> Result<(), Refused> {
        let open = matches!(self.state, State::Scheduled | State::InProgress { .. });
        if self.is_group() && *user != self.teacher && open && now < self.timing.end() {
            return Ok(());
        }
        self.may_have_seat(user, now)
    }

    /// Whether a student may still give a seat back: until `deadline` before the
    /// start, where there is one.
    pub fn may_still_leave(&self, deadline: TimeDelta, now: DateTime<Utc>) -> Result<(), Refused> {
        if deadline > TimeDelta::zero() && now > self.timing.start - deadline {
            return Err(Refused::PastCancelDeadline { minutes: deadline.num_minutes() });
        }
        Ok(())
    }

    /// Until when a seat that becomes free now is kept for whom it is offered to.
    pub fn offer_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        (now + OFFER).min(self.timing.start)
    }
}

impl Waiting {
    /// Whether a seat is kept for them.
    pub fn is_offered(&self, now: DateTime<Utc>) -> bool {
        self.offered_until.is_some_and(|until| now < until)
    }
}
