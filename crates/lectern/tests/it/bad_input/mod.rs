//! Bad input of every kind, beside a call through the real binary: each piece
//! gets the code that PROTOCOL.md promises, or silence, and the call goes on.

mod call;
mod datagrams;
pub(crate) mod frames;
pub(crate) mod joins;

use crate::support::{Home, read};

/// Signs the tokens of rooms, so that a test can make bad ones as well.
const ROOM_KEY: &str = "a key of rooms that is only good for tests";

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_beside_bad_input() {
    let home = Home::new();
    let with_key = |command: &mut std::process::Command| {
        command.env("LECTERN_ROOM_KEYS", ROOM_KEY);
    };
    let server = home.start_with("serve", with_key).await;
    let mut call = call::Call::begin(&server).await;
    let stranger = call.ticket_of_an_observer().await;

    frames::none_joins(&stranger.url).await;
    call.goes_on("malformed frames").await;
    frames::joined_and_rude(&stranger).await;
    call.goes_on("frames that are malformed, misplaced, or sent after the end").await;
    frames::after_the_close(&server.api("")).await;
    call.goes_on("frames after a close frame").await;
    joins::bad_tokens(&stranger).await;
    call.goes_on("bad tokens").await;
    joins::bad_offers(&stranger).await;
    call.goes_on("bad offers").await;
    joins::another_certificate(&server, &stranger).await;
    call.goes_on("a certificate that was not announced").await;
    datagrams::strangers(&server, call.media()).await;
    call.goes_on("datagrams of strangers").await;

    call.end().await;
    let log = home.folder.join("log");
    server.stop().await;
    let said = read(&log);
    assert!(!said.contains("panicked"), "{said}");
}
