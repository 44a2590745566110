//! Starting the real binary, each time in a folder of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;

/// How long a start may take: it makes a database cluster.
pub(crate) const START: Duration = Duration::from_secs(120);
/// How long a stop may take.
const STOP: Duration = Duration::from_secs(60);
/// The pause between two looks.
const POLL: Duration = Duration::from_millis(20);

/// Any secret of sufficient length.
pub(crate) const SECRET: &str = "a secret that is only good for tests";

/// A folder with a blank in its name, and settings for a binary in it.
#[derive(Debug)]
pub(crate) struct Home {
    _parent: TempDir,
    pub(crate) folder: PathBuf,
}

impl Home {
    pub(crate) fn new() -> Self {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let folder = parent.path().join("a home");
        fs::create_dir(&folder).expect("the folder is new");
        // What is read from `/proc` has no symbolic links in it.
        let folder = folder.canonicalize().expect("the folder is there");
        Self { _parent: parent, folder }
    }

    /// The binary, with nothing of the caller's settings but where Postgres's
    /// programs are, and with ports that are free.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lectern"));
        for (name, _) in std::env::vars() {
            if name.starts_with("LECTERN_") && name != "LECTERN_POSTGRES_BIN" {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .env_remove("DATABASE_URL")
            .env("LECTERN_DATA_DIR", self.folder.join("data"))
            .env("LECTERN_LISTEN", "127.0.0.1:0")
            .env("LECTERN_METRICS_LISTEN", "127.0.0.1:0")
            .env("LECTERN_MEDIA_LISTEN", "127.0.0.1:0")
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command that ends by itself.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    pub(crate) async fn start(&self, command: &str) -> Server {
        self.start_with(command, |_| {}).await
    }

    /// Starts a server and waits until it is ready.
    pub(crate) async fn start_with(
        &self,
        command: &str,
        adjust: impl FnOnce(&mut Command),
    ) -> Server {
        let mut server = self.spawn(command, adjust);
        let ready = until(START, || {
            if let Some(status) = server.child.try_wait().expect("it is our child") {
                panic!("the server ended: {status}\n{}", read(&server.log));
            }
            fs::read_to_string(&server.ready_file).ok()
        })
        .await
        .unwrap_or_else(|| panic!("the server does not get ready\n{}", read(&server.log)));
        server.ready = serde_json::from_str(&ready).expect("the ready file is JSON");
        server
    }

    /// Starts a server and does not wait for it.
    pub(crate) fn spawn(&self, command: &str, adjust: impl FnOnce(&mut Command)) -> Server {
        let ready_file = self.folder.join("ready.json");
        // A server that was killed could not take it away.
        let _ = fs::remove_file(&ready_file);
        let log = self.folder.join("log");
        let mut process = self.command(&[command]);
        process.arg("--ready-file").arg(&ready_file);
        process.env("LECTERN_AUTH_SECRET", SECRET);
        let output = fs::File::create(&log).expect("the log can be written");
        process.stdout(output.try_clone().expect("a file can be opened twice")).stderr(output);
        adjust(&mut process);
        let child = process.spawn().expect("the binary runs");
        Server { child, ready: Value::Null, ready_file, log, client: client() }
    }

    /// Processes whose command line names this home.
    pub(crate) fn processes(&self) -> Vec<String> {
        let folder = self.folder.to_string_lossy().into_owned();
        let commands = fs::read_dir("/proc").expect("Linux has /proc").filter_map(|entry| {
            let command = fs::read(entry.ok()?.path().join("cmdline")).ok()?;
            Some(String::from_utf8_lossy(&command).replace('\0', " "))
        });
        commands.filter(|command| command.contains(&folder)).collect()
    }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// What stands in the ready file; null before.
    pub(crate) ready: Value,
    pub(crate) ready_file: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) client: Client,
}

impl Server {
    /// A URL of its API or of its pages.
    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}{path}", self.ready["api"].as_str().expect("the ready file names the API"))
    }

    pub(crate) fn metrics(&self) -> String {
        format!("{}/metrics", self.ready["metrics"].as_str().expect("and the metrics"))
    }

    /// A request as a user.
    pub(crate) fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.client.request(method, self.api(path)).bearer_auth(token)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(self.api(path)).send().await.expect("the server answers")
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("process ids are small");
        kill(Pid::from_raw(pid), signal).expect("the process is ours");
    }

    /// Waits until it has ended, and returns its exit code.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        let status = until(STOP, || self.child.try_wait().expect("it is our child"))
            .await
            .unwrap_or_else(|| panic!("the server does not stop\n{}", read(&self.log)));
        status.code()
    }

    /// Stops it as a service manager would.
    pub(crate) async fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        assert_eq!(self.ended().await, Some(0), "{}", read(&self.log));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After a failed test; a server that has been stopped is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again until there is something to see, or the time is up.
pub(crate) async fn until<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    #[expect(clippy::disallowed_methods, reason = "a test bounds its own waiting")]
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return Some(seen);
        }
        if started.elapsed() > limit {
            return None;
        }
        tokio::time::sleep(POLL).await;
    }
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn client() -> Client {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// What a command said when it failed.
pub(crate) fn failure(output: &Output) -> String {
    assert!(!output.status.success(), "it should have failed");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
