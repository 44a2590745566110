//! Who may change, call off and enter a lesson, and until when.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Confirmation, FURTHEST_AHEAD, InvalidTransition, Place, Session, State, Status};
use crate::{
    dispute::Outcome,
    person::Actor,
    room::Role,
    session::{ParticipantRole, Timing},
    text::Reason,
    window::{DoorClosed, JoinPolicy},
};

/// Why something cannot be done with a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Neither in the lesson nor an admin.
    #[error("only participants of the lesson may do this")]
    NotParticipant,
    /// The lesson's state does not allow it.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// What has begun, or is over, keeps its time.
    #[error("a lesson that is {status} keeps its time")]
    KeepsItsTime {
        /// What it is.
        status: Status,
    },
    /// What is over, or called off, stays as it was.
    #[error("a lesson that is {status} cannot be changed")]
    KeepsItsWords {
        /// What it is.
        status: Status,
    },
    /// A lesson starts in the future, and not in a decade.
    #[error("a lesson must start in the future, within five years")]
    StartOutOfRange,
    /// Where the teacher asks for consent, and close to the lesson, a student
    /// proposes another time.
    #[error("another time is proposed to the teacher, who accepts or declines it")]
    ConsentRequired,
    /// A group lesson is its teacher's to change.
    #[error("a group lesson is changed and called off by its teacher")]
    TeacherOnly,
    /// Whoever gives a lesson takes no seat in it.
    #[error("the teacher of a lesson takes no seat in it")]
    OwnLesson,
    /// Seats change hands before the lesson, and are taken away until it is over.
    #[error("seats are taken and given back before the lesson starts; this one is {status}")]
    KeepsItsPeople {
        /// What it is.
        status: Status,
    },
    /// The lesson's time has passed.
    #[error("the lesson's time has passed")]
    TooLateToCancel,
    /// A student may cancel until so long before the start.
    #[error("students may cancel until {minutes} minutes before the start")]
    PastCancelDeadline {
        /// How long before.
        minutes: i64,
    },
    /// Only the teacher, or an admin, answers a request.
    #[error("only the teacher may answer the request")]
    NotTeacher,
    /// The lesson waits for no answer, or no longer.
    #[error("the lesson does not wait for an answer")]
    NotPending,
    /// What has not begun cannot have taken place or been missed.
    #[error("the lesson's time has not come")]
    NotBegun,
}

/// How far in the past a start may lie, for clocks and networks that differ.
pub const STARTS_AT_EARLIEST: TimeDelta = TimeDelta::seconds(-60);

/// Whether a lesson may be given this start at `now`.
pub fn starts_in_time(start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (STARTS_AT_EARLIEST..=FURTHEST_AHEAD).contains(&(start - now))
}

impl Session {
    /// Whether `actor` may know of this lesson at all.
    pub fn may_see(&self, actor: &Actor) -> Result<(), Refused> {
        if actor.admin || self.role_of(&actor.id).is_some() {
            return Ok(());
        }
        Err(Refused::NotParticipant)
    }

    /// Whether `actor` may follow what becomes of the lesson: who may see it, and
    /// who waits for a seat.
    pub fn may_follow(&self, actor: &Actor, now: DateTime<Utc>) -> Result<(), Refused> {
        match self.place_of(&actor.id, now) {
            Place::None => self.may_see(actor),
            _ => Ok(()),
        }
    }

    /// Whether `actor` may change or call off the lesson as a whole: of a group,
    /// only its teacher.
    fn may_lead(&self, actor: &Actor) -> Result<(), Refused> {
        self.may_see(actor)?;
        if self.is_group() && !actor.admin && actor.id != self.teacher {
            return Err(Refused::TeacherOnly);
        }
        Ok(())
    }

    /// Whether `actor`, who does not want to come, gives a seat back rather than
    /// calling the lesson off.
    pub fn only_has_seat(&self, actor: &Actor) -> bool {
        self.is_group() && self.role_of(&actor.id) == Some(ParticipantRole::Student)
    }

    /// Whether `actor` may change its words and, where `timing` is another than
    /// it has, its time.
    pub fn may_edit(
        &self,
        actor: &Actor,
        timing: Timing,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        self.may_lead(actor)?;
        let status = self.state.status();
        if !matches!(self.state, State::Scheduled | State::InProgress { .. }) {
            return Err(Refused::KeepsItsWords { status });
        }
        let stands = self.state == State::Scheduled && now < self.timing.end();
        if timing != self.timing && !stands {
            return Err(Refused::KeepsItsTime { status });
        }
        if timing.start != self.timing.start && !starts_in_time(timing.start, now) {
            return Err(Refused::StartOutOfRange);
        }
        Ok(())
    }

