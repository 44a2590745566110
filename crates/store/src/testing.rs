//! Databases for tests: each test has its own, made from a migrated template.
//!
//! They lie in the server that `LECTERN_TEST_DATABASE_URL` names. Where it is
//! unset, the first test starts a cluster under `target/test-postgres`, all
//! others use it, and it stops a few seconds after the last of them: every
//! test process holds a shared lock on a file, and a small shell that started
//! Postgres waits until it can have that lock for itself.

use std::{
    env,
    fs::{self, File, OpenOptions},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use rand::RngExt as _;
use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, PgPool,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};
use tokio::time::sleep;

use crate::{
    cluster::{
        Binaries, NAME,
        files::Files,
        identity::Identity,
        settings::{self, Endpoint, Purpose},
    },
    migrate::{MIGRATIONS, migrate},
    roles,
};

/// Names another server for tests. Its user must be allowed to make databases.
const SERVER_VARIABLE: &str = "LECTERN_TEST_DATABASE_URL";
/// Names the folder of Postgres's programs, where it is no usual one.
const PROGRAMS_VARIABLE: &str = "LECTERN_POSTGRES_BIN";
/// The advisory lock under which the template is made; any number does.
const TEMPLATE_LOCK: i64 = 0x4c65_6374;
/// How often a cluster that has just been started is asked whether it is there.
const START_ATTEMPTS: u32 = 600;
/// The pause between two such questions.
const POLL: Duration = Duration::from_millis(50);
/// Connections of one test.
const POOL: u32 = 10;

/// Starts Postgres ("$@"), and stops it when nobody holds the lock on the
/// first argument any more.
const KEEPER: &str = r#"
users=$1; shift
"$@" &
postgres=$!
exec 9>>"$users"
while sleep 3 9>&-; do
    kill -0 "$postgres" 2>/dev/null || exit 0
    if flock --nonblock 9; then
        kill -INT "$postgres"
        wait "$postgres"
        exit 0
    fi
done
"#;

/// A database of its own, which goes away with this value.
#[derive(Debug)]
pub struct Database {
    /// Connections to it, in the service's role.
    pub pool: PgPool,
    /// Connections of the tables' owner, for what the service may not do.
    pub owner: PgPool,
    /// Where other processes find it.
    pub url: String,
    name: String,
    server: Server,
}

impl Database {
    /// Makes a database with the newest schema.
    pub async fn create() -> Self {
        let server = Server::reach().await;
        let mut connection = server.connect("postgres").await;
        let template = make_template(&server, &mut connection).await;
        Self::make(server, connection, &template).await
    }

    /// Makes an empty database, without any schema: only its owner can do
    /// anything there.
    pub async fn create_empty() -> Self {
        let server = Server::reach().await;
        let connection = server.connect("postgres").await;
        Self::make(server, connection, "template1").await
    }

    async fn make(server: Server, mut connection: PgConnection, template: &str) -> Self {
        let name = format!("lectern_test_{:016x}", draw());
        create_database(&mut connection, &name, template).await;
        connection.close().await.expect("Postgres takes the farewell");
        let options = server.options.clone().database(&name);
        let url = options.to_url_lossy().to_string();
        let pool = roles::in_service(PgPoolOptions::new())
            .max_connections(POOL)
            .connect_with(options.clone())
            .await
            .expect("Postgres accepts connections to the new database");
        let owner = PgPoolOptions::new().max_connections(POOL).connect_lazy_with(options);
        Self { pool, owner, url, name, server }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A test ends in the midst of its runtime, which cannot be blocked on.
        let (options, name) = (self.server.options.clone(), self.name.clone());
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect_with(&options).await?;
                let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                connection.execute(sqlx::AssertSqlSafe(statement)).await?;
                connection.close().await
            })
        });
        // What is left goes with the cluster.
        let _ = dropping.join();
    }
}

/// The server that tests use, and the claim that keeps it running.
#[derive(Debug)]
struct Server {
    options: PgConnectOptions,
    _claim: Option<File>,
}

impl Server {
    async fn reach() -> Self {
        if let Ok(url) = env::var(SERVER_VARIABLE) {
            let options = url.parse().expect("LECTERN_TEST_DATABASE_URL is a postgres:// URL");
            return Self { options, _claim: None };
        }
        let files = Files::prepare(&folder()).expect("the folder for the tests' cluster");
        let claim = open(&files.dir().join("users"));
        claim.lock_shared().expect("the keeper gives the lock up once Postgres has gone");
        let starting = open(&files.dir().join("starting"));
        starting.lock().expect("others give the lock up once the cluster is started");
        let address = files.dir().join("url");
        let options = match running(&address).await {
            Some(options) => options,
            None => start(&files, &address).await,
        };
        Self { options, _claim: Some(claim) }
    }

