//! A story at the desk: its articles in the order in which they came into the world, what is asked about it, and what an
//! editor does with it. The twin for programs is [`crate::web::api::story`].

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

use crate::accounts::{self, Account, Act};
use crate::archive::stories::{self, Answer};
use crate::archive::telling::Telling;
use crate::index::outbox;
use crate::pipeline::answers;
use crate::triage::stories::{Dealt, Declined, Deed, deal as decide};
use crate::triage::table::{places, views};
use crate::triage::{self, Card, MAX_REASON};
use crate::web::Site;
use crate::web::form::{Form, Query};
use crate::web::frame::{Frame, page};
use crate::web::pages::compare::{Compared, compared};
use crate::web::pages::desk::bound;
use crate::web::pages::login::inside;
use crate::web::pages::story::{Known, known, lag};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

#[derive(Template)]
#[template(path = "desk_story.html")]
struct DeskStory {
    frame: Frame,
    known: Known,
    /// The article that stands for it.
    lead: String,
    questions: Vec<Compared>,
    /// Its item in the queue, when it has one.
    item: Option<Card>,
    /// Whether the visitor decides.
    decides: bool,
    /// Something was just done that can be taken back.
    done: Option<Card>,
    /// Why nothing was done.
    notice: &'static str,
    /// Whether keys press buttons.
    keys: bool,
    /// Where the buttons lead back to.
    back: String,
}

#[derive(Template)]
#[template(path = "desk_questions.html")]
struct Questions {
    frame: Frame,
    questions: Vec<Compared>,
    count: i64,
    /// Whether keys press buttons.
    keys: bool,
    /// The item of the last answer, which can be taken back.
    done: Option<Card>,
    back: String,
}

/// `GET /desk/stories/{id}`; the id of any of its articles will do.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let done = done(&site, &visitor, fields.get("done")).await?;
    story_page(&site, &visitor, &id, done, "").await
}

async fn story_page(
    site: &Site,
    visitor: &Visitor,
    id: &str,
    done: Option<Card>,
    notice: &'static str,
) -> Result<Response, Trouble> {
    let account = visitor.account.as_ref().ok_or(Trouble::SignIn)?;
    let known = known(site, id).await?;
    let pool = site.parts.store.pool();
    // An officer sees the stories that its own portals and those below them carry, and does not learn of others.
    if let Some(own) = bound(account)
        && !places::tells(pool, &known.id, &own).await?
    {
        return Err(Trouble::NotFound);
    }
    let lead = stories::lead_of(pool, &known.id).await?.map_or_else(|| known.id.clone(), |(lead, _)| lead);
    let item = match triage::table::number_of(pool, &known.id).await? {
        Some(item) => triage::table::item(pool, item).await?,
        None => None,
    };
    let decides = visitor.may(Act::Decide);
    let questions = if decides { stories::questions_of(pool, &known.id).await? } else { Vec::new() };
    let questions = compared(site, questions).await?;
    let status = if notice.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    let back = format!("/desk/stories/{}", known.id);
    let keys = views::keys(pool, account.id).await?;
    let frame = Frame::of(visitor);
    let shown = page(&DeskStory { frame, known, lead, questions, item, decides, done, notice, keys, back })?;
    Ok((status, shown).into_response())
}

/// `GET /desk/questions`: every match that waits for an editor.
pub(in crate::web) async fn questions(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let account = visitor.account.as_ref().ok_or(Trouble::SignIn)?;
    let keys = views::keys(site.parts.store.pool(), account.id).await?;
    let (questions, count) = stories::open_questions(site.parts.store.pool()).await?;
    let questions = compared(&site, questions).await?;
    let done = done(&site, &visitor, fields.get("done")).await?;
    page(&Questions { frame: Frame::of(&visitor), questions, count, keys, done, back: "/desk/questions".to_owned() })
}

/// The item that an address names as done; only those who decide have done anything with a story.
async fn done(site: &Site, visitor: &Visitor, item: Option<&str>) -> Result<Option<Card>, Trouble> {
    match item.filter(|_| visitor.may(Act::Decide)).and_then(|item| item.parse().ok()) {
        Some(item) => Ok(triage::table::item(site.parts.store.pool(), item).await?),
        None => Ok(None),
    }
}

