//! The reference of the interface as a page, written from the OpenAPI document
//! on this server: HTML and one style sheet, no script and nothing from other
//! hosts.

mod html;
mod operation;
mod page;
mod schema;

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

static PAGE: LazyLock<String> = LazyLock::new(|| {
    // What utoipa made is JSON.
    let document = serde_json::to_value(crate::openapi()).unwrap_or_default();
    page::render(&document)
});

const STYLE: &str = include_str!("docs/style.css");

/// Stricter than what the web app needs: the page does nothing at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// `GET /api/docs`
pub(crate) async fn page() -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))];
    (policy, Html(PAGE.as_str())).into_response()
}

/// `GET /api/docs/style.css`
pub(crate) async fn style() -> impl IntoResponse {
    let css = HeaderValue::from_static("text/css; charset=utf-8");
    ([(header::CONTENT_TYPE, css)], STYLE)
}
