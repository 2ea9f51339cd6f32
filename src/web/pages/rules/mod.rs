//! The rules of the queue in the console: their list, one rule as a form that is tried before it is kept, and why each
//! rule holds for an item or does not. Everything works without scripts.

mod fields;
mod item;
mod words;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

pub(in crate::web) use item::show as of_item;

use crate::accounts;
use crate::portal::{self, Kind};
use crate::store::Connection;
use crate::triage::Level;
use crate::triage::rules::table::{self, Kept, Notice};
use crate::triage::rules::{self, DRY_DAYS, Dry, Known, Mode, Place, Rule};
use crate::triage::topics::{self, Topic};
use crate::web::Site;
use crate::web::form::Form;
use crate::web::frame::{Frame, page};
use crate::web::mistake::{Again, Mistake};
use crate::web::outward;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

#[derive(Template)]
#[template(path = "rules.html")]
struct Rules {
    frame: Frame,
    kept: Vec<Kept>,
    notices: Vec<Notice>,
    /// The visitor's last change: its word and the rule's name.
    done: Option<(&'static str, String)>,
}

/// `GET /console/rules?done=&rule=`.
pub(in crate::web) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    crate::web::form::Query(fields): crate::web::form::Query,
) -> Result<Response, Trouble> {
    let pool = site.parts.store.pool();
    let kept = table::list(pool, site.now()).await?;
    let notices = table::notices(pool, None).await?;
    let done = fields.get("done").and_then(|word| ACTS.into_iter().find(|act| *act == word));
    let name = fields.get("rule").and_then(|id| id.parse::<i64>().ok());
    let name = name.and_then(|id| kept.iter().find(|kept| kept.id == id)).map(|kept| kept.rule.name.clone());
    let done = done.map(|word| (word, name.unwrap_or_default()));
    page(&Rules { frame: Frame::of(&visitor), kept, notices, done })
}

/// What can be done with a rule in the list, and by the form.
const ACTS: [&str; 8] = ["up", "down", "on", "shadow", "off", "remove", "added", "changed"];

/// `POST /console/rules/{id}`.
pub(in crate::web) async fn act(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.ok_or(Trouble::SignIn)?;
    let now = site.now();
    let kept = known(&site, &id).await?;
    let word = form.get("act").unwrap_or_default();
    let Some(word) = ACTS.into_iter().take(6).find(|act| *act == word) else {
        return Err(Trouble::Bad("a rule is moved up or down, switched on, to shadow or off, or removed".into()));
    };
    let (id, actor) = (kept.id, account.name.clone());
    write(&site, &account.name, "rule changed", &kept.rule.name, word, move |connection| {
        async move {
            match word {
                "up" | "down" => table::shift(connection, id, word == "up").await,
                "remove" => table::remove(connection, id).await,
                mode => table::set_mode(connection, id, mode.parse().unwrap_or_default(), &actor, now).await,
            }
        }
        .boxed()
    })
    .await?;
    Ok(Redirect::to(&format!("/console/rules?done={word}&rule={id}#rules")).into_response())
}

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage {
    frame: Frame,
    /// The rule's number and the revision that it is changed from; nothing for a new one.
    of: Option<(i64, i64)>,
    /// What the form shows: a rule's fields, or what was typed, and what is wrong with it.
    again: Again,
    topics: Vec<Topic>,
    people: Vec<String>,
    /// Somebody else changed the rule meanwhile.
    conflict: bool,
    /// The trial, with what the form has to bring back to keep the rule that was tried.
    dry: Option<(Dry, String)>,
    /// It was to be kept, and was not tried as it stands.
    untried: bool,
}

/// `GET /console/rules/new`.
pub(in crate::web) async fn new(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    let usual =
        Rule { name: String::new(), mode: Mode::Shadow, when: rules::When::default(), then: rules::Then::default() };
    page(&RulePage::of(&site, &visitor, None, fields::of(&usual)).await?)
}

/// `GET /console/rules/{id}`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let kept = known(&site, &id).await?;
    page(&RulePage::of(&site, &visitor, Some((kept.id, kept.revision)), fields::of(&kept.rule)).await?)
}

