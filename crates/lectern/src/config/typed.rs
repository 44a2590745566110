//! The configuration in types.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use chrono::TimeDelta;
use lectern_api::{
    IceServer, RateLimit, SignIn,
    auth::Algorithm,
    matching::{OnFailure, webhook_key},
};
use lectern_domain::{
    outbound::Reach,
    policy::{self, Limit, Policy},
};
use lectern_sfu::Advertised;

use super::{ConfigError, Values};

/// The least length of an HMAC secret: that of SHA-256's output (RFC 7518,
/// section 3.2).
const SECRET_BYTES: usize = 32;

/// What the server was told to do.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) data_dir: PathBuf,
    pub(crate) database: Database,
    pub(crate) media: Media,
    pub(crate) auth: Auth,
    pub(crate) room_keys: Vec<Vec<u8>>,
    pub(crate) policy: Policy,
    pub(crate) matching: MatchRule,
    pub(crate) feeds: Reach,
    pub(crate) review_window: TimeDelta,
    pub(crate) chat_texts: bool,
    pub(crate) sign_in: SignIn,
    pub(crate) rate_limit: RateLimit,
    pub(crate) ice_servers: Vec<IceServer>,
    pub(crate) region: String,
    pub(crate) drain: Duration,
    pub(crate) log: String,
}

/// Where the data is.
#[derive(Clone)]
pub(crate) struct Database {
    /// None: the embedded Postgres.
    pub(crate) url: Option<String>,
    pub(crate) connections: u32,
    /// None: the machine's newest.
    pub(crate) postgres_bin: Option<PathBuf>,
}

/// Where media comes in.
#[derive(Debug, Clone)]
pub(crate) struct Media {
    pub(crate) listen: SocketAddr,
    pub(crate) advertise: Vec<Advertised>,
    /// At least one.
    pub(crate) workers: usize,
}

/// Whose tokens are accepted.
#[derive(Clone)]
pub(crate) struct Auth {
    /// The first one signs what `lectern token` and the demo hand out.
    pub(crate) secrets: Vec<Vec<u8>>,
    pub(crate) jwks_url: Option<String>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    pub(crate) name_claim: String,
    pub(crate) role_claim: String,
}

/// Who may book whom.
#[derive(Clone)]
pub(crate) enum MatchRule {
    Off,
    List,
    Hook { url: String, key: Vec<u8>, timeout: Duration, on_failure: OnFailure },
}

const SYMMETRIC: [&str; 3] = ["HS256", "HS384", "HS512"];
const PUBLIC_KEY: [&str; 9] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

impl Config {
    /// Checks every value.
    pub(crate) fn from_values(values: &Values) -> Result<Self, ConfigError> {
        let reader = Reader(values);
        Ok(Self {
            listen: reader.parsed("listen")?,
            metrics_listen: reader.parsed("metrics_listen")?,
            public_url: reader.web_url("public_url")?,
            trusted_proxies: reader.parsed_list("trusted_proxies")?,
            allowed_origins: reader.origins("allowed_origins")?,
            data_dir: reader.parsed("data_dir")?,
            database: Database {
                url: reader.optional("database_url"),
                connections: reader.within("database_connections", 2..=200)?,
                postgres_bin: reader.optional("postgres_bin").map(PathBuf::from),
            },
            media: Media::read(&reader)?,
            auth: Auth::read(&reader)?,
            room_keys: reader.keys("room_keys")?,
            policy: reader.policy()?,
            matching: MatchRule::read(&reader)?,
            feeds: match reader.parsed("feeds.allow_private")? {
                true => Reach::Intranet,
                false => Reach::Public,
            },
            review_window: TimeDelta::days(reader.within("reviews.window_days", 1..=365)?.into()),
            chat_texts: reader.parsed("disputes.chat_texts")?,
            sign_in: SignIn {
                url: reader.web_url("sign_in.url")?,
                lifetime: TimeDelta::hours(reader.within("sign_in.hours", 1..=720)?.into()),
            },
            rate_limit: RateLimit {
                per_second: reader.within("rate_limit.per_second", 1..=1_000_000)?.into(),
                burst: reader.within("rate_limit.burst", 1..=1_000_000)?,
            },
            ice_servers: reader.ice_servers()?,
            region: reader.text("region").to_owned(),
            drain: Duration::from_secs(reader.within("drain_seconds", 0..=86_400)?.into()),
            log: reader.text("log").to_owned(),
        })
    }
}

