//! People's records, as the platform writes them.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::UserId,
    text::{Email, Headline, Locale, PersonName, Phone, Skill},
    zone::Zones,
};
use lectern_store::users::{Record, RecordChange};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{extract::Checks, limits, problem::Problem};

/// What is kept of a person by themselves.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// The platform's id.
    id: String,
    /// What others see; empty, where the platform gave no name.
    name: String,
    /// Where mail goes.
    #[schema(required = true, format = Email)]
    email: Option<String>,
    /// A telephone number (E.164).
    #[schema(required = true)]
    phone: Option<String>,
    /// The language they read, as a BCP 47 tag.
    locale: String,
    /// The IANA zone they live in.
    time_zone: String,
    /// Whether students find them among the teachers.
    teaches: bool,
    /// One line about them.
    headline: String,
    /// What they teach.
    #[schema(example = json!(["Portuguese"]))]
    skills: Vec<String>,
    /// Rises with every change; the ETag begins with it.
    pub(crate) version: i64,
    /// Since when they are known.
    created_at: DateTime<Utc>,
    /// When any of this last changed.
    updated_at: DateTime<Utc>,
}

impl From<Record> for User {
    fn from(record: Record) -> Self {
        Self {
            id: record.id,
            name: record.name,
            email: record.email,
            phone: record.phone,
            locale: record.locale,
            time_zone: record.time_zone,
            teaches: record.teaches,
            headline: record.headline,
            skills: record.skills,
            version: record.version,
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

/// What the platform says of a person. What is not named stays as it is; of who
/// is new it is empty, in `en` and `UTC`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "name": "Jonas Weber", "email": "jonas@platform.example", "phone": "+351210000000",
    "locale": "de", "timeZone": "Europe/Berlin",
}))]
pub(crate) struct UserChange {
    /// What others see.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Where mail goes; null: nowhere.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    email: Option<Option<String>>,
    /// A telephone number (E.164); null: none.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>, pattern = r"^\+[1-9][0-9]{6,14}$")]
    phone: Option<Option<String>>,
    /// The language they read, as a BCP 47 tag.
    #[schema(min_length = 2, max_length = 35)]
    locale: Option<String>,
    /// The IANA zone they live in.
    time_zone: Option<String>,
    /// Whether students find them among the teachers.
    teaches: Option<bool>,
    /// One line about them.
    #[schema(max_length = 200)]
    headline: Option<String>,
    /// What they teach.
    #[schema(max_items = 50, example = json!(["Portuguese"]))]
    skills: Option<Vec<String>>,
}

/// A field that is there, even where it is null.
fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl UserChange {
    pub(crate) fn parse(&self, id: UserId, zones: &Zones) -> Result<RecordChange, Problem> {
        let mut checks = Checks::default();
        let name = checks.optional::<PersonName>("/name", self.name.as_deref());
        let email = self.email.as_ref();
        let email = email.map(|text| checks.optional::<Email>("/email", text.as_deref()));
        let phone = self.phone.as_ref();
        let phone = phone.map(|text| checks.optional::<Phone>("/phone", text.as_deref()));
        let locale = checks.optional::<Locale>("/locale", self.locale.as_deref());
        let zone = self.time_zone.as_deref();
        let time_zone = zone.and_then(|name| checks.accept("/timeZone", zones.name(name)));
        let headline = checks.optional::<Headline>("/headline", self.headline.as_deref());
        let skills = self.skills.as_ref().map(|skills| self::skills(&mut checks, skills));
        checks.done()?;
        Ok(RecordChange {
            id,
            name,
            email,
            phone,
            locale,
            time_zone,
            teaches: self.teaches,
            headline,
            skills,
        })
    }
}

fn skills(checks: &mut Checks, skills: &[String]) -> Vec<Skill> {
    let most = limits::SKILLS_OF_ONE;
    if skills.len() > most {
        checks.reject("/skills", format_args!("expected at most {most} skills"));
        return Vec::new();
    }
    let mut parsed = Vec::new();
    for (n, skill) in skills.iter().enumerate() {
        let pointer = format!("/skills/{n}");
        if skill.trim().is_empty() {
            checks.reject(&pointer, "expected a skill");
        }
        parsed.extend(checks.accept::<Skill, _>(&pointer, skill.parse()));
    }
    parsed
}
