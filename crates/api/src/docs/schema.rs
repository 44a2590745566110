//! Schemas: their kind in a few words, and their properties as a list.

use serde_json::Value;

use super::html::{escape, inline};

/// How deep schemas without a name are shown within each other.
const DEPTH: usize = 5;
/// The longest pattern that says something to a reader, in bytes.
const LONGEST: usize = 200;

/// The name of a schema that a reference leads to.
fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// What a value is: `string (date-time)`, `list of Session`, `Skill or null`.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(name) = referred(schema) {
        let name = escape(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(constant) = schema.get("const") {
        return format!("<code>{}</code>", escape(&constant.to_string()));
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => Vec::from_iter(one.as_str()),
    };
    let kinds = types.into_iter().map(|name| match name {
        "array" => format!("list of {}", kind(&schema["items"])),
        "string" => match schema["format"].as_str() {
            Some(format) => format!("string ({})", escape(format)),
            None => "string".to_owned(),
        },
        name => escape(name),
    });
    let kinds: Vec<String> = kinds.collect();
    if kinds.is_empty() { "object".to_owned() } else { kinds.join(" or ") }
}

/// What a value is held to, in words.
fn bounds(schema: &Value) -> String {
    let mut bounds = Vec::new();
    if let Some(names) = schema["enum"].as_array() {
        let names: Vec<String> = names
            .iter()
            .filter_map(Value::as_str)
            .map(|n| format!("<code>{}</code>", escape(n)))
            .collect();
        bounds.push(format!("one of {}", names.join(", ")));
    }
    for (keyword, words) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "characters at least:"),
        ("maxLength", "characters at most:"),
        ("minItems", "items at least:"),
        ("maxItems", "items at most:"),
        ("default", "default"),
        ("pattern", "as"),
    ] {
        let value = &schema[keyword];
        if !value.is_null() && value.as_str().is_none_or(|text| text.len() <= LONGEST) {
            let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            bounds.push(format!("{words} <code>{}</code>", escape(&value)));
        }
    }
    bounds.join("; ")
}

/// One named value: a property or a parameter.
pub(super) fn row(name: &str, schema: &Value, required: bool, description: &str) -> String {
    let marker = if required { " <b>required</b>" } else { "" };
    let description = if description.is_empty() {
        schema["description"].as_str().unwrap_or_default()
    } else {
        description
    };
    let bounds = bounds(schema);
    let bounds = if bounds.is_empty() { bounds } else { format!(" <small>{bounds}</small>") };
    format!(
        "<dt><code>{}</code> <i>{}</i>{marker}</dt><dd>{}{bounds}</dd>",
        escape(name),
        kind(schema),
        inline(description),
    )
}

/// A schema in full.
pub(super) fn full(schema: &Value) -> String {
    shown(schema, DEPTH)
}

fn shown(schema: &Value, depth: usize) -> String {
    if depth == 0 || referred(schema).is_some() {
        return format!("<p>{}</p>", kind(schema));
    }
    let mut html = String::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        html.push_str(&shown(part, depth - 1));
    }
    for choice in ["oneOf", "anyOf"] {
        for (n, part) in schema[choice].as_array().into_iter().flatten().enumerate() {
            if n > 0 {
                html.push_str("<p>or</p>");
            }
            html.push_str(&shown(part, depth - 1));
        }
    }
    if schema["type"] == "array" {
        html.push_str(&format!("<p>{}</p>{}", kind(schema), nested(&schema["items"], depth)));
    }
    if let Some(properties) = schema["properties"].as_object() {
        let required = schema["required"].as_array();
        html.push_str("<dl>");
        for (name, property) in properties {
            let needed = required.is_some_and(|list| list.iter().any(|item| item == name));
            html.push_str(&row(name, property, needed, ""));
            let inner = nested(property, depth) + &nested(&property["items"], depth);
            if !inner.is_empty() {
                html.push_str(&format!("<dd>{inner}</dd>"));
            }
        }
        html.push_str("</dl>");
    }
    if html.is_empty() {
        html = format!("<p>{} {}</p>", kind(schema), bounds(schema));
    }
    html
}

/// What lies within and has no name of its own.
fn nested(schema: &Value, depth: usize) -> String {
    let inner = schema["properties"].is_object() || schema["allOf"].is_array();
    if inner { shown(schema, depth - 1) } else { String::new() }
}
