//! From a client's text to a message: strict, and bounded before it is costly.

use crate::{ClientMessage, ErrorCode, limits};

/// Why a text is not a message of a client. The client is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The text is longer than [`limits::FRAME_BYTES`].
    #[error("a message has at most {max} bytes", max = limits::FRAME_BYTES)]
    TooLarge,
    /// Arrays and objects are nested deeper than [`limits::JSON_DEPTH`].
    #[error("arrays and objects nest at most {max} deep", max = limits::JSON_DEPTH)]
    TooDeep,
    /// Not JSON, an unknown type, an unknown or missing field, a wrong value.
    #[error("line {line}, column {column}: not a message of this protocol")]
    Malformed {
        /// Where reading stopped, from 1.
        line: usize,
        /// Where reading stopped, from 1.
        column: usize,
    },
    /// A field's length or characters are not allowed.
    #[error("`{field}` takes {rule}")]
    Field {
        /// The field's path in the message.
        field: &'static str,
        /// What it takes.
        rule: &'static str,
    },
}

impl ParseError {
    /// The code that the client is told.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::TooLarge => ErrorCode::TooLarge,
            Self::TooDeep | Self::Malformed { .. } | Self::Field { .. } => ErrorCode::BadMessage,
        }
    }
}

impl ClientMessage {
    /// Reads one text frame.
    ///
    /// # Errors
    /// Whatever is not exactly a message within the [`limits`] is refused.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.len() > limits::FRAME_BYTES {
            return Err(ParseError::TooLarge);
        }
        // Before the parser sees it: it would build what it then refuses.
        if nesting(text) > limits::JSON_DEPTH {
            return Err(ParseError::TooDeep);
        }
        // The parser's own words may quote a token, so only the place is told.
        let message: Self = serde_json::from_str(text).map_err(|error| ParseError::Malformed {
            line: error.line(),
            column: error.column(),
        })?;
        message.check()?;
        Ok(message)
    }

    fn check(&self) -> Result<(), ParseError> {
        match self {
            Self::Join { token, offer, sources } => {
                length("token", token, limits::TOKEN_BYTES, "1 to 4,096 bytes")?;
                not_empty("offer", offer)?;
                sections("sources", sources.as_ref().map_or(0, Vec::len))
            }
            Self::Offer { offer, sources } => {
                not_empty("offer", offer)?;
                sections("sources", sources.as_ref().map_or(0, Vec::len))
            }
            Self::Resume { resume, .. } => {
                length("resume", resume, limits::RESUME_BYTES, "1 to 64 bytes")
            }
            Self::View { slots } => sections("slots", slots.len()),
            Self::Chat { id, text } => check_chat(id, text),
            Self::Media { .. } | Self::Hand { .. } | Self::Leave {} | Self::Ping { .. } => Ok(()),
        }
    }
}

fn check_chat(id: &str, text: &str) -> Result<(), ParseError> {
    length("id", id, limits::CHAT_ID_BYTES, "1 to 64 bytes")?;
    if id.chars().any(char::is_control) {
        return Err(ParseError::Field { field: "id", rule: "no control characters" });
    }
    let chars = text.chars().count();
    if chars > limits::CHAT_CHARS || text.trim().is_empty() {
        return Err(ParseError::Field {
            field: "text",
            rule: "1 to 4,000 characters, not all blank",
        });
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        let rule = "no control characters but line feed and tab";
        return Err(ParseError::Field { field: "text", rule });
    }
    Ok(())
}

fn length(
    field: &'static str,
    text: &str,
    max: usize,
    rule: &'static str,
) -> Result<(), ParseError> {
    if text.is_empty() || text.len() > max {
        return Err(ParseError::Field { field, rule });
    }
    Ok(())
}

fn not_empty(field: &'static str, text: &str) -> Result<(), ParseError> {
    if text.is_empty() {
        return Err(ParseError::Field { field, rule: "a session description" });
    }
    Ok(())
}

fn sections(field: &'static str, count: usize) -> Result<(), ParseError> {
    if count > limits::SECTIONS {
        return Err(ParseError::Field { field, rule: "at most 160 entries" });
    }
    Ok(())
}

/// The deepest nesting of arrays and objects, without building any.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: ErrorCode) {
        let error = ClientMessage::parse(text).expect_err(text);
        assert_eq!(error.code(), code, "{text}");
    }

    #[test]
    fn what_is_not_a_message_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"type":"fly"}"#,
            r#"{"type":"leave","now":true}"#,
            r#"{"type":"hand"}"#,
            r#"{"type":"hand","raised":1}"#,
            r#"{"type":"hand","raised":true,"Raised":true}"#,
            r#"{"type":"hand","raised":true,"raised":true}"#,
            r#"{"type":"hand","type":"hand","raised":true}"#,
            r#"{"type":"hand","raised":true} {}"#,
            r#"{"type":"media","source":"voice","muted":true}"#,
            r#"{"type":"ping","id":-1}"#,
            r#"{"type":"view","slots":[{"mid":"a b"}]}"#,
            r#"{"type":"view","slots":[{"mid":"1","zoom":2}]}"#,
            r#"{"type":"view","slots":[{"mid":"1","height":65536}]}"#,
            r#"{"type":"join","token":"","offer":"v=0"}"#,
            r#"{"type":"join","token":"t","offer":""}"#,
            r#"{"type":"chat","id":"1","text":"   "}"#,
            r#"{"type":"chat","id":"1","text":"a\u0000b"}"#,
            r#"{"type":"chat","id":"a\nb","text":"hi"}"#,
        ] {
            check(text, ErrorCode::BadMessage);
        }
    }

    #[test]
    fn bounds_are_inclusive() {
        let chat = |n: usize| format!(r#"{{"type":"chat","id":"1","text":"{}"}}"#, "ä".repeat(n));
        assert!(ClientMessage::parse(&chat(limits::CHAT_CHARS)).is_ok());
        check(&chat(limits::CHAT_CHARS + 1), ErrorCode::BadMessage);

        let view = |n: usize| {
            let slots = vec![r#"{"mid":"1"}"#; n].join(",");
            format!(r#"{{"type":"view","slots":[{slots}]}}"#)
        };
        assert!(ClientMessage::parse(&view(limits::SECTIONS)).is_ok());
        check(&view(limits::SECTIONS + 1), ErrorCode::BadMessage);

        let offer = |n: usize| format!(r#"{{"type":"offer","offer":"{}"}}"#, "v".repeat(n));
        let frame = offer(0).len();
        assert!(ClientMessage::parse(&offer(limits::FRAME_BYTES - frame)).is_ok());
        check(&offer(limits::FRAME_BYTES - frame + 1), ErrorCode::TooLarge);
    }

    #[test]
    fn depth_is_measured_outside_of_strings() {
        assert_eq!(nesting(r#"{"a":[{"b":"[[[\"[["}]}"#), 3);
        let deep = format!(r#"{{"type":"view","slots":{}{}}}"#, "[".repeat(9), "]".repeat(9));
        assert_eq!(ClientMessage::parse(&deep), Err(ParseError::TooDeep));
    }

    #[test]
    fn a_refusal_never_quotes_what_was_sent() {
        let error =
            ClientMessage::parse(r#"{"type":"join","token":"secret","offer":7,"x":"secret"}"#)
                .expect_err("wrong type");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
