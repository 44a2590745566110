//! Under which role of the database the service works.
//!
//! The tables belong to whoever migrates. The service itself works as
//! [`SERVICE`], which may do everything with rows and nothing with tables, and
//! of the record of who did what may only add to it and read it. That holds
//! whatever statement finds its way through the service.
//!
//! There are three ways into that role. The embedded Postgres lets the service
//! sign in as it. A server of somebody else's may do the same; or its login owns
//! the tables, and then every connection sets the role, from which it could
//! step back. Where the role could not be made, a trigger guards the record
//! against everybody but the owner's own hand.

use rand::RngExt as _;
use sqlx::{
    Executor as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// The service's role.
pub const SERVICE: &str = "lectern_app";

/// By what the record is kept from the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The service signs in as a role that has no right to change it.
    Login,
    /// The service owns the tables, and has put its right to change it aside.
    Role,
    /// A trigger alone, which the service, as its owner, could drop.
    Trigger,
}

/// Makes a pool whose connections work in the service's role, where it is there
/// and the login may take it on.
pub fn in_service(options: PgPoolOptions) -> PgPoolOptions {
    options.after_connect(|connection, _| Box::pin(take_on(connection)))
}

async fn take_on(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "SELECT set_config('role', rolname, false) FROM pg_roles \
         WHERE rolname = $1 AND rolname <> session_user \
           AND pg_has_role(session_user, oid, 'MEMBER') \
           AND has_table_privilege(oid, to_regclass('audit_events'), 'INSERT')",
    )
    .bind(SERVICE)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets the service sign in as its role with a new password, and says how.
/// `owner` is a pool of the cluster's owner; `options` are those that it
/// connects by.
pub async fn let_in(
    owner: &PgPool,
    options: PgConnectOptions,
) -> Result<PgConnectOptions, sqlx::Error> {
    #[expect(clippy::disallowed_methods, reason = "a driver: passwords are drawn here")]
    let password: [u8; 32] = rand::rng().random();
    let password: String = password.iter().map(|byte| format!("{byte:02x}")).collect();
    // Digits and letters: nothing to escape. Statements are not logged.
    let statement = format!("ALTER ROLE {SERVICE} LOGIN PASSWORD '{password}'");
    owner.execute(sqlx::AssertSqlSafe(statement)).await?;
    Ok(options.username(SERVICE).password(&password))
}

/// By what the record is kept from a service that has this login.
pub async fn guard(pool: &PgPool) -> Result<Guard, sqlx::Error> {
    let (login, member): (bool, bool) = sqlx::query_as(
        "SELECT NOT pg_has_role(session_user, relowner, 'MEMBER'), \
                EXISTS (SELECT FROM pg_roles WHERE rolname = $1 \
                        AND pg_has_role(session_user, oid, 'MEMBER') \
                        AND has_table_privilege(oid, 'audit_events', 'INSERT')) \
         FROM pg_class WHERE oid = 'audit_events'::regclass",
    )
    .bind(SERVICE)
    .fetch_one(pool)
    .await?;
    Ok(match (login, member) {
        (true, _) => Guard::Login,
        (false, true) => Guard::Role,
        (false, false) => Guard::Trigger,
    })
}
