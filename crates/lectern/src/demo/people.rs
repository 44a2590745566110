//! The people of the demo.

/// One of them.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) part: Part,
    pub(crate) time_zone: &'static str,
    pub(crate) locale: &'static str,
    pub(crate) headline: &'static str,
    pub(super) skills: &'static [&'static str],
}

/// What somebody is in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Teacher,
    Student,
    Admin,
}

impl Part {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Student => "student",
            Self::Admin => "admin",
        }
    }
}

impl Person {
    /// Who has this id.
    pub(crate) fn find(id: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.id == id)
    }
}

/// Two teachers, three students and an admin.
pub(crate) const PEOPLE: [Person; 6] = [
    Person {
        id: "ines",
        name: "Inês Carvalho",
        part: Part::Teacher,
        time_zone: "Europe/Lisbon",
        locale: "pt",
        headline: "Portuguese for people who want to talk, not to conjugate",
        skills: &["Portuguese"],
    },
    Person {
        id: "daniel",
        name: "Daniel Okafor",
        part: Part::Teacher,
        time_zone: "Europe/London",
        locale: "en-GB",
        headline: "Physics from first principles, exams included",
        skills: &["Physics", "Mathematics"],
    },
    Person {
        id: "jonas",
        name: "Jonas Weber",
        part: Part::Student,
        time_zone: "Europe/Berlin",
        locale: "de",
        headline: "Moves to Porto next spring",
        skills: &[],
    },
    Person {
        id: "mira",
        name: "Mira Haddad",
        part: Part::Student,
        time_zone: "Asia/Amman",
        locale: "ar",
        headline: "Prepares for her first year at university",
        skills: &[],
    },
    Person {
        id: "tom",
        name: "Tom Becker",
        part: Part::Student,
        time_zone: "America/New_York",
        locale: "en-US",
        headline: "Learns two things at once",
        skills: &[],
    },
    Person {
        id: "ada",
        name: "Ada Lindqvist",
        part: Part::Admin,
        time_zone: "Europe/Stockholm",
        locale: "sv",
        headline: "Runs the place",
        skills: &[],
    },
];
