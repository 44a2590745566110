//! The document that describes the interface: OpenAPI 3.1, from the handlers.
//!
//! Handlers say what is their own. What is everybody's is added here: the
//! errors that may always come, headers, and examples.

mod errors;
mod examples;
mod headers;
mod links;
mod parameters;
mod schema;
mod texts;

use utoipa::{
    Modify, OpenApi,
    openapi::{
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use self::{
    errors::Errors, examples::Examples, headers::Headers, links::Links, parameters::Parameters,
    texts::Texts,
};

use crate::{problem, routes, view};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lectern",
        description = "Booking, joining and reviewing live lessons. Instants are RFC 3339 in \
            UTC; lengths are minutes; requests with fields or parameters that are not named \
            here are refused; answers may grow fields.",
        license(name = "Apache-2.0 OR MIT"),
    ),
    servers((url = "/")),
    security(("platformToken" = [])),
    tags(
        (name = "sessions", description = "Lessons, from booking to history."),
        (name = "availability", description = "When teachers can be booked, and what they ask."),
        (name = "analytics", description = "What lessons come to, in figures."),
        (name = "reviews", description = "What participants say of each other."),
        (name = "notifications", description = "In-app notices."),
        (name = "people", description = "Names and teachers."),
        (name = "me", description = "The caller."),
        (name = "sign-in", description = "Coming in from the platform's own pages."),
        (name = "users", description = "People's records, their export and their erasure: for \
            the platform and for admins."),
        (name = "admin", description = "For those who look after everybody's lessons."),
    ),
    paths(
        routes::sessions::list::list,
        routes::sessions::book::book,
        routes::sessions::get::get,
        routes::sessions::edit::edit,
        routes::sessions::cancel::cancel,
        routes::sessions::join::join,
        routes::sessions::confirm::confirm,
        routes::sessions::decline::decline,
        routes::sessions::calendar::calendar,
        routes::sessions::chat::chat,
        routes::sessions::attendance::attendance,
        routes::sessions::quality::quality,
        routes::sessions::seats::take::take,
        routes::sessions::seats::give_back::give_back,
        routes::sessions::seats::remove::remove,
        routes::sessions::proposals::propose::propose,
        routes::sessions::proposals::accept::accept,
        routes::sessions::proposals::decline::decline,
        routes::sessions::proposals::withdraw::withdraw,
        routes::sessions::events::events,
        routes::sessions::dispute::dispute,
        routes::history::history,
        routes::analytics::mine,
        routes::reviews::list::list,
        routes::reviews::write::write,
        routes::reviews::reply::reply,
        routes::reviews::report::report,
        routes::sessions::review::get,
        routes::sessions::review::edit,
        routes::notifications::list::list,
        routes::notifications::read::read,
        routes::notifications::stream::stream,
        routes::matches::get::get,
        routes::matches::put::put,
        routes::me::get::get,
        routes::me::prefer::get,
        routes::me::erase::erase,
        routes::me::export::export,
        routes::me::prefer::prefer,
        routes::me::availability::get,
        routes::me::availability::put,
        routes::me::policy::get,
        routes::me::policy::put,
        routes::me::calendar_feeds::get,
        routes::me::calendar_feeds::put,
        routes::calendar::calendar,
        routes::people::people,
        routes::sign_in::place::place,
        routes::sign_in::redeem::redeem,
        routes::sign_in::leave::leave,
        routes::sign_in::code::make,
        routes::users::list::list,
        routes::users::get::get,
        routes::users::put::put,
        routes::users::erase::erase,
        routes::users::analytics::analytics,
        routes::users::export::export,
        routes::teachers::availability::get,
        routes::teachers::availability::put,
        routes::teachers::policy::get,
        routes::teachers::policy::put,
        routes::teachers::slots::slots,
        routes::holds::place::place,
        routes::holds::release::release,
        routes::admin::analytics::platform,
        routes::teachers::list::list,
        routes::teachers::lessons::lessons,
        routes::admin::reviews::list::list,
        routes::admin::reviews::moderate::moderate,
        routes::admin::rooms::rooms,
        routes::admin::audit::list,
        routes::admin::disputes::list::list,
        routes::admin::disputes::get::get,
        routes::admin::disputes::decide::decide,
        routes::admin::sessions::list::list,
        routes::admin::sessions::complete::complete,
        routes::admin::sessions::cancel::cancel,
        routes::admin::api_keys::list::list,
        routes::admin::api_keys::create::create,
        routes::admin::api_keys::revoke::revoke,
    ),
    components(schemas(view::Aggregate, problem::ProblemDocument)),
    modifiers(&Token, &Errors, &Headers, &Parameters, &Texts, &Links, &Examples),
)]
struct Document;

/// The document, as `GET /api/openapi.json` answers it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document
}

/// How callers say who they are.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The platform's token."))
            .build();
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("lk_<id>_<secret>")
            .description(Some(
                "A key of the platform's own servers. Where an operation takes one, the scope it \
                 needs stands beside it.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("platformToken", SecurityScheme::Http(scheme));
        components.add_security_scheme("serviceKey", SecurityScheme::Http(key));
    }
}

/// Every operation there is.
fn operations_mut(document: &mut utoipa::openapi::OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(|item| {
        let operations =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        operations.into_iter().flatten()
    })
}
