//! Parameters that are the same wherever they are: what their values look like.

use utoipa::{
    Modify,
    openapi::{OpenApi, RefOr, Schema, path::ParameterIn},
};

use super::operations_mut;

/// A list of entity tags (RFC 9110, section 8.8.3), or any.
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$"#;
/// What `extract::page` writes: 24 bytes in base64.
const CURSOR: &str = "^[A-Za-z0-9_-]{32}$";

/// Says what is accepted, where a handler does not say so itself.
pub(super) struct Parameters;

impl Modify for Parameters {
    fn modify(&self, document: &mut OpenApi) {
        for operation in operations_mut(document) {
            for parameter in operation.parameters.iter_mut().flatten() {
                let RefOr::T(parameter) = parameter else { continue };
                let pattern = match (&parameter.parameter_in, parameter.name.as_str()) {
                    (ParameterIn::Header, "If-Match") => TAGS,
                    (ParameterIn::Query, "cursor") => CURSOR,
                    _ => continue,
                };
                if let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema {
                    schema.pattern.get_or_insert_with(|| pattern.to_owned());
                }
            }
        }
    }
}
