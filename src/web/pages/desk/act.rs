//! A form in, a decision out: what is asked for, whether this person may ask it, and what came of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;
use jiff::ToSpan;

use super::hands::{DEADLINES, Draft, QUICK, SNOOZES};
use super::item::{Notice, item_page};
use super::seen;
use crate::accounts::{self, Account, Act, Role};
use crate::clock::Timestamp;
use crate::triage::ownership::Owner;
use crate::triage::{self, Action, By, Decided, Level, Refusal, Refused};
use crate::web::Site;
use crate::web::form::Form;
use crate::web::language::Language;
use crate::web::pages::login::inside;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// What a form asks for.
pub(super) struct Asked {
    pub(super) action: Action,
    pub(super) reason: String,
}

/// `POST /desk/items/{id}/decisions`.
pub(in crate::web) async fn decide(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let card = seen(&site, &visitor, &id).await?;
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let now = site.now();
    let Asked { action, reason } = read(&form, now)?;
    if !allowed(&account, &action) {
        return Err(Trouble::Forbidden);
    }
    let revision = form
        .get("revision")
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| Trouble::Bad("a decision names the revision it was taken on".into()))?;
    let draft = Draft::of(&form, triage::MAX_REASON);
    match take(&site, &account, card.id, action, revision, reason, now).await? {
        Ok(_) => {
            let place = form.get("next").and_then(|id| id.parse::<i64>().ok()).filter(|id| *id > 0);
            let place = place.map_or_else(|| "queue".to_owned(), |id| format!("item-{id}"));
            let back = way_back(&form);
            let mark = if back.contains('?') { '&' } else { '?' };
            Ok(Redirect::to(&format!("{back}{mark}done={}#{place}", card.id)).into_response())
        }
        Err(Refused::Unknown) => Err(Trouble::NotFound),
        Err(Refused::Conflict { card, since }) => {
            item_page(&site, &visitor, *card, Notice::Conflict(since), draft).await
        }
        Err(Refused::Not(refusal)) => {
            let card = seen(&site, &visitor, &id).await?;
            let draft = Draft { asks_reason: refusal == Refusal::NoReason, ..draft };
            item_page(&site, &visitor, card, Notice::Refused(refusal_word(refusal)), draft).await
        }
    }
}

/// Where a form leads back to: a page of the desk, and nowhere else.
pub(super) fn way_back(form: &Form) -> &str {
    form.get("back").filter(|back| back.starts_with("/desk") && inside(back)).unwrap_or("/desk")
}

/// The decision and its line in the audit trail, in one change of the record.
pub(in crate::web) async fn take(
    site: &Site,
    account: &Account,
    id: i64,
    action: Action,
    revision: i64,
    reason: String,
    now: Timestamp,
) -> anyhow::Result<Result<Decided, Refused>> {
    if !known(site, &action).await? {
        return Ok(Err(Refused::Not(Refusal::NoSuchValue)));
    }
    let retold = matches!(action, Action::Classify { .. } | Action::Undo);
    // A new topic has to be found, so the engine must hear of it.
    let engine = if retold { (site.parts.index_status)().await.engine } else { String::new() };
    let account = account.clone();
    let outcome = site
        .parts
        .store
        .write(move |connection| {
            async move {
                let owner = if account.role == Role::Officer { Owner::HumanMinistry } else { Owner::HumanCentre };
                let targets: &[&str] = if engine.is_empty() { &[] } else { &[engine.as_str()] };
                let by = By { name: &account.name, owner, portals: &account.portals, targets, batch: None };
                let outcome = triage::decide_by(connection, id, &action, revision, by, &reason, now).await?;
                if let Ok(decided) = &outcome {
                    let subject = format!("item {id}");
                    let detail = format!("{} {} → {}", action.as_str(), decided.from.as_str(), decided.to.as_str());
                    accounts::table::audit(connection, &account.name, "decided", &subject, &detail, now).await?;
                }
                Ok(outcome)
            }
            .boxed()
        })
        .await?;
    if outcome.is_ok() {
        site.live.stir();
    }
    Ok(outcome)
}

/// Whether the topic or person that an action names is there.
async fn known(site: &Site, action: &Action) -> anyhow::Result<bool> {
    Ok(match action {
        Action::Classify { topic: Some(code) } => {
            site.directory().await?.topic(code).is_some_and(|topic| !topic.retired)
        }
        Action::Assign { to: Some(name) } => {
            accounts::table::colleagues::deciders(site.parts.store.pool()).await?.contains(name)
        }
        _ => true,
    })
}

