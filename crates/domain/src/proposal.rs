//! A new time that one side of a lesson proposes to the other.

use chrono::{DateTime, Utc};

use crate::{
    id::{ProposalId, UserId},
    person::Actor,
    series::Reach,
    session::{Refused, Session, Timing},
    zone::Intent,
};

/// An open proposal. A lesson has at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its name.
    pub id: ProposalId,
    /// Whose it is.
    pub by: UserId,
    /// When the lesson would be.
    pub timing: Timing,
    /// The wall clock that is meant, where there is one.
    pub intent: Option<Intent>,
    /// Which lessons of its series would move with it.
    pub reach: Reach,
    /// From then on it can no longer be accepted.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Why nothing can be done with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProposalRefused {
    /// The rules of lessons say no.
    #[error(transparent)]
    Lesson(#[from] Refused),
    /// A lesson of many is moved by its teacher.
    #[error("a group lesson is moved by its teacher, without a proposal")]
    Group,
    /// The lesson is at that time already.
    #[error("the lesson is at this time already")]
    SameTime,
    /// There is one already.
    #[error("another proposal for this lesson is open")]
    AnotherIsOpen,
    /// It is no longer open.
    #[error("the proposal was answered, withdrawn or has expired, or the lesson has changed")]
    Closed,
    /// One does not answer oneself.
    #[error("a proposal is answered by the other participant")]
    OwnProposal,
    /// One does not withdraw what others propose.
    #[error("a proposal is withdrawn by who made it")]
    NotOwnProposal,
}

/// What happens to a proposal that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The other side says no.
    Declined,
    /// The one who made it takes it back.
    Withdrawn,
}

impl Rejection {
    /// The name in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Proposal {
    /// Whether it can still be accepted.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }
}

impl Session {
    /// Whether `actor` may propose `timing` to the other side.
    pub fn may_propose(
        &self,
        actor: &Actor,
        timing: Timing,
        now: DateTime<Utc>,
    ) -> Result<(), ProposalRefused> {
        self.role_of(&actor.id).ok_or(Refused::NotParticipant)?;
        if self.is_group() {
            return Err(ProposalRefused::Group);
        }
        self.may_edit(actor, timing, now)?;
        if timing == self.timing {
            return Err(ProposalRefused::SameTime);
        }
        if self.proposal.as_ref().is_some_and(|proposal| proposal.is_open(now)) {
            return Err(ProposalRefused::AnotherIsOpen);
        }
        Ok(())
    }

    /// Until when it may be accepted that this lesson moves to `timing`: the
    /// earlier of the two starts, which is ahead.
    pub fn may_move_until(
        &self,
        timing: Timing,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, Refused> {
        let until = self.timing.start.min(timing.start);
        if until <= now {
            return Err(Refused::KeepsItsTime { status: self.state.status() });
        }
        Ok(until)
    }

    /// The open proposal of this name, which `actor` may accept or decline.
    pub fn may_answer_proposal(
        &self,
        actor: &Actor,
        id: ProposalId,
        now: DateTime<Utc>,
    ) -> Result<&Proposal, ProposalRefused> {
        self.role_of(&actor.id).ok_or(Refused::NotParticipant)?;
        let proposal = self.open_proposal(id, now)?;
        if proposal.by == actor.id { Err(ProposalRefused::OwnProposal) } else { Ok(proposal) }
    }

    /// The open proposal of this name, which `actor` may withdraw.
    pub fn may_withdraw(
        &self,
        actor: &Actor,
        id: ProposalId,
        now: DateTime<Utc>,
    ) -> Result<&Proposal, ProposalRefused> {
        self.role_of(&actor.id).ok_or(Refused::NotParticipant)?;
        let proposal = self.open_proposal(id, now)?;
        if proposal.by == actor.id { Ok(proposal) } else { Err(ProposalRefused::NotOwnProposal) }
    }

    fn open_proposal(
        &self,
        id: ProposalId,
        now: DateTime<Utc>,
    ) -> Result<&Proposal, ProposalRefused> {
        let proposal = self.proposal.as_ref().filter(|p| p.id == id && p.is_open(now));
        proposal.ok_or(ProposalRefused::Closed)
    }
}
