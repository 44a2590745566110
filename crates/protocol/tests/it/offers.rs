//! Offers that browsers really made travel in `join` unchanged, and nothing
//! that is random enough makes the parser panic.

use lectern_protocol::{ClientMessage, limits};
use proptest::prelude::*;

const OFFERS: [&str; 4] = [
    include_str!("../fixtures/chromium-156-camera-and-screen-simulcast.sdp"),
    include_str!("../fixtures/chromium-156-camera-simulcast.sdp"),
    include_str!("../fixtures/firefox-153-camera-and-screen-simulcast.sdp"),
    include_str!("../fixtures/firefox-153-camera-simulcast.sdp"),
];

#[test]
fn browsers_offers_pass_unchanged() {
    for sdp in OFFERS {
        let sent = ClientMessage::Join { token: "t".into(), offer: sdp.into(), sources: None };
        let text = serde_json::to_string(&sent).expect("a message is JSON");
        assert!(text.len() < limits::FRAME_BYTES / 4, "{} bytes", text.len());
        assert_eq!(ClientMessage::parse(&text), Ok(sent));
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(text in ".{0,200}") {
        let _ = ClientMessage::parse(&text);
    }

    /// One character changed anywhere gives a message or an error.
    #[test]
    fn damaged_messages_never_panic(at in 0_usize..60, by in any::<char>()) {
        let whole = r#"{"type":"view","slots":[{"mid":"5","height":720}]}"#;
        let damaged: String =
            whole.chars().enumerate().map(|(i, c)| if i == at { by } else { c }).collect();
        let _ = ClientMessage::parse(&damaged);
    }
}
