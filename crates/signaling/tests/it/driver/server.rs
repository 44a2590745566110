//! A node: the driver, its database, and a played media plane.

use std::{net::SocketAddr, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use lectern_domain::{
    clock::Clock,
    id::{NodeId, ParticipantId, SessionId},
    room::{MediaKind, Mid, Role, RoomGrant, Source},
};
use lectern_signaling::{
    Config, Handle, Limits, RoomKeys,
    media::{Media, MediaAnswer, MediaCommand, MediaCounts, MediaError, MediaEvent},
    start,
};
use lectern_store::{rooms, testing::Database};
use prometheus::Registry;
use sqlx::PgPool;
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const SESSION: SessionId = SessionId(Uuid::from_u128(1));
const NODE: NodeId = NodeId(Uuid::from_u128(0xa));
const KEY: &[u8] = b"a key of thirty-two bytes, or so";

/// What the played media plane takes for an offer: its receive sections.
pub(crate) const OFFER: &str = "audio=4 video=5 audio=6 video=7";

#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the node runs in the present")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A running node.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) database: Database,
    pub(crate) address: SocketAddr,
    pub(crate) handle: Handle,
    pub(crate) registry: Registry,
    pub(crate) shutdown: CancellationToken,
    /// What the media plane was told, offers excepted.
    pub(crate) told: mpsc::Receiver<MediaCommand>,
    pub(crate) events: mpsc::Sender<MediaEvent>,
    pub(crate) media: JoinHandle<()>,
    http: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.cancel();
        self.http.abort();
        self.media.abort();
    }
}

impl Server {
    /// A node with one lesson, which began a minute ago and whose room it
    /// holds.
    pub(crate) async fn start() -> Self {
        Self::start_with(Limits::default()).await
    }

    pub(crate) async fn start_with(limits: Limits) -> Self {
        let database = Database::create().await;
        book(&database.pool).await;
        let url = "ws://127.0.0.1/signal";
        let epoch = rooms::register(&database.pool, NODE, url, "").await.expect("register");
        rooms::place(&database.pool, SESSION, [0, 0]).await.expect("place").expect("a node");

        let (commands, orders) = mpsc::channel(64);
        let (events, tidings) = mpsc::channel(64);
        let (tell, told) = mpsc::channel(1024);
        let media = play_media(orders, tell, events.clone());

        let config = Config {
            node: NODE,
            epoch,
            room_keys: RoomKeys(vec![KEY.to_vec()]),
            origins: vec!["https://school.example".into()],
            grace: TimeDelta::minutes(15),
            limits,
            clock: Arc::new(SystemClock),
        };
        let registry = Registry::new();
        let shutdown = CancellationToken::new();
        let media_plane = Media { commands, events: tidings };
        let pool = database.pool.clone();
        let (router, handle) =
            start(config, pool, media_plane, &registry, shutdown.clone()).expect("start");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the port is bound");
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let http = spawn(async move { axum::serve(listener, service).await.expect("serve") });
        Self { database, address, handle, registry, shutdown, told, events, media, http }
    }

    /// The present instant, as the node's clock says.
    pub(crate) fn now() -> DateTime<Utc> {
        SystemClock.now()
    }

    /// What is granted to one of the lesson's people.
    pub(crate) fn grant(role: Role) -> RoomGrant {
        let name = match role {
            Role::Teacher => "teacher",
            Role::Student => "student",
            Role::Observer => "observer",
            Role::Service => "service",
        };
        let now = Self::now().timestamp();
        RoomGrant {
            aud: RoomGrant::AUDIENCE.into(),
            room: SESSION,
            sub: name.parse().expect("a user"),
            name: name.to_uppercase(),
            role,
            fence: 1,
            iat: now,
            exp: now + RoomGrant::LIFETIME_SECONDS,
        }
    }

    pub(crate) fn token(role: Role) -> String {
        sign(&Self::grant(role))
    }

    /// The transport of a participant comes up.
    pub(crate) async fn connect_media(&self, participant: ParticipantId) {
        let event = MediaEvent::Connected { room: SESSION, participant };
        self.events.send(event).await.expect("the node listens");
    }