impl Media {
    fn read(reader: &Reader<'_>) -> Result<Self, ConfigError> {
        let workers = match reader.within("media.workers", 0..=64)? {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            workers => workers as usize,
        };
        let advertise = reader.parsed_list("media.advertise")?;
        Ok(Self { listen: reader.parsed("media.listen")?, advertise, workers })
    }
}

impl MatchRule {
    fn read(reader: &Reader<'_>) -> Result<Self, ConfigError> {
        match reader.text("match.mode") {
            "off" => Ok(Self::Off),
            "list" => Ok(Self::List),
            "hook" => Self::read_hook(reader),
            _ => Err(reader.invalid("match.mode", "expected off, list or hook".to_owned())),
        }
    }

    fn read_hook(reader: &Reader<'_>) -> Result<Self, ConfigError> {
        let required = || reader.invalid("match.url", "match.mode = hook needs it".to_owned());
        let key = webhook_key(reader.text("match.secret"));
        let key = key.filter(|key| key.len() >= SECRET_BYTES).ok_or_else(|| {
            let reason = format!("a secret has at least {SECRET_BYTES} bytes");
            reader.invalid("match.secret", reason)
        })?;
        let on_failure = match reader.text("match.on_failure") {
            "refuse" => OnFailure::Refuse,
            "allow" => OnFailure::Allow,
            _ => {
                let reason = "expected refuse or allow".to_owned();
                return Err(reader.invalid("match.on_failure", reason));
            }
        };
        let milliseconds = reader.within("match.timeout_ms", 100..=10_000)?;
        let timeout = Duration::from_millis(milliseconds.into());
        let url = reader.web_url("match.url")?.ok_or_else(required)?;
        Ok(Self::Hook { url, key, timeout, on_failure })
    }
}

impl Auth {
    fn read(reader: &Reader<'_>) -> Result<Self, ConfigError> {
        let secrets = reader.keys("auth.secret")?;
        let jwks_url = reader.web_url("auth.jwks_url")?;
        Ok(Self {
            algorithms: algorithms(reader, !secrets.is_empty(), jwks_url.is_some())?,
            secrets,
            jwks_url,
            issuer: reader.optional("auth.issuer"),
            audience: reader.optional("auth.audience"),
            name_claim: reader.text("auth.name_claim").to_owned(),
            role_claim: reader.text("auth.role_claim").to_owned(),
        })
    }
}

fn algorithms(
    reader: &Reader<'_>,
    secret: bool,
    keys: bool,
) -> Result<Vec<Algorithm>, ConfigError> {
    let key = "auth.algorithms";
    let usable =
        |name: &str| (secret && SYMMETRIC.contains(&name)) || (keys && PUBLIC_KEY.contains(&name));
    if let Some(name) = reader.list(key).iter().find(|name| !usable(name)) {
        let reason = format!(
            "`{name}` is none of {} (with auth.secret) or {} (with auth.jwks_url)",
            SYMMETRIC.join(", "),
            PUBLIC_KEY.join(", ")
        );
        return Err(reader.invalid(key, reason));
    }
    reader.parsed_list(key)
}

/// Reads values of the table and names the setting where one is wrong.
struct Reader<'a>(&'a Values);

