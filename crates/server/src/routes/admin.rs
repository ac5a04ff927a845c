//! The administrators' page, at the login host only: the selectors of `list`, and a dry run before each bulk act.

use std::ops::ControlFlow;

use hyper::StatusCode;
use sessionctl_core::model::selector::{Cursor, Selector, Sort};
use sessionctl_core::model::session::{Session, SessionId};
use sessionctl_core::model::time::{Timestamp, parse_duration};
use sessionctl_core::ops::preview::{Effect, PlannedAct, preview};
use sessionctl_core::ops::{BulkRequest, OpsError, existence, expire, revoke};
use sessionctl_core::store::{EndRule, Page, StoreError};

use super::events::newest_event;
use super::standing::{Standing, standing};
use super::visit::{Current, Visit};
use crate::body::{Form, pairs};
use crate::pages::{self, AdminList, DryRun, NewDeadline};
use crate::reply::Reply;
use crate::selector::{Given, resolve, selector};

const ROUTE: &str = "admin";
/// Sessions on the page.
const MAX_ROWS: u64 = 100;
/// The reason of a revocation, where the form has none.
const REVOKED: &str = "revoked";
/// The fields of the forms that are no selectors.
const OTHER_FIELDS: [&str; 4] = ["after", "reason", "expect", "in"];

/// A bulk act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Revoke,
    Expire,
}

/// The administrator with a fresh login.
///
/// # Errors
/// The answer to everybody else.
pub(super) async fn administrator(visit: &Visit<'_>) -> Result<Current, Reply> {
    let Some(current) = visit.logged_in().await.map_err(|_| visit.unavailable(ROUTE))? else {
        return Err(Reply::redirect(ROUTE, &format!("{}/login?to=admin", visit.front.config.prefix)));
    };
    match standing(visit.front, &current.session).await {
        Err(_) => Err(visit.unavailable(ROUTE)),
        Ok(Standing::Fresh) => Ok(current),
        Ok(Standing::LoginTooOld) => {
            Err(Reply::redirect(ROUTE, &format!("{}/reauth?to=admin", visit.front.config.prefix)))
        }
        Ok(Standing::NotAdministrator) => {
            Err(visit.page(ROUTE, StatusCode::FORBIDDEN, &pages::not_an_administrator(visit.site())))
        }
    }
}

/// Shows what the selector in the query matches.
pub(super) async fn show(visit: &Visit<'_>) -> Reply {
    let current = match administrator(visit).await {
        Ok(current) => current,
        Err(reply) => return reply,
    };
    let (fields, after) = asked(visit);
    list(visit, &current, Asked { fields: &fields, after }, StatusCode::OK, Said::Nothing).await
}

/// Shows the table alone, to the page that shows it already.
pub(super) async fn show_table(visit: &Visit<'_>) -> Reply {
    let current = match administrator(visit).await {
        Ok(current) => current,
        Err(reply) => return reply,
    };
    let (fields, after) = asked(visit);
    let asked = Asked { fields: &fields, after };
    let found = match find(visit, &asked).await {
        Ok(found) => found,
        Err(_) => return visit.unavailable(ROUTE),
    };
    let markup = pages::admin_table(&found.shown(visit, &asked, "", Said::Nothing));
    visit.page(ROUTE, StatusCode::OK, &markup).about(Some(current.session.id))
}

/// What the query asks for.
fn asked(visit: &Visit<'_>) -> (Vec<(String, String)>, Option<Cursor>) {
    let fields = pairs(visit.query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let after =
        fields.iter().find(|(name, _)| name == "after").and_then(|(_, text)| text.parse::<Cursor>().ok());
    (selectors(fields), after)
}

/// The sessions that are asked for.
struct Asked<'a> {
    fields: &'a [(String, String)],
    after: Option<Cursor>,
}

fn selectors(fields: Vec<(String, String)>) -> Vec<(String, String)> {
    let is_selector = |name: &str| !OTHER_FIELDS.contains(&name);
    fields.into_iter().filter(|(name, value)| is_selector(name) && !value.trim().is_empty()).collect()
}