    /// Whether `actor` may move it without the other's consent. A student may
    /// not where the teacher wants to be asked, and cannot move a lesson that
    /// stands once it has begun or can no longer be called off for `deadline`:
    /// a deadline that a move evades is none.
    pub fn may_move(
        &self,
        actor: &Actor,
        asks: bool,
        deadline: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let student = self.role_of(&actor.id) == Some(ParticipantRole::Student);
        let stands = self.confirmation == Confirmation::Confirmed;
        let late = stands && now > self.timing.start - deadline;
        if student && !actor.admin && (asks || late) {
            return Err(Refused::ConsentRequired);
        }
        Ok(())
    }

    /// The state after `actor` has called it off. Participants may do so until
    /// the end, and students of a lesson that stands until `deadline` before
    /// its start, where there is one; an admin may also clear away a lesson to
    /// which nobody came.
    pub fn cancelled(
        &self,
        actor: &Actor,
        reason: Reason,
        deadline: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<State, Refused> {
        self.may_lead(actor)?;
        let stands = self.confirmation == Confirmation::Confirmed;
        let late = stands && now > self.timing.start - deadline;
        let next = self.state.clone().cancel(actor.id.clone(), reason, late, now)?;
        if !actor.admin && now >= self.timing.end() {
            return Err(Refused::TooLateToCancel);
        }
        let student = self.role_of(&actor.id) == Some(ParticipantRole::Student);
        if late && student && !actor.admin && deadline > TimeDelta::zero() {
            return Err(Refused::PastCancelDeadline { minutes: deadline.num_minutes() });
        }
        Ok(next)
    }

    /// The state after `actor` has called it off since somebody in it is erased:
    /// no deadline keeps anybody.
    pub fn vacated(
        &self,
        actor: &Actor,
        reason: Reason,
        deadline: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<State, Refused> {
        let stands = self.confirmation == Confirmation::Confirmed;
        let late = stands && now > self.timing.start - deadline;
        Ok(self.state.clone().cancel(actor.id.clone(), reason, late, now)?)
    }

    /// Whether `actor` may agree to the lesson that a student asked for.
    pub fn may_answer(&self, actor: &Actor, now: DateTime<Utc>) -> Result<(), Refused> {
        self.may_see(actor)?;
        if !actor.admin && self.role_of(&actor.id) != Some(ParticipantRole::Teacher) {
            return Err(Refused::NotTeacher);
        }
        let asked = self.state == State::Scheduled && self.confirmation == Confirmation::Pending;
        if !asked || self.confirm_by.is_some_and(|by| now >= by) {
            return Err(Refused::NotPending);
        }
        Ok(())
    }

    /// The state after `actor` has said no.
    pub fn declined(
        &self,
        actor: &Actor,
        reason: Reason,
        now: DateTime<Utc>,
    ) -> Result<State, Refused> {
        self.may_answer(actor, now)?;
        Ok(self.state.clone().cancel(actor.id.clone(), reason, false, now)?)
    }

    /// The state after an admin has decided what became of it; none, where the
    /// decision leaves it as it is.
    pub fn ruled(
        &self,
        outcome: Outcome,
        by: &Actor,
        reason: Reason,
        now: DateTime<Utc>,
    ) -> Result<Option<State>, Refused> {
        let begun = now >= self.timing.start;
        let state = self.state.clone();
        Ok(match outcome {
            Outcome::Nothing => None,
            Outcome::Complete | Outcome::NoShow(_) if !begun => return Err(Refused::NotBegun),
            Outcome::Complete => Some(state.ruled_completed(self.timing.start, now)?),
            Outcome::NoShow(_) if matches!(state, State::Cancelled { .. }) => None,
            Outcome::Cancel | Outcome::NoShow(_) => {
                Some(state.ruled_cancelled(by.id.clone(), reason, now)?)
            }
        })
    }

    /// As what `actor` may enter the room, if it is open.
    pub fn enter(
        &self,
        actor: &Actor,
        policy: JoinPolicy,
        now: DateTime<Utc>,
    ) -> Result<Result<Role, DoorClosed>, Refused> {
        let role = match self.role_of(&actor.id) {
            Some(ParticipantRole::Teacher) => Role::Teacher,
            Some(ParticipantRole::Student) => Role::Student,
            None if actor.admin => Role::Observer,
            None => return Err(Refused::NotParticipant),
        };
        if matches!(self.state, State::Cancelled { .. }) {
            return Ok(Err(DoorClosed::Cancelled));
        }
        if self.confirmation == Confirmation::Pending {
            return Ok(Err(DoorClosed::NotConfirmed));
        }
        let window = policy.window(self.timing.start, self.timing.end());
        Ok(window.check(now).map(|()| role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::SessionId,
        policy::Terms,
        session::{Capacity, Participant, Place, Version, Waiting},
        text::Minutes,
    };

    const HOUR: i64 = 3600;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(2_000_000_000 + seconds, 0).expect("an instant")
    }

    fn actor(id: &str) -> Actor {
        let user = id.parse().expect("a user id");
        if id == "ada" { Actor::admin(user) } else { Actor::person(user) }
    }

    fn timing(start: i64) -> Timing {
        Timing { start: at(start), duration: Minutes::try_from(60).expect("minutes") }
    }

    fn lesson(state: State) -> Session {
        let participant = |id: &str, role| Participant {
            user: id.parse().expect("a user id"),
            name: String::new(),
            role,
            absent: false,
        };
        Session {
            id: SessionId("0197b5c0-0000-7000-8000-000000000001".parse().expect("a UUID")),
            title: "Past tenses".parse().expect("a title"),
            description: "".parse().expect("a description"),
            skill: "Portuguese".parse().expect("a skill"),
            teacher: "ines".parse().expect("a user id"),
            student: Some("jonas".parse().expect("a user id")),
            participants: vec![
                participant("ines", ParticipantRole::Teacher),
                participant("jonas", ParticipantRole::Student),
            ],
            capacity: Capacity::ONE,
            waitlist: Vec::new(),
            timing: timing(0),
            intent: None,
            state,
            no_show: None,
            confirmation: Confirmation::Confirmed,
            confirm_by: None,
            terms: Terms::default(),
            series: None,
            proposal: None,
            version: Version(1),
            sequence: 0,
            created_at: at(-HOUR),
        }
    }

    #[test]
    fn starts_lie_neither_in_the_past_nor_in_another_decade() {
        for (seconds, good) in [(-61, false), (-60, true), (0, true), (HOUR, true)] {
            assert_eq!(starts_in_time(at(seconds), at(0)), good, "{seconds}");
        }
        assert!(!starts_in_time(at(0) + TimeDelta::days(366 * 6), at(0)));
    }

    #[test]
    fn time_is_kept_once_it_has_begun_and_words_once_it_is_over() {
        let begun = State::InProgress { started_at: at(1) };
        let over = State::Completed { started_at: at(1), finished_at: at(2) };
        let jonas = actor("jonas");
        let (same, later) = (timing(0), timing(2 * HOUR));
        assert_eq!(lesson(State::Scheduled).may_edit(&jonas, later, at(0)), Ok(()));
        assert_eq!(lesson(begun.clone()).may_edit(&jonas, same, at(5)), Ok(()));
        assert!(lesson(begun).may_edit(&jonas, later, at(5)).is_err());
        assert!(lesson(State::Scheduled).may_edit(&jonas, later, at(HOUR)).is_err());
        assert!(lesson(over).may_edit(&jonas, same, at(5)).is_err());
        let past = lesson(State::Scheduled).may_edit(&jonas, timing(-HOUR), at(0));
        assert_eq!(past, Err(Refused::StartOutOfRange));
        let stranger = lesson(State::Scheduled).may_edit(&actor("tom"), same, at(0));
        assert_eq!(stranger, Err(Refused::NotParticipant));
    }

    #[test]
    fn a_student_moves_a_lesson_as_long_as_it_can_be_called_off() {
        let day = TimeDelta::days(1);
        let check = |who: &str, asks, deadline, now, expected| {
            let moved = lesson(State::Scheduled).may_move(&actor(who), asks, deadline, at(now));
            assert_eq!(moved.is_ok(), expected, "{who}, {asks}, {deadline}, {now}");
        };
        check("jonas", false, day, -25 * HOUR, true);
        check("jonas", false, day, -HOUR, false);
        check("ines", false, day, -HOUR, true);
        check("ada", false, day, -HOUR, true);
        check("jonas", true, TimeDelta::zero(), -25 * HOUR, false);
        check("jonas", false, TimeDelta::zero(), -HOUR, true);
        // Nobody evades being missed.
        check("jonas", false, TimeDelta::zero(), 60, false);
        let mut asked = lesson(State::Scheduled);
        asked.confirmation = Confirmation::Pending;
        assert_eq!(asked.may_move(&actor("jonas"), false, day, at(-HOUR)), Ok(()));
    }

    #[test]
    fn a_missed_lesson_is_cleared_away_by_an_admin_alone() {
        let reason: Reason = "".parse().expect("a reason");
        let missed = lesson(State::Scheduled);
        let cancel =
            |who: &str, now| missed.cancelled(&actor(who), reason.clone(), TimeDelta::zero(), now);
        assert!(cancel("ines", at(HOUR - 1)).is_ok());
        assert_eq!(cancel("ines", at(HOUR)), Err(Refused::TooLateToCancel));
        assert!(cancel("ada", at(HOUR)).is_ok());
        assert_eq!(cancel("tom", at(0)), Err(Refused::NotParticipant));
    }

    #[test]
    fn students_cancel_before_the_deadline_and_teachers_after_it_too() {
        let reason: Reason = "".parse().expect("a reason");
        let deadline = TimeDelta::hours(24);
        let cancel = |lesson: &Session, who: &str, seconds| {
            lesson
                .cancelled(&actor(who), reason.clone(), deadline, at(seconds))
                .map(|state| matches!(state, State::Cancelled { late: true, .. }))
        };
        let standing = lesson(State::Scheduled);
        let refused = Err(Refused::PastCancelDeadline { minutes: 1440 });
        assert_eq!(cancel(&standing, "jonas", -24 * HOUR), Ok(false));
        assert_eq!(cancel(&standing, "jonas", 1 - 24 * HOUR), refused);
        assert_eq!(cancel(&standing, "ines", 1 - 24 * HOUR), Ok(true));
        assert_eq!(cancel(&standing, "ada", 1 - 24 * HOUR), Ok(true));
        // Who still waits for an answer may take the request back.
        let asked = Session { confirmation: Confirmation::Pending, ..standing };
        assert_eq!(cancel(&asked, "jonas", -1), Ok(false));
    }

    #[test]
    fn a_request_is_answered_once_in_time_and_by_the_teacher() {
        let asked = Session {
            confirmation: Confirmation::Pending,
            confirm_by: Some(at(-10)),
            ..lesson(State::Scheduled)
        };
        let answer = |who: &str, seconds| asked.may_answer(&actor(who), at(seconds));
        assert_eq!(answer("ines", -11), Ok(()));
        assert_eq!(answer("ada", -11), Ok(()));
        assert_eq!(answer("ines", -10), Err(Refused::NotPending));
        assert_eq!(answer("jonas", -11), Err(Refused::NotTeacher));
        assert_eq!(answer("tom", -11), Err(Refused::NotParticipant));
        let policy = JoinPolicy::default();
        let door = asked.enter(&actor("jonas"), policy, at(-10));
        assert_eq!(door, Ok(Err(DoorClosed::NotConfirmed)));
        let standing = lesson(State::Scheduled);
        assert_eq!(standing.may_answer(&actor("ines"), at(-11)), Err(Refused::NotPending));
    }

    #[test]
    fn a_group_lesson_is_its_teachers() {
        let mut group = lesson(State::Scheduled);
        group.capacity = Capacity::try_from(2).expect("a capacity");
        let cancel = |who: &str| {
            let reason = "".parse().expect("a reason");
            group.cancelled(&actor(who), reason, TimeDelta::zero(), at(-1))
        };
        assert_eq!(cancel("jonas"), Err(Refused::TeacherOnly));
        assert_eq!(cancel("tom"), Err(Refused::NotParticipant));
        assert!(cancel("ines").is_ok() && cancel("ada").is_ok());
        let edit = |who: &str| group.may_edit(&actor(who), timing(HOUR), at(-1));
        assert_eq!(edit("jonas"), Err(Refused::TeacherOnly));
        assert_eq!(edit("ines"), Ok(()));
    }

    #[test]
    fn seats_that_are_kept_are_not_free() {
        let mut group = lesson(State::Scheduled);
        group.capacity = Capacity::try_from(3).expect("a capacity");
        let waiting = |id: &str, offered_until| Waiting {
            user: id.parse().expect("a user id"),
            offered_until,
        };
        group.waitlist = vec![waiting("mira", Some(at(-60))), waiting("tom", None)];
        let place = |who: &str, now| group.place_of(&who.parse().expect("a user id"), now);
        assert_eq!(group.seats_free(at(-61)), 1);
        assert_eq!(place("mira", at(-61)), Place::Offered { until: at(-60) });
        assert_eq!(group.seats_free(at(-60)), 2);
        assert_eq!(place("mira", at(-60)), Place::None);
        assert_eq!(place("tom", at(-60)), Place::Waiting { position: 1 });
        assert_eq!(place("jonas", at(-60)), Place::Seat);
        assert_eq!(group.offer_until(at(-HOUR)), at(0));
    }

    #[test]
    fn roles_in_the_room_come_from_the_booking() {
        let policy = JoinPolicy::default();
        let enter = |who: &str| lesson(State::Scheduled).enter(&actor(who), policy, at(0));
        assert_eq!(enter("ines"), Ok(Ok(Role::Teacher)));
        assert_eq!(enter("jonas"), Ok(Ok(Role::Student)));
        assert_eq!(enter("ada"), Ok(Ok(Role::Observer)));
        assert_eq!(enter("tom"), Err(Refused::NotParticipant));
    }
}