impl Reader<'_> {
    fn text(&self, key: &'static str) -> &str {
        self.0.get(key).text.trim()
    }

    fn optional(&self, key: &'static str) -> Option<String> {
        Some(self.text(key).to_owned()).filter(|text| !text.is_empty())
    }

    fn list(&self, key: &'static str) -> Vec<String> {
        let items = self.text(key).split(',').map(str::trim);
        items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    fn parsed<T: FromStr<Err: std::fmt::Display>>(
        &self,
        key: &'static str,
    ) -> Result<T, ConfigError> {
        self.text(key).parse().map_err(|error: T::Err| self.invalid(key, error.to_string()))
    }

    fn parsed_list<T: FromStr<Err: std::fmt::Display>>(
        &self,
        key: &'static str,
    ) -> Result<Vec<T>, ConfigError> {
        let parse = |item: &String| {
            item.parse().map_err(|error: T::Err| self.invalid(key, format!("`{item}`: {error}")))
        };
        self.list(key).iter().map(parse).collect()
    }

    fn within(
        &self,
        key: &'static str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<u32, ConfigError> {
        let value = self.parsed(key)?;
        if !range.contains(&value) {
            let reason = format!("{value} is not within {} to {}", range.start(), range.end());
            return Err(self.invalid(key, reason));
        }
        Ok(value)
    }

    fn policy(&self) -> Result<Policy, ConfigError> {
        Ok(Policy {
            buffer_before: self.minutes("policy.buffer_before_minutes", &policy::BUFFER)?,
            buffer_after: self.minutes("policy.buffer_after_minutes", &policy::BUFFER)?,
            minimum_notice: self
                .minutes("policy.minimum_notice_minutes", &policy::MINIMUM_NOTICE)?,
            booking_window: self
                .minutes("policy.booking_window_minutes", &policy::BOOKING_WINDOW)?,
            start_increment: self
                .minutes("policy.start_increment_minutes", &policy::START_INCREMENT)?,
            per_day: self.limit("policy.per_day")?,
            per_week: self.limit("policy.per_week")?,
            requires_confirmation: self.parsed("policy.requires_confirmation")?,
            pending_blocks: self.parsed("policy.pending_blocks")?,
            confirm_within: self
                .minutes("policy.confirm_within_minutes", &policy::CONFIRM_WITHIN)?,
            cancel_deadline: self
                .minutes("policy.cancel_deadline_minutes", &policy::CANCEL_DEADLINE)?,
            join_opens: self.minutes("join.opens_minutes", &policy::JOIN_OPENS)?,
            grace: self.minutes("join.grace_minutes", &policy::GRACE)?,
            lobby: self.parsed("policy.lobby")?,
            reschedule_needs_consent: self.parsed("policy.reschedule_needs_consent")?,
        })
    }

    fn minutes(
        &self,
        key: &'static str,
        range: &std::ops::RangeInclusive<i64>,
    ) -> Result<TimeDelta, ConfigError> {
        policy::minutes(self.parsed(key)?, range)
            .map_err(|error| self.invalid(key, error.to_string()))
    }

    /// A number, or nothing: any number.
    fn limit(&self, key: &'static str) -> Result<Limit, ConfigError> {
        if self.text(key).is_empty() {
            return Ok(Limit::Unlimited);
        }
        Limit::try_from(self.parsed::<i64>(key)?)
            .map_err(|error| self.invalid(key, error.to_string()))
    }

    fn web_url(&self, key: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(text) = self.optional(key) else { return Ok(None) };
        let uri = text.parse::<axum::http::Uri>();
        let web = uri.is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
        if !web {
            return Err(self.invalid(key, format!("`{text}` is not an http or https URL")));
        }
        Ok(Some(text.trim_end_matches('/').to_owned()))
    }

    /// Origins are compared as texts: they must stand as browsers send them.
    fn origins(&self, key: &'static str) -> Result<Vec<String>, ConfigError> {
        let origins = self.list(key);
        match origins.iter().find(|origin| !is_origin(origin)) {
            None => Ok(origins),
            Some(wrong) => {
                let example = "https://school.example or http://localhost:3000";
                Err(self.invalid(key, format!("`{wrong}` is not an origin such as {example}")))
            }
        }
    }

    /// Secrets for HMAC.
    fn keys(&self, key: &'static str) -> Result<Vec<Vec<u8>>, ConfigError> {
        let keys: Vec<_> = self.list(key).into_iter().map(String::into_bytes).collect();
        if keys.iter().any(|key| key.len() < SECRET_BYTES) {
            return Err(self.invalid(key, format!("a secret has at least {SECRET_BYTES} bytes")));
        }
        Ok(keys)
    }

    fn ice_servers(&self) -> Result<Vec<IceServer>, ConfigError> {
        let key = "ice_servers";
        let servers: Vec<IceServerText> =
            serde_json::from_str(self.text(key)).map_err(|error| {
                let example = r#"[{"urls":"stun:host:3478"}]"#;
                self.invalid(key, format!("{error}; expected a list such as {example}"))
            })?;
        Ok(servers.into_iter().map(IceServerText::read).collect())
    }

    fn invalid(&self, key: &'static str, reason: String) -> ConfigError {
        ConfigError::Invalid { key, origin: self.0.get(key).origin.clone(), reason }
    }
}

