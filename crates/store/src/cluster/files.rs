//! What lies in a cluster's folder: the lock, Postgres's own data, the socket,
//! the password and the log.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::Stdio,
};

use rand::RngExt as _;

use super::{Binaries, ClusterError, NAME, identity::Identity};

/// Random bytes of a password, which is their hexadecimal form.
const PASSWORD_BYTES: usize = 24;

/// The folder of a cluster.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    dir: PathBuf,
}

impl Files {
    /// Makes the folder, for its owner alone.
    pub(crate) fn prepare(dir: &Path) -> Result<Self, ClusterError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(ClusterError::io("cannot make the folder", dir))?;
        let dir = dir.canonicalize().map_err(ClusterError::io("cannot find the folder", dir))?;
        Ok(Self { dir })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    fn password(&self) -> PathBuf {
        self.dir.join("password")
    }

    /// The major version that made the cluster, if there is one.
    pub(crate) fn version(&self) -> Result<Option<String>, ClusterError> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(version) => Ok(Some(version.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ClusterError::io("cannot read", path)(error)),
        }
    }

    /// Makes the cluster unless it is there, and returns its password.
    ///
    /// It is made beside its place and moved there in one step, so that a
    /// start that is killed half way leaves nothing that looks whole.
    pub(crate) fn make(
        &self,
        binaries: &Binaries,
        identity: Identity,
    ) -> Result<String, ClusterError> {
        if self.data().join("PG_VERSION").exists() {
            let path = self.password();
            return fs::read_to_string(&path)
                .map(|text| text.trim().to_owned())
                .map_err(ClusterError::io("cannot read", path));
        }
        let password = draw_password();
        self.write_password(&password)?;
        let unfinished = self.dir.join("data.new");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)
                .map_err(ClusterError::io("cannot remove", &unfinished))?;
        }
        identity.own(&self.dir)?;
        let output = identity
            .command(&binaries.program("initdb"))
            .arg("--pgdata")
            .arg(&unfinished)
            .arg("--pwfile")
            .arg(self.password())
            .args(["--username", NAME, "--auth", "scram-sha-256"])
            .args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"])
            .stdin(Stdio::null())
            .output()
            .map_err(ClusterError::io("cannot run", binaries.program("initdb")))?;
        if !output.status.success() {
            let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(ClusterError::NotMade { output });
        }
        fs::rename(&unfinished, self.data())
            .map_err(ClusterError::io("cannot rename", &unfinished))?;
        Ok(password)
    }

    fn write_password(&self, password: &str) -> Result<(), ClusterError> {
        let path = self.password();
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| {
                file.set_permissions(Permissions::from_mode(0o600))?;
                file.write_all(password.as_bytes())
            })
            .map_err(ClusterError::io("cannot write", path))
    }
}

#[expect(clippy::disallowed_methods, reason = "a driver: the secret is drawn where it is kept")]
fn draw_password() -> String {
    let bytes: [u8; PASSWORD_BYTES] = rand::rng().random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The right to start and stop the cluster, held until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn take(files: &Files) -> Result<Self, ClusterError> {
        let path = files.lock();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(ClusterError::io("cannot open", &path))?;
        if file.try_lock().is_err() {
            let mut pid = String::new();
            file.read_to_string(&mut pid).map_err(ClusterError::io("cannot read", &path))?;
            return Err(ClusterError::InUse { dir: files.dir.clone(), pid: pid.trim().to_owned() });
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(ClusterError::io("cannot write", &path))?;
        Ok(Self { _file: file })
    }
}