/// Reads the selector, whose users and sessions exist. What is wrong with it is the inner error.
async fn read(visit: &Visit<'_>, fields: &[(String, String)]) -> Result<Result<Selector, String>, OpsError> {
    let now = visit.front.clock().now();
    let given = fields.iter().map(|(name, value)| (name.as_str(), Given::Text(value)));
    let selector = match selector(given, now) {
        Ok(selector) => selector,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let found = visit.front.read(move |cx| Ok(resolve(cx, selector)?)).await?;
    Ok(found.map_err(|error| error.to_string()))
}

/// What was found.
struct Listing {
    seen: i64,
    now: Timestamp,
    count: u64,
    sessions: Vec<Session>,
    next: Option<String>,
    problem: Option<String>,
}

impl Listing {
    fn shown<'a>(
        &'a self,
        visit: &'a Visit<'_>,
        asked: &Asked<'a>,
        table: &'a str,
        said: Said<'a>,
    ) -> AdminList<'a> {
        let (notice, problem) = match said {
            Said::Nothing => (None, None),
            Said::Done(text) => (Some(text), None),
            Said::Problem(text) => (None, Some(text)),
        };
        AdminList {
            prefix: &visit.front.config.prefix,
            fields: asked.fields,
            sessions: &self.sessions,
            count: self.count,
            next: self.next.as_deref(),
            now: self.now,
            notice,
            problem: self.problem.as_deref().or(problem),
            table,
            seen: self.seen,
        }
    }
}

async fn find(visit: &Visit<'_>, asked: &Asked<'_>) -> Result<Listing, OpsError> {
    let (mut selector, problem) = match read(visit, asked.fields).await? {
        Ok(selector) => (selector, None),
        Err(problem) => (
            Selector { ids: SessionId::new(i64::MAX).into_iter().collect(), ..Selector::default() },
            Some(problem),
        ),
    };
    let after = asked.after;
    let rows = visit.front.read_long(move |cx| {
        // Read first: what happens meanwhile is then reported as a change.
        let seen = newest_event(cx)?;
        let (now, mut sessions): (_, Vec<Session>) = (cx.now(), Vec::new());
        existence::select_existing(cx.store, &mut selector, now)?;
        let count = cx.store.count(&selector, now)?;
        let page = Page { sort: Sort::Newest, after, limit: Some(MAX_ROWS) };
        cx.store.select(&selector, page, now, &mut |session| {
            sessions.push(session);
            ControlFlow::Continue(())
        })?;
        Ok((seen, now, count, sessions))
    });
    let (seen, now, count, sessions) = rows.await?;
    let next = sessions
        .last()
        .filter(|_| sessions.len() as u64 == MAX_ROWS)
        .map(|last| Cursor::of(last).to_string());
    Ok(Listing { seen, now, count, sessions, next, problem })
}

async fn list(
    visit: &Visit<'_>,
    current: &Current,
    asked: Asked<'_>,
    status: StatusCode,
    said: Said<'_>,
) -> Reply {
    let Ok(found) = find(visit, &asked).await else { return visit.unavailable(ROUTE) };
    let after = asked.after.map(|after| ("after".to_owned(), after.to_string()));
    let table = crate::body::query(asked.fields.iter().chain(&after));
    let page = found.shown(visit, &asked, &table, said);
    let status = if found.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { status };
    visit.page(ROUTE, status, &pages::admin(visit.site(), &page)).about(Some(current.session.id))
}

