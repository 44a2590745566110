//! An example of every body, put together from its schema: lessons of Jonas
//! with Inês. Handlers give their own where that would say too little.

use serde_json::{Map, Value, json};
use utoipa::{
    Modify,
    openapi::{Content, OpenApi, RefOr},
};

use super::{operations_mut, schema::Schemas};

/// How deep examples may lie in each other.
const DEPTH: usize = 8;
const JSON: &str = "application/json";

/// Adds examples where there are none.
pub(super) struct Examples;

impl Modify for Examples {
    fn modify(&self, document: &mut OpenApi) {
        let schemas = Schemas::of(document);
        for operation in operations_mut(document) {
            if let Some(RefOr::T(body)) = &mut operation.request_body
                && let Some(RefOr::T(content)) = body.content.get_mut(JSON)
            {
                give(content, &schemas, Side::Request);
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response
                    && let Some(RefOr::T(content)) = response.content.get_mut(JSON)
                {
                    give(content, &schemas, Side::Answer);
                }
            }
        }
    }
}

/// Requests name what they must and a little more; answers are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Answer,
}

fn give(content: &mut Content, schemas: &Schemas, side: Side) {
    if content.example.is_some() || !content.examples.is_empty() {
        return;
    }
    let schema = serde_json::to_value(&content.schema).unwrap_or_default();
    content.example = make(&schema, "", schemas, side, DEPTH);
}

fn make(schema: &Value, name: &str, schemas: &Schemas, side: Side, depth: usize) -> Option<Value> {
    let schema = schemas.resolve(schema);
    if depth == 0 {
        return None;
    }
    let given = [&schema["example"], &schema["examples"][0], &schema["const"]];
    if let Some(given) = given.into_iter().find(|value| !value.is_null()) {
        return Some(given.clone());
    }
    if let Some(first) = schema["enum"].get(0) {
        return Some(first.clone());
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        let mut choices = choices.filter(|choice| choice["type"] != "null");
        if let Some(first) = choices.next() {
            return make(first, name, schemas, side, depth - 1);
        }
    }
    match kind(schema) {
        "object" => Some(object(schema, name, schemas, side, depth)),
        "array" => {
            let item = make(&schema["items"], name, schemas, side, depth - 1);
            let length = schema["minItems"].as_u64().unwrap_or(1).clamp(1, 16);
            Some(Value::Array(item.into_iter().cycle().take(length as usize).collect()))
        }
        kind => Some(plain(kind, name, schema)),
    }
}

/// The type, the one beside `null` where that is allowed.
fn kind(schema: &Value) -> &str {
    if schema["allOf"].is_array() || schema["properties"].is_object() {
        return "object";
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.as_slice(),
        one => std::slice::from_ref(one),
    };
    types.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("object")
}

fn object(schema: &Value, name: &str, schemas: &Schemas, side: Side, depth: usize) -> Value {
    let properties = schemas.properties(schema);
    if properties.is_empty() {
        return known(name).unwrap_or_else(|| json!({}));
    }
    let mut object = Map::new();
    for (property, schema) in properties {
        if side == Side::Request && is_alternative(&property) {
            continue;
        }
        if let Some(value) = make(&schema, &property, schemas, side, depth - 1) {
            object.insert(property, value);
        }
    }
    Value::Object(object)
}

/// What a request says instead of something else, or in rare cases only.
fn is_alternative(property: &str) -> bool {
    ["localStart", "strictTime", "timeZone", "student", "holdId", "provider", "series", "capacity"]
        .contains(&property)
}

fn plain(kind: &str, name: &str, schema: &Value) -> Value {
    let format = schema["format"].as_str().unwrap_or_default();
    let known = known(name).filter(|known| is_of(known, kind) && format != "uuid");
    if let Some(known) = known {
        return known;
    }
    match (kind, format) {
        ("string", "date-time") => json!("2027-03-08T10:00:00Z"),
        ("string", "date") => json!("2027-03-08"),
        ("string", "uuid") => json!("0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e77"),
        ("string", "uri") => json!("https://lessons.example/"),
        ("boolean", _) => json!(false),
        ("integer", _) => json!(schema["minimum"].as_i64().unwrap_or(0).max(1)),
        ("number", _) => json!(0.5),
        _ => told(name, schema),
    }
}

