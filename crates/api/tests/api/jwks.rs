//! Keys that the platform publishes: which tokens they make good, and what
//! becomes of sets that are late, large or no sets at all.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use lectern_api::{auth::AuthConfig, limits};
use serde_json::{Value, json};

use crate::support::{SECRET, World, token};

/// What the platform answers to whoever wants its keys.
#[derive(Clone)]
enum Answer {
    Keys(Vec<Value>),
    Text(String),
    Failure,
    Elsewhere,
    /// Not within any time that one would wait.
    Never,
}

/// A platform that publishes its keys, and may change its mind.
#[derive(Clone)]
struct Platform {
    url: String,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<usize>>,
}

impl Platform {
    async fn with(answer: Answer) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
        let platform = Self { url, answer: Arc::new(Mutex::new(answer)), asked: Arc::default() };
        let elsewhere = get(async || set(&[rsa("elsewhere").jwk]));
        let app = Router::new()
            .route("/keys", get(Self::publish))
            .route("/elsewhere", elsewhere)
            .with_state(platform.clone());
        #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, app).await });
        platform
    }

    async fn publish(State(platform): State<Self>) -> Response {
        *platform.asked.lock().expect("not poisoned") += 1;
        let answer = platform.answer.lock().expect("not poisoned").clone();
        match answer {
            Answer::Keys(keys) => set(&keys),
            Answer::Text(text) => text.into_response(),
            Answer::Failure => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Answer::Elsewhere => Redirect::temporary("/elsewhere").into_response(),
            Answer::Never => std::future::pending().await,
        }
    }

    fn answers(&self, answer: Answer) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    fn asked(&self) -> usize {
        *self.asked.lock().expect("not poisoned")
    }

    /// A world that trusts this platform's keys, and `secrets` besides.
    async fn world(&self, secrets: &[&[u8]]) -> World {
        let jwks_url = Some(self.url.clone());
        let secrets = secrets.iter().map(|secret| secret.to_vec()).collect();
        World::with(|config| {
            config.auth = AuthConfig { jwks_url, secrets, ..AuthConfig::default() };
        })
        .await
    }
}

fn set(keys: &[Value]) -> Response {
    let json = (header::CONTENT_TYPE, "application/jwk-set+json");
    ([json], json!({ "keys": keys }).to_string()).into_response()
}

/// Who signs for the platform, and what it publishes of that key.
struct Signer {
    kid: &'static str,
    algorithm: Algorithm,
    key: EncodingKey,
    jwk: Value,
}

impl Signer {
    fn new(kid: &'static str, algorithm: Algorithm, key: EncodingKey) -> Self {
        let jwk = Jwk::from_encoding_key(&key, algorithm).expect("a key of that algorithm");
        let mut jwk = serde_json::to_value(jwk).expect("JSON");
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        Self { kid, algorithm, key, jwk }
    }

    /// The same, published without a word on the algorithm.
    fn of_any_algorithm(mut self) -> Self {
        self.jwk.as_object_mut().expect("an object").remove("alg");
        self
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_as(Some(self.kid), self.algorithm, claims)
    }

    fn sign_as(&self, kid: Option<&str>, algorithm: Algorithm, claims: &Value) -> String {
        let header = Header { kid: kid.map(ToOwned::to_owned), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, claims, &self.key).expect("a token")
    }
}

/// Made for these tests, and used nowhere else: making one takes seconds.
const RSA: &[u8] = include_bytes!("rsa.der");

fn rsa(kid: &'static str) -> Signer {
    Signer::new(kid, Algorithm::RS256, EncodingKey::from_rsa_der(RSA)).of_any_algorithm()
}

fn ed25519(kid: &'static str) -> Signer {
    use ring::{rand::SystemRandom, signature::Ed25519KeyPair};
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("the same key");
    let x = URL_SAFE_NO_PAD.encode(ring::signature::KeyPair::public_key(&pair));
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x, "use": "sig" });
    let key = EncodingKey::from_ed_der(pkcs8.as_ref());
    Signer { kid, algorithm: Algorithm::EdDSA, key, jwk }
}

fn elliptic(kid: &'static str, algorithm: Algorithm) -> Signer {
    use ring::{
        rand::SystemRandom,
        signature::{
            ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        },
    };
    let curve = match algorithm {
        Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        _ => &ECDSA_P384_SHA384_FIXED_SIGNING,
    };
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new()).expect("a key");
    Signer::new(kid, algorithm, EncodingKey::from_ec_der(pkcs8.as_ref()))
}

fn claims(world: &World) -> Value {
    json!({ "sub": "jonas", "exp": world.now().timestamp() + 360_000 })
}

async fn status(world: &World, token: &str) -> StatusCode {
    world.with_token(token).get("/api/me").await.status
}

const GOOD: StatusCode = StatusCode::OK;
const BAD: StatusCode = StatusCode::UNAUTHORIZED;
const NONE: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

