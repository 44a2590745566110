//! `lectern token`.

use anyhow::{Context as _, bail};
use chrono::TimeDelta;
use lectern_api::SystemClock;
use lectern_domain::{clock::Clock as _, id::UserId};

use crate::{
    cli::Token,
    data_dir::DataDir,
    tokens::{Issuer, Subject},
};

/// The longest life of a token that is made here.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// Prints one token and nothing else.
pub(crate) fn print(token: &Token) -> anyhow::Result<()> {
    let mut config = token.settings.read()?;
    let id: UserId = token.sub.parse().context("--sub is no user id")?;
    if config.auth.secrets.is_empty() {
        let Some(secret) = DataDir::existing_secret(&config.data_dir, DataDir::AUTH_SECRET)? else {
            bail!(
                "there is no secret to sign with: set LECTERN_AUTH_SECRET, or start \
                 `lectern demo` once with this data_dir"
            );
        };
        config.auth.secrets.push(secret);
    }
    let subject = Subject {
        id: id.as_str(),
        name: token.name.as_deref(),
        role: token.role.as_deref(),
        locale: None,
        time_zone: None,
    };
    let issued = Issuer::new(&config.auth)?.issue(&subject, SystemClock.now(), token.ttl)?;
    println!("{issued}");
    Ok(())
}

/// A length of time such as `90s`, `15m`, `1h`, `7d`.
pub(crate) fn lifetime(text: &str) -> Result<TimeDelta, String> {
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = &text[number.len()..];
    let number: i64 = number.parse().map_err(|_| expected())?;
    let delta = match unit {
        "s" => TimeDelta::try_seconds(number),
        "m" => TimeDelta::try_minutes(number),
        "h" => TimeDelta::try_hours(number),
        "d" => TimeDelta::try_days(number),
        _ => None,
    };
    delta.filter(|delta| *delta > TimeDelta::zero() && *delta <= LONGEST).ok_or_else(expected)
}

fn expected() -> String {
    "expected a length such as 90s, 15m, 1h or 7d, at most 366d".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_have_a_unit_and_a_bound() {
        assert_eq!(lifetime("90s"), Ok(TimeDelta::seconds(90)));
        assert_eq!(lifetime("1h"), Ok(TimeDelta::hours(1)));
        assert_eq!(lifetime("7d"), Ok(TimeDelta::days(7)));
        for wrong in ["", "h", "1", "0s", "-1h", "1w", "367d", "99999999999999999999s", "1é"] {
            assert!(lifetime(wrong).is_err(), "{wrong}");
        }
    }
}