/// Scheme and host in lower case, and a port that is not the scheme's own
/// (RFC 6454, section 6.2).
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<axum::http::Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    text == format!("{scheme}://{authority}")
        && text == text.to_ascii_lowercase()
        && !text.contains('@')
        && authority.port_u16() != Some(usual)
}

/// A dictionary of the browsers' `RTCConfiguration`, where one URL may stand
/// without a list around it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct IceServerText {
    urls: OneOrMore,
    username: Option<String>,
    credential: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl IceServerText {
    fn read(self) -> IceServer {
        let urls = match self.urls {
            OneOrMore::One(url) => vec![url],
            OneOrMore::More(urls) => urls,
        };
        IceServer { urls, username: self.username, credential: self.credential }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(flags: &[&str]) -> Result<Config, ConfigError> {
        let flags: Vec<_> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Config::from_values(&Values::gather(None, |_| None, &flags).unwrap())
    }

    #[test]
    fn defaults_are_valid() {
        let config = config(&[]).ok().unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert!(config.media.workers >= 1);
        assert_eq!(config.policy, Policy::default());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("listen=here", "`listen` is not valid"),
            ("database_connections=1", "1 is not within 2 to 200"),
            ("policy.per_day=0", "expected a whole number from 1 to 1000"),
            ("join.grace_minutes=121", "expected a whole number from 0 to 120"),
            ("policy.lobby=perhaps", "`policy.lobby` is not valid"),
            ("media.advertise=example.org", "expected an IP address"),
            ("trusted_proxies=10.0.0.0/8", "`10.0.0.0/8`: invalid IP address"),
            ("allowed_origins=*", "`*` is not an origin"),
            ("allowed_origins=https://a.example,https://b.example/", "`https://b.example/` is not"),
            ("allowed_origins=https://A.example", "not an origin"),
            ("allowed_origins=https://a.example:443", "not an origin"),
            ("allowed_origins=https://me@a.example", "not an origin"),
            ("allowed_origins=null", "not an origin"),
            ("match.mode=sometimes", "expected off, list or hook"),
            ("match.mode=hook", "at least 32 bytes"),
            ("auth.secret=short", "at least 32 bytes"),
            ("auth.algorithms=none", "`none` is none of"),
            ("auth.jwks_url=ftp://keys", "not an http or https URL"),
            ("ice_servers={}", "expected a list"),
        ];
        for (flag, expected) in cases {
            let error = config(&[flag]).err().unwrap().to_string();
            assert!(error.contains(expected), "{flag}: {error}");
        }
    }

    #[test]
    fn origins_are_those_that_browsers_send() {
        let flag = "allowed_origins=https://school.example, http://localhost:3000,http://[::1]:9";
        let origins = config(&[flag]).ok().unwrap().allowed_origins;
        assert_eq!(origins, ["https://school.example", "http://localhost:3000", "http://[::1]:9"]);
    }

    #[test]
    fn a_secret_never_admits_public_key_algorithms() {
        let secret = format!("auth.secret={}", "x".repeat(32));
        let config_with = |algorithms| config(&[&secret, algorithms]);
        let algorithms = config_with("auth.algorithms=HS384").ok().unwrap().auth.algorithms;
        assert_eq!(algorithms, [Algorithm::HS384]);
        assert!(config_with("auth.algorithms=RS256").is_err());
    }

    #[test]
    fn addresses_may_carry_a_port() {
        let config = config(&["media.advertise=192.0.2.1, [2001:db8::1]:9"]).ok().unwrap();
        let expected = [
            Advertised::Address("192.0.2.1".parse().unwrap()),
            Advertised::Mapped("[2001:db8::1]:9".parse().unwrap()),
        ];
        assert_eq!(config.media.advertise, expected);
    }

    #[test]
    fn ice_servers_are_those_of_browsers() {
        let text = r#"ice_servers=[{"urls":"stun:a"},{"urls":["turn:b"],"username":"u","credential":"c"}]"#;
        let servers = config(&[text]).ok().unwrap().ice_servers;
        assert_eq!(servers[0].urls, ["stun:a"]);
        assert_eq!(servers[1].username.as_deref(), Some("u"));
    }
}
