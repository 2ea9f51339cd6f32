//! The list of topics in the console: add, rename, retire, put in order; and how often people kept what the machine
//! suggested. A topic that stories have is never deleted.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

use crate::accounts;
use crate::triage::topics::{self, AGREEMENT_DAYS, Agreement, Topic, table};
use crate::web::Site;
use crate::web::form::{Form, Query};
use crate::web::frame::{Frame, page};
use crate::web::mistake::{Again, Mistake};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

#[derive(Template)]
#[template(path = "topics.html")]
struct TopicsPage {
    frame: Frame,
    lines: Vec<Line>,
    /// Stories without a topic.
    without: i64,
    done: Option<&'static str>,
}

struct Line {
    topic: Topic,
    stories: i64,
    agreement: Agreement,
}

/// What can be done with a topic of the list.
const ACTS: [&str; 6] = ["up", "down", "retire", "restore", "added", "changed"];

/// `GET /console/topics?done=`.
pub(in crate::web) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let pool = site.parts.store.pool();
    let counts = table::counts(pool).await?;
    let agreement: HashMap<String, Agreement> = topics::agreement(pool, site.now()).await?;
    let lines = table::list(pool).await?.into_iter().map(|topic| Line {
        stories: counts.get(&topic.code).copied().unwrap_or_default(),
        agreement: agreement.get(&topic.code).copied().unwrap_or_default(),
        topic,
    });
    let done = fields.get("done").and_then(|word| ACTS.into_iter().find(|act| *act == word));
    let without = counts.get("").copied().unwrap_or_default();
    page(&TopicsPage { frame: Frame::of(&visitor), lines: lines.collect(), without, done })
}

#[derive(Template)]
#[template(path = "topic.html")]
struct TopicPage {
    frame: Frame,
    /// Its code; nothing for a new one.
    code: Option<String>,
    typed: Topic,
    /// The topic as it was when the form was made, so that two people do not undo each other.
    was: String,
    again: Again,
    conflict: bool,
}

/// `GET /console/topics/new`.
pub(in crate::web) async fn new(visitor: Visitor) -> Result<Response, Trouble> {
    page(&TopicPage::of(&visitor, None, Topic::default()))
}

/// `GET /console/topics/{code}`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response, Trouble> {
    let topic = known(&site, &code).await?;
    page(&TopicPage::of(&visitor, Some(code), topic))
}

/// `POST /console/topics`: a new topic.
pub(in crate::web) async fn add(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let topic = Topic { code: form.get("code").unwrap_or_default().to_owned(), ..typed(&form) };
    let added = topic.clone();
    let kept = edit(&site, &account.name, "topic added", &topic.code, &topic.name, move |list| {
        anyhow::ensure!(added.code != "new", "topic code `new` is not usable (choose another one)");
        list.push(added);
        Ok(())
    });
    match kept.await {
        Ok(()) => Ok(Redirect::to("/console/topics?done=added").into_response()),
        Err(cause) => {
            let mut shown = TopicPage::of(&visitor, None, topic);
            shown.again = refused(&visitor, form, &cause);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&shown)?).into_response())
        }
    }
}

/// `POST /console/topics/{code}`: keeps what the form says, or moves, retires or restores the topic.
pub(in crate::web) async fn act(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let before = known(&site, &code).await?;
    let word = match form.get("act").unwrap_or_default() {
        "keep" => "changed",
        other => ACTS
            .into_iter()
            .take(4)
            .find(|act| *act == other)
            .ok_or_else(|| Trouble::Bad("a topic is kept, moved up or down, retired or restored".into()))?,
    };
    let next = Topic { code: code.clone(), retired: before.retired, ..typed(&form) };
    if word == "changed" && form.get("was") != Some(&mark(&before)) {
        let mut shown = TopicPage::of(&visitor, Some(code), next);
        (shown.was, shown.conflict) = (mark(&before), true);
        return Ok((StatusCode::CONFLICT, page(&shown)?).into_response());
    }
    let (own, changed) = (code.clone(), next.clone());
    let kept = edit(&site, &account.name, "topic changed", &code, word, move |list| {
        let at = list.iter().position(|topic| topic.code == own).context("the topic is gone")?;
        match word {
            "up" => list.swap(at, at.saturating_sub(1)),
            "down" => {
                let below = (at + 1).min(list.len() - 1);
                list.swap(at, below);
            }
            "retire" => list[at].retired = true,
            "restore" => list[at].retired = false,
            _ => list[at] = changed,
        }
        Ok(())
    });
    match kept.await {
        Ok(()) => Ok(Redirect::to(&format!("/console/topics?done={word}")).into_response()),
        Err(cause) => {
            let mut shown = TopicPage::of(&visitor, Some(code), next);
            (shown.was, shown.again) = (mark(&before), refused(&visitor, form, &cause));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&shown)?).into_response())
        }
    }
}

/// A form that could not be taken.
fn refused(visitor: &Visitor, typed: Form, cause: &anyhow::Error) -> Again {
    Again::new(typed, Mistake::of(visitor.language, &crate::store::in_words(cause)))
}

/// A change of the list with its line in the audit trail.
async fn edit<F>(site: &Site, actor: &str, act: &'static str, code: &str, detail: &str, change: F) -> anyhow::Result<()>
where
    F: FnOnce(&mut Vec<Topic>) -> anyhow::Result<()> + Send + 'static,
{
    let (actor, subject, detail, now) = (actor.to_owned(), format!("topic {code}"), detail.to_owned(), site.now());
    site.parts
        .store
        .write(move |connection| {
            async move {
                table::edit(connection, change).await?;
                accounts::table::audit(connection, &actor, act, &subject, &detail, now).await
            }
            .boxed()
        })
        .await
}

async fn known(site: &Site, code: &str) -> Result<Topic, Trouble> {
    let topics = table::list(site.parts.store.pool()).await?;
    topics.into_iter().find(|topic| topic.code == code).ok_or(Trouble::NotFound)
}

fn typed(form: &Form) -> Topic {
    let own = |field: &str| form.get(field).unwrap_or_default().to_owned();
    let lines = |field: &str| -> Vec<String> {
        let lines = form.get(field).unwrap_or_default().lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    Topic {
        name: own("name"),
        name_en: own("name_en"),
        words: lines("words"),
        bodies: lines("bodies"),
        ..Topic::default()
    }
}

/// Stands for a topic as somebody saw it.
fn mark(topic: &Topic) -> String {
    let whole = serde_json::to_string(topic).unwrap_or_default();
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(whole.as_bytes()))
}

impl TopicsPage {
    fn agreement_days(&self) -> i64 {
        AGREEMENT_DAYS
    }
}

impl TopicPage {
    fn of(visitor: &Visitor, code: Option<String>, topic: Topic) -> Self {
        let was = mark(&topic);
        Self { frame: Frame::of(visitor), code, typed: topic, was, again: Again::default(), conflict: false }
    }

    fn words(&self) -> String {
        self.typed.words.join("\n")
    }

    fn bodies(&self) -> String {
        self.typed.bodies.join("\n")
    }
}