#[tokio::test]
async fn every_family_of_published_keys_is_good() {
    let signers = [
        rsa("rsa"),
        elliptic("p256", Algorithm::ES256),
        elliptic("p384", Algorithm::ES384),
        ed25519("ed25519"),
    ];
    let keys = signers.iter().map(|signer| signer.jwk.clone()).collect();
    let world = Platform::with(Answer::Keys(keys)).await.world(&[]).await;
    let claims = claims(&world);
    for signer in &signers[1..] {
        assert_eq!(status(&world, &signer.sign(&claims)).await, GOOD, "{}", signer.kid);
    }
    for algorithm in [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
    ] {
        let token = signers[0].sign_as(Some("rsa"), algorithm, &claims);
        assert_eq!(status(&world, &token).await, GOOD, "{algorithm:?}");
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let mut signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        signature[100] ^= 1;
        let broken = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(status(&world, &broken).await, BAD, "{algorithm:?}");
    }
}

/// The confusions of RFC 8725, section 2.1: what is public must never be taken
/// for a secret, nor one kind of key for another.
#[tokio::test]
async fn a_key_is_good_for_its_own_kind_alone() {
    let (signer, curve) = (rsa("rsa"), elliptic("p256", Algorithm::ES256));
    let mut only = rsa("only");
    only.jwk["alg"] = json!("RS256");
    let mut sealing = rsa("sealing");
    sealing.jwk["use"] = json!("enc");
    let keys = [&signer, &curve, &only, &sealing].map(|signer| signer.jwk.clone()).to_vec();
    let world = Platform::with(Answer::Keys(keys)).await.world(&[SECRET]).await;
    let claims = claims(&world);
    assert_eq!(status(&world, &signer.sign(&claims)).await, GOOD);
    assert_eq!(status(&world, &token(Algorithm::HS256, &claims)).await, GOOD);

    // Whatever form of the public key an attacker takes for a secret.
    let modulus = signer.jwk["n"].as_str().expect("a modulus");
    let raw = URL_SAFE_NO_PAD.decode(modulus).expect("base64url");
    let text = signer.jwk.to_string();
    for public in [raw.as_slice(), modulus.as_bytes(), text.as_bytes(), b""] {
        let header = Header { kid: Some("rsa".into()), ..Header::new(Algorithm::HS256) };
        let key = EncodingKey::from_secret(public);
        let forged = jsonwebtoken::encode(&header, &claims, &key).expect("a token");
        assert_eq!(status(&world, &forged).await, BAD);
    }
    // A key of the attacker's own, sent along.
    let own = elliptic("p256", Algorithm::ES256);
    let mut header = Header { kid: Some("p256".into()), ..Header::new(Algorithm::ES256) };
    header.jwk = serde_json::from_value(own.jwk.clone()).expect("a key");
    header.jku = Some("http://127.0.0.1:9/keys".into());
    let brought = jsonwebtoken::encode(&header, &claims, &own.key).expect("a token");
    let cases = [
        ("the other key's name", curve.sign_as(Some("rsa"), Algorithm::ES256, &claims)),
        ("and the other way round", signer.sign_as(Some("p256"), Algorithm::RS256, &claims)),
        (
            "an algorithm that the key is not for",
            only.sign_as(Some("only"), Algorithm::PS256, &claims),
        ),
        ("a key for encryption", sealing.sign(&claims)),
        ("no name, and two keys that fit", signer.sign_as(None, Algorithm::RS256, &claims)),
        ("a key out of the token", brought),
    ];
    for (name, token) in cases {
        assert_eq!(status(&world, &token).await, BAD, "{name}");
    }
    assert_eq!(status(&world, &only.sign(&claims)).await, GOOD);
    assert_eq!(status(&world, &curve.sign_as(None, Algorithm::ES256, &claims)).await, GOOD);
}

#[tokio::test]
async fn keys_come_from_the_set_alone_and_rotate() {
    let (first, stranger) = (ed25519("first"), ed25519("first"));
    let second = elliptic("second", Algorithm::ES256);
    // A symmetric key in the set would make its public text a secret.
    let symmetric = json!({ "kty": "oct", "kid": "public", "k": URL_SAFE_NO_PAD.encode(SECRET) });
    let platform = Platform::with(Answer::Keys(vec![first.jwk.clone(), symmetric])).await;
    let world = platform.world(&[]).await;
    let claims = claims(&world);

    assert_eq!(status(&world, &first.sign(&claims)).await, GOOD);
    let unnamed = first.sign_as(None, Algorithm::EdDSA, &claims);
    assert_eq!(status(&world, &unnamed).await, GOOD, "the only key there is");
    assert_eq!(status(&world, &stranger.sign(&claims)).await, BAD);
    assert_eq!(status(&world, &token(Algorithm::HS256, &claims)).await, BAD);
    let header = Header { kid: Some("public".into()), ..Header::new(Algorithm::HS256) };
    let confused = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(SECRET));
    assert_eq!(status(&world, &confused.expect("a token")).await, BAD);

    // A key that is not in the set yet is looked for, but not at every request.
    let next = second.sign(&claims);
    let before = platform.asked();
    for _ in 0..3 {
        assert_eq!(status(&world, &next).await, BAD);
    }
    assert_eq!(platform.asked(), before, "within the pause");
    platform.answers(Answer::Keys(vec![first.jwk.clone(), second.jwk.clone()]));
    world.clock.advance(TimeDelta::seconds(31));
    assert_eq!(status(&world, &next).await, GOOD, "the new key is good at once");
    assert_eq!(status(&world, &first.sign(&claims)).await, GOOD, "and so is the old");

    // A key that is withdrawn is good no longer than the set is fresh.
    platform.answers(Answer::Keys(vec![second.jwk.clone()]));
    world.clock.advance(TimeDelta::minutes(11));
    assert_eq!(status(&world, &first.sign(&claims)).await, BAD);
    assert_eq!(status(&world, &next).await, GOOD);
}

