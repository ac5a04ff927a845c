//! What each user of the database needs, as statements. Who creates the schema owns it, and needs no grant.

use sessionctl_core::store::RoleKind;

/// What every program reads when it opens the database, and to name users and events.
const COMMON: &str = "migration, meta, policy, account, event, heartbeat";

/// The statements for an account.
pub(crate) fn grants(kind: RoleKind, account: &str) -> String {
    let name = quoted(account);
    let statements: &[&str] = match kind {
        RoleKind::Admin => &[
            "SELECT, INSERT, UPDATE, DELETE ON {meta, policy, account, credential, attempt, session, retired_token, \
             session_data, jwt_key, locator_key, secret, alarm, heartbeat}",
            "SELECT ON {migration}",
            "SELECT, INSERT ON {event, seal}",
            "SELECT, INSERT, DELETE ON {unsealed}",
            "USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA sessionctl",
        ],
        RoleKind::Issuer => &[
            "SELECT ON {COMMON, locator_key, secret, seal, jwt_key}",
            "SELECT, INSERT, UPDATE, DELETE ON {attempt, session_data}",
            "SELECT, INSERT, UPDATE ON {session}",
            "SELECT, INSERT ON {retired_token, seal}",
            "SELECT, UPDATE (password_hash) ON {credential}",
            // To lock a user's row, a login needs the privilege on one column: on the one that decides nothing.
            "UPDATE (created_at) ON {account}",
            "UPDATE ON {heartbeat}",
            // After a failover, the first who draws an id continues above those that may be lost.
            "UPDATE (history) ON {meta}",
            "INSERT ON {event}",
            "SELECT, INSERT, DELETE ON {unsealed}",
            "SELECT, INSERT, DELETE ON {alarm}",
            "USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA sessionctl",
        ],
        RoleKind::Verifier => &[
            "SELECT ON {COMMON, session, retired_token, locator_key}",
            "UPDATE (last_seen_at, deadline, last_ip) ON {session}",
            "INSERT ON {alarm}",
            "USAGE ON SEQUENCE sessionctl.alarm_id",
        ],
        RoleKind::Auditor => {
            &["SELECT ON {COMMON, seal, unsealed, session_data, attempt, alarm}", SESSION_WITHOUT_DIGEST]
        }
    };
    let mut sql = format!("GRANT USAGE ON SCHEMA sessionctl TO {name};\n");
    for statement in statements {
        sql.push_str(&format!("GRANT {} TO {name};\n", with_schema(statement)));
    }
    sql
}

/// Whoever has a digest can check guesses at a token; an auditor does not need it.
const SESSION_WITHOUT_DIGEST: &str = "SELECT (id, kind, user_id, parent_id, created_at, authenticated_at, last_seen_at, \
     idle_timeout, absolute_expires_at, scheduled_at, deadline, deadline_day, ended_at, end_reason, ended_event, app, \
     label, scopes, ip, last_ip, user_agent) ON {session}";

/// Writes the tables between braces with their schema.
fn with_schema(statement: &str) -> String {
    let Some((before, rest)) = statement.split_once('{') else { return statement.to_owned() };
    let tables = rest.trim_end_matches('}').replace("COMMON", COMMON);
    let tables: Vec<String> = tables.split(", ").map(|table| format!("sessionctl.{table}")).collect();
    format!("{before}{}", tables.join(", "))
}

/// An identifier of SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_quote_the_account_and_give_a_verifier_no_more_than_it_needs() {
        let sql = grants(RoleKind::Verifier, "a\"; DROP");
        assert!(sql.starts_with("GRANT USAGE ON SCHEMA sessionctl TO \"a\"\"; DROP\";\n"), "{sql}");
        assert!(sql.contains("GRANT SELECT ON sessionctl.migration, sessionctl.meta"), "{sql}");
        for secret in ["credential", "sessionctl.secret", "jwt_key", "DELETE", "INSERT ON sessionctl.event"] {
            assert!(!sql.contains(secret), "{secret}: {sql}");
        }
    }
}
