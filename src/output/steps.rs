//! The steps of an act in sentences, for `--explain`: what was done, and why. One sentence a step. What the values
//! mean does not belong here.

use sessionctl_core::counted;
use sessionctl_core::model::session::State;
use sessionctl_core::model::time::{approximate_duration, format_duration};
use sessionctl_core::ops::Step;
use sessionctl_core::ops::step::{BulkAct, UserAct, Written};

use super::checks;

/// The sentence of a step.
#[must_use]
pub fn sentence(step: &Step) -> String {
    let sentences = [clock, lookup, login, change, bulk_change, account, jwt];
    sentences.iter().find_map(|sentence| sentence(step)).unwrap_or_default()
}

fn clock(step: &Step) -> Option<String> {
    Some(match step {
        Step::ClockRead { now, latest: None } => format!("read the clock: {now}; the audit log is empty"),
        Step::ClockRead { now, latest: Some(latest) } => format!(
            "read the clock, {now}, and the latest event of the audit log, {latest}: if the clock is more than 5 \
             minutes behind, nothing is verified, because expired sessions could become active again"
        ),
        Step::ClockAccepted { written, sessions, keys } => format!(
            "{} the clock: what was issued or seen later than it shows ends, {} and {}, and event times begin again",
            if *written == Written::Yes { "accepted" } else { "would accept" },
            counted(*sessions, "session", "sessions"),
            counted(*keys, "signing key", "signing keys")
        ),
        _ => return None,
    })
}

fn lookup(step: &Step) -> Option<String> {
    Some(match step {
        Step::NotAToken => {
            "read what was presented: it is not 64 lowercase hex digits, with or without sctl_ \
             before them, so it is no token"
                .to_owned()
        }
        Step::TokenLookedUp { session: Some(id) } => format!(
            "looked the token up: decrypting its first half gives the session number, {id}, and the SHA-256 of the \
             presented token was compared with the stored one in constant time; the token itself is stored nowhere"
        ),
        Step::TokenLookedUp { session: None } => {
            "looked the token up: the SHA-256 of the presented token is not \
             stored where its first half leads"
                .to_owned()
        }
        Step::CreatedLater { session, created_at } => format!(
            "looked the token up: it is that of session {session}, which was created after this time, at {created_at}; \
             in a sandbox, whose time can be set back, such a session does not exist yet"
        ),
        Step::RuleApplied(check) => {
            let result = if check.passed { "passed" } else { "failed" };
            let at = check.at.map(|at| format!(", decided by {at}")).unwrap_or_default();
            format!(
                "checked the rule \"{}\": {result}{at}; {}",
                check.rule.name(),
                checks::requirement(check.rule)
            )
        }
        Step::RequirementChecked { requirement, met } => {
            let result = if *met { "meets" } else { "does not meet" };
            format!("checked what else is required: the session {result} the requirement {requirement}")
        }
        Step::Answered { answer } => format!("the answer is {answer}"),
        Step::LastSeen { ago, touch_interval } => format!(
            "it was last seen {} ago; last_seen is updated at most every {}, because writing is the slowest step",
            approximate_duration(*ago),
            format_duration(*touch_interval)
        ),
        Step::Touched { sessions } => format!(
            "wrote the time of last use of {}, if still active: a late write never revives a session \
             (CVE-2025-46336)",
            counted(*sessions, "session", "sessions")
        ),
        Step::ReuseRecorded { revoked } => format!(
            "recorded that the token was reused, and revoked {}: that of the token with its parent and siblings \
             (RFC 9700 §4.14.2)",
            counted(*revoked, "session", "sessions")
        ),
        Step::SessionsRead { sessions, all } => {
            let how = if *all { "; this filter reads every session" } else { "" };
            format!("read {} from the database{how}", counted(*sessions, "session", "sessions"))
        }
        _ => return None,
    })
}

