//! How long history and analytics take over a database that is full.

use super::Stage;
use crate::{client::Server, clock, measure::histogram::Histogram};

/// Lessons of each teacher, as `bench/insight.sql` makes them.
const LESSONS_PER_TEACHER: u64 = 2_000;
/// Students of each teacher there.
const STUDENTS_PER_TEACHER: u64 = 100;

/// One question, and how long its answers took.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked.
    pub name: &'static str,
    /// From the request to the answer.
    pub times: Histogram,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
enum Who {
    Teacher,
    Student,
    Admin,
}

/// What is asked, by whom. The days are those that the data lie in.
const QUESTIONS: &[(&str, Who, &str)] = &[
    ("history, a teacher's", Who::Teacher, "/api/history"),
    ("history, a student's", Who::Student, "/api/history"),
    ("history, one role and skill", Who::Teacher, "/api/history?role=teacher&skill=chess"),
    ("history, a text that is rare", Who::Teacher, "/api/history?q=999"),
    ("history, a text that is nowhere", Who::Teacher, "/api/history?q=zzz"),
    (
        "analytics, a teacher's year",
        Who::Teacher,
        "/api/analytics?from={year}&by=week&timeZone=Asia/Kathmandu",
    ),
    ("analytics, a student's year", Who::Student, "/api/analytics?from={year}&by=month"),
    ("analytics, the platform's month", Who::Admin, "/api/admin/analytics"),
    ("analytics, the platform's year", Who::Admin, "/api/admin/analytics?from={year}&by=month"),
    (
        "analytics, the platform's year in Kathmandu",
        Who::Admin,
        "/api/admin/analytics?from={year}&timeZone=Asia/Kathmandu",
    ),
];

/// Asks each question `times` times, one after another, each time as somebody
/// else where that can be.
///
/// # Errors
/// A question is not answered.
pub fn run(stage: &Stage, lessons: u64, times: u64) -> anyhow::Result<Vec<Asked>> {
    let year = clock::unix_seconds() - 365 * 86_400;
    let from = crate::client::rfc3339(year)?;
    let teachers = (lessons / LESSONS_PER_TEACHER).max(1);
    let work = async {
        let server = Server::new(stage.api())?;
        let mut all = Vec::new();
        for (name, who, path) in QUESTIONS {
            let path = path.replace("{year}", &from);
            let mut asked = Asked { name, times: Histogram::default() };
            for n in 0..times {
                let user = match who {
                    Who::Teacher => format!("teacher-{}", n * 7 % teachers),
                    Who::Student => {
                        format!("student-{}", n * 7 % (teachers * STUDENTS_PER_TEACHER))
                    }
                    Who::Admin => format!("admin-{n}"),
                };
                let token = stage.platform().token(&user, matches!(who, Who::Admin))?;
                // Who is new is written down first; that is no part of it.
                server.get(&token, "/api/me").await?;
                let began = clock::now();
                server.get(&token, &path).await?;
                asked.times.record(clock::now().saturating_duration_since(began));
            }
            all.push(asked);
        }
        Ok(all)
    };
    stage.block_on(work)
}