    async fn connect(&self, database: &str) -> PgConnection {
        let options = self.options.clone().database(database);
        PgConnection::connect_with(&options).await.expect("the tests' Postgres accepts connections")
    }
}

/// `target/test-postgres`, wherever the target folder is: a test lies in the
/// `deps` of one of its profiles.
fn folder() -> PathBuf {
    let program = env::current_exe().expect("a test knows its own path");
    let deps = program.ancestors().find(|folder| folder.ends_with("deps"));
    let target = deps.and_then(|deps| deps.ancestors().nth(2)).expect("cargo puts tests in deps");
    target.join("test-postgres")
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap_or_else(|error| panic!("cannot open {}: {error}", path.display()))
}

async fn running(address: &Path) -> Option<PgConnectOptions> {
    let options: PgConnectOptions = fs::read_to_string(address).ok()?.parse().ok()?;
    PgConnection::connect_with(&options).await.ok()?.close().await.ok()?;
    Some(options)
}

/// Makes a new cluster: nothing of an earlier run is worth keeping.
#[expect(clippy::zombie_processes, reason = "it outlives this process, whose end it waits for")]
async fn start(files: &Files, address: &Path) -> PgConnectOptions {
    if files.data().exists() {
        fs::remove_dir_all(files.data()).expect("the last run's cluster can be removed");
    }
    let programs = env::var_os(PROGRAMS_VARIABLE).map(PathBuf::from);
    let binaries = Binaries::find(programs.as_deref(), None).expect("Postgres is installed");
    let identity = Identity::choose(files).expect("Postgres can run under some identity");
    let password = files.make(&binaries, identity).expect("initdb works");
    let endpoint = Endpoint::choose(files).expect("a socket or a free port");
    let options = endpoint.options(files).username(NAME).password(&password).database("postgres");
    let postgres = settings::postgres(&binaries, identity, files, endpoint, Purpose::Tests)
        .expect("the cluster's folder belongs to us");

    let log = File::create(files.log()).expect("the log can be written");
    Command::new("setsid")
        .args(["sh", "-c", KEEPER, "keeper"])
        .arg(files.dir().join("users"))
        .arg(postgres.get_program())
        .args(postgres.get_args())
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a file can be opened twice"))
        .stderr(log)
        .process_group(0)
        .spawn()
        .expect("setsid and sh are there");

    for _ in 0..START_ATTEMPTS {
        if let Ok(connection) = PgConnection::connect_with(&options).await {
            connection.close().await.expect("Postgres takes the farewell");
            fs::write(address, options.to_url_lossy().as_str()).expect("the URL can be written");
            return options;
        }
        sleep(POLL).await;
    }
    let log = fs::read_to_string(files.log()).unwrap_or_default();
    panic!("the tests' Postgres did not start: {log}");
}

/// The database with the newest schema, which others are copied from.
async fn make_template(server: &Server, connection: &mut PgConnection) -> String {
    let checksum = MIGRATIONS.iter().fold(0_u64, |sum, migration| {
        migration.checksum.iter().fold(sum, |sum, byte| {
            sum.rotate_left(5).wrapping_mul(31).wrapping_add(u64::from(*byte))
        })
    });
    let template = format!("lectern_template_{checksum:016x}");
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut *connection)
        .await
        .expect("the lock is given up with its connection");
    let known: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&template)
            .fetch_one(&mut *connection)
            .await
            .expect("the catalogue can be read");
    if !known {
        let unfinished = format!("lectern_template_{:016x}_unfinished", draw());
        create_database(connection, &unfinished, "template1").await;
        let options = server.options.clone().database(&unfinished);
        let pool = PgPool::connect_with(options).await.expect("the new database is there");
        migrate(&pool).await.expect("the migrations apply to an empty database");
        pool.close().await;
        let statement = format!("ALTER DATABASE {unfinished} RENAME TO {template}");
        connection.execute(sqlx::AssertSqlSafe(statement)).await.expect("nobody else uses it");
    }
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(connection)
        .await
        .expect("the lock is ours");
    template
}

async fn create_database(connection: &mut PgConnection, name: &str, template: &str) {
    let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
    connection
        .execute(sqlx::AssertSqlSafe(statement))
        .await
        .unwrap_or_else(|error| panic!("cannot make the database {name}: {error}"));
}

#[expect(clippy::disallowed_methods, reason = "names of databases differ between processes")]
fn draw() -> u64 {
    rand::rng().random()
}