/// `POST /desk/stories/{id}/decisions` with `act` and what it is about.
pub(in crate::web) async fn deal(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let deed = deed(form.get("act"), form.get("question"), form.get("article"))?;
    let reason = form.get("reason").unwrap_or_default().chars().take(MAX_REASON).collect();
    match take(&site, &account, &id, deed, reason).await? {
        Ok(dealt) => {
            let back = form.get("back").filter(|back| back.starts_with("/desk") && inside(back));
            let back = back.map_or_else(|| format!("/desk/stories/{}", dealt.story), str::to_owned);
            let mark = if back.contains('?') { '&' } else { '?' };
            Ok(Redirect::to(&format!("{back}{mark}done={}", dealt.item)).into_response())
        }
        Err(Declined::Unknown) => Err(Trouble::NotFound),
        Err(Declined::Answered(_)) => story_page(&site, &visitor, &id, None, "answered").await,
        Err(Declined::BothAmplified) => story_page(&site, &visitor, &id, None, "both_amplified").await,
    }
}

/// What is asked for, in the words of forms and of the API.
pub(in crate::web) fn deed(act: Option<&str>, question: Option<&str>, article: Option<&str>) -> Result<Deed, Trouble> {
    let bad = |what: &str| Trouble::Bad(format!("a decision about a story with an unknown {what}"));
    let article = || article.map(str::to_owned).ok_or_else(|| bad("article"));
    Ok(match act.unwrap_or_default() {
        "detach" => Deed::Detach { article: article()? },
        "lead" => Deed::Lead { article: article()? },
        word => Deed::Answer {
            said: Answer::of(word).ok_or_else(|| bad("act"))?,
            question: question.and_then(|number| number.parse().ok()).ok_or_else(|| bad("question"))?,
        },
    })
}

/// The deed, its line in the audit trail and in the search index's outbox, in one change of the record. What it is about
/// must belong to the story with this id.
pub(in crate::web) async fn take(
    site: &Site,
    account: &Account,
    id: &str,
    deed: Deed,
    reason: String,
) -> Result<Result<Dealt, Declined>, Trouble> {
    let story = known(site, id).await?.id;
    let target = answers::target(&(site.parts.index_status)().await.engine);
    let (actor, now) = (account.name.clone(), site.now());
    let outcome = site.parts.store.write(move |connection| {
        async move {
            let belongs = match &deed {
                Deed::Answer { question, .. } => {
                    stories::question(connection, *question).await?.is_some_and(|asked| asked.is_about(&story))
                }
                Deed::Detach { article } | Deed::Lead { article } => {
                    stories::story_of(connection, article).await?.as_deref() == Some(story.as_str())
                }
            };
            if !belongs {
                return Ok(Err(Declined::Unknown));
            }
            let outcome = decide(connection, &deed, &actor, &reason, now).await?;
            if let Ok(dealt) = &outcome {
                for (article, revision) in &dealt.dirty {
                    outbox::mark(connection, &[target], article, *revision).await?;
                }
                let subject = format!("item {}", dealt.item);
                accounts::table::audit(connection, &actor, "decided", &subject, deed.as_str(), now).await?;
            }
            Ok(outcome)
        }
        .boxed()
    });
    let outcome = outcome.await?;
    if outcome.is_ok() {
        site.live.stir();
    }
    Ok(outcome)
}

impl DeskStory {
    fn title(&self) -> &str {
        let lead = self.known.tellings.iter().find(|telling| telling.id == self.lead);
        lead.or(self.known.tellings.first()).map_or("", |telling| &telling.title)
    }

    fn published(&self, telling: &Telling) -> String {
        self.frame.published(telling.at, telling.date_only)
    }

    /// `đến lúc 09:10`: when it came into the world, where that is not what its portal says.
    fn doubted(&self, telling: &Telling) -> Option<String> {
        (!telling.date_only && telling.at.duration_since(telling.appeared_at).as_secs().abs() >= 60)
            .then(|| self.frame.at(&telling.appeared_at))
    }

    fn lag(&self, telling: &Telling) -> Option<String> {
        lag(&self.frame, self.known.tellings.first()?, telling)
    }

    /// Whether buttons that part and choose make sense.
    fn has_others(&self) -> bool {
        self.decides && self.known.articles > 1
    }
}

impl Frame {
    /// `62 %`.
    pub(in crate::web) fn percent(&self, share: &f64) -> String {
        format!("{:.0} %", share * 100.0)
    }
}
