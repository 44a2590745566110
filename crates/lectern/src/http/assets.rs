//! The web app, embedded in the binary with its compressed variants.
//!
//! Files under `assets/` carry a hash in their names and never change. Every
//! other path that names no file is the app's own to route, and gets
//! `index.html`, which is never kept by a cache.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web-demo/app/dist"]
#[allow_missing = true]
struct App;

/// What an installation without the built app shows.
const NOT_BUILT: &str = "The web app is not part of this build: run `npm ci` and \
    `npm run build` in web-demo, and build the binary again. The API is at /api.\n";

/// Variants that the web build leaves beside each file, the smallest first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Serves the app for every path that no other route has.
pub(crate) fn router() -> Router {
    Router::new().fallback(serve)
}

async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    match file(path, &headers) {
        Some(response) => response,
        // A missing asset is missing; only pages are the app's to route.
        None if path.starts_with("assets/") => StatusCode::NOT_FOUND.into_response(),
        None => file("index.html", &headers)
            .unwrap_or_else(|| (StatusCode::NOT_FOUND, NOT_BUILT).into_response()),
    }
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = App::get(path)?;
    let chosen = ENCODINGS.into_iter().filter(|(name, _)| accepts(headers, name)).find_map(
        |(name, suffix)| App::get(&format!("{path}{suffix}")).map(|file| (name, file.data)),
    );
    let (encoding, data) = match chosen {
        Some((name, data)) => (Some(name), data),
        None => (None, plain.data),
    };
    let etag = etag(&plain.metadata.sha256_hash(), encoding);
    let unchanged = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == etag);
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(data.into_owned()).into_response(),
    };
    let answer = response.headers_mut();
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        answer.insert(header::CONTENT_TYPE, kind);
    }
    if let Some(name) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(header::ETAG, etag);
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching(path)));
    Some(response)
}

fn caching(path: &str) -> &'static str {
    match path {
        "index.html" => "no-store",
        path if path.starts_with("assets/") => "public, max-age=31536000, immutable",
        _ => "public, max-age=3600",
    }
}

/// Whether the client takes an encoding (RFC 9110, section 12.5.3): named, and
/// not with a weight of zero.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let named = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    named.unwrap_or_default().split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            part.strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0_f32))
        });
        name.eq_ignore_ascii_case(encoding) && !refused
    })
}

fn etag(hash: &[u8; 32], encoding: Option<&str>) -> HeaderValue {
    let digits: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{digits}-{}\"", encoding.unwrap_or("identity"));
    HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_of_no_weight_is_refused() {
        let cases = [
            ("gzip, br", true),
            ("br;q=0.5", true),
            ("br;q=0, gzip", false),
            ("br; q=0.0", false),
            ("identity", false),
            ("", false),
        ];
        for (value, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(accepts(&headers, "br"), expected, "{value}");
        }
    }

    #[test]
    fn pages_are_not_kept_and_hashed_assets_are() {
        assert_eq!(caching("index.html"), "no-store");
        assert!(caching("assets/app-3f2a.js").contains("immutable"));
        assert!(!caching("favicon.svg").contains("immutable"));
    }
}
