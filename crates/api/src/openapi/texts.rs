//! What the texts of requests look like, so that what the document allows is
//! what the parsers of the domain accept, as far as a pattern can say it.
//!
//! A text is known by the name of its property or parameter. One that has a
//! pattern, a format or a list of values of its own keeps it.

use std::collections::BTreeSet;

use lectern_domain::{id::UserId, zone::Zones};
use serde_json::Value;
use utoipa::{
    Modify,
    openapi::{
        ObjectBuilder, OneOfBuilder, OpenApi, Ref, RefOr, Schema, Type,
        path::{Parameter, ParameterIn},
        schema::{ArrayItems, Object, RefBuilder, SchemaType},
    },
};

use super::{operations_mut, schema::Schemas};

/// The name of the schema of time zones.
const ZONE: &str = "TimeZone";

/// No control characters.
const LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";
/// The same, and more than white space.
const FULL_LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
/// No control characters but tabs and the ends of lines.
const LINES: &str = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$";
/// The same, and more than white space.
const FULL_LINES: &str = concat!(
    r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*",
    r"[^\s\x00-\x1f\x7f-\x9f]",
    r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
);
/// Up to 200 of the platform's ids, between commas.
const IDS: &str = r"^([^,\x00-\x1f\x7f-\x9f]{1,128}(,[^,\x00-\x1f\x7f-\x9f]{1,128}){0,199})?$";
/// A language tag, as `lectern_domain::text::Locale` reads it.
const LOCALE: &str = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$";
/// Statuses between commas.
const STATUSES: &str = concat!(
    "^(scheduled|in-progress|completed|cancelled)",
    "(,(scheduled|in-progress|completed|cancelled))*$"
);
/// A rule of recurrence: the parts that there are. That none comes twice, and
/// that there is one end, is said in words.
const RULE: &str = concat!(
    "^FREQ=(DAILY|WEEKLY|MONTHLY)(;(",
    "INTERVAL=[1-9][0-9]?|COUNT=[1-9][0-9]?|UNTIL=2[0-9]{3}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])",
    "(T([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z)?",
    "|BYDAY=(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*",
    "|BYMONTHDAY=[1-9](,[1-9])*|WKST=(MO|TU|WE|TH|FR|SA|SU)))+$"
);

macro_rules! date {
    () => {
        concat!(
            "[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
            "|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
        )
    };
}
macro_rules! time {
    () => {
        "T([01][0-9]|2[0-3]):[0-5][0-9]"
    };
}
/// A wall clock, and an offset if there is one.
const CLOCK: &str = concat!(
    "^",
    date!(),
    time!(),
    r"(:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$"
);
/// A date, or an instant.
const MOMENT: &str = concat!(
    "^",
    date!(),
    "(",
    time!(),
    r":[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$"
);

/// Says what texts look like.
pub(super) struct Texts;

impl Modify for Texts {
    fn modify(&self, document: &mut OpenApi) {
        let mut names = BTreeSet::new();
        let schemas = Schemas::of(document);
        for operation in operations_mut(document) {
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    query(parameter);
                }
            }
            if let Some(body) = &operation.request_body {
                let body = serde_json::to_value(body).unwrap_or_default();
                referred(&body, &schemas, &mut names);
            }
        }
        let components = document.components.get_or_insert_default();
        for (name, schema) in &mut components.schemas {
            if names.contains(name)
                && let RefOr::T(schema) = schema
            {
                walk(schema);
            }
        }
        components.schemas.insert(ZONE.to_owned(), zones().into());
    }
}

/// The names of the schemas that a value refers to, and of theirs.
fn referred(value: &Value, schemas: &Schemas, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str);
            if let Some(name) = name.and_then(|path| path.rsplit('/').next())
                && names.insert(name.to_owned())
            {
                referred(schemas.resolve(value), schemas, names);
            }
            object.values().for_each(|value| referred(value, schemas, names));
        }
        Value::Array(items) => items.iter().for_each(|value| referred(value, schemas, names)),
        _ => {}
    }
}

