//! The TypeScript types of the client SDK, generated from the Rust ones.

use lectern_domain::room::{MediaKind, Role, Source};
use lectern_protocol::{
    ChatMessage, ClientMessage, CloseReason, ErrorCode, Numbered, RosterEntry, ServerMessage, Slot,
    SlotView, SourceSection, SourceState,
};
use ts_rs::{Config, TS};

use crate::golden;

#[test]
fn the_types_of_the_sdk_are_fresh() {
    golden::check(
        "../../web-demo/packages/client/src/generated/protocol.ts",
        &[
            "/* The messages of `lectern.v1`. Generated from crates/protocol: see its tests. */\n"
                .to_owned(),
            declaration::<Role>(),
            declaration::<Source>(),
            declaration::<MediaKind>(),
            declaration::<ErrorCode>(),
            declaration::<CloseReason>(),
            declaration::<SourceSection>(),
            declaration::<SlotView>(),
            declaration::<ClientMessage>(),
            declaration::<SourceState>(),
            declaration::<RosterEntry>(),
            declaration::<Slot>(),
            declaration::<ChatMessage>(),
            declaration::<ServerMessage>(),
            declaration::<Numbered>(),
        ]
        .join("\n"),
    );
}

/// One type with its documentation. What is flattened is named, not repeated,
/// and no line ends in a blank.
fn declaration<T: TS>() -> String {
    let config = Config::new();
    let docs = T::docs().unwrap_or_default();
    let flattened = format!("({})", ServerMessage::inline(&config));
    let declared = T::decl(&config).replace(&flattened, "ServerMessage");
    let text = format!("{docs}export {declared}\n");
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
