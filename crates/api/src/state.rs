//! What the handlers work with.

use std::{fmt, sync::Arc, time::Instant};

use chrono::TimeDelta;
use lectern_domain::{clock::Clock, outbound::Reach, policy::Policy, sign_in, zone::Zones};
use lectern_store::openings::Platform;
use serde::Serialize;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use crate::{
    auth::{AuthConfig, AuthError, Authenticator, Remembered},
    matching::Matching,
    metrics::Metrics,
    push::Hub,
    rate::{Limiter, RateLimit},
    rooms::Rooms,
};

/// A STUN or TURN server, as browsers take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IceServer {
    /// `stun:` and `turn:` URLs.
    pub urls: Vec<String>,
    /// For TURN.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub username: Option<String>,
    /// For TURN.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub credential: Option<String>,
}

/// How people come in from the platform's own pages.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The platform's page where people sign in, if there is one.
    pub url: Option<String>,
    /// How long a token is good that was got for a code.
    pub lifetime: TimeDelta,
}

impl Default for SignIn {
    fn default() -> Self {
        Self { url: None, lifetime: sign_in::LIFE }
    }
}

/// Everything that the composition root decides.
pub struct Config {
    /// The database, migrated.
    pub pool: PgPool,
    /// Whose tokens are good.
    pub auth: AuthConfig,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The rules of time zones.
    pub zones: Zones,
    /// Keys of room tokens. The first one signs.
    pub room_keys: Vec<Vec<u8>>,
    /// What holds for lessons where their teacher says nothing.
    pub policy: Policy,
    /// How long after a lesson reviews may be written.
    pub review_window: TimeDelta,
    /// Whether admins read what was written in the rooms of others.
    pub chat_texts: bool,
    /// What clients are told to find a path with.
    pub ice_servers: Vec<IceServer>,
    /// Who may book whom.
    pub matching: Matching,
    /// How far people may send the service for their calendars.
    pub feeds: Reach,
    /// How many requests a caller may make.
    pub rate_limit: RateLimit,
    /// Where people reach the web app, without a slash at the end; meeting
    /// URLs begin with it.
    pub public_url: String,
    /// How people come in from the platform's own pages.
    pub sign_in: SignIn,
    /// Where rooms are.
    pub rooms: Arc<dyn Rooms>,
    /// Where figures are kept.
    pub registry: prometheus::Registry,
    /// Ends the answers that go on by themselves.
    pub stop: CancellationToken,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Tokens could not be checked.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// Nothing signs room tokens.
    #[error("at least one room key is needed")]
    NoRoomKey,
    /// A metric has a name that is taken.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct ApiState(pub(crate) Arc<Shared>);

/// Behind [`ApiState`].
pub struct Shared {
    pub(crate) pool: PgPool,
    pub(crate) authenticator: Authenticator,
    pub(crate) remembered: Remembered,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) zones: Zones,
    pub(crate) room_key: jsonwebtoken::EncodingKey,
    pub(crate) policy: Policy,
    pub(crate) review_window: TimeDelta,
    pub(crate) chat_texts: bool,
    pub(crate) ice_servers: Vec<IceServer>,
    pub(crate) matching: Matching,
    pub(crate) feeds: Reach,
    pub(crate) limiter: Limiter,
    pub(crate) public_url: String,
    pub(crate) sign_in: SignIn,
    pub(crate) rooms: Arc<dyn Rooms>,
    pub(crate) metrics: Metrics,
    pub(crate) hub: Arc<Hub>,
    pub(crate) stop: CancellationToken,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

impl ApiState {
    /// Checks the configuration and registers the metrics.
    pub fn new(config: Config) -> Result<Self, StateError> {
        let room_key = config.room_keys.first().ok_or(StateError::NoRoomKey)?;
        let metrics = Metrics::new(&config.registry)?;
        Ok(Self(Arc::new(Shared {
            authenticator: Authenticator::new(config.auth)?,
            remembered: Remembered::default(),
            room_key: jsonwebtoken::EncodingKey::from_secret(room_key),
            limiter: Limiter::new(config.rate_limit),
            hub: Hub::new(metrics.streams()),
            metrics,
            pool: config.pool,
            clock: config.clock,
            zones: config.zones,
            policy: config.policy,
            review_window: config.review_window,
            chat_texts: config.chat_texts,
            ice_servers: config.ice_servers,
            matching: config.matching,
            feeds: config.feeds,
            public_url: config.public_url,
            sign_in: config.sign_in,
            rooms: config.rooms,
            stop: config.stop,
        })))
    }
}

impl ApiState {
    /// Finds the notices that are written, by whichever node, for those who
    /// listen, until the API is to stop. One such task runs beside a router.
    pub async fn push_notices(self) {
        let (pool, stop) = (self.pool.clone(), self.stop.clone());
        self.hub.listen(pool, stop).await;
    }

    /// What holds for everybody on the platform.
    pub(crate) fn platform(&self) -> Platform<'_> {
        Platform { zones: &self.zones, policy: &self.policy }
    }

    /// Asks the database something, and notes how long it took.
    #[expect(clippy::disallowed_methods, reason = "a driver measures what it waits for")]
    pub(crate) async fn timed<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = T>,
    ) -> T {
        let began = Instant::now();
        let answer = work.await;
        self.metrics.asked_database(operation, began.elapsed());
        answer
    }
}

impl std::ops::Deref for ApiState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
