//! The database goes away in the midst of a lesson, and comes back.

use lectern_domain::{id::SessionId, room::Role};
use lectern_protocol::{ClientMessage, ErrorCode};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use super::{
    client::Client,
    server::{OFFER, Server, sign},
};

/// Shuts the server's database for everybody, or opens it again.
async fn set_available(server: &Server, available: bool) {
    let (place, database) = server.database.url.rsplit_once('/').expect("a URL has a path");
    let (database, options) = match database.split_once('?') {
        Some((database, options)) => (database, format!("?{options}")),
        None => (database, String::new()),
    };
    let administration = format!("{place}/postgres{options}");
    let mut connection = PgConnection::connect(&administration).await.expect("connect");
    let allow = format!("ALTER DATABASE {database} WITH ALLOW_CONNECTIONS {available}");
    connection.execute(AssertSqlSafe(allow)).await.expect("alter");
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    );
    connection.execute(AssertSqlSafe(end)).await.expect("terminate");
}

#[tokio::test]
async fn a_lesson_outlasts_its_database() {
    let server = Server::start().await;
    let (mut teacher, _) = Client::join(server.address, &Server::token(Role::Teacher)).await;
    teacher.chat("before").await;

    set_available(&server, false).await;
    teacher.chat("during").await;
    // The room is open, so others may come.
    let (mut student, joined) = Client::join(server.address, &Server::token(Role::Student)).await;
    assert_eq!(joined.chat, ["text of before", "text of during"]);
    student.chat("as well").await;
    // What is not open cannot be looked up.
    let mut grant = Server::grant(Role::Student);
    grant.room = SessionId(Uuid::from_u128(2));
    let mut other = Client::open(server.address).await;
    let (token, offer) = (sign(&grant), OFFER.to_owned());
    other.say(ClientMessage::Join { token, offer, sources: None }).await;
    assert_eq!(other.rejection().await, (ErrorCode::Unavailable, 1013));

    set_available(&server, true).await;
    let written = "SELECT string_agg(client_id, ' ' ORDER BY id) FROM chat_messages";
    server.until_stored(written, "before during as well").await;
    let attended = "SELECT string_agg(role, ' ' ORDER BY joined_at) FROM attendance";
    server.until_stored(attended, "teacher student").await;
}