/// What can be told of a text from how its name ends, or from what is said of
/// it.
fn told(name: &str, schema: &Value) -> Value {
    for (end, value) in [("By", "jonas"), ("Id", "jonas"), ("Name", "Jonas Weber")] {
        if name.ends_with(end) {
            return json!(value);
        }
    }
    if name.ends_with("At") {
        return json!("2027-03-08T10:00:00Z");
    }
    let said = schema["description"].as_str().unwrap_or("…");
    json!(said.split(['.', ':', ';', '\n']).next().unwrap_or_default())
}

fn is_of(value: &Value, kind: &str) -> bool {
    match value {
        Value::String(_) => kind == "string",
        Value::Bool(_) => kind == "boolean",
        Value::Number(n) => kind == "number" || kind == "integer" && n.is_i64(),
        _ => false,
    }
}

/// What a property of this name usually holds.
fn known(name: &str) -> Option<Value> {
    Some(match name {
        "teacher" | "teacherId" | "revieweeId" => json!("ines"),
        "teacherName" | "revieweeName" => json!("Inês Carvalho"),
        "student" | "studentId" | "user" | "userId" | "reviewerId" | "cancelledBy" | "actor"
        | "ids" | "id" => json!("jonas"),
        "studentName" | "reviewerName" | "name" | "actorName" => json!("Jonas Weber"),
        "title" | "sessionTitle" => json!("Past tenses"),
        "description" => json!("Ser and estar, and when to use which"),
        "skill" => json!("Portuguese"),
        "headline" => json!("Portuguese, patiently"),
        "comment" => json!("Patient, and well prepared."),
        "reason" | "cancelReason" => json!("I am ill"),
        "createdBy" | "decidedBy" => json!("ada"),
        "openedBy" | "reporterId" => json!("jonas"),
        "decisionReason" | "hiddenReason" => json!("By what the room saw"),
        "reply" => json!("Thank you, I will."),
        "level" => json!(3.5),
        "text" | "body" => json!("Shall we begin?"),
        "note" => json!("On holiday"),
        "duration" => json!(60),
        "rating" | "average" => json!(5),
        "timeZone" => json!("Europe/Lisbon"),
        "locale" => json!("pt-PT"),
        "email" => json!("jonas@platform.example"),
        "phone" => json!("+351210000000"),
        "day" => json!("monday"),
        "date" => json!("2027-03-08"),
        "from" => json!("09:00"),
        "to" => json!("12:00"),
        "scheduledAt" | "start" | "startsAt" | "createdAt" | "joinedAt" | "connectedAt"
        | "sentAt" => json!("2027-03-08T10:00:00Z"),
        "endsAt" | "end" | "leftAt" => json!("2027-03-08T11:00:00Z"),
        "localStart" => json!("2027-03-08T10:00:00+00:00"),
        "joinOpensAt" => json!("2027-03-08T09:45:00Z"),
        "joinClosesAt" => json!("2027-03-08T11:15:00Z"),
        "meetingUrl" => {
            json!("https://lessons.example/lessons/0198f2b4-6c1e-7a52-9a44-3f0c8f1d2e77/room")
        }
        "url" => json!("wss://media.lessons.example/signal"),
        "urls" => json!("stun:media.lessons.example:3478"),
        "username" => json!("1804500000:jonas"),
        "credential" => json!("dGhlIHR1cm4gc2VjcmV0"),
        "token" => json!("eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJsZWN0ZXJuLXJvb20ifQ.c2lnbmF0dXJl"),
        "nextCursor" => json!("AAY0p8YyQAAB7AAAAAAAAAAAAAAAAAAB"),
        "participant" => json!("00000000000000aa"),
        "leftReason" => json!("left"),
        "kind" => json!("session_booked"),
        "payload" => json!({ "title": "Past tenses", "duration": 60 }),
        "action" => json!("session_booked"),
        "key" => json!(format!("lk_{}_{}", "0198f2b46c1e7a529a443f0c8f1d2e77", "5e".repeat(32))),
        _ => return None,
    })
}
