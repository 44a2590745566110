//! The next page of a list, where programs look for it that know HTTP and not
//! our bodies: `Link` with `rel="next"` (RFC 8288).

use axum::http::{HeaderValue, Uri};

/// The cursor of the next page, on its way to the outermost layer, which knows
/// the URI that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct NextPage(pub(crate) String);

impl NextPage {
    /// The same request with this cursor.
    pub(super) fn link(&self, uri: &Uri) -> Option<HeaderValue> {
        let others = uri.query().unwrap_or_default().split('&');
        let mut link = format!("<{}?", uri.path());
        for parameter in others.filter(|p| !p.is_empty() && !p.starts_with("cursor=")) {
            link.push_str(parameter);
            link.push('&');
        }
        link.push_str(&format!("cursor={}>; rel=\"next\"", self.0));
        HeaderValue::try_from(link).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_else_is_asked_again() {
        let check = |uri: &str, expected: &str| {
            let link = NextPage("abc".into()).link(&uri.parse().expect("a URI"));
            assert_eq!(link.expect("a header"), expected, "{uri}");
        };
        check("/api/history", "</api/history?cursor=abc>; rel=\"next\"");
        check("/api/history?", "</api/history?cursor=abc>; rel=\"next\"");
        check(
            "/api/sessions?limit=2&cursor=old&q=a%20b",
            "</api/sessions?limit=2&q=a%20b&cursor=abc>; rel=\"next\"",
        );
    }
}
