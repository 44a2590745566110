//! The document's schemas as JSON, to look into.

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::OpenApi;

/// How deep schemas may lie in each other.
const DEPTH: usize = 16;

/// The schemas that have names.
#[derive(Debug)]
pub(crate) struct Schemas(Value);

impl Schemas {
    pub(super) fn of(document: &OpenApi) -> Self {
        let components = document.components.as_ref();
        // What utoipa made is JSON.
        Self(serde_json::to_value(components.map(|c| &c.schemas)).unwrap_or_default())
    }

    /// The schema itself, where it is named by a reference.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        name.map_or(schema, |name| &self.0[name])
    }

    /// Whether an object of this schema has a property.
    pub(super) fn has(&self, schema: &impl Serialize, property: &str) -> bool {
        let schema = serde_json::to_value(schema).unwrap_or_default();
        self.properties(&schema).iter().any(|(name, _)| name == property)
    }

    /// The properties of an object, those of its parts included.
    pub(crate) fn properties(&self, schema: &Value) -> Vec<(String, Value)> {
        let mut properties = Vec::new();
        self.collect(schema, DEPTH, &mut properties);
        properties
    }

    fn collect(&self, schema: &Value, depth: usize, properties: &mut Vec<(String, Value)>) {
        let schema = self.resolve(schema);
        if depth == 0 {
            return;
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect(part, depth - 1, properties);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            properties.push((name.clone(), property.clone()));
        }
    }
}