fn login(step: &Step) -> Option<String> {
    Some(match step {
        Step::AttemptCounted { failures } => format!(
            "counted the attempt as a failure ({failures} in a row) and committed that before looking at the \
             password, so that killing the program wins no free guess; names without a user are counted alike"
        ),
        Step::AttemptThrottled { until } => {
            format!("too many failures in a row: no password is tried before {until}, right or wrong")
        }
        Step::AttemptLocked => "too many failures in a row: no password is tried until the user is unlocked or \
             the password is set again (NIST 800-63B-4 §3.2.2)"
            .to_owned(),
        Step::PasswordCompared => "hashed the password with argon2id, outside any transaction, and compared in \
             constant time; for a name without a user the same work is done for nothing, so that the time taken \
             reveals no names"
            .to_owned(),
        Step::LoginRefused => "refused, in the same words for a wrong password, an unknown name and a disabled account \
             (OWASP authentication); the reason is in the audit log only"
            .to_owned(),
        Step::PasswordHashed { memory_kib, passes, lanes } => format!(
            "hashed the password with argon2id, {memory_kib} KiB of memory, {}, {}, and a \
             salt of 16 random bytes: so costly that guessing from a stolen file is slow, and so salted that equal \
             passwords do not look alike (RFC 9106 §4)",
            counted(*passes, "pass", "passes"),
            counted(*lanes, "lane", "lanes")
        ),
        Step::RehashNeeded => "the policy asks for a stronger hash than the stored one: now that the password is \
             known, it is hashed again"
            .to_owned(),
        Step::Reauthenticating { session } => format!(
            "the token is that of session {session}, of the same user: its password is checked again, and no other \
             session is created"
        ),
        Step::Reauthenticated { written: Written::Yes } => "wrote a new token's digest, the time of the check and \
             the event in one step; the old token ended immediately"
            .to_owned(),
        Step::Reauthenticated { written: Written::No } => "the session ended, got another token, or the account \
             changed, while the password was being checked: nothing was written"
            .to_owned(),
        Step::LoggedIn { session } => format!(
            "wrote session {session} with the SHA-256 of a new token, cleared the failures, and wrote the event, in \
             one step; the token itself is kept nowhere, and a presented one is never adopted (session fixation)"
        ),
        Step::LoginNotWritten => {
            "the password was right, but the session could not be created: nothing was written".to_owned()
        }
        Step::LoggedOut { ended } => format!(
            "revoked {} in one step with the event: the session has ended in the database, so the token is useless \
             to anyone who has a copy of it (ASVS 7.4.1)",
            counted(*ended, "session", "sessions")
        ),
        _ => return None,
    })
}

fn change(step: &Step) -> Option<String> {
    Some(match step {
        Step::GraceNotRenewed => {
            "the token is only accepted for its grace period; it was already replaced and is \
             not replaced again"
                .to_owned()
        }
        Step::TokenRotated { written: Written::Yes, grace } => format!(
            "wrote the digest of a new token if the old one was still current, in one conditional step, so that of \
             many processes that try at once one wins; the old token is accepted for {}",
            format_duration(*grace)
        ),
        Step::TokenRotated { written: Written::No, .. } => {
            "another rotation was faster, or the session ended: nothing was written".to_owned()
        }
        Step::LifetimePlanned { kind, lifetime, idle_timeout, has_parent } => format!(
            "read the policy: a session of kind {} is active for {} at most{}{}",
            kind.as_str(),
            format_duration(*lifetime),
            idle_timeout
                .map(|idle| format!(", and for {} without use", format_duration(idle)))
                .unwrap_or_default(),
            if *has_parent { ", and never longer than its parent" } else { "" }
        ),
        Step::SessionsCreated { sessions, random_bytes } => format!(
            "drew {random_bytes} random bytes for each token, and wrote {} with the SHA-256 of their tokens and one \
             event, in one step; the tokens themselves are kept nowhere",
            counted(*sessions, "session", "sessions")
        ),
        Step::UndeliveredRevoked { sessions } => {
            format!(
                "revoked {} whose tokens could not be handed over",
                counted(*sessions, "session", "sessions")
            )
        }
        Step::DataWritten { session, written, max_keys, max_bytes } => format!(
            "asked the store to write the value in one step, if session {session} is still active, the version \
             fits, and it stays within {max_keys} values and {max_bytes} bytes: {}",
            if *written == Written::Yes { "written" } else { "not written" }
        ),
        _ => return None,
    })
}

fn bulk_change(step: &Step) -> Option<String> {
    Some(match step {
        Step::BulkStarted { up_to, batch_size } => format!(
            "the newest session is {up_to}: sessions created from now on are left alone; the others are changed at \
             most {batch_size} at a time, each batch in one step with its event"
        ),
        Step::PruneAge { older_than } => format!(
            "sessions that ended {} ago or earlier are deleted; until then an ended session is kept, to be \
             explained and to recognise a stolen token",
            format_duration(*older_than)
        ),
        Step::BulkFinished { act, matched, changed, cascaded, clamped } => match act {
            BulkAct::Expire => format!(
                "{matched} matched, {changed} have a new end, {clamped} of them at their absolute limit or with \
                 their parent, before the time asked for"
            ),
            BulkAct::Limit => format!(
                "{matched} matched, {changed} have the limits of the policy now, {cascaded} of them because their parent \
                 does"
            ),
            BulkAct::Prune => format!("deleted {} for good", counted(*changed, "session", "sessions")),
            _ => format!(
                "{matched} matched, {changed} revoked, {cascaded} of them because their parent was; a revoked \
                 session stays revoked past every limit, and is kept until it is pruned"
            ),
        },
        _ => return None,
    })
}