/// What a form asks for.
pub(super) fn read(form: &Form, now: Timestamp) -> Result<Asked, Trouble> {
    let bad = |what: &str| Trouble::Bad(format!("a decision with an unknown {what}"));
    let level = || match form.get("level") {
        None => Ok(Level::default()),
        Some(word) => word.parse().map_err(|_| bad("level")),
    };
    let deadline = || deadline(form, now).map_err(|()| bad("deadline"));
    let mut reason = form.get("reason").unwrap_or_default().to_owned();
    let (word, quick) = form
        .get("action")
        .unwrap_or_default()
        .split_once('.')
        .map_or_else(|| (form.get("action").unwrap_or_default(), None), |(word, quick)| (word, Some(quick)));
    let action = match word {
        "amplify" => Action::Amplify { level: level()?, deadline: deadline()? },
        "routine" => Action::Routine,
        "reject" => Action::Reject,
        "snooze" => {
            let hours: i64 = form.get("hours").and_then(|hours| hours.parse().ok()).ok_or_else(|| bad("time"))?;
            let offered = SNOOZES.contains(&hours);
            Action::Snooze { until: if offered { now + hours.hours() } else { return Err(bad("time")) } }
        }
        "merge" => {
            // Nothing bears the number 0: what is no number is refused like one that nothing bears.
            Action::Merge { into: form.get("into").and_then(|id| id.parse().ok()).unwrap_or_default() }
        }
        "reopen" => Action::Reopen,
        "recall" => Action::Recall,
        "correct" => Action::Correct {
            level: Some(level()?),
            deadline: deadline()?,
            correction: form.get("correction").unwrap_or_default().to_owned(),
        },
        "propose" => Action::Propose { level: level()?, deadline: deadline()? },
        "return" => Action::Return,
        "assign" => Action::Assign { to: form.get("to").map(str::to_owned) },
        "classify" => Action::Classify { topic: form.get("set_topic").map(str::to_owned) },
        "note" => Action::Note,
        "undo" => Action::Undo,
        _ => return Err(bad("action")),
    };
    if let Some(quick) = quick {
        if !QUICK.contains(&quick) || action != Action::Reject {
            return Err(bad("action"));
        }
        // The record is kept in the language of the house.
        let said = Language::Vietnamese.word("quick", quick);
        reason = if reason.is_empty() { said.to_owned() } else { format!("{said}. {reason}") };
    }
    Ok(Asked { action, reason })
}

/// Hours from now, or the instant of a proposal.
fn deadline(form: &Form, now: Timestamp) -> Result<Option<Timestamp>, ()> {
    let Some(text) = form.get("deadline") else { return Ok(None) };
    if let Ok(hours) = text.parse::<i64>() {
        return if DEADLINES.contains(&hours) { Ok(Some(now + hours.hours())) } else { Err(()) };
    }
    text.parse().map(Some).map_err(|_| ())
}

/// An officer proposes, classifies, notes, and takes back what is its own; the rest is for those who decide.
pub(in crate::web) fn allowed(account: &Account, action: &Action) -> bool {
    let act = match action {
        Action::Propose { .. } | Action::Note | Action::Classify { .. } | Action::Undo => Act::Propose,
        _ => Act::Decide,
    };
    accounts::may(account.role, act)
}

pub(super) fn refusal_word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Decided(_) => "decided",
        Refusal::NotAmplified(_) => "not_amplified",
        Refusal::RecallInstead => "recall_instead",
        Refusal::Open => "open",
        Refusal::NothingToUndo => "nothing_to_undo",
        Refusal::BadTime => "bad_time",
        Refusal::BadMerge => "bad_merge",
        Refusal::NotProposed(_) => "not_proposed",
        Refusal::NoReason => "no_reason",
        Refusal::NotYours => "not_yours",
        Refusal::NoSuchValue => "no_such_value",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;
    use crate::web::form;

    #[test]
    fn a_form_is_read_as_it_was_filled_in() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let check = |text: &str, expected: &str| {
            let said = match read(&form::read(text.as_bytes()), now) {
                Ok(asked) => format!("{} {}", serde_json::to_string(&asked.action).unwrap(), asked.reason),
                Err(_) => "bad".to_owned(),
            };
            assert_eq!(said.trim(), expected, "{text}");
        };
        let amplify = r#"{"action":"amplify","level":"high","deadline":"2026-11-21T12:00:00Z"}"#;
        check("action=amplify&level=high&deadline=4", amplify);
        check("action=amplify&level=high&deadline=2026-11-21T12:00:00Z", amplify);
        check("action=amplify&level=high&deadline=5", "bad");
        check("action=amplify&level=loud", "bad");
        check("action=reject.old&reason=x", r#"{"action":"reject"} Tin cũ. x"#);
        check("action=reject.new", "bad");
        check("action=routine.old", "bad");
        check("action=classify", r#"{"action":"classify","topic":null}"#);
        check("action=classify&set_topic=y-te", r#"{"action":"classify","topic":"y-te"}"#);
        check("action=assign&to=lan", r#"{"action":"assign","to":"lan"}"#);
        check("action=return&reason=thiếu+căn+cứ", r#"{"action":"return"} thiếu căn cứ"#);
        check("action=snooze&hours=2", "bad");
        check("", "bad");
    }
}
