//! Tokens: which are good, and which are not.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use lectern_api::{ApiState, Config, SignIn, StateError, auth::AuthConfig};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{SECRET, World, token};

fn claims(world: &World) -> Value {
    json!({ "sub": "jonas", "name": "Jonas Weber", "exp": world.now().timestamp() + 600 })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test]
async fn every_hmac_of_the_secret_is_good() {
    let world = World::new().await;
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let me = world.with_token(&token(algorithm, &claims(&world))).get("/api/me").await;
        assert_eq!(me.expect(StatusCode::OK)["name"], "Jonas Weber", "{algorithm:?}");
    }
}

#[tokio::test]
async fn tokens_that_are_not_good() {
    let world = World::new().await;
    let now = world.now().timestamp();
    let good = claims(&world);
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let unsigned = |algorithm: &str| {
        format!("{}.{}.", part(json!({ "alg": algorithm, "typ": "JWT" })), part(good.clone()))
    };
    let signed = token(Algorithm::HS256, &good);
    let (signed_part, signature) = signed.rsplit_once('.').expect("three parts");
    let (header, _) = signed_part.split_once('.').expect("three parts");
    let forged = part(with(good.clone(), "sub", json!("ada")));
    let other_key = EncodingKey::from_secret(b"another secret, of somebody else's");
    let bad = [
        ("none", unsigned("none")),
        ("None", unsigned("None")),
        ("no signature", unsigned("HS256")),
        ("other claims", format!("{header}.{forged}.{signature}")),
        (
            "other key",
            jsonwebtoken::encode(&Header::default(), &good, &other_key).expect("a token"),
        ),
        ("expired", token(Algorithm::HS256, &with(good.clone(), "exp", json!(now - 30)))),
        ("no expiry", token(Algorithm::HS256, &json!({ "sub": "jonas" }))),
        ("expiry is a text", token(Algorithm::HS256, &with(good.clone(), "exp", json!("never")))),
        ("not yet", token(Algorithm::HS256, &with(good.clone(), "nbf", json!(now + 31)))),
        ("nobody", token(Algorithm::HS256, &json!({ "exp": now + 600 }))),
        ("a number", token(Algorithm::HS256, &with(good.clone(), "sub", json!(7)))),
        ("a NUL", token(Algorithm::HS256, &with(good.clone(), "sub", json!("a\0b")))),
        (
            "too long a name",
            token(Algorithm::HS256, &with(good.clone(), "sub", json!("x".repeat(129)))),
        ),
        ("too long", token(Algorithm::HS256, &with(good.clone(), "pad", json!("x".repeat(9000))))),
        ("for a room", token(Algorithm::HS256, &with(good.clone(), "aud", json!("lectern-room")))),
        ("no token", String::new()),
        ("noise", "a.b.c".to_owned()),
        ("two parts", signed_part.to_owned()),
    ];
    for (name, token) in bad {
        let reply = world.with_token(&token).get("/api/me").await;
        let problem = reply.problem(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{name}: {problem}");
    }
    world.with_token(&signed).get("/api/me").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn clocks_may_differ_by_the_leeway_and_no_more() {
    let world = World::new().await;
    let me = world.with_token(&token(Algorithm::HS256, &claims(&world)));
    world.clock.advance(TimeDelta::seconds(629));
    me.get("/api/me").await.expect(StatusCode::OK);
    world.clock.advance(TimeDelta::seconds(1));
    me.get("/api/me").await.problem(401, "unauthenticated");
    let soon = with(claims(&world), "nbf", json!(world.now().timestamp() + 30));
    world.with_claims(&soon).get("/api/me").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn issuer_audience_algorithms_and_claims_are_the_configurations() {
    let world = World::with(|config| {
        config.auth.issuer = Some("https://platform.test".into());
        config.auth.audience = Some("lectern".into());
        config.auth.algorithms = vec![Algorithm::HS512];
        config.auth.claims.subject = "uid".into();
        config.auth.claims.role = "groups".into();
        config.auth.secrets = vec![b"the next secret, not in use yet".to_vec(), SECRET.to_vec()];
    })
    .await;
    let good = json!({
        "uid": "ada", "groups": ["staff", "admin"], "iss": "https://platform.test",
        "aud": ["other", "lectern"], "exp": world.now().timestamp() + 600,
    });
    let me = world.with_token(&token(Algorithm::HS512, &good)).get("/api/me").await;
    let me = me.expect(StatusCode::OK);
    assert_eq!(
        (&me["id"], &me["name"], &me["role"]),
        (&json!("ada"), &json!("ada"), &json!("admin"))
    );
    for (name, algorithm, claims) in [
        ("another algorithm", Algorithm::HS256, good.clone()),
        ("another issuer", Algorithm::HS512, with(good.clone(), "iss", json!("https://else.test"))),
        ("another audience", Algorithm::HS512, with(good.clone(), "aud", json!("other"))),
        ("no audience", Algorithm::HS512, with(good.clone(), "aud", Value::Null)),
        ("another subject", Algorithm::HS512, with(good.clone(), "uid", Value::Null)),
    ] {
        let reply = world.with_token(&token(algorithm, &claims)).get("/api/me").await;
        assert_eq!(reply.problem(401, "unauthenticated")["status"], 401, "{name}");
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_check_is_refused() {
    let world = World::new().await;
    let refused = |auth: AuthConfig| {
        let config = Config {
            pool: world.database.pool.clone(),
            auth,
            clock: Arc::clone(&world.clock) as Arc<dyn lectern_domain::clock::Clock>,
            zones: lectern_domain::zone::Zones::bundled(),
            room_keys: vec![b"key".to_vec()],
            policy: lectern_domain::policy::Policy::default(),
            review_window: lectern_domain::review::WINDOW,
            chat_texts: false,
            sign_in: SignIn::default(),
            ice_servers: Vec::new(),
            matching: lectern_api::matching::Matching::Off,
            feeds: lectern_domain::outbound::Reach::Public,
            rate_limit: lectern_api::RateLimit::default(),
            public_url: String::new(),
            rooms: Arc::clone(&world.rooms) as Arc<dyn lectern_api::Rooms>,
            registry: prometheus::Registry::new(),
            stop: CancellationToken::new(),
        };
        matches!(ApiState::new(config), Err(StateError::Auth(_)))
    };
    let secret = || AuthConfig { secrets: vec![SECRET.to_vec()], ..AuthConfig::default() };
    assert!(!refused(secret()));
    assert!(refused(AuthConfig::default()), "no key at all");
    assert!(refused(AuthConfig { secrets: vec![Vec::new()], ..secret() }), "an empty secret");
    assert!(refused(AuthConfig { algorithms: vec![Algorithm::RS256], ..secret() }), "no such key");
    let leeway = std::time::Duration::from_secs(31);
    assert!(refused(AuthConfig { leeway, ..secret() }), "too much leeway");
}

#[tokio::test]
async fn an_admin_is_who_the_platform_says() {
    let world = World::new().await;
    for (role, expected) in [
        (json!("admin"), "admin"),
        (json!(["user", "admin"]), "admin"),
        (json!("administrator"), "user"),
        (json!({ "admin": true }), "user"),
        (Value::Null, "user"),
    ] {
        let me =
            world.with_claims(&with(claims(&world), "role", role.clone())).get("/api/me").await;
        assert_eq!(me.expect(StatusCode::OK)["role"], expected, "{role}");
    }
}
