//! Headers that keep browsers from doing what no page of ours asks for.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::{Next, from_fn},
};

/// Adds the headers to every answer of `router` that does not have its own.
pub(super) fn protect(router: Router, sockets: &[String], secure: bool) -> Router {
    let headers: Arc<HeaderMap> = Arc::new(all(sockets, secure));
    router.layer(from_fn(move |request: Request, next: Next| {
        let headers = Arc::clone(&headers);
        async move {
            let mut response = next.run(request).await;
            for (name, value) in headers.iter() {
                // A page that knows better says so itself.
                response.headers_mut().entry(name).or_insert_with(|| value.clone());
            }
            response
        }
    }))
}

fn all(sockets: &[String], secure: bool) -> HeaderMap {
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), \
             geolocation=(), payment=(), usb=()",
        ),
    ];
    let mut headers: HeaderMap =
        fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(sockets)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if secure {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    headers
}

/// Everything comes from this very server, nothing is inline. Sockets are
/// named since not every browser counts them as `'self'`.
fn content_security_policy(sockets: &[String]) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' {}; \
         manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        sockets.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_inline_is_allowed() {
        let policy = content_security_policy(&["wss://lessons.example".to_owned()]);
        assert!(policy.contains("connect-src 'self' wss://lessons.example;"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn only_https_is_made_to_stay() {
        let strict = |secure| all(&[], secure).contains_key(header::STRICT_TRANSPORT_SECURITY);
        assert!(strict(true));
        assert!(!strict(false));
    }
}
