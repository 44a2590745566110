//! Counts of lessons and of what belongs to them.

use std::ops::AddAssign;

/// The bounds of the lead times of withdrawals, in hours before the start:
/// after it, up to these, and earlier.
pub const LEAD_TIMES: [i64; 5] = [1, 12, 24, 72, 168];

/// Who did something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parties {
    /// The teacher.
    pub teacher: i64,
    /// The student.
    pub student: i64,
    /// Somebody else: an admin, or the platform.
    pub other: i64,
}

/// What somebody withdrew from before its time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Withdrawals {
    /// Who did.
    pub by: Parties,
    /// The same by how long before the start: see [`LEAD_TIMES`].
    pub lead_times: [i64; 7],
}

/// Who did not come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Missed {
    /// The teacher alone.
    pub teacher: i64,
    /// The student alone.
    pub student: i64,
    /// Neither came.
    pub both: i64,
}

/// Ratings: of one star first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stars(pub [i64; 5]);

/// Pairs of teacher and student whose first lesson this was, and how many of
/// them had a second one soon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// All of them.
    pub pairs: i64,
    /// Those with a second lesson within 30 days.
    pub within_30: i64,
    /// Those with a second lesson within 90 days.
    pub within_90: i64,
}

/// What the lessons of some time come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that were booked, whatever became of them.
    pub booked: i64,
    /// Those that took place and are over.
    pub completed: i64,
    /// The length of these, in minutes.
    pub minutes: i64,
    /// Those of the minutes that were in group lessons.
    pub group_minutes: i64,
    /// Requests that the teacher declined.
    pub declined: i64,
    /// Requests that the teacher did not answer.
    pub expired: i64,
    /// Those that were called off.
    pub called_off: Withdrawals,
    /// Seats of group lessons that were given back, or taken away.
    pub seats: Withdrawals,
    /// Those to which somebody did not come.
    pub missed: Missed,
    /// Reviews published.
    pub stars: Stars,
    /// Presences in rooms.
    pub presences: i64,
    /// Those of them whose media came up.
    pub connections: i64,
    /// Packets that arrived from them.
    pub packets: i64,
    /// Packets that never did, after repair.
    pub lost: i64,
    /// Pairs that met for the first time.
    pub retention: Retention,
}

impl Withdrawals {
    /// All of them.
    pub fn total(self) -> i64 {
        self.by.teacher + self.by.student + self.by.other
    }
}

impl Missed {
    /// All of them.
    pub fn total(self) -> i64 {
        self.teacher + self.student + self.both
    }
}

impl Stars {
    /// How many ratings.
    pub fn count(self) -> i64 {
        self.0.iter().sum()
    }

    /// The mean rating, if there is any.
    pub fn average(self) -> Option<f64> {
        let stars: i64 = self.0.iter().zip(1..).map(|(count, stars)| count * stars).sum();
        share(stars, self.count())
    }
}

impl Counts {
    /// Lessons that took time: neither called off nor requests without a yes.
    pub fn held(self) -> i64 {
        self.booked - self.called_off.total() - self.declined - self.expired
    }

    /// Of the lessons whose fate is known, how many took place, from 0 to 1.
    pub fn completion(self) -> Option<f64> {
        share(self.completed, self.completed + self.called_off.total() + self.missed.total())
    }

    /// Of the packets that were sent, how many were lost, from 0 to 1.
    pub fn loss(self) -> Option<f64> {
        share(self.lost, self.lost + self.packets)
    }
}

/// A part of a whole; none, where there is no whole. Counts are far below 2^53,
/// where f64 stops being exact.
fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl AddAssign for Retention {
    fn add_assign(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.within_30 += other.within_30;
        self.within_90 += other.within_90;
    }
}

impl AddAssign for Withdrawals {
    fn add_assign(&mut self, other: Self) {
        self.by.teacher += other.by.teacher;
        self.by.student += other.by.student;
        self.by.other += other.by.other;
        for (sum, more) in self.lead_times.iter_mut().zip(other.lead_times) {
            *sum += more;
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.booked += other.booked;
        self.completed += other.completed;
        self.minutes += other.minutes;
        self.group_minutes += other.group_minutes;
        self.declined += other.declined;
        self.expired += other.expired;
        self.called_off += other.called_off;
        self.seats += other.seats;
        self.missed.teacher += other.missed.teacher;
        self.missed.student += other.missed.student;
        self.missed.both += other.missed.both;
        for (sum, more) in self.stars.0.iter_mut().zip(other.stars.0) {
            *sum += more;
        }
        self.presences += other.presences;
        self.connections += other.connections;
        self.packets += other.packets;
        self.lost += other.lost;
        self.retention += other.retention;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_need_a_whole() {
        let nothing = Counts::default();
        assert_eq!((nothing.completion(), nothing.loss()), (None, None));
        let some = Counts {
            booked: 10,
            completed: 6,
            declined: 1,
            called_off: Withdrawals {
                by: Parties { teacher: 1, student: 1, other: 0 },
                ..Withdrawals::default()
            },
            packets: 99,
            lost: 1,
            ..nothing
        };
        assert_eq!((some.completion(), some.loss(), some.held()), (Some(0.75), Some(0.01), 7));
    }
}