/// What the page says besides the list.
#[derive(Clone, Copy)]
enum Said<'a> {
    Nothing,
    /// What was done.
    Done(&'a str),
    /// Why nothing was done.
    Problem(&'a str),
}

/// Takes a form of a bulk act: shows what it would do, or does it where the number of the dry run comes with it.
pub(super) async fn act(visit: &Visit<'_>, form: &Form, act: Act) -> Reply {
    let current = match administrator(visit).await {
        Ok(current) => current,
        Err(reply) => return reply,
    };
    // Of two values, none is meant.
    if OTHER_FIELDS.iter().any(|name| form.pairs().filter(|(known, _)| known == name).count() > 1) {
        return visit.page(ROUTE, StatusCode::BAD_REQUEST, &pages::bad_form(visit.site()));
    }
    let fields = selectors(form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
    let reason = form.field("reason").map(str::trim).filter(|reason| !reason.is_empty()).unwrap_or(REVOKED);
    let within = form.field("in").map(str::trim).filter(|text| !text.is_empty());
    let end = match within.map(parse_duration).transpose() {
        Ok(None) => EndRule::Now,
        Ok(Some(span)) => EndRule::In(span),
        Err(error) => return refuse(visit, &current, &fields, &error.to_string()).await,
    };
    let selector = match read(visit, &fields).await {
        Err(_) => return visit.unavailable(ROUTE),
        Ok(Ok(selector)) if !selector.is_empty() && !selector.all => selector,
        Ok(Ok(_)) => return refuse(visit, &current, &fields, pages::NOTHING_SELECTED).await,
        Ok(Err(problem)) => return refuse(visit, &current, &fields, &problem).await,
    };
    let request = BulkRequest::of(selector);
    let expect = form.field("expect").and_then(|text| text.parse::<u64>().ok());
    let details = Details { act, reason, within, end };
    let Some(expect) = expect else {
        return dry_run(visit, &current, (&fields, request, &details), StatusCode::OK).await;
    };
    match change(visit, &current, BulkRequest { expect: Some(expect), ..request.clone() }, &details).await {
        Ok(changed) => {
            let notice = pages::changed(act == Act::Revoke, changed);
            list(visit, &current, Asked { fields: &fields, after: None }, StatusCode::OK, Said::Done(&notice))
                .await
        }
        // Another number matches now.
        Err(OpsError::Store(StoreError::CountMismatch { .. })) => {
            dry_run(visit, &current, (&fields, request, &details), StatusCode::CONFLICT).await
        }
        Err(error) if error.is_usage() => refuse(visit, &current, &fields, &error.to_string()).await,
        Err(_) => visit.unavailable(ROUTE),
    }
}

/// What an act does besides its selector.
struct Details<'a> {
    act: Act,
    reason: &'a str,
    within: Option<&'a str>,
    end: EndRule,
}

async fn refuse(visit: &Visit<'_>, current: &Current, fields: &[(String, String)], why: &str) -> Reply {
    list(visit, current, Asked { fields, after: None }, StatusCode::UNPROCESSABLE_ENTITY, Said::Problem(why))
        .await
}

async fn dry_run(
    visit: &Visit<'_>,
    current: &Current,
    (fields, request, details): (&[(String, String)], BulkRequest, &Details<'_>),
    status: StatusCode,
) -> Reply {
    let planned = match details.act {
        Act::Revoke => PlannedAct::Revoke,
        Act::Expire => PlannedAct::Expire(details.end),
    };
    let seen = visit.front.read_long(move |cx| {
        let mut sessions = Vec::new();
        let seen = preview(cx, &request, planned, &mut |session, effect| {
            if (sessions.len() as u64) < MAX_ROWS {
                let new = match effect {
                    Effect::NewDeadline { old, new, .. } => Some(NewDeadline { old, new }),
                    _ => None,
                };
                sessions.push((session.clone(), new));
            }
            ControlFlow::Continue(())
        })?;
        Ok((cx.now(), seen.matched, seen.changing, sessions))
    });
    match seen.await {
        Ok((now, matched, changing, sessions)) => {
            let page = DryRun {
                prefix: &visit.front.config.prefix,
                fields,
                is_revocation: details.act == Act::Revoke,
                reason: details.reason,
                within: details.within,
                matched,
                changing,
                sessions: &sessions,
                changed_meanwhile: status == StatusCode::CONFLICT,
                now,
            };
            visit.page(ROUTE, status, &pages::dry_run(visit.site(), &page)).about(Some(current.session.id))
        }
        Err(error) if error.is_usage() => refuse(visit, current, fields, &error.to_string()).await,
        Err(_) => visit.unavailable(ROUTE),
    }
}

async fn change(
    visit: &Visit<'_>,
    current: &Current,
    request: BulkRequest,
    details: &Details<'_>,
) -> Result<u64, OpsError> {
    let (act, end, reason) = (details.act, details.end, details.reason.to_owned());
    let changed = visit.front.change(current.actor(), move |cx| match act {
        Act::Revoke => Ok(revoke::revoke(cx, &request, &reason, &mut |_| ControlFlow::Continue(()))?.changed),
        Act::Expire => {
            Ok(expire::expire(cx, &request, end, &mut |_| ControlFlow::Continue(()))?.totals.changed)
        }
    });
    changed.await
}
