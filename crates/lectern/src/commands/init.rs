//! `lectern init`: a first configuration, and a key for the platform's servers.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, bail};
use chrono::TimeDelta;
use lectern_api::SystemClock;
use lectern_domain::{
    clock::Clock as _,
    id::KeyId,
    secret::Secret,
    service_key::{Scope, ServiceKey},
};
use lectern_store::api_keys::{self, NewKey};
use rand::RngExt as _;
use uuid::Uuid;

use crate::{
    cli::{self, Init, Settings},
    data_dir::DataDir,
    database::Database,
};

/// What the first key is called.
const KEY_NAME: &str = "first key";
/// How long the first key is good for.
const KEY_LIFE: TimeDelta = TimeDelta::days(365);

/// Writes the file, then makes the key; where the second fails the first is
/// undone, so that the command can be given again.
pub(crate) fn init(init: &Init) -> anyhow::Result<()> {
    let path = &init.config;
    write(path)?;
    let key = match cli::runtime()?.block_on(first_key(&init.settings())) {
        Ok(key) => key,
        Err(error) => {
            fs::remove_file(path)
                .with_context(|| format!("{error:#}; and {} is in the way", path.display()))?;
            return Err(error);
        }
    };
    let shown = path.display();
    println!(
        "{shown} is written, with secrets that nobody else may read.\n\n\
         The platform's first service key, good for everything and for a year.\n\
         It is not shown again:\n\n  {key}\n\n\
         Serve:              lectern serve --config {shown}\n\
         An admin's token:   lectern token --config {shown} --sub YOUR-ID --role admin"
    );
    Ok(())
}

fn write(path: &Path) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(path);
    let mut file = match opened {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already, and left as it is", path.display())
        }
        opened => opened.with_context(|| format!("cannot write {}", path.display()))?,
    };
    file.write_all(text().as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// The file. What is not in it has its default, and the environment overrides
/// it; `lectern config` prints the sum.
fn text() -> String {
    format!(
        r#"# Lectern's settings. `lectern config` explains every one.

# Where the server listens, and how people reach it through your proxy.
listen = "127.0.0.1:8080"
# public_url = "https://lessons.example.org"

# The embedded Postgres lives in .lectern. To use your own:
# database_url = "postgres://lectern@db.example.org/lectern"

# Keys of room tokens. To change them, put a new one in front and drop the old
# one a day later.
room_keys = ["{room_key}"]

[auth]
# Your platform signs its users' tokens (HS256) with this, or publishes its
# public keys: then set jwks_url instead.
secret = "{secret}"
# jwks_url = "https://example.org/.well-known/jwks.json"
"#,
        room_key = hexadecimal(&drawn()),
        secret = hexadecimal(&drawn()),
    )
}

async fn first_key(settings: &Settings) -> anyhow::Result<String> {
    let config = settings.read()?;
    let data_dir = DataDir::open(&config.data_dir)?;
    // The embedded Postgres belongs to one process at a time.
    let _lock = config.database.url.is_none().then(|| data_dir.lock()).transpose()?;
    let database = Database::open(&config.database, &data_dir).await?;
    let made = make_key(&database).await;
    database.close().await;
    made
}

async fn make_key(database: &Database) -> anyhow::Result<String> {
    #[expect(clippy::disallowed_methods, reason = "a driver: it names what it makes")]
    let key = ServiceKey::new(KeyId(Uuid::now_v7()), Secret::new(drawn()));
    let now = SystemClock.now();
    let new = NewKey {
        id: key.id,
        name: KEY_NAME.parse().context("the key's name")?,
        hash: key.hash(),
        scopes: Scope::ALL.to_vec(),
        expires_at: now + KEY_LIFE,
    };
    api_keys::create(database.pool(), &new, None, now).await.context("cannot make the key")?;
    Ok(key.reveal())
}

#[expect(clippy::disallowed_methods, reason = "a driver: secrets are drawn here")]
fn drawn() -> [u8; 32] {
    rand::rng().random()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
