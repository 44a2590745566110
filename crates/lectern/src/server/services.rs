//! Everything that runs inside a server, wired together.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use axum::Router;
use lectern_api::{
    ApiState,
    auth::{AuthConfig, ClaimNames},
    matching::{MatchHook, Matching},
};
use lectern_domain::{clock::Clock, zone::Zones};
use lectern_sfu::Sfu;
use lectern_signaling::{Handle, RoomKeys};
use prometheus::Registry;
use sqlx::PgPool;
use tokio::{net::TcpListener, sync::watch, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Listeners, Mode, shutdown::Signals, urls, urls::Urls};
use crate::{
    config::{Config, MatchRule},
    data_dir::DataDir,
    demo,
    http::{self, Health, Public, accept},
    media_link,
    node::{Node, NodeRooms, Pulse},
    sweeper,
    tokens::Issuer,
};

/// How long signaling may take to tell everybody and to write what is left.
const SIGNALING_PATIENCE: Duration = Duration::from_secs(15);
/// How long the remaining tasks may take once nothing feeds them any more.
const TASKS_PATIENCE: Duration = Duration::from_secs(15);

/// What services are made of.
pub(super) struct Setup<'a> {
    pub(super) config: Config,
    pub(super) data_dir: &'a DataDir,
    pub(super) pool: PgPool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) zones: Zones,
    pub(super) registry: Registry,
    pub(super) listeners: Listeners,
    pub(super) urls: Urls,
    pub(super) mode: Mode,
}

/// Running services.
pub(super) struct Services {
    sfu: Arc<Sfu>,
    signaling: Handle,
    node: Node,
    pulse: watch::Receiver<Pulse>,
    stops: Stops,
    tasks: TaskTracker,
}

/// What is cancelled when, in the order of the fields.
#[derive(Debug, Clone, Default)]
struct Stops {
    draining: CancellationToken,
    signaling: CancellationToken,
    http: CancellationToken,
    background: CancellationToken,
}

impl Services {
    pub(super) async fn start(setup: Setup<'_>) -> anyhow::Result<Self> {
        let (stops, tasks) = (Stops::default(), TaskTracker::new());
        let (sfu, sfu_events) = start_sfu(&setup)?;
        let media = media_link::start(Arc::clone(&sfu), sfu_events, &tasks);
        let node = Node::register(
            &setup.pool,
            setup.data_dir.node()?,
            &setup.urls.signal,
            &setup.config.region,
        )
        .await
        .context("this node could not be registered")?;

        let room_keys = match setup.config.room_keys.as_slice() {
            [] => vec![setup.data_dir.secret(DataDir::ROOM_KEY)?],
            keys => keys.to_vec(),
        };
        let limits = lectern_signaling::Limits::default();
        let mut origins = setup.urls.origins();
        origins.extend(setup.config.allowed_origins.iter().cloned());
        let config = lectern_signaling::Config {
            node: node.id,
            epoch: node.epoch,
            room_keys: RoomKeys(room_keys.clone()),
            origins,
            grace: setup.config.policy.grace,
            limits,
            clock: Arc::clone(&setup.clock),
        };
        let (signal, signaling) = lectern_signaling::start(
            config,
            setup.pool.clone(),
            media,
            &setup.registry,
            stops.signaling.clone(),
        )?;

        let (sender, pulse) = watch::channel(Pulse::Beating);
        tasks.spawn(node.clone().beat(
            signaling.clone(),
            limits,
            sender,
            stops.draining.clone(),
            stops.background.clone(),
        ));
        tasks.spawn(sweeper::run(
            setup.pool.clone(),
            Arc::clone(&setup.clock),
            setup.zones.clone(),
            sweeper::Patience {
                grace: setup.config.policy.grace,
                review_window: setup.config.review_window,
            },
            stops.background.clone(),
        ));
        tasks.spawn(lectern_courier::run(
            setup.pool.clone(),
            Arc::clone(&setup.clock),
            stops.background.clone(),
        ));
        let feeds = lectern_courier::feeds::Feeds::new(
            setup.pool.clone(),
            Arc::clone(&setup.clock),
            setup.zones.clone(),
            setup.config.feeds,
            &setup.registry,
        )?;
        tasks.spawn(feeds.run(stops.background.clone()));
        let rooms = NodeRooms { node: node.clone(), signaling: signaling.clone() };
        let health = Health {
            pulse: pulse.clone(),
            draining: stops.draining.clone(),
            time_zones: setup.zones.version().to_owned(),
        };
        serve_http(setup, rooms, room_keys, signal, health, &stops, &tasks)?;
        Ok(Self { sfu, signaling, node, pulse, stops, tasks })
    }

    /// Where the media workers are bound.
    pub(super) fn media_addresses(&self) -> Vec<SocketAddr> {
        self.sfu.addresses()
    }

