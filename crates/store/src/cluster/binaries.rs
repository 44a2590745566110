//! Finding Postgres's programs.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::ClusterError;

/// Where Debian and Ubuntu put each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// One installation of Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    dir: PathBuf,
    major: String,
}

impl Binaries {
    /// The installation that made a cluster of version `wanted`; for a new
    /// cluster, the newest of the machine. Where `named` names a folder of
    /// programs, that one alone counts.
    pub fn find(named: Option<&Path>, wanted: Option<&str>) -> Result<Self, ClusterError> {
        let folders = named.map_or_else(candidates, |folder| vec![folder.to_owned()]);
        let found: Vec<Self> = folders.into_iter().filter_map(Self::at).collect();
        let majors: Vec<&str> = found.iter().map(|binaries| binaries.major.as_str()).collect();
        let majors = majors.join(", ");
        let mut suitable = found
            .into_iter()
            .filter(|binaries| wanted.is_none_or(|wanted| binaries.major == wanted));
        suitable.next().ok_or_else(|| match (wanted, named) {
            (Some(wanted), _) if !majors.is_empty() => {
                ClusterError::OtherVersion { cluster: wanted.to_owned(), found: majors }
            }
            (_, Some(folder)) => ClusterError::NotThere { folder: folder.to_owned() },
            (_, None) => ClusterError::NoBinaries,
        })
    }

    /// The major version, such as "15".
    pub fn major(&self) -> &str {
        &self.major
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The installation in `dir`, if one is there and runs.
    fn at(dir: PathBuf) -> Option<Self> {
        if !dir.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(dir.join("postgres")).arg("--version").output().ok()?;
        let major = major(&String::from_utf8(output.stdout).ok()?)?;
        Some(Self { dir, major })
    }
}

/// Folders to look into: the system's versions, newest first, then the PATH.
fn candidates() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let number = entry.file_name().to_str()?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).filter(|dir| dir.is_absolute());
    versions.into_iter().map(|(_, dir)| dir).chain(on_path).collect()
}

/// The major version in what `postgres --version` prints.
fn major(line: &str) -> Option<String> {
    let version = line.trim().strip_prefix("postgres (PostgreSQL) ")?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read_from_what_postgres_prints() {
        let check = |line, expected: Option<&str>| assert_eq!(major(line).as_deref(), expected);
        check("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n", Some("15"));
        check("postgres (PostgreSQL) 18beta1\n", Some("18"));
        check("postgres (PostgreSQL) devel", None);
        check("", None);
    }
}
