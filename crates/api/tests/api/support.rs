//! A server of one's own for each test: its database, its clock, its rooms.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{BoxFuture, FutureExt as _};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use lectern_api::{
    ApiState, CloseCause, Config, IceServer, PlaceError, Placement, RateLimit, Rooms, SignIn,
    auth::AuthConfig, matching::Matching, router,
};
use lectern_domain::{
    clock::Clock, id::SessionId, outbound::Reach, policy::Policy, review, zone::Zones,
};
use lectern_store::testing::Database;
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

pub(crate) const SECRET: &[u8] = b"a secret that only the tests know";
pub(crate) const ROOM_KEY: &[u8] = b"a room key that only the tests know";
/// The morning of 1 January 2027, before anything that the tests book.
const BEGINNING: i64 = 1_798_794_000;

/// How long something that must come may take on a busy machine.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// A clock that stands until it is moved.
#[derive(Debug)]
pub(crate) struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).expect("an instant")
    }
}

impl ManualClock {
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }
}

/// Rooms that are all in one place, and say which were closed.
#[derive(Debug, Default)]
pub(crate) struct OnePlace {
    pub(crate) closed: Mutex<Vec<SessionId>>,
    /// Those that were to look who is in their lesson.
    pub(crate) looked: Mutex<Vec<SessionId>>,
    pub(crate) down: Mutex<bool>,
    pub(crate) panics: AtomicBool,
}

impl Rooms for OnePlace {
    fn place(&self, _: SessionId) -> BoxFuture<'_, Result<Placement, PlaceError>> {
        assert!(!self.panics.load(Ordering::SeqCst), "the rooms panic, as they were asked to");
        let down = *self.down.lock().expect("no test panics while it holds this");
        let place = Placement { url: "ws://127.0.0.1:9/signal".into(), fence: 7 };
        async move { if down { Err(PlaceError::NoNode) } else { Ok(place) } }.boxed()
    }

    fn close(&self, session: SessionId, _: CloseCause) -> BoxFuture<'_, ()> {
        self.closed.lock().expect("no test panics while it holds this").push(session);
        async {}.boxed()
    }

    fn look_again(&self, session: SessionId) {
        self.looked.lock().expect("no test panics while it holds this").push(session);
    }
}

pub(crate) struct World {
    pub(crate) database: Arc<Database>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) rooms: Arc<OnePlace>,
    pub(crate) registry: prometheus::Registry,
    /// Stops the node.
    pub(crate) stop: CancellationToken,
    base: String,
    http: reqwest::Client,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A world whose configuration differs from the usual.
    pub(crate) async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let database = Arc::new(Database::create().await);
        let clock = Arc::new(ManualClock(AtomicI64::new(BEGINNING)));
        Self::node(database, clock, adjust).await
    }

    /// Another node, at the same database and the same time.
    pub(crate) async fn beside(&self) -> Self {
        Self::node(Arc::clone(&self.database), Arc::clone(&self.clock), |_| {}).await
    }

    async fn node(
        database: Arc<Database>,
        clock: Arc<ManualClock>,
        adjust: impl FnOnce(&mut Config),
    ) -> Self {
        let rooms = Arc::new(OnePlace::default());
        let registry = prometheus::Registry::new();
        let stop = CancellationToken::new();
        let mut config = Config {
            pool: database.pool.clone(),
            auth: AuthConfig { secrets: vec![SECRET.to_vec()], ..AuthConfig::default() },
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            zones: Zones::bundled(),
            room_keys: vec![ROOM_KEY.to_vec()],
            policy: Policy::default(),
            review_window: review::WINDOW,
            chat_texts: false,
            sign_in: SignIn::default(),
            ice_servers: vec![IceServer {
                urls: vec!["stun:127.0.0.1:3478".into()],
                username: None,
                credential: None,
            }],
            matching: Matching::Off,
            feeds: Reach::Public,
            // The clock stands, so what a burst takes does not come back.
            rate_limit: RateLimit { per_second: 50.0, burst: 1_000_000 },
            public_url: "http://lectern.test".into(),
            rooms: Arc::clone(&rooms) as Arc<dyn Rooms>,
            registry: registry.clone(),
            stop: stop.clone(),
        };
        adjust(&mut config);
        let state = ApiState::new(config).expect("a good configuration");
        let pushing = state.clone().push_notices();
        let app = router(state);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
        tokio::spawn(async move { tokio::join!(axum::serve(listener, app), pushing) });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { database, clock, rooms, registry, stop, base: format!("http://{address}"), http }
    }

    /// Somebody of the platform, by id. `ada` is an admin.
    pub(crate) fn user(&self, id: &str) -> Client<'_> {
        let role = if id == "ada" { "admin" } else { "user" };
        self.with_claims(&json!({
            "sub": id,
            "name": capitalized(id),
            "role": role,
            "exp": self.clock.now().timestamp() + 360_000,
        }))
    }

    pub(crate) fn with_claims(&self, claims: &Value) -> Client<'_> {
        self.with_token(&token(Algorithm::HS256, claims))
    }

    pub(crate) fn with_token(&self, token: &str) -> Client<'_> {
        Client { world: self, authorization: Some(format!("Bearer {token}")) }
    }

    pub(crate) fn anonymous(&self) -> Client<'_> {
        Client { world: self, authorization: None }
    }

    /// A server of the platform, with a key of these scopes.
    pub(crate) async fn service(&self, scopes: &[&str]) -> Client<'_> {
        let body = json!({ "name": "backend", "scopes": scopes });
        let made = self.user("ada").post("/api/admin/api-keys", &body).await;
        self.with_token(made.expect(StatusCode::CREATED)["key"].as_str().expect("a key"))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// An instant some minutes from now, as the API takes it.
    pub(crate) fn in_minutes(&self, minutes: i64) -> String {
        rfc3339(self.now() + TimeDelta::minutes(minutes))
    }

    /// What `student` asks for to book `teacher` for an hour.
    pub(crate) fn lesson(&self, teacher: &str, in_minutes: i64) -> Value {
        json!({
            "teacher": teacher,
            "title": "Past tenses",
            "duration": 60,
            "scheduledAt": self.in_minutes(in_minutes),
        })
    }

    /// A lesson of Jonas with Inês, booked.
    pub(crate) async fn booked(&self, in_minutes: i64) -> Value {
        let reply =
            self.user("jonas").post("/api/sessions", &self.lesson("ines", in_minutes)).await;
        reply.expect(StatusCode::CREATED)
    }

    /// The same lesson after it took place: what the media plane writes when
    /// teacher and student were connected and have left.
    pub(crate) async fn took_place(&self) -> Value {
        let session = self.booked(60).await;
        let id: uuid::Uuid = session["id"].as_str().expect("an id").parse().expect("a UUID");
        self.clock.advance(TimeDelta::minutes(121));
        sqlx::query(
            "UPDATE sessions SET status = 'completed', started_at = scheduled_at, \
             finished_at = ends_at, version = version + 1 WHERE id = $1",
        )
        .bind(id)
        .execute(&self.database.pool)
        .await
        .expect("completes the lesson");
        session
    }

    /// How often the database has ended a deadlock. This ends the server's
    /// connections, so that they have told of all they saw.
    pub(crate) async fn deadlocks(&self) -> i64 {
        self.database.pool.close().await;
        let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        let deadlocks = sqlx::query_scalar(deadlocks).fetch_one(&self.database.owner).await;
        deadlocks.expect("a count")
    }
}

