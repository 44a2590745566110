//! What may go wrong, so that each endpoint says only what is its own, and an
//! example of each error.
//!
//! A description of an error names its codes between backticks. From these
//! come the examples.

use serde_json::{Value, json};
use utoipa::{
    Modify,
    openapi::{
        Content, OpenApi, Ref, RefOr, ResponseBuilder,
        example::ExampleBuilder,
        path::{Operation, Parameter, ParameterIn},
        security::SecurityRequirement,
    },
};

use super::{operations_mut, schema::Schemas};
use crate::problem::Code;

/// The media type of RFC 9457.
pub(super) const PROBLEM: &str = "application/problem+json";

const WITH_TOKEN: &[(&str, &str)] = &[
    ("401", "`unauthenticated`: no token was sent, or none that is good."),
    ("403", "`forbidden`: this is for people, not for keys."),
];
const EVERYWHERE: &[(&str, &str)] = &[
    ("429", "`rate_limited`: `Retry-After` says when to try again."),
    ("500", "`internal`: the fault is the server's."),
    ("503", "`unavailable`: not now; `Retry-After` says when to try again."),
];
const WITH_QUERY: &[(&str, &str)] = &[("414", "`uri_too_long`: the query string is.")];
const WITH_PATH: &[(&str, &str)] =
    &[("404", "`not_found`: there is no such thing, or none that the caller may know of.")];
const WITH_BODY: &[(&str, &str)] = &[
    ("400", "`malformed_json`, `bad_request`: the body cannot be read."),
    ("413", "`payload_too_large`: the body is."),
    ("415", "`unsupported_media_type`: the body is not said to be JSON."),
];

/// Adds the errors that are everybody's, and the examples of all.
pub(super) struct Errors;

const INVALID: &str = "`validation_failed`: `errors` says which values are not accepted.";
const MISMATCH: &str = " `idempotency_mismatch`: the key was used for another request.";
const NO_INSTANT: &str =
    " `time_does_not_exist`, `time_is_ambiguous`: the local time, with `strictTime`.";

impl Modify for Errors {
    fn modify(&self, document: &mut OpenApi) {
        let schemas = Schemas::of(document);
        for operation in operations_mut(document) {
            let invalid = invalid(operation, &schemas);
            add(operation, &[("422", &invalid)]);
            add(operation, EVERYWHERE);
            if !is_open(operation) {
                add(operation, WITH_TOKEN);
            }
            if operation.parameters.iter().flatten().any(is_in_path) {
                add(operation, WITH_PATH);
            }
            let more = if operation.request_body.is_some() { WITH_BODY } else { WITH_QUERY };
            add(operation, more);
            show(operation);
        }
        let components = document.components.get_or_insert_default();
        for code in Code::ALL {
            let example =
                ExampleBuilder::new().summary(code.title()).value(Some(problem(*code))).build();
            components.examples.insert(code.name().to_owned(), example.into());
        }
    }
}

/// Whether everybody may call it: it says so, by asking for nothing.
fn is_open(operation: &Operation) -> bool {
    let nothing = SecurityRequirement::default();
    operation.security.as_ref().is_some_and(|security| security.contains(&nothing))
}

fn is_in_path(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Path)
}

/// What may be wrong with values, by what the operation takes.
fn invalid(operation: &Operation, schemas: &Schemas) -> String {
    let mut description = INVALID.to_owned();
    let key = |p: &RefOr<Parameter>| matches!(p, RefOr::T(p) if p.name == "Idempotency-Key");
    if operation.parameters.iter().flatten().any(key) {
        description.push_str(MISMATCH);
    }
    if let Some(RefOr::T(body)) = &operation.request_body
        && let Some(RefOr::T(content)) = body.content.get("application/json")
        && content.schema.as_ref().is_some_and(|schema| schemas.has(schema, "localStart"))
    {
        description.push_str(NO_INSTANT);
    }
    description
}

fn add(operation: &mut Operation, errors: &[(&str, &str)]) {
    for (status, description) in errors {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        let response =
            ResponseBuilder::new().description(*description).content(PROBLEM, content).build();
        let responses = &mut operation.responses.responses;
        responses.entry((*status).to_owned()).or_insert_with(|| response.into());
    }
}

/// Adds an example of each code that an error's description names.
fn show(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let Some(RefOr::T(content)) = response.content.get_mut(PROBLEM) else { continue };
        for code in named(&response.description) {
            let example = Ref::new(format!("#/components/examples/{}", code.name()));
            content.examples.entry(code.name().to_owned()).or_insert(RefOr::Ref(example));
        }
    }
}

/// The codes between backticks.
fn named(description: &str) -> impl Iterator<Item = Code> {
    let quoted = description.split('`').skip(1).step_by(2);
    quoted.filter_map(|name| Code::ALL.iter().copied().find(|code| code.name() == name))
}

fn problem(code: Code) -> Value {
    let mut problem = json!({
        "type": format!("urn:lectern:problem:{}", code.name()),
        "title": code.title(),
        "status": code.status().as_u16(),
        "code": code.name(),
        "requestId": "0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e77",
    });
    match code {
        Code::ValidationFailed => {
            problem["errors"] = json!([{ "pointer": "/duration", "detail": "this is required" }]);
        }
        Code::TooEarlyToJoin => problem["opensAt"] = json!("2027-03-08T09:45:00Z"),
        _ => {}
    }
    problem
}
