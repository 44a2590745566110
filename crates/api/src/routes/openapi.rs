//! `GET /api/openapi.json`

use std::sync::LazyLock;

use axum::{Json, response::IntoResponse};

static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(crate::openapi);

/// The document that describes this interface. Anybody may read it.
pub(super) async fn document() -> impl IntoResponse {
    Json(&*DOCUMENT)
}