/// Changes of users, of the policy and of the database itself.
fn account(step: &Step) -> Option<String> {
    Some(match step {
        Step::UserAdded { written: Written::Yes } => "wrote the user and the event in one step; names that differ \
             only in case or outer spaces are one user, so that no spelling escapes a throttle (CVE-2025-6004)"
            .to_owned(),
        Step::UserAdded { written: Written::No } => {
            "the name is taken, in this or another spelling: nothing was written".to_owned()
        }
        Step::UserChanged { written: Written::No, .. } => {
            "another process removed the user meanwhile: nothing was written".to_owned()
        }
        Step::UserChanged { act: UserAct::Enable | UserAct::Unlock | UserAct::Rename, .. } => {
            "wrote the change and the event in one step".to_owned()
        }
        Step::UserChanged { ended, .. } => format!(
            "wrote the change, the end of {} and the events atomically",
            counted(*ended, "session", "sessions")
        ),
        Step::UsersImported { users, hashed, .. } => format!(
            "hashed {}, and wrote {} with an event each in one step: all of them or none",
            counted(*hashed, "password", "passwords"),
            counted(*users, "user", "users")
        ),
        Step::PolicySet { name, before, after, default, source } => format!(
            "set {name} from {before} to {after}, by default {default} ({source}), for every program that opens \
             this database"
        ),
        Step::StoreCreated { sandbox } => format!(
            "created the database under another name and renamed it when it was whole, so that of many processes \
             one wins and all can continue{}",
            if *sandbox { "; its time can be set with --now" } else { "" }
        ),
        _ => return None,
    })
}

fn jwt(step: &Step) -> Option<String> {
    Some(match step {
        Step::KeyCreated { kid, algorithm } => format!(
            "created the {algorithm} key {kid} of 32 random bytes and kept it with its event; it signs with this \
             algorithm and no other (RFC 8725 §3.1)"
        ),
        Step::KeyRetired { written: Written::Yes } => {
            "retired the key: it no longer signs, but what it signed still verifies".to_owned()
        }
        Step::KeyRetired { written: Written::No } => {
            "no key of this name signs: nothing was written".to_owned()
        }
        Step::KeyRevoked { written: Written::Yes } => {
            "revoked the key and deleted its secret: nothing that it signed verifies any more, here and wherever \
             the exported keys are renewed"
                .to_owned()
        }
        Step::KeyRevoked { written: Written::No } => {
            "there is no such key that is not revoked: nothing was written".to_owned()
        }
        Step::JwtRecorded { written: Written::Yes, kid, expires_at } => format!(
            "wrote the event if the session was still active, and signed the claims with key {kid}: until \
             {expires_at}, and no longer than the session, whoever has the public key can verify them without \
             asking this database, and so without learning of a revocation"
        ),
        Step::JwtRecorded { written: Written::No, .. } => {
            "the session ended meanwhile: nothing was written or signed".to_owned()
        }
        Step::JwtChecked { refused: Some(why), .. } => format!(
            "checked form, header, key, signature, parties and times in this order (RFC 8725 §3): {why}"
        ),
        Step::JwtChecked { expires_at, .. } => format!(
            "checked form, header, key, signature, parties and times in this order (RFC 8725 §3): all are valid{}; \
             this does not show whether the session was revoked",
            expires_at.map(|at| format!(" until {at}")).unwrap_or_default()
        ),
        Step::JwtIssueSearched { found: true } => {
            "searched the audit log for the JWT's id: it was issued for this session".to_owned()
        }
        Step::JwtIssueSearched { found: false } => {
            "searched the audit log for the JWT's id: it was never issued, so its key was stolen".to_owned()
        }
        Step::JwtSessionRead { session: Some((id, state)) } => {
            format!("read session {id} by its id: it is {}, whatever the JWT states", State::as_str(*state))
        }
        Step::JwtSessionRead { session: None } => {
            "read the session by its id: the user has no such session".to_owned()
        }
        _ => return None,
    })
}
