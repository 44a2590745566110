//! The OpenAPI document says everything there is to say of each operation.

use std::collections::BTreeMap;

use serde_json::Value;

const DISPOSITION: &str = "Content-Disposition";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

struct Document(Value);

impl Document {
    fn read() -> Self {
        Self(serde_json::to_value(lectern_api::openapi()).expect("the document is JSON"))
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(path) => self.0.pointer(path.trim_start_matches('#')).expect(path),
            None => value,
        }
    }

    fn operations(&self) -> Vec<(String, &Value)> {
        let paths = self.0["paths"].as_object().expect("paths");
        let all = paths.iter().flat_map(|(path, item)| {
            let operations = item.as_object().expect("operations").iter();
            operations.map(move |(method, value)| (format!("{method} {path}"), value))
        });
        all.collect()
    }

    /// What is wrong with a value, by its schema; nothing, if nothing is.
    fn faults(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        let mut faults = Vec::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            faults.extend(self.faults(part, value, place));
        }
        for choice in ["oneOf", "anyOf"] {
            let Some(choices) = schema[choice].as_array() else { continue };
            if choices.iter().all(|choice| !self.faults(choice, value, place).is_empty()) {
                faults.push(format!("{place}: {value} is none of {choice}"));
            }
        }
        let kinds = match &schema["type"] {
            Value::Array(kinds) => kinds.clone(),
            Value::Null => Vec::new(),
            one => vec![one.clone()],
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_i64() || n.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let fits = |name: &Value| name == kind || kind == "integer" && name == "number";
        if !kinds.is_empty() && !kinds.iter().any(fits) {
            faults.push(format!("{place}: {value} is no {kinds:?}"));
        }
        if schema["enum"].as_array().is_some_and(|names| !names.contains(value)) {
            faults.push(format!("{place}: {value} is none of the names"));
        }
        let number = value.as_f64();
        let below = number.zip(schema["minimum"].as_f64()).is_some_and(|(n, least)| n < least);
        let above = number.zip(schema["maximum"].as_f64()).is_some_and(|(n, most)| n > most);
        if below || above {
            faults.push(format!("{place}: {value} is out of bounds"));
        }
        for item in value.as_array().into_iter().flatten() {
            faults.extend(self.faults(&schema["items"], item, &format!("{place}/*")));
        }
        if let Some(object) = value.as_object() {
            for name in schema["required"].as_array().into_iter().flatten() {
                let name = name.as_str().expect("a name");
                if !object.contains_key(name) {
                    faults.push(format!("{place}: {name} is missing"));
                }
            }
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                if let Some(inner) = object.get(name) {
                    faults.extend(self.faults(property, inner, &format!("{place}/{name}")));
                }
            }
            if schema["additionalProperties"] == false {
                for name in object.keys().filter(|name| schema["properties"][*name].is_null()) {
                    faults.push(format!("{place}: {name} is unknown"));
                }
            }
        }
        faults
    }

    /// The examples of a body, each of which must be one.
    fn examples(&self, content: &Value, place: &str) -> Vec<String> {
        let one = content.get("example").into_iter();
        let several = content["examples"].as_object().into_iter().flatten();
        let several = several.map(|(_, example)| &self.resolve(example)["value"]);
        let examples: Vec<&Value> = one.chain(several).collect();
        if examples.is_empty() {
            return vec![format!("{place} has no example")];
        }
        let mut faults = Vec::new();
        for example in examples {
            faults.extend(self.faults(&content["schema"], example, place));
            if example.to_string().contains('…') {
                faults.push(format!("{place}: the example says nothing: {example}"));
            }
        }
        faults
    }
}

/// Every code, with its status, from the examples that the document keeps.
fn codes(document: &Document) -> BTreeMap<String, u64> {
    let examples = document.0["components"]["examples"].as_object().expect("examples");
    let status = |example: &Value| example["value"]["status"].as_u64().expect("a status");
    examples.iter().map(|(code, example)| (code.clone(), status(example))).collect()
}

