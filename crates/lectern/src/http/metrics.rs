//! `/metrics`, on the listener of operators.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use prometheus::{Encoder as _, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};
use sqlx::PgPool;

#[derive(Debug, Clone)]
struct Exposition {
    registry: Registry,
    pool: PgPool,
    connections: IntGaugeVec,
}

/// Everything that is registered, and the state of the database's pool.
pub(crate) fn router(registry: Registry, pool: PgPool) -> Result<Router, prometheus::Error> {
    let connections = IntGaugeVec::new(
        Opts::new("lectern_database_connections", "Connections to the database, by state."),
        &["state"],
    )?;
    registry.register(Box::new(connections.clone()))?;
    let build = Opts::new("lectern_build_info", "The version that runs; always 1.")
        .const_label("version", env!("CARGO_PKG_VERSION"));
    let build = IntGauge::with_opts(build)?;
    build.set(1);
    registry.register(Box::new(build))?;
    let exposition = Exposition { registry, pool, connections };
    Ok(Router::new().route("/metrics", get(metrics)).with_state(exposition))
}

async fn metrics(State(exposition): State<Exposition>) -> Response {
    let idle = i64::try_from(exposition.pool.num_idle()).unwrap_or(i64::MAX);
    let all = i64::from(exposition.pool.size());
    exposition.connections.with_label_values(&["idle"]).set(idle);
    exposition.connections.with_label_values(&["used"]).set((all - idle).max(0));
    let encoder = TextEncoder::new();
    let mut text = Vec::new();
    match encoder.encode(&exposition.registry.gather(), &mut text) {
        Ok(()) => ([(header::CONTENT_TYPE, encoder.format_type())], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics.not_encoded");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