    /// Waits until a query answers what is expected. Nothing else tells when
    /// the node has written.
    pub(crate) async fn until_stored(&self, sql: &'static str, expected: &str) {
        let mut last = None;
        loop {
            let found: Option<String> =
                sqlx::query_scalar(sql).fetch_one(&self.database.pool).await.expect("query");
            if found.as_deref() == Some(expected) {
                return;
            }
            // The runner ends a test that waits in vain, and shows what it saw.
            if last.as_ref() != Some(&found) {
                println!("{sql}: {found:?}, and not yet {expected:?}");
                last = Some(found);
            }
            tokio::task::yield_now().await;
        }
    }

    /// The value of a metric, written as Prometheus does.
    pub(crate) fn metric(&self, line: &str) -> Option<f64> {
        let families = self.registry.gather();
        let text = prometheus::TextEncoder::new().encode_to_string(&families).expect("encode");
        let value = text.lines().find_map(|found| found.strip_prefix(line))?;
        value.trim().parse().ok()
    }
}

/// Signs a room token.
pub(crate) fn sign(claims: &impl serde::Serialize) -> String {
    let key = EncodingKey::from_secret(KEY);
    encode(&Header::new(Algorithm::HS256), claims, &key).expect("sign")
}

async fn book(pool: &PgPool) {
    for sql in [
        "INSERT INTO users (id, name) VALUES ('teacher', 'TEACHER'), ('student', 'STUDENT')",
        "INSERT INTO sessions (id, title, teacher, student, during, created_by) VALUES \
         ('00000000-0000-0000-0000-000000000001', 'Lesson', 'teacher', 'student', \
          tstzrange(now() - interval '1 minute', now() + interval '1 hour'), 'student')",
        "INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
         SELECT id, who, who, during, blocking FROM sessions, \
                unnest(ARRAY['teacher', 'student']) who",
    ] {
        sqlx::query(sql).execute(pool).await.expect("the fixture fits the schema");
    }
}

#[expect(clippy::disallowed_methods, reason = "a test ends its tasks with the server")]
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(task)
}

/// Answers offers, hands on what it is told, and counts in the end.
fn play_media(
    mut orders: mpsc::Receiver<MediaCommand>,
    tell: mpsc::Sender<MediaCommand>,
    events: mpsc::Sender<MediaEvent>,
) -> JoinHandle<()> {
    spawn(async move {
        let mut present = Vec::new();
        while let Some(command) = orders.recv().await {
            let gone = match &command {
                MediaCommand::Leave { participant, .. } => vec![*participant],
                MediaCommand::Close { .. } => std::mem::take(&mut present),
                _ => Vec::new(),
            };
            for participant in gone {
                let counts = MediaCounts { audio_packets_in: 50, ..MediaCounts::default() };
                let event = MediaEvent::Left { room: SESSION, participant, counts };
                let _ = events.send(event).await;
            }
            match command {
                MediaCommand::Join { participant, offer, sources, reply, .. } => {
                    let answer = answer(&offer, &sources);
                    if answer.is_ok() {
                        present.push(participant);
                    }
                    let _ = reply.send(answer);
                }
                MediaCommand::Offer { offer, sources, reply, .. } => {
                    let _ = reply.send(answer(&offer, &sources));
                }
                other => {
                    let _ = tell.send(other).await;
                }
            }
        }
    })
}

fn answer(offer: &str, sources: &[(Mid, Source)]) -> Result<MediaAnswer, MediaError> {
    let slot = |word: &str| {
        let (kind, mid) = word.split_once('=')?;
        let kind = match kind {
            "audio" => MediaKind::Audio,
            "video" => MediaKind::Video,
            _ => return None,
        };
        Some((mid.parse().ok()?, kind))
    };
    let slots = offer.split(' ').map(slot).collect::<Option<Vec<_>>>();
    let slots = slots.ok_or_else(|| MediaError::BadOffer("no sections".into()))?;
    let sources = match sources {
        [] => vec![Source::Microphone, Source::Camera],
        named => named.iter().map(|(_, source)| *source).collect(),
    };
    Ok(MediaAnswer { sdp: format!("answer to {offer}"), sources, slots })
}