#[test]
fn every_operation_is_told_in_full() {
    let document = Document::read();
    let codes = codes(&document);
    let mut faults = Vec::new();
    for (name, operation) in document.operations() {
        for what in ["summary", "operationId"] {
            if operation[what].as_str().unwrap_or_default().is_empty() {
                faults.push(format!("{name} has no {what}"));
            }
        }
        if operation["tags"].as_array().is_none_or(|tags| tags.len() != 1) {
            faults.push(format!("{name} is not under one tag"));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = document.resolve(parameter);
            let described = parameter["description"].as_str().is_some_and(|text| !text.is_empty());
            if parameter["in"] != "path" && !described {
                faults.push(format!("{name}: {} is not described", parameter["name"]));
            }
        }
        if let Some(content) = operation["requestBody"]["content"].get(JSON) {
            faults.extend(document.examples(content, &format!("{name}, its body")));
        }
        let responses = operation["responses"].as_object().expect("responses");
        for (status, response) in responses {
            let place = format!("{name}, {status}");
            faults.extend(answer(&document, &codes, status, response, &place));
        }
        // A file is written while it is sent, and has no tag.
        let file = responses.get("200").is_some_and(|r| r["headers"].get(DISPOSITION).is_some());
        if name.starts_with("get ") && !file && responses["200"]["content"].get(JSON).is_some() {
            for (status, header) in [("200", "ETag"), ("304", "ETag")] {
                if responses.get(status).is_none_or(|r| r["headers"].get(header).is_none()) {
                    faults.push(format!("{name}, {status} has no {header}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn answer(
    document: &Document,
    codes: &BTreeMap<String, u64>,
    status: &str,
    response: &Value,
    place: &str,
) -> Vec<String> {
    let mut faults = Vec::new();
    let mut headers = vec!["RateLimit", "RateLimit-Policy", "X-Request-Id"];
    match status {
        "401" => headers.push("WWW-Authenticate"),
        "429" | "503" => headers.push("Retry-After"),
        _ => {}
    }
    let content = &response["content"];
    if let Some(json) = content.get(JSON) {
        let page = document.faults(
            &serde_json::json!({ "type": "object", "required": ["nextCursor"] }),
            &json["example"],
            place,
        );
        if page.is_empty() {
            headers.push("Link");
        }
    }
    for header in headers {
        if response["headers"].get(header).is_none() {
            faults.push(format!("{place} has no {header}"));
        }
    }
    for (header, value) in response["headers"].as_object().into_iter().flatten() {
        if document.resolve(value)["description"].as_str().is_none_or(str::is_empty) {
            faults.push(format!("{place}: {header} is not described"));
        }
    }
    for (kind, content) in content.as_object().into_iter().flatten() {
        if [JSON, PROBLEM].contains(&kind.as_str()) {
            faults.extend(document.examples(content, place));
        }
    }
    if status >= "400" {
        let description = response["description"].as_str().unwrap_or_default();
        let named: Vec<&str> = description.split('`').skip(1).step_by(2).collect();
        let here = named.iter().filter(|code| codes.get(**code).is_some());
        if here.clone().count() == 0 {
            faults.push(format!("{place} names no code: {description}"));
        }
        for code in here {
            if codes[*code].to_string() != status {
                faults.push(format!("{place} names {code}, which is {}", codes[*code]));
            }
        }
        if content.get(PROBLEM).is_none() {
            faults.push(format!("{place} is no problem document"));
        }
    }
    faults
}

/// No code is there that no operation can answer with.
#[test]
fn every_code_belongs_to_an_operation() {
    let document = Document::read();
    let mut unused = codes(&document);
    // It is told of in general: of routes, there is no operation to say it.
    unused.remove("method_not_allowed");
    for (_, operation) in document.operations() {
        for response in operation["responses"].as_object().expect("responses").values() {
            let named = response["content"][PROBLEM]["examples"].as_object();
            for (code, _) in named.into_iter().flatten() {
                unused.remove(code);
            }
        }
    }
    assert!(unused.is_empty(), "{unused:?}");
}
