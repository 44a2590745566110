//! Parameters that are the same wherever they are: what their values look like.

use utoipa::{
    Modify,
    openapi::{
        ObjectBuilder, OpenApi, RefOr, Schema, Type, path::ParameterIn, schema::AnyOfBuilder,
    },
};

use super::operations_mut;

/// A list of entity tags (RFC 9110, section 8.8.3).
const TAGS: &str = r#"^(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*$"#;
/// What `extract::page` writes: 24 bytes in base64, of which the first are a
/// time that the calendar has.
const CURSOR: &str = "^A[A-Za-v][A-Za-z0-9_-]{30}$";
/// What can be seen of ASCII.
const VISIBLE: &str = "^[!-~]*$";

/// Says what is accepted, where a handler does not say so itself.
pub(super) struct Parameters;

impl Modify for Parameters {
    fn modify(&self, document: &mut OpenApi) {
        for operation in operations_mut(document) {
            for parameter in operation.parameters.iter_mut().flatten() {
                let RefOr::T(parameter) = parameter else { continue };
                let pattern = match (&parameter.parameter_in, parameter.name.as_str()) {
                    (ParameterIn::Header, "If-Match") => {
                        parameter.schema = Some(tags().into());
                        continue;
                    }
                    (ParameterIn::Header, "Idempotency-Key") => VISIBLE,
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

/// Any version, or one of these.
fn tags() -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let any = text().enum_values(Some(["*"]));
    let these = text().pattern(Some(TAGS));
    AnyOfBuilder::new().item(any).item(these).build().into()
}
