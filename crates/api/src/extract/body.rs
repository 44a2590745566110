//! A JSON body: of the right type and size, with no field that is unknown or
//! comes twice.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::strict::Strict;
use crate::{
    limits,
    problem::{Code, Problem},
    state::ApiState,
};

/// A body that must be there. `raw` is what was sent.
#[derive(Debug)]
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) raw: Bytes,
}

/// A body that may be missing or null, where every field of it may be.
#[derive(Debug)]
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<ApiState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &ApiState) -> Result<Self, Problem> {
        let typed = is_json(request.headers());
        let raw = read(request).await?;
        if !typed {
            return Err(Problem::new(Code::UnsupportedMediaType));
        }
        Ok(Self { value: parse(&raw)?, raw })
    }
}

impl<T: DeserializeOwned + Default> FromRequest<ApiState> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &ApiState) -> Result<Self, Problem> {
        let typed = is_json(request.headers());
        let raw = read(request).await?;
        if raw.is_empty() {
            return Ok(Self(T::default()));
        }
        if !typed {
            return Err(Problem::new(Code::UnsupportedMediaType));
        }
        parse::<Option<T>>(&raw).map(|value| Self(value.unwrap_or_default()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    match Limited::new(request.into_body(), limits::BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::new(Code::PayloadTooLarge)
            .detail(format_args!("expected at most {} bytes", limits::BODY))),
        Err(_) => Err(Problem::new(Code::BadRequest).detail("the body ended early")),
    }
}

/// Depth is bounded by the parser, at 128.
fn parse<T: DeserializeOwned>(raw: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(raw);
    let value = serde_path_to_error::deserialize(Strict(&mut deserializer)).map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        match error.classify() {
            serde_json::error::Category::Data => Problem::field(pointer, without_place(&error)),
            _ => Problem::new(Code::MalformedJson).detail(error),
        }
    })?;
    deserializer.end().map_err(|error| Problem::new(Code::MalformedJson).detail(error))?;
    Ok(value)
}

/// The path as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// What is wrong, without "at line 1 column 12": the pointer says where.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(place) => text[..place].to_owned(),
        None => text,
    }
}
