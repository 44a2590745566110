use std::{
    fs,
    path::{Path, PathBuf},
};

use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use super::{Cluster, ClusterError, leftovers};

/// A folder with a name that shells and lists trip over.
fn awkward() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let dir = parent.path().join("It's, a \"folder\" of ours");
    (parent, dir)
}

/// Where the machine's Postgres is, if it is in no usual place.
fn programs() -> Option<PathBuf> {
    std::env::var_os("LECTERN_POSTGRES_BIN").map(PathBuf::from)
}

async fn start(dir: &Path) -> Result<Cluster, ClusterError> {
    Cluster::start(dir, programs().as_deref()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_keeps_its_data_and_leaves_no_process() {
    let (_parent, dir) = awkward();
    let cluster = start(&dir).await.expect("a new cluster starts");
    let mut connection = PgConnection::connect(&cluster.url()).await.expect("the URL leads there");
    connection.execute("CREATE TABLE kept (n int)").await.expect("the database is ours");
    connection.execute("INSERT INTO kept VALUES (42)").await.expect("the table is there");
    cluster.stop().await;
    let data = dir.join("data").canonicalize().expect("the data stays");
    assert_eq!(leftovers::processes_in(&data), []);

    let cluster = start(&dir).await.expect("the cluster starts again");
    let mut connection = PgConnection::connect(&cluster.url()).await.expect("the URL leads there");
    let n: i32 = sqlx::query_scalar("SELECT n FROM kept")
        .fetch_one(&mut connection)
        .await
        .expect("it is kept");
    assert_eq!(n, 42);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_is_refused_by_name() {
    let (_parent, dir) = awkward();
    let cluster = start(&dir).await.expect("a new cluster starts");
    let refused = start(&dir).await.expect_err("the folder is taken");
    let ClusterError::InUse { pid, .. } = refused else { panic!("{refused}") };
    assert_eq!(pid, std::process::id().to_string());
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_pid_file_is_no_obstacle() {
    let (_parent, dir) = awkward();
    start(&dir).await.expect("a new cluster starts").stop().await;
    // The parent of this test is alive, and is no Postgres.
    let pid = std::os::unix::process::parent_id();
    let stale = format!("{pid}\n{}\n1700000000\n5432\n\n\n", dir.join("data").display());
    fs::write(dir.join("data/postmaster.pid"), stale).expect("the data is ours");
    start(&dir).await.expect("the pid file is recognised as stale").stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_too_long_for_a_socket_is_served_over_loopback() {
    let parent = tempfile::tempdir().expect("a temporary folder");
    let dir = parent.path().join("long".repeat(30));
    let cluster = start(&dir).await.expect("a new cluster starts");
    assert!(cluster.url().contains("@127.0.0.1:"), "{}", cluster.url());
    PgConnection::connect(&cluster.url()).await.expect("the URL leads there");
    let wrong = cluster.options().clone().password("wrong");
    PgConnection::connect_with(&wrong).await.expect_err("the password is asked for");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_dies_is_noticed_and_revived() {
    let (_parent, dir) = awkward();
    let mut cluster = start(&dir).await.expect("a new cluster starts");
    let data = dir.join("data").canonicalize().expect("the data is there");
    leftovers::end(&data).await.expect("Postgres ends when told");
    cluster.ended().await;
    PgConnection::connect(&cluster.url()).await.expect_err("Postgres is gone");
    cluster.revive().await.expect("it starts again");
    PgConnection::connect(&cluster.url()).await.expect("the URL leads there still");
    cluster.stop().await;
}
