//! People.

use lectern_store::users;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody, by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    /// The platform's id.
    id: String,
    /// What others see.
    name: String,
    /// The IANA zone they live in.
    time_zone: String,
}

impl From<users::User> for Person {
    fn from(user: users::User) -> Self {
        Self { id: user.id, name: user.name, time_zone: user.time_zone }
    }
}

/// Those of the people asked for whom the caller may know.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct People {
    /// In the order of their ids.
    pub(crate) items: Vec<Person>,
}

/// A teacher, as students find them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Teacher {
    /// The platform's id.
    id: String,
    /// What others see.
    name: String,
    /// The IANA zone they live in.
    time_zone: String,
    /// One line about them.
    headline: String,
    /// The mean of their ratings; null as long as there is none.
    #[schema(required = true)]
    average: Option<f64>,
    /// How many ratings.
    count: i64,
}

impl From<users::Teacher> for Teacher {
    fn from(teacher: users::Teacher) -> Self {
        Self {
            id: teacher.id,
            name: teacher.name,
            time_zone: teacher.time_zone,
            headline: teacher.headline,
            average: teacher.average,
            count: teacher.count,
        }
    }
}

/// Teachers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Teachers {
    /// By name.
    pub(crate) items: Vec<Teacher>,
}

/// The caller.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    /// The platform's id.
    id: String,
    /// What others see.
    name: String,
    /// What the platform lets them do.
    role: PlatformRole,
    /// The IANA zone they live in.
    time_zone: String,
    /// The language they read, as a BCP 47 tag.
    locale: String,
}

/// What the platform lets somebody do.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PlatformRole {
    /// Has lessons.
    User,
    /// Looks after everybody's.
    Admin,
}

impl Me {
    pub(crate) fn new(user: users::User, admin: bool) -> Self {
        Self {
            id: user.id,
            name: user.name,
            role: if admin { PlatformRole::Admin } else { PlatformRole::User },
            time_zone: user.time_zone,
            locale: user.locale,
        }
    }
}
