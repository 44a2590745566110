//! Headers: what every answer says, and what only some do.

use utoipa::{
    Modify,
    openapi::{
        ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, Type,
        header::HeaderBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        response::ResponseBuilder,
    },
};

use super::{operations_mut, schema::Schemas};

/// What an answer's headers are, with an example each.
const HEADERS: &[(&str, Type, &str, &str)] = &[
    (
        "RateLimit",
        Type::String,
        "What is left: `r` requests, and more in `t` seconds \
         (draft-ietf-httpapi-ratelimit-headers-10).",
        "\"default\";r=199;t=1",
    ),
    (
        "RateLimit-Policy",
        Type::String,
        "What is allowed: `q` requests in `w` seconds.",
        "\"default\";q=200;w=4",
    ),
    (
        "X-Request-Id",
        Type::String,
        "Names the request in the server's log.",
        "0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e77",
    ),
    (
        "ETag",
        Type::String,
        "Names this state of the answer (RFC 9110, section 8.8.3): for `If-Match`, where \
         there is a version, and for `If-None-Match`.",
        "\"1.kJ2vP0rZ8mWcQ4tA\"",
    ),
    (
        "Link",
        Type::String,
        "The next page (RFC 8288), unless this is the last one.",
        "</api/sessions?cursor=AAY0p8Yy>; rel=\"next\"",
    ),
    ("Location", Type::String, "Where the new thing is.", "/api/sessions/0198f2b4"),
    ("Retry-After", Type::Integer, "Seconds to wait.", "1"),
    ("WWW-Authenticate", Type::String, "How to say who one is (RFC 6750).", "Bearer"),
];

/// Says which headers each answer has.
pub(super) struct Headers;

impl Modify for Headers {
    fn modify(&self, document: &mut OpenApi) {
        let schemas = Schemas::of(document);
        for item in document.paths.paths.values_mut() {
            if let Some(get) = &mut item.get {
                validators(get);
            }
        }
        for operation in operations_mut(document) {
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response {
                    describe(status, response, &schemas);
                }
            }
        }
        let components = document.components.get_or_insert_default();
        for (name, kind, description, example) in HEADERS {
            let schema = ObjectBuilder::new().schema_type(kind.clone());
            let example = match kind {
                Type::Integer => serde_json::Value::from(1),
                _ => (*example).into(),
            };
            let header = HeaderBuilder::new()
                .schema(Some(schema))
                .description(Some(*description))
                .example(Some(example))
                .build();
            components.headers.insert((*name).to_owned(), header.into());
        }
    }
}

/// A whole answer to GET has a tag, and is not sent to who names it.
fn validators(get: &mut Operation) {
    let Some(RefOr::T(response)) = get.responses.responses.get_mut("200") else { return };
    // What is written while it is sent, as a file, has no tag.
    let file = response.headers.contains_key("Content-Disposition");
    if file || !response.content.contains_key("application/json") {
        return;
    }
    refer(response, "ETag");
    let mut unchanged = ResponseBuilder::new().description("The caller has it already.").build();
    refer(&mut unchanged, "ETag");
    get.responses.responses.entry("304".to_owned()).or_insert_with(|| unchanged.into());
    let parameters = get.parameters.get_or_insert_default();
    let known = |p: &RefOr<Parameter>| matches!(p, RefOr::T(p) if p.name == "If-None-Match");
    if !parameters.iter().any(known) {
        let parameter = ParameterBuilder::new()
            .name("If-None-Match")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("Tags that the caller knows: 304 instead of one of them."))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build();
        parameters.push(parameter.into());
    }
}

fn describe(status: &str, response: &mut Response, schemas: &Schemas) {
    for name in ["RateLimit", "RateLimit-Policy", "X-Request-Id"] {
        refer(response, name);
    }
    match status {
        "401" => refer(response, "WWW-Authenticate"),
        "429" | "503" => refer(response, "Retry-After"),
        _ => {}
    }
    // What handlers name without a word is described here.
    for name in ["ETag", "Location"] {
        if response.headers.contains_key(name) {
            refer(response, name);
        }
    }
    let content = response.content.get("application/json");
    if let Some(RefOr::T(content)) = content
        && content.schema.as_ref().is_some_and(|schema| schemas.has(schema, "nextCursor"))
    {
        refer(response, "Link");
    }
}

fn refer(response: &mut Response, name: &str) {
    let header = Ref::new(format!("#/components/headers/{name}"));
    response.headers.insert(name.to_owned(), RefOr::Ref(header));
}
