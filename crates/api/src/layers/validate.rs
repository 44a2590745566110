//! Answers that the caller has already: `ETag` and `If-None-Match` (RFC 9110,
//! sections 8.8.3 and 13.1.2).
//!
//! What a lesson looks like depends on more than its version: on who looks, in
//! which zone, and on what was written about it. So the tag of an answer is a
//! digest of it, after the version where there is one: `"3.kJ2v…"`. `If-Match`
//! takes both forms, since a change is conditional on the version alone.

use axum::{
    body::{Body, HttpBody as _},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};

use crate::limits;

/// Bytes of the digest in a tag: enough that two answers never share one.
const DIGEST: usize = 12;

/// Tags what is read, and what a change answers with, so that whoever changed
/// something need not read it again; and says nothing twice.
pub(crate) async fn validate(request: Request, next: Next) -> Response {
    let get = request.method() == Method::GET;
    let known = request.headers().get_all(header::IF_NONE_MATCH);
    let known: Vec<HeaderValue> = known.into_iter().cloned().collect();
    let response = next.run(request).await;
    let tagged = get && response.status() == StatusCode::OK
        || response.status().is_success() && response.headers().contains_key(header::ETAG);
    if !tagged || !is_whole(&response) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // A whole body has no way to fail.
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        return Response::from_parts(head, Body::empty());
    };
    let Some(tag) = tag(&head.headers, &body) else {
        return Response::from_parts(head, Body::from(body));
    };
    let unchanged = get && known.iter().any(|value| names(value, &tag));
    head.headers.insert(header::ETAG, tag);
    if !unchanged {
        return Response::from_parts(head, Body::from(body));
    }
    head.status = StatusCode::NOT_MODIFIED;
    head.headers.remove(header::CONTENT_TYPE);
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::empty())
}

/// Whether the body is there already, rather than made while it is sent.
fn is_whole(response: &Response) -> bool {
    response.body().size_hint().exact().is_some_and(|bytes| bytes <= limits::TAGGED)
}

fn tag(headers: &HeaderMap, body: &[u8]) -> Option<HeaderValue> {
    let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..DIGEST]);
    let version = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let version = version.and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
    let text = match version {
        Some(version) => format!("\"{version}.{digest}\""),
        None => format!("\"{digest}\""),
    };
    HeaderValue::try_from(text).ok()
}

/// Whether an `If-None-Match` names the tag; the comparison is the weak one.
fn names(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let Ok(known) = known.to_str() else { return false };
    known.split(',').map(str::trim).any(|item| {
        let item = item.strip_prefix("W/").unwrap_or(item);
        item == "*" || item.as_bytes() == tag.as_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_compared_weakly() {
        let check = |known: &'static str, expected: bool| {
            let tag = HeaderValue::from_static("\"3.abc\"");
            assert_eq!(names(&HeaderValue::from_static(known), &tag), expected, "{known}");
        };
        check("\"3.abc\"", true);
        check("W/\"3.abc\"", true);
        check("\"2.abc\", \"3.abc\"", true);
        check("*", true);
        check("\"3\"", false);
        check("3.abc", false);
        check("", false);
    }
}