/// Opens the reviews of lessons whose window has closed, as the sweeper does.
pub(crate) async fn publish_due(world: &World) -> usize {
    let published =
        lectern_store::reviews::publish_due(&world.database.pool, review::WINDOW, world.now());
    published.await.expect("reviews are published")
}

pub(crate) fn token(algorithm: Algorithm, claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET);
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).expect("a token")
}

pub(crate) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

fn capitalized(id: &str) -> String {
    let (first, rest) = id.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

/// Somebody who makes requests.
#[derive(Clone)]
pub(crate) struct Client<'a> {
    world: &'a World,
    authorization: Option<String>,
}

impl Client<'_> {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body.to_string()), &[]).await
    }

    pub(crate) async fn put(&self, path: &str, version: i64, body: &Value) -> Reply {
        let tag = format!("\"{version}\"");
        self.send(Method::PUT, path, Some(body.to_string()), &[("if-match", &tag)]).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None, &[]).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = self.world.http.request(method, format!("{}{path}", self.world.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(body) = body {
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                request = request.header("content-type", "application/json");
            }
            request = request.body(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        // An answer that goes on by itself has no whole body.
        let body = match is_stream(&response) {
            true => Vec::new(),
            false => response.bytes().await.expect("a whole body").to_vec(),
        };
        Reply { status, headers, body }
    }

    /// Opens the stream of their notices, after one if need be.
    pub(crate) async fn listen(&self, after: Option<&str>) -> Events {
        let url = format!("{}/api/notifications/stream", self.world.base);
        let mut request = self.world.http.get(url);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let response = request.send().await.expect("an answer");
        assert!(is_stream(&response), "{response:?}");
        Events { response, text: String::new() }
    }
}

fn is_stream(response: &reqwest::Response) -> bool {
    response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream")
}

/// Server-sent events, as they come.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) response: reqwest::Response,
    text: String,
}

/// One of them.
#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) event: String,
    pub(crate) id: Option<String>,
    pub(crate) data: Value,
}

impl Events {
    /// The next event; none, when the stream has ended. Comments are none.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim_start().to_owned())
                };
                let data = field("data:").map(|data| serde_json::from_str(&data).expect("JSON"));
                let (name, id) = (field("event:"), field("id:"));
                self.text = rest.to_owned();
                if let (Some(event), Some(data)) = (name, data) {
                    return Some(Event { event, id, data });
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk());
            let chunk = chunk.await.expect("something comes in time").expect("a whole chunk")?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
        }
    }

    /// The next notice.
    pub(crate) async fn notice(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.event == "notice" {
                return event;
            }
        }
    }

    /// Waits until it is said that so many are unread.
    pub(crate) async fn unread(&mut self, unread: i64) {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.event == "unread" && event.data["unread"] == unread {
                return;
            }
        }
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {} {:?}", self.status, String::from_utf8_lossy(&self.body))
        })
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// The body of a problem with this status and code, which is whole.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "expected {code}: {body}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{body}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{body}");
        assert_eq!(problem["status"], status, "{body}");
        assert_eq!(problem["requestId"], self.header("x-request-id"), "{body}");
        problem
    }

    /// The pointers of a validation problem.
    #[track_caller]
    pub(crate) fn pointers(&self) -> Vec<String> {
        let problem = self.problem(422, "validation_failed");
        let errors = problem["errors"].as_array().expect("a list of errors").clone();
        errors.iter().map(|e| e["pointer"].as_str().expect("a pointer").to_owned()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}
