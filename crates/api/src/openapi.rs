//! The document that describes the interface: OpenAPI 3.1, from the handlers.

use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, Ref, ResponseBuilder,
        path::Operation,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
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
        (name = "reviews", description = "What participants say of each other."),
        (name = "notifications", description = "In-app notices."),
        (name = "people", description = "Names and teachers."),
        (name = "me", description = "The caller."),
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
        routes::sessions::chat::chat,
        routes::sessions::attendance::attendance,
        routes::history::history,
        routes::reviews::list::list,
        routes::reviews::write::write,
        routes::notifications::list::list,
        routes::notifications::read::read,
        routes::me::get::get,
        routes::me::prefer::prefer,
        routes::me::availability::get,
        routes::me::availability::put,
        routes::me::policy::get,
        routes::me::policy::put,
        routes::people::people,
        routes::teachers::teachers,
        routes::teachers::availability::get,
        routes::teachers::availability::put,
        routes::teachers::policy::get,
        routes::teachers::policy::put,
        routes::teachers::slots::slots,
        routes::holds::place::place,
        routes::holds::release::release,
        routes::admin::reviews::reviews,
    ),
    components(schemas(view::Aggregate, problem::ProblemDocument)),
    modifiers(&Token, &CommonErrors),
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
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("platformToken", SecurityScheme::Http(scheme));
    }
}

/// What may go wrong everywhere, so that each endpoint says only what is its own.
struct CommonErrors;

const EVERYWHERE: &[(&str, &str)] = &[
    ("401", "`unauthenticated`"),
    ("422", "`validation_failed`: `errors` says which values are not accepted."),
    ("429", "`rate_limited`"),
    ("500", "`internal`: the fault is the server's."),
    ("503", "`unavailable`"),
];
const WITH_QUERY: &[(&str, &str)] = &[("414", "`uri_too_long`")];
const WITH_BODY: &[(&str, &str)] = &[
    ("400", "`malformed_json`, `bad_request`"),
    ("413", "`payload_too_large`"),
    ("415", "`unsupported_media_type`"),
];

impl Modify for CommonErrors {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for item in document.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                add(operation, EVERYWHERE);
                if operation.request_body.is_some() {
                    add(operation, WITH_BODY);
                } else {
                    add(operation, WITH_QUERY);
                }
            }
        }
    }
}

fn add(operation: &mut Operation, errors: &[(&str, &str)]) {
    for (status, description) in errors {
        let response = ResponseBuilder::new()
            .description(*description)
            .content(
                "application/problem+json",
                Content::new(Some(Ref::from_schema_name("Problem"))),
            )
            .build();
        let responses = &mut operation.responses.responses;
        responses.entry((*status).to_owned()).or_insert_with(|| response.into());
    }
}
