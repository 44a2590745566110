//! Lists of lessons: somebody's, or everybody's for an admin.

use chrono::{DateTime, Utc};
use lectern_domain::{
    id::{SeriesId, UserId},
    session::{ParticipantRole, Session, Status},
    text::{Search, Skill},
};
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::load::load;
use crate::{
    error::StoreError,
    page::{After, Page, PageRequest},
};

/// Whose lessons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those that somebody is in, as anything or in one role.
    Of(UserId, Option<ParticipantRole>),
    /// All of them.
    All,
}

/// In which order, by start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The earliest first.
    Chronological,
    /// The latest first.
    NewestFirst,
}

/// Which lessons of the scope.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Whose.
    pub scope: Scope,
    /// In which order.
    pub order: Order,
    /// In one of these states; empty: in any.
    pub statuses: Vec<Status>,
    /// With this person in them.
    pub with: Option<UserId>,
    /// Not over before.
    pub from: Option<DateTime<Utc>>,
    /// Begun before.
    pub to: Option<DateTime<Utc>>,
    /// Over, completed early or called off, as of this instant.
    pub past: Option<DateTime<Utc>>,
    /// Of this series.
    pub series: Option<SeriesId>,
    /// Teaching this skill.
    pub skill: Option<Skill>,
    /// With this text in the title, the description, the skill or a name.
    pub search: Option<Search>,
}

/// One page of the lessons that match.
pub async fn list(
    pool: &PgPool,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Session>, StoreError> {
    let mut connection = pool.acquire().await?;
    let ids: Vec<Uuid> = query(filter, page)
        .build()
        .fetch_all(&mut *connection)
        .await?
        .into_iter()
        .map(|row| row.try_get("id"))
        .collect::<Result<_, _>>()?;
    let sessions = load(&mut connection, &ids).await?;
    Ok(Page::cut(sessions, page, |session| After { at: session.timing.start, id: session.id.0 }))
}

/// Whether more than `most` lessons match.
pub async fn exceeds(pool: &PgPool, filter: &Filter, most: u16) -> Result<bool, StoreError> {
    let page = PageRequest { after: None, limit: most };
    let ids = query(filter, page).build().fetch_all(pool).await?;
    Ok(ids.len() > usize::from(most))
}

/// The ids of the page. A list of one person's walks the index of their
/// participations, one of everybody's that of the lessons.
fn query(filter: &Filter, page: PageRequest) -> QueryBuilder<Postgres> {
    let (mut sql, start, id) = match &filter.scope {
        Scope::Of(user, role) => {
            let mut sql = QueryBuilder::new(
                "SELECT s.id FROM session_participants p JOIN sessions s ON s.id = p.session_id \
                 WHERE p.user_id = ",
            );
            sql.push_bind(user.as_str().to_owned());
            if let Some(role) = role {
                sql.push(" AND p.role = ").push_bind(role.as_str());
            }
            (sql, "lower(p.during)", "p.session_id")
        }
        Scope::All => {
            (QueryBuilder::new("SELECT s.id FROM sessions s WHERE true"), "s.scheduled_at", "s.id")
        }
    };
    narrow(&mut sql, filter);
    let (comparison, direction) = match filter.order {
        Order::Chronological => (">", "ASC"),
        Order::NewestFirst => ("<", "DESC"),
    };
    if let Some(after) = page.after {
        sql.push(format_args!(" AND ({start}, {id}) {comparison} ("));
        sql.push_bind(after.at).push(", ").push_bind(after.id).push(")");
    }
    sql.push(format_args!(" ORDER BY {start} {direction}, {id} {direction} LIMIT "));
    sql.push_bind(page.fetch());
    sql
}

fn narrow(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    if !filter.statuses.is_empty() {
        let names: Vec<&'static str> = filter.statuses.iter().map(|s| s.as_str()).collect();
        sql.push(" AND s.status = ANY(").push_bind(names).push(")");
    }
    if let Some(with) = &filter.with {
        sql.push(
            " AND EXISTS (SELECT FROM session_participants w \
             WHERE w.session_id = s.id AND w.user_id = ",
        );
        sql.push_bind(with.as_str().to_owned()).push(")");
    }
    if let Some(from) = filter.from {
        sql.push(" AND s.ends_at > ").push_bind(from);
    }
    if let Some(to) = filter.to {
        sql.push(" AND s.scheduled_at < ").push_bind(to);
    }
    if let Some(now) = filter.past {
        sql.push(" AND (s.status IN ('completed', 'cancelled') OR s.ends_at <= ");
        sql.push_bind(now).push(")");
    }
    if let Some(series) = filter.series {
        sql.push(" AND s.series_id = ").push_bind(series.0);
    }
    if let Some(skill) = &filter.skill {
        sql.push(" AND lower(s.skill) = lower(").push_bind(skill.as_str().to_owned()).push(")");
    }
    if let Some(search) = &filter.search {
        sql.push(
            " AND strpos(lower(concat_ws(' ', s.title, s.description, s.skill, \
             (SELECT string_agg(u.name, ' ') FROM session_participants o \
              JOIN users u ON u.id = o.user_id WHERE o.session_id = s.id))), lower(",
        );
        sql.push_bind(search.as_str().to_owned()).push(")) > 0");
    }
}
