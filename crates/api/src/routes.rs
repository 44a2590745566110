//! The map: one folder per noun, one file per endpoint.

pub(crate) mod admin;
pub(crate) mod analytics;
pub(crate) mod calendar;
pub(crate) mod history;
pub(crate) mod holds;
pub(crate) mod matches;
pub(crate) mod me;
pub(crate) mod notifications;
mod openapi;
pub(crate) mod people;
pub(crate) mod reviews;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod teachers;
pub(crate) mod users;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, delete, get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    docs, layers,
    problem::{Code, Problem},
    state::ApiState,
};

/// Everything under `/api`.
pub fn router(state: ApiState) -> Router {
    let routes = Router::new()
        .route("/sessions", get(sessions::list::list).post(sessions::book::book))
        .route(
            "/sessions/{id}",
            get(sessions::get::get).put(sessions::edit::edit).delete(sessions::cancel::cancel),
        )
        .route("/sessions/{id}/join", post(sessions::join::join))
        .route("/sessions/{id}/confirm", post(sessions::confirm::confirm))
        .route("/sessions/{id}/decline", post(sessions::decline::decline))
        .route("/sessions/{id}/calendar.ics", get(sessions::calendar::calendar))
        .route("/sessions/{id}/chat", get(sessions::chat::chat))
        .route("/sessions/{id}/attendance", get(sessions::attendance::attendance))
        .route("/sessions/{id}/quality", get(sessions::quality::quality))
        .route(
            "/sessions/{id}/seats",
            post(sessions::seats::take::take).delete(sessions::seats::give_back::give_back),
        )
        .route("/sessions/{id}/seats/{userId}", delete(sessions::seats::remove::remove))
        .route("/sessions/{id}/proposals", post(sessions::proposals::propose::propose))
        .route(
            "/sessions/{id}/proposals/{proposalId}",
            delete(sessions::proposals::withdraw::withdraw),
        )
        .route(
            "/sessions/{id}/proposals/{proposalId}/accept",
            post(sessions::proposals::accept::accept),
        )
        .route(
            "/sessions/{id}/proposals/{proposalId}/decline",
            post(sessions::proposals::decline::decline),
        )
        .route("/sessions/{id}/review", get(sessions::review::get).put(sessions::review::edit))
        .route("/sessions/{id}/events", get(sessions::events::events))
        .route("/sessions/{id}/disputes", post(sessions::dispute::dispute))
        .route("/history", get(history::history))
        .route("/analytics", get(analytics::mine))
        .route("/reviews", post(reviews::write::write))
        .route("/reviews/{id}", get(reviews::list::list))
        .route("/reviews/{id}/reply", post(reviews::reply::reply))
        .route("/reviews/{id}/report", post(reviews::report::report))
        .route("/notifications", get(notifications::list::list))
        .route("/notifications/read", post(notifications::read::read))
        .route("/notifications/stream", get(notifications::stream::stream))
        .route("/matches/{userId}", get(matches::get::get).put(matches::put::put))
        .route("/me", get(me::get::get).delete(me::erase::erase))
        .route("/me/export", get(me::export::export))
        .route("/me/preferences", get(me::prefer::get).put(me::prefer::prefer))
        .route("/me/availability", get(me::availability::get).put(me::availability::put))
        .route("/me/policy", get(me::policy::get).put(me::policy::put))
        .route("/me/calendar-feeds", get(me::calendar_feeds::get).put(me::calendar_feeds::put))
        .route("/calendar/{file}", get(calendar::calendar))
        .route("/people", get(people::people))
        .route("/users", get(users::list::list))
        .route("/users/{id}", get(users::get::get).put(users::put::put).delete(users::erase::erase))
        .route("/users/{id}/analytics", get(users::analytics::analytics))
        .route("/users/{id}/export", get(users::export::export))
        .route(
            "/sign-in",
            get(sign_in::place::place).post(sign_in::redeem::redeem).delete(sign_in::leave::leave),
        )
        .route("/sign-in-codes", post(sign_in::code::make))
        .route(
            "/teachers/{id}/availability",
            get(teachers::availability::get).put(teachers::availability::put),
        )
        .route("/teachers/{id}/policy", get(teachers::policy::get).put(teachers::policy::put))
        .route("/teachers/{id}/slots", get(teachers::slots::slots))
        .route("/holds", post(holds::place::place))
        .route("/holds/{id}", delete(holds::release::release))
        .route("/admin/analytics", get(admin::analytics::platform))
        .route("/teachers", get(teachers::list::list))
        .route("/teachers/{id}/lessons", get(teachers::lessons::lessons))
        .route("/admin/reviews", get(admin::reviews::list::list))
        .route("/admin/reviews/{id}/moderate", post(admin::reviews::moderate::moderate))
        .route(
            "/admin/api-keys",
            get(admin::api_keys::list::list).post(admin::api_keys::create::create),
        )
        .route("/admin/api-keys/{id}", delete(admin::api_keys::revoke::revoke))
        .route("/admin/audit", get(admin::audit::list))
        .route("/admin/rooms", get(admin::rooms::rooms))
        .route("/admin/disputes", get(admin::disputes::list::list))
        .route("/admin/disputes/{id}", get(admin::disputes::get::get))
        .route("/admin/disputes/{id}/decide", post(admin::disputes::decide::decide))
        .route("/admin/sessions", get(admin::sessions::list::list))
        .route("/admin/sessions/{id}/complete", post(admin::sessions::complete::complete))
        .route("/admin/sessions/{id}/cancel", post(admin::sessions::cancel::cancel))
        .route("/openapi.json", get(openapi::document))
        .route("/docs", get(docs::page))
        .route("/docs/style.css", get(docs::style))
        .fallback(async || Problem::new(Code::NotFound))
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .layer(from_fn(layers::validate))
        .layer(from_fn_with_state(state.clone(), layers::admit))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn_with_state(state.clone(), layers::observe))
        .with_state(state.clone());
    // What is nested at `/api` begins after its slash, and so lacks `/api/`.
    let slash = any(async || Problem::new(Code::NotFound))
        .layer(from_fn_with_state(state, layers::observe));
    Router::new().nest("/api", routes).route("/api/", slash)
}
