//! Who may book whom: anybody, those on a list, or those the platform says.

mod hook;

use lectern_domain::{id::UserId, person::Actor};
use lectern_store::matches;

pub use self::hook::{HookError, MatchHook, OnFailure, webhook_key};
use crate::{
    problem::{Code, Problem},
    state::ApiState,
};

/// Where it is said who may book whom.
#[derive(Debug, Default)]
pub enum Matching {
    /// Nowhere: anybody may book anybody.
    #[default]
    Off,
    /// In the list that the platform puts here.
    List,
    /// At the platform, which is asked each time.
    Hook(Box<MatchHook>),
}

impl Matching {
    /// Whether a booking has to ask.
    pub(crate) const fn is_asked(&self) -> bool {
        !matches!(self, Self::Off)
    }
}

impl ApiState {
    /// Refuses a lesson of `student` with `teacher`, where they are not matched.
    /// Admins decide for themselves.
    pub(crate) async fn check_match(
        &self,
        caller: &Actor,
        student: &UserId,
        teacher: &UserId,
    ) -> Result<(), Problem> {
        if caller.admin {
            return Ok(());
        }
        let matched = match &self.matching {
            Matching::Off => true,
            Matching::List => {
                let matched = matches::is_matched(&self.pool, student, teacher);
                self.timed("matches_is_matched", matched).await?
            }
            Matching::Hook(hook) => {
                let now = self.clock.now();
                hook.ask(student, teacher, now).await.map_err(Problem::unavailable)?
            }
        };
        if matched { Ok(()) } else { Err(Problem::new(Code::NotMatched)) }
    }
}
