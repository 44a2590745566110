//! How rooms end from outside.

use lectern_domain::room::Role;
use lectern_protocol::{ClientMessage, CloseReason, ErrorCode};

use super::{
    client::Client,
    server::{OFFER, SESSION, Server},
};

fn join(role: Role) -> ClientMessage {
    ClientMessage::Join { token: Server::token(role), offer: OFFER.into(), sources: None }
}

#[tokio::test]
async fn a_cancelled_lesson_closes_its_room() {
    let server = Server::start().await;
    let (mut teacher, _) = Client::join(server.address, &Server::token(Role::Teacher)).await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    // Nobody tells the node: it finds out by itself.
    sqlx::query(
        "UPDATE sessions SET status = 'cancelled', blocking = false, cancelled_at = now(), \
         cancelled_by = 'student', cancel_reason = ''",
    )
    .execute(&server.database.pool)
    .await
    .expect("cancel");
    assert_eq!(teacher.closed().await, CloseReason::Cancelled);
    assert_eq!(student.closed().await, CloseReason::Cancelled);

    let mut late = Client::open(server.address).await;
    late.say(join(Role::Student)).await;
    assert_eq!(late.rejection().await.0, ErrorCode::SessionCancelled);
}

#[tokio::test]
async fn a_room_is_closed_by_hand() {
    let server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    server.handle.close_room(SESSION, CloseReason::Cancelled).await;
    assert_eq!(student.closed().await, CloseReason::Cancelled);
    assert_eq!(server.handle.load(), lectern_signaling::Load::default());
}

#[tokio::test]
async fn whoever_is_no_longer_in_the_lesson_is_put_out() {
    let server = Server::start().await;
    let (mut teacher, _) = Client::join(server.address, &Server::token(Role::Teacher)).await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    let out = "DELETE FROM session_participants WHERE user_id = 'student' RETURNING *";
    let back = "INSERT INTO session_participants (session_id, user_id, role, during, blocking) \
                SELECT id, 'student', 'student', during, blocking FROM sessions";
    // Nobody tells the node: it finds out by itself.
    sqlx::query(out).execute(&server.database.pool).await.expect("remove");
    assert_eq!(student.closed().await, CloseReason::Removed);
    let mut late = Client::open(server.address).await;
    late.say(join(Role::Student)).await;
    assert_eq!(late.rejection().await, (ErrorCode::TokenRevoked, 1008));
    teacher.chat("where did they go").await;

    // Whoever is back may come back at once.
    sqlx::query(back).execute(&server.database.pool).await.expect("seat");
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    sqlx::query(out).execute(&server.database.pool).await.expect("remove");
    server.handle.look_again();
    assert_eq!(student.closed().await, CloseReason::Removed);
    let reasons = "SELECT string_agg(left_reason, ' ') FROM attendance WHERE role = 'student'";
    server.until_stored(reasons, "removed removed").await;
}

#[tokio::test]
async fn a_lesson_that_is_over_is_closed() {
    let server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    sqlx::query(
        "UPDATE sessions SET during = tstzrange(now() - interval '2 hours', now() - interval \
         '1 hour')",
    )
    .execute(&server.database.pool)
    .await
    .expect("move");
    assert_eq!(student.closed().await, CloseReason::Ended);
    let mut late = Client::open(server.address).await;
    late.say(join(Role::Student)).await;
    assert_eq!(late.rejection().await.0, ErrorCode::LessonOver);
}

#[tokio::test]
async fn a_room_that_was_taken_over_is_left() {
    let server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    sqlx::query("UPDATE room_leases SET fence = fence + 1, node_epoch = node_epoch + 1")
        .execute(&server.database.pool)
        .await
        .expect("take over");
    assert_eq!(student.closed().await, CloseReason::Shutdown);
}

#[tokio::test]
async fn a_node_that_stops_says_so_and_writes_everything() {
    let server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    let mut idle = Client::open(server.address).await;
    student.chat("last words").await;
    server.shutdown.cancel();
    assert_eq!(student.closed().await, CloseReason::Shutdown);
    assert_eq!(idle.rejection().await, (ErrorCode::Unavailable, 1013));
    drop((student, idle));
    server.handle.stopped().await;
    let (left, chat): (String, String) = sqlx::query_as(
        "SELECT concat_ws(' ', left_reason, audio_packets_in), client_id \
         FROM attendance, chat_messages",
    )
    .fetch_one(&server.database.pool)
    .await
    .expect("both are written");
    assert_eq!((left.as_str(), chat.as_str()), ("shutdown 50", "last words"));
}

#[tokio::test]
async fn a_draining_node_keeps_its_rooms_and_opens_none() {
    let server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    let drained = server.handle.clone();
    let mut drained = Box::pin(async move { drained.drain().await });
    assert!(futures_util::poll!(&mut drained).is_pending());

    let (mut teacher, _) = Client::join(server.address, &Server::token(Role::Teacher)).await;
    for client in [&mut student, &mut teacher] {
        client.say(ClientMessage::Leave {}).await;
        assert_eq!(client.closed().await, CloseReason::Left);
    }
    drained.await;
}

#[tokio::test]
async fn without_a_media_plane_nobody_stays_and_nobody_joins() {
    let server = Server::start().await;
    let (mut student, _) = Client::join(server.address, &Server::token(Role::Student)).await;
    server.media.abort();
    assert_eq!(student.closed().await, CloseReason::Shutdown);
    let mut late = Client::open(server.address).await;
    late.say(join(Role::Student)).await;
    assert_eq!(late.rejection().await, (ErrorCode::Unavailable, 1013));
}