fn query(parameter: &mut Parameter) {
    if parameter.parameter_in == ParameterIn::Query
        && let Some(schema) = &mut parameter.schema
    {
        say(&parameter.name, schema);
    }
}

fn walk(schema: &mut Schema) {
    let parts = match schema {
        Schema::Object(object) => {
            for (name, property) in &mut object.properties {
                say(name, property);
            }
            return;
        }
        Schema::Array(_) => return,
        Schema::OneOf(one) => &mut one.items,
        Schema::AllOf(all) => &mut all.items,
        Schema::AnyOf(any) => &mut any.items,
        _ => return,
    };
    for part in parts {
        if let RefOr::T(part) = part {
            walk(part);
        }
    }
}

/// Says of the value of this name what it looks like, where that is not said.
fn say(name: &str, schema: &mut RefOr<Schema>) {
    let RefOr::T(inner) = schema else { return };
    match inner {
        Schema::Object(object) if is_free(object) => match name {
            "timeZone" => *schema = zone(object),
            _ => {
                if is_person(name) {
                    object.min_length.get_or_insert(1);
                    object.max_length.get_or_insert(UserId::MAX_BYTES);
                }
                object.pattern = Some(pattern(name, object.min_length).to_owned());
            }
        },
        Schema::Array(list) => {
            if let ArrayItems::RefOrSchema(item) = &mut list.items {
                say(name, item);
            }
        }
        _ => walk(inner),
    }
}

/// Whether it is one of the platform's ids of people.
fn is_person(name: &str) -> bool {
    matches!(
        name,
        "user" | "teacher" | "teachers" | "student" | "revieweeId" | "with" | "actor" | "about"
    )
}

/// Whether it is a text of which nothing is said.
fn is_free(object: &Object) -> bool {
    let text = match &object.schema_type {
        SchemaType::Type(kind) => *kind == Type::String,
        SchemaType::Array(kinds) => kinds.contains(&Type::String),
        _ => false,
    };
    text && object.pattern.is_none() && object.format.is_none() && object.enum_values.is_none()
}

fn pattern(name: &str, fewest: Option<usize>) -> &'static str {
    let some = fewest.is_some_and(|fewest| fewest > 0);
    match name {
        "ids" => IDS,
        "from" | "to" => MOMENT,
        "status" => STATUSES,
        "localStart" => CLOCK,
        "rrule" => RULE,
        "locale" => LOCALE,
        // The platform's ids are what they are.
        _ if is_person(name) => LINE,
        "description" | "reason" | "comment" | "text" => {
            if some {
                FULL_LINES
            } else {
                LINES
            }
        }
        _ if some => FULL_LINE,
        _ => LINE,
    }
}

/// The schema of zones, in place of a text's own.
fn zone(text: &Object) -> RefOr<Schema> {
    let description = text.description.clone().unwrap_or_default();
    let zone = Ref::from_schema_name(ZONE);
    let nullable =
        matches!(&text.schema_type, SchemaType::Array(kinds) if kinds.contains(&Type::Null));
    if nullable {
        let null = ObjectBuilder::new().schema_type(Type::Null).build();
        let either = OneOfBuilder::new().item(null).item(zone).description(Some(description));
        return RefOr::T(either.build().into());
    }
    RefOr::Ref(
        RefBuilder::new().ref_location(zone.ref_location).description(Some(description)).build(),
    )
}

/// The names that are built in. A newer edition of the database may know more.
fn zones() -> Schema {
    let names: Vec<String> = Zones::bundled().names();
    let pattern = format!("^({})$", names.join("|").replace('+', r"\+"));
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("The name of a zone of the IANA time zone database."))
        .pattern(Some(pattern))
        .examples(["Europe/Lisbon"])
        .build()
        .into()
}
