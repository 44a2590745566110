//! Under which identity Postgres runs: as its owner, and where the owner is
//! root, which Postgres refuses, in one of two disguises.
//!
//! Root's first choice is a user namespace in which it is called 1000: files
//! stay root's, and folders that only root may enter stay reachable. Where
//! namespaces are forbidden, as in many containers, Postgres runs as `nobody`
//! with the one capability that lets it walk through root's folders, and owns
//! its own folder.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, lchown},
    path::Path,
    process::{Command, Stdio},
};

use super::{ClusterError, files::Files};

/// What root is called inside the namespace. Any number but 0 does.
const MAPPED_USER: &str = "--map-user=1000";
/// `nobody` and `nogroup` on Linux.
const NOBODY: u32 = 65534;

/// How Postgres's programs are started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// As the owner of this process.
    Own,
    /// As root under another name.
    Namespace,
    /// As `nobody`.
    Nobody,
}

impl Identity {
    /// What this process may do.
    pub(crate) fn choose(files: &Files) -> Result<Self, ClusterError> {
        if !nix::unistd::geteuid().is_root() {
            return Ok(Self::Own);
        }
        [Self::Namespace, Self::Nobody]
            .into_iter()
            .find(|identity| {
                let mut probe = identity.command(Path::new("ls"));
                probe.arg(files.dir()).stdin(Stdio::null()).stdout(Stdio::null());
                probe.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
            })
            .ok_or(ClusterError::NoIdentity)
    }

    /// A command that runs `program` under this identity, in the same process:
    /// every wrapper replaces itself, so signals reach the program.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = match self {
            Self::Own => return Command::new(program),
            Self::Namespace => {
                let mut command = Command::new("unshare");
                command.args(["--user", MAPPED_USER, "--"]);
                command
            }
            Self::Nobody => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={NOBODY}")).arg(format!("--regid={NOBODY}"));
                command.args(["--clear-groups", "--inh-caps=+dac_override"]);
                command.args(["--ambient-caps=+dac_override"]);
                // Without this, access(2) disregards the capability.
                command.args(["--securebits=+no_setuid_fixup", "--"]);
                command
            }
        };
        command.arg(program);
        command
    }

    /// Hands everything under `dir` to the identity that will use it, where
    /// it belongs to the other disguise.
    pub(crate) fn own(self, dir: &Path) -> Result<(), ClusterError> {
        let owner = match self {
            Self::Own => return Ok(()),
            Self::Namespace => 0,
            Self::Nobody => NOBODY,
        };
        hand_over(dir, owner).map_err(ClusterError::io("cannot change the owner of", dir))
    }
}

fn hand_over(path: &Path, owner: u32) -> std::io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.uid() != owner {
        lchown(path, Some(owner), Some(owner))?;
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            hand_over(&entry?.path(), owner)?;
        }
    }
    Ok(())
}