#[tokio::test]
async fn what_is_no_key_set_is_not_taken_for_one() {
    let signer = rsa("elsewhere");
    let platform = Platform::with(Answer::Failure).await;
    let world = platform.world(&[]).await;
    let token = signer.sign(&claims(&world));
    let good = json!({ "keys": [signer.jwk] }).to_string();
    let padding = " ".repeat(limits::JWKS_BYTES + 1 - good.len());
    let answers = [
        ("a failure", Answer::Failure),
        ("a page", Answer::Text("<html>".into())),
        ("no keys", Answer::Text("{}".into())),
        ("a byte too many", Answer::Text(format!("{good}{padding}"))),
        ("a way elsewhere", Answer::Elsewhere),
    ];
    for (name, answer) in answers {
        platform.answers(answer);
        world.clock.advance(TimeDelta::seconds(2));
        let asked = platform.asked();
        let reply = world.with_token(&token).get("/api/me").await;
        let problem = reply.problem(503, "unavailable");
        assert!(!problem.to_string().contains("127.0.0.1"), "{name}: {problem}");
        assert_eq!(platform.asked(), asked + 1, "{name}");
    }
    platform.answers(Answer::Text(format!("{good}{}", &padding[1..])));
    world.clock.advance(TimeDelta::seconds(2));
    assert_eq!(status(&world, &token).await, GOOD, "as large as it may be");
}

#[tokio::test]
async fn a_set_has_a_bounded_number_of_keys_and_odd_ones_are_passed_over() {
    let (first, last) = (ed25519("first"), ed25519("last"));
    let odd = json!({ "kty": "quantum", "kid": "odd" });
    let mut keys = vec![json!("no object"), json!({}), odd.clone(), first.jwk.clone()];
    keys.resize(limits::JWKS_KEYS, odd);
    keys.push(last.jwk.clone());
    let world = Platform::with(Answer::Keys(keys)).await.world(&[]).await;
    let claims = claims(&world);
    assert_eq!(status(&world, &first.sign(&claims)).await, GOOD);
    assert_eq!(status(&world, &last.sign(&claims)).await, BAD, "one more than is read");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the test measures how long it is kept waiting")]
async fn a_platform_that_does_not_answer_keeps_nobody_waiting_for_long() {
    let signer = ed25519("first");
    let platform = Platform::with(Answer::Never).await;
    let world = platform.world(&[]).await;
    let token = signer.sign(&claims(&world));
    let patience = limits::JWKS_TIMEOUT + Duration::from_secs(3);
    let began = Instant::now();
    assert_eq!(status(&world, &token).await, NONE, "there is no key yet");
    assert!(began.elapsed() < patience, "{:?}", began.elapsed());

    platform.answers(Answer::Keys(vec![signer.jwk.clone()]));
    world.clock.advance(TimeDelta::seconds(2));
    assert_eq!(status(&world, &token).await, GOOD);

    // The keys that are known serve on, and one request alone asks for news.
    platform.answers(Answer::Never);
    world.clock.advance(TimeDelta::minutes(11));
    let asked = platform.asked();
    let timed = async || {
        let began = Instant::now();
        (status(&world, &token).await, began.elapsed())
    };
    let answers = futures_util::future::join_all((0..5).map(|_| timed())).await;
    assert!(answers.iter().all(|(status, _)| *status == GOOD), "{answers:?}");
    let waited = answers.iter().filter(|(_, took)| *took > limits::JWKS_TIMEOUT / 2).count();
    assert_eq!((waited, platform.asked()), (1, asked + 1), "{answers:?}");

    // Not for ever, though.
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(status(&world, &token).await, NONE);
}

#[tokio::test]
async fn without_keys_the_service_is_not_available() {
    let world = World::with(|config| {
        // Port 9 is discard: nobody listens there.
        let jwks_url = Some("http://127.0.0.1:9/keys".to_owned());
        config.auth = AuthConfig { jwks_url, ..AuthConfig::default() };
    })
    .await;
    let token = ed25519("first").sign(&claims(&world));
    let problem = world.with_token(&token).get("/api/me").await.problem(503, "unavailable");
    assert!(!problem.to_string().contains("127.0.0.1"), "{problem}");
}
