//! The folder in which a server keeps what is its own: generated secrets, its
//! name as a node, the embedded Postgres.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use lectern_domain::id::NodeId;
use rand::RngExt as _;
use uuid::Uuid;

/// Random bytes of a generated secret; it is kept in hexadecimal.
const SECRET_BYTES: usize = 32;

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(PathBuf);

/// The right to run a server with the folder, until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl DataDir {
    /// The secret of the demo's tokens.
    pub(crate) const AUTH_SECRET: &str = "auth-secret";
    /// The key of room tokens, where none is configured.
    pub(crate) const ROOM_KEY: &str = "room-key";

    /// Makes the folder where it is not there, for its owner alone.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| format!("cannot make the folder {} (data_dir)", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    /// Where the embedded Postgres lives.
    pub(crate) fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }

    /// Takes the folder for this process. The kernel gives it back when the
    /// process ends, however it ends.
    pub(crate) fn lock(&self) -> anyhow::Result<Lock> {
        let path = self.0.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        if file.try_lock().is_err() {
            let mut pid = String::new();
            file.read_to_string(&mut pid)?;
            bail!(
                "{} is in use by process {}: a Lectern is already running there; stop it, or name \
                 another folder with LECTERN_DATA_DIR",
                self.0.display(),
                pid.trim()
            );
        }
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Lock { _file: file })
    }

    /// The secret of this name; it is drawn when first asked for.
    pub(crate) fn secret(&self, name: &str) -> anyhow::Result<Vec<u8>> {
        self.kept(name, || {
            #[expect(clippy::disallowed_methods, reason = "a driver: secrets are drawn here")]
            let bytes: [u8; SECRET_BYTES] = rand::rng().random();
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        })
        .map(String::into_bytes)
    }

    /// The secret of this name in `path`, if it was ever drawn.
    pub(crate) fn existing_secret(path: &Path, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        read(&path.join(name)).map(|text| text.map(String::into_bytes))
    }

    /// What this server is called among media nodes.
    pub(crate) fn node(&self) -> anyhow::Result<NodeId> {
        #[expect(clippy::disallowed_methods, reason = "a driver: a node's name is drawn here")]
        let name = self.kept("node", || Uuid::new_v4().to_string())?;
        name.parse().with_context(|| format!("{} holds no node's name", self.0.display()))
    }

    fn kept(&self, name: &str, make: impl FnOnce() -> String) -> anyhow::Result<String> {
        let path = self.0.join(name);
        if let Some(text) = read(&path)? {
            return Ok(text);
        }
        // Written aside and renamed: a reader never sees half of it.
        let (text, unfinished) = (make(), self.0.join(format!("{name}.new")));
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| std::fs::rename(&unfinished, &path))
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(text)
    }
}

fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