/// `POST /console/rules/draft`: tries the rule, and keeps it when it was tried as it stands.
pub(in crate::web) async fn draft(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let of = match form.get("id") {
        None => None,
        Some(id) => {
            let revision = form.get("revision").and_then(|number| number.parse().ok()).unwrap_or_default();
            Some((known(&site, id).await?.id, revision))
        }
    };
    let mut shown = RulePage::of(&site, &visitor, of, form.clone()).await?;
    let rule = match shown.read(&site, &form).await? {
        Ok(rule) => rule,
        Err((field, words)) => {
            shown.again.mistake = Some(Mistake::about(visitor.language, &field, &words));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&shown)?).into_response());
        }
    };
    let mark = fields::mark(&rule);
    if form.get("do") != Some("keep") || form.get("tried") != Some(&mark) {
        shown.untried = form.get("do") == Some("keep");
        let mut dry = rules::dry_run(site.parts.store.pool(), &rule, site.now()).await?;
        for hit in &mut dry.named {
            hit.title = outward::masked(&hit.title);
        }
        shown.dry = Some((dry, mark));
        return page(&shown);
    }
    match keep(&site, &account.name, of, &rule).await {
        Ok(Some(id)) => {
            let word = if of.is_some() { "changed" } else { "added" };
            Ok(Redirect::to(&format!("/console/rules?done={word}&rule={id}#rules")).into_response())
        }
        Ok(None) => {
            shown.conflict = true;
            Ok((StatusCode::CONFLICT, page(&shown)?).into_response())
        }
        Err(cause) => {
            let words = crate::store::in_words(&cause);
            shown.again.mistake = Some(Mistake::about(visitor.language, "name", &words));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&shown)?).into_response())
        }
    }
}

/// Keeps a rule and answers with its number; nothing when somebody else was faster.
async fn keep(site: &Site, actor: &str, of: Option<(i64, i64)>, rule: &Rule) -> anyhow::Result<Option<i64>> {
    let (now, kept, by) = (site.now(), rule.clone(), actor.to_owned());
    let act = if of.is_some() { "rule changed" } else { "rule added" };
    let (subject, detail, auditor) = (format!("rule {}", rule.name), rule.to_toml()?, actor.to_owned());
    site.parts
        .store
        .write(move |connection| {
            async move {
                let id = match of {
                    None => Some(table::add(connection, &kept, &by, now).await?),
                    Some((id, revision)) => {
                        table::change(connection, id, revision, &kept, &by, now).await?.then_some(id)
                    }
                };
                if id.is_some() {
                    accounts::table::audit(connection, &auditor, act, &subject, &detail, now).await?;
                }
                Ok(id)
            }
            .boxed()
        })
        .await
}

/// A change with its line in the audit trail.
async fn write<F>(
    site: &Site,
    actor: &str,
    act: &'static str,
    name: &str,
    detail: &str,
    change: F,
) -> anyhow::Result<()>
where
    F: for<'c> FnOnce(&'c mut Connection) -> crate::store::Change<'c, ()> + Send + 'static,
{
    let (actor, subject, detail, now) = (actor.to_owned(), format!("rule {name}"), detail.to_owned(), site.now());
    site.parts
        .store
        .write(move |connection| {
            async move {
                change(&mut *connection).await?;
                accounts::table::audit(connection, &actor, act, &subject, &detail, now).await
            }
            .boxed()
        })
        .await
}

/// The rule with this number.
async fn known(site: &Site, id: &str) -> Result<Kept, Trouble> {
    let id: i64 = id.parse().map_err(|_| Trouble::NotFound)?;
    let kept = table::list(site.parts.store.pool(), site.now()).await?;
    kept.into_iter().find(|kept| kept.id == id).ok_or(Trouble::NotFound)
}

impl RulePage {
    async fn of(site: &Site, visitor: &Visitor, of: Option<(i64, i64)>, typed: Form) -> Result<Self, Trouble> {
        let pool = site.parts.store.pool();
        Ok(Self {
            frame: Frame::of(visitor),
            of,
            again: Again::filled(typed),
            topics: topics::table::in_use(pool).await?,
            people: accounts::table::colleagues::deciders(pool).await?,
            conflict: false,
            dry: None,
            untried: false,
        })
    }

    /// The rule that was typed, or the field that is wrong and why.
    async fn read(&self, site: &Site, typed: &Form) -> Result<Result<Rule, (String, String)>, Trouble> {
        let rule = match fields::read(typed) {
            Ok(rule) => rule,
            Err(problem) => return Ok(Err(problem)),
        };
        let portals = portal::table::list(site.parts.store.pool()).await?;
        let known = Known {
            portals: portals.into_iter().map(|portal| portal.entry.slug).collect(),
            topics: self.topics.iter().map(|topic| topic.code.clone()).collect(),
            people: self.people.clone(),
        };
        let checked = rule.check().and_then(|()| rule.check_names(&known));
        Ok(checked.map(|()| rule).map_err(|cause| fields::place_of(&crate::store::in_words(&cause))))
    }

    fn modes(&self) -> [&'static str; 3] {
        Mode::ALL.map(Mode::as_str)
    }

    fn kinds(&self) -> [&'static str; 8] {
        Kind::ALL.map(Kind::as_str)
    }

    fn places(&self) -> [&'static str; 3] {
        Place::ALL.map(Place::as_str)
    }

    fn levels(&self) -> [&'static str; 3] {
        Level::ALL.map(Level::as_str)
    }

    fn days(&self) -> i64 {
        DRY_DAYS
    }

    /// Fields of several lines with what each is for, in the order of the form.
    fn word_lists(&self) -> [&'static str; 3] {
        ["words", "words_all", "words_none"]
    }
}
