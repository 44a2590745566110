//! What a teacher says to a request, for one lesson or for a series.

use lectern_domain::{id::SessionId, person::Actor, series::Reach, session::Session};
use lectern_store::sessions::{self, Decision};

use crate::{problem::Problem, state::ApiState};

/// Gives the answer, and the lesson as it is then.
pub(super) async fn answer(
    state: &ApiState,
    id: SessionId,
    by: &Actor,
    decision: &Decision,
    reach: Reach,
) -> Result<Session, Problem> {
    let (pool, platform, now) = (&state.pool, state.platform(), state.clock.now());
    let answered = match reach {
        Reach::One => {
            let work = sessions::answer(pool, platform, id, by, decision, now);
            state.timed("sessions_answer", work).await?
        }
        reach => {
            let work = sessions::answer_series(pool, platform, id, by, decision, reach, now);
            state.timed("sessions_answer_series", work).await?
        }
    };
    Ok(answered)
}
