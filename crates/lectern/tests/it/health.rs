//! Whether the server says truly how it is.

use std::{env, path::PathBuf, time::Duration};

use lectern_store::cluster::Cluster;
use reqwest::StatusCode;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::support::{Home, Server};

/// How long readiness may be wrong after the database has changed.
const LAG: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_the_database_and_life_does_not() {
    let home = Home::new();
    let (dir, programs) = (home.folder.join("its own postgres"), programs());
    let cluster = Cluster::start(&dir, programs.as_deref()).await.expect("a cluster starts");
    let url = cluster.url();
    let server = home.start_with("serve", |command| {
        command.env("DATABASE_URL", &url);
    });
    let server = server.await;
    let ready = becomes(&server, StatusCode::OK).await;
    assert_eq!(ready["database"], true);
    assert!(ready["timeZones"].as_str().is_some_and(|edition| edition.starts_with("20")));

    cluster.stop().await;
    let unready = becomes(&server, StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(unready["database"], false);
    assert_eq!(server.get("/livez").await.status(), StatusCode::OK);

    let cluster = Cluster::start(&dir, programs.as_deref()).await.expect("it starts again");
    becomes(&server, StatusCode::OK).await;
    server.stop().await;
    cluster.stop().await;
}

async fn becomes(server: &Server, status: StatusCode) -> Value {
    let seen = async {
        loop {
            let answer = server.get("/readyz").await;
            if answer.status() == status {
                return answer.json().await.expect("JSON");
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(LAG, seen).await.unwrap_or_else(|_| panic!("/readyz does not become {status}"))
}

fn programs() -> Option<PathBuf> {
    env::var_os("LECTERN_POSTGRES_BIN").map(PathBuf::from)
}
