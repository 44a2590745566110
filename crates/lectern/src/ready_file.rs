//! The file that tells scripts where a server is.

use std::{
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde::Serialize;

/// What stands in the file.
#[derive(Debug, Serialize)]
pub(crate) struct Addresses<'a> {
    /// URL of the API and the web app.
    pub(crate) api: &'a str,
    /// URL of the metrics' listener.
    pub(crate) metrics: &'a str,
    /// Where the media workers are bound.
    pub(crate) media: &'a [SocketAddr],
    /// The process.
    pub(crate) pid: u32,
}

/// A written file; it goes when the server stops.
#[derive(Debug)]
pub(crate) struct ReadyFile(PathBuf);

impl ReadyFile {
    /// Writes the file in one step: whoever sees it sees all of it.
    pub(crate) fn write(path: &Path, addresses: &Addresses<'_>) -> anyhow::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
            serde_json::to_writer(&mut file, addresses)?;
            file.flush()?;
            file.persist(path)?;
            Ok(())
        };
        write().with_context(|| format!("cannot write {} (--ready-file)", path.display()))?;
        Ok(Self(path.to_owned()))
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, "ready_file.not_removed");
        }
    }
}