    /// Waits until somebody ends the server, or it has to end.
    pub(super) async fn until_over(&self, signals: &mut Signals) -> anyhow::Result<()> {
        let mut pulse = self.pulse.clone();
        tokio::select! {
            () = signals.next() => Ok(()),
            _ = pulse.wait_for(|pulse| *pulse == Pulse::Replaced) => {
                bail!(
                    "another process has taken this node's place: two servers must not have copies \
                     of one data_dir"
                )
            }
        }
    }

    /// Ends everything: rooms first, then what they need. A further signal cuts
    /// the waiting for lessons short.
    pub(super) async fn stop(self, drain: Duration, signals: &mut Signals) {
        tracing::info!("server.stopping");
        self.stops.draining.cancel();
        if !drain.is_zero() {
            tokio::select! {
                _ = timeout(drain, self.signaling.drain()) => {}
                () = signals.next() => {}
            }
        }
        self.stops.signaling.cancel();
        if timeout(SIGNALING_PATIENCE, self.signaling.stopped()).await.is_err() {
            tracing::warn!("server.signaling_cut_off");
        }
        self.stops.http.cancel();
        self.sfu.stop().await;
        self.stops.background.cancel();
        self.node.retire().await;
        self.tasks.close();
        if timeout(TASKS_PATIENCE, self.tasks.wait()).await.is_err() {
            tracing::warn!("server.tasks_cut_off");
        }
        tracing::info!("server.stopped");
    }
}

fn start_sfu(
    setup: &Setup<'_>,
) -> anyhow::Result<(Arc<Sfu>, tokio::sync::mpsc::Receiver<lectern_sfu::SfuEvent>)> {
    let media = &setup.config.media;
    let config = lectern_sfu::Config {
        listen: media.listen,
        workers: media.workers,
        advertise: media.advertise.clone(),
        limits: lectern_sfu::limits::Limits::default(),
    };
    let (sfu, events) = Sfu::start(config, &setup.registry).with_context(|| {
        format!(
            "media could not be started; `media.listen` (LECTERN_MEDIA_LISTEN) is {}, for {} \
             workers, and port 0 picks free ones",
            media.listen, media.workers
        )
    })?;
    Ok((Arc::new(sfu), events))
}

fn serve_http(
    setup: Setup<'_>,
    rooms: NodeRooms,
    room_keys: Vec<Vec<u8>>,
    signaling: Router,
    health: Health,
    stops: &Stops,
    tasks: &TaskTracker,
) -> anyhow::Result<()> {
    let metrics = http::metrics_router(setup.registry.clone(), setup.pool.clone())?;
    let issuer = (setup.mode == Mode::Demo).then(|| Issuer::new(&setup.config.auth)).transpose()?;
    let clock = Arc::clone(&setup.clock);
    let origins = urls::header_values(&setup.config.allowed_origins)?;
    let (sockets, secure) = (setup.urls.sockets(), setup.urls.is_secure());
    let proxies = setup.config.trusted_proxies.clone().into();
    let listeners = setup.listeners;

    let state = ApiState::new(lectern_api::Config {
        pool: setup.pool,
        auth: auth(setup.config.auth),
        clock: setup.clock,
        zones: setup.zones,
        room_keys,
        policy: setup.config.policy,
        review_window: setup.config.review_window,
        chat_texts: setup.config.chat_texts,
        sign_in: setup.config.sign_in,
        ice_servers: setup.config.ice_servers,
        matching: matching(setup.config.matching)?,
        feeds: setup.config.feeds,
        rate_limit: setup.config.rate_limit,
        public_url: setup.urls.public,
        rooms: Arc::new(rooms),
        registry: setup.registry,
        stop: stops.http.clone(),
    })?;
    tasks.spawn(state.clone().push_notices());
    let mut api = lectern_api::router(state);
    if let Some(issuer) = issuer {
        api = api.merge(demo::router(demo::SignIn { issuer, clock }));
    }
    let public = Public { api, signaling, health, origins, sockets, secure }.router();
    tasks.spawn(accept::serve(
        TcpListener::from_std(listeners.public)?,
        public,
        accept::PUBLIC,
        proxies,
        stops.http.clone(),
    ));
    tasks.spawn(accept::serve(
        TcpListener::from_std(listeners.metrics)?,
        metrics,
        accept::METRICS,
        Arc::default(),
        stops.http.clone(),
    ));
    Ok(())
}

fn matching(rule: MatchRule) -> anyhow::Result<Matching> {
    Ok(match rule {
        MatchRule::Off => Matching::Off,
        MatchRule::List => Matching::List,
        MatchRule::Hook { url, key, timeout, on_failure } => {
            Matching::Hook(Box::new(MatchHook::new(url, &key, timeout, on_failure)?))
        }
    })
}

fn auth(config: crate::config::Auth) -> AuthConfig {
    AuthConfig {
        secrets: config.secrets,
        jwks_url: config.jwks_url,
        algorithms: config.algorithms,
        issuer: config.issuer,
        audience: config.audience,
        claims: ClaimNames {
            name: config.name_claim,
            role: config.role_claim,
            ..ClaimNames::default()
        },
        ..AuthConfig::default()
    }
}
