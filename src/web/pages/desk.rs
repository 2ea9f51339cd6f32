//! The editors' desk: the queue, one item, decisions. Everything works without scripts; keys only press its buttons.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;
use jiff::ToSpan;

use crate::accounts::{self, Account, Act, Role};
use crate::archive;
use crate::clock::Timestamp;
use crate::index::outbox;
use crate::pipeline::answers;
use crate::triage::{self, Action, Card, Decided, Decision, Filter, Level, Refusal, Refused, State as Stand, View};
use crate::web::Site;
use crate::web::form::{self, Form, Query};
use crate::web::frame::{Frame, page};
use crate::web::history::{self, Edit};
use crate::web::outward;
use crate::web::pages::login::inside;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Hours for which a story can be put off by one click.
const SNOOZES: [i64; 4] = [1, 4, 24, 72];

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    frame: Frame,
    hands: Hands,
    view: View,
    portal: Option<String>,
    tabs: Vec<(View, i64)>,
    cards: Vec<Card>,
    /// The visitor's last decision, with the item as it stands after it.
    last: Option<(Card, Decision)>,
    now: Timestamp,
}

/// What the visitor can do with a card, and where the buttons lead back to.
struct Hands {
    decide: bool,
    propose: bool,
    back: String,
    /// What was typed for a decision that could not be taken: nobody types it twice.
    draft: Draft,
}

/// What a form carried besides its action.
#[derive(Default)]
struct Draft {
    reason: String,
    level: Option<Level>,
}

/// `GET /desk?view=&portal=&done=`.
pub(in crate::web) async fn queue(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let (pool, now) = (site.parts.store.pool(), site.now());
    let view = fields.get("view").and_then(|word| word.parse().ok()).unwrap_or_default();
    let portal = fields.get("portal").map(str::to_owned);
    let filter = Filter { view, portal: portal.clone(), bound_to: bound(&account) };
    let cards = triage::table::queue(pool, &filter, now).await?;
    let tabs = triage::table::counts(pool, &filter, now).await?;
    let last = match fields.get("done").and_then(|id| id.parse().ok()) {
        Some(id) => last_decision(&site, &account, id).await?,
        None => None,
    };
    let mut back = vec![("view", view.as_str())];
    back.extend(portal.iter().map(|slug| ("portal", slug.as_str())));
    let hands = Hands::of(&visitor, format!("/desk?{}", form::write(back)));
    page(&Desk { frame: Frame::of(&visitor), hands, view, portal, tabs, cards, last, now })
}

/// What the visitor did last, and only while nothing came after.
async fn last_decision(site: &Site, account: &Account, id: i64) -> Result<Option<(Card, Decision)>, Trouble> {
    let pool = site.parts.store.pool();
    let last = triage::table::history(pool, id).await?.pop();
    let mine = last.filter(|last| last.actor == account.name);
    let card = triage::table::item(pool, id).await?;
    Ok(card.filter(|card| sees(account, card)).zip(mine))
}

#[derive(Template)]
#[template(path = "desk_item.html")]
struct DeskItem {
    frame: Frame,
    hands: Hands,
    card: Card,
    history: Vec<Decision>,
    /// The wordings of the story's first article.
    edits: Vec<Edit>,
    notice: Notice,
    now: Timestamp,
}

/// Why a decision was not taken, on top of the item.
enum Notice {
    None,
    /// Somebody was faster.
    Conflict(Vec<Decision>),
    /// The state machine said no.
    Refused(&'static str),
}

/// `GET /desk/items/{id}`.
pub(in crate::web) async fn item(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let card = seen(&site, &visitor, &id).await?;
    item_page(&site, &visitor, card, Notice::None, Draft::default()).await
}

async fn item_page(
    site: &Site,
    visitor: &Visitor,
    card: Card,
    notice: Notice,
    draft: Draft,
) -> Result<Response, Trouble> {
    let history = triage::table::history(site.parts.store.pool(), card.id).await?;
    let versions = archive::table::versions(site.parts.store.pool(), &card.lead).await?;
    // Editors decide about what was published: they see the words of every wording.
    let edits = history::edits(&versions, true);
    let status = if matches!(notice, Notice::None) { StatusCode::OK } else { StatusCode::CONFLICT };
    let hands = Hands { draft, ..Hands::of(visitor, format!("/desk/items/{}", card.id)) };
    let shown = page(&DeskItem { frame: Frame::of(visitor), hands, card, history, edits, notice, now: site.now() })?;
    Ok((status, shown).into_response())
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
    let action = action(&form, now)?;
    if !allowed(&account, &action) {
        return Err(Trouble::Forbidden);
    }
    let revision = form
        .get("revision")
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| Trouble::Bad("a decision names the revision it was taken on".into()))?;
    let reason = form.get("reason").unwrap_or_default().to_owned();

    let level = form.get("level").and_then(|word| word.parse().ok());
    let draft = Draft { reason: reason.chars().take(triage::MAX_REASON).collect(), level };
    match take(&site, &account, card.id, action, revision, reason, now).await? {
        Ok(_) => {
            let back = form.get("back").filter(|back| back.starts_with("/desk") && inside(back)).unwrap_or("/desk");
            let mark = if back.contains('?') { '&' } else { '?' };
            Ok(Redirect::to(&format!("{back}{mark}done={}#queue", card.id)).into_response())
        }
        Err(Refused::Unknown) => Err(Trouble::NotFound),
        Err(Refused::Conflict { card, since }) => {
            item_page(&site, &visitor, *card, Notice::Conflict(since), draft).await
        }
        Err(Refused::Not(refusal)) => {
            let card = seen(&site, &visitor, &id).await?;
            item_page(&site, &visitor, card, Notice::Refused(refusal_word(refusal)), draft).await
        }
    }
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
    let actor = account.name.clone();
    let target = answers::target(&(site.parts.index_status)().await.engine);
    site.parts
        .store
        .write(move |connection| {
            async move {
                let outcome = triage::decide(connection, id, &action, revision, &actor, &reason, now).await?;
                if let Ok(decided) = &outcome {
                    for (article, revision) in &decided.dirty {
                        outbox::mark(connection, &[target], article, *revision).await?;
                    }
                    let subject = format!("item {id}");
                    let detail = format!("{} {} → {}", action.as_str(), decided.from.as_str(), decided.to.as_str());
                    accounts::table::audit(connection, &actor, "decided", &subject, &detail, now).await?;
                }
                Ok(outcome)
            }
            .boxed()
        })
        .await
}

/// What a form asks for.
fn action(form: &Form, now: Timestamp) -> Result<Action, Trouble> {
    let bad = |what: &str| Trouble::Bad(format!("a decision with an unknown {what}"));
    let level = || match form.get("level") {
        None => Ok(Level::default()),
        Some(word) => word.parse().map_err(|_| bad("level")),
    };
    Ok(match form.get("action").unwrap_or_default() {
        "amplify" => Action::Amplify { level: level()?, deadline: None },
        "routine" => Action::Routine,
        "reject" => Action::Reject,
        "snooze" => {
            let hours: i64 = form.get("hours").and_then(|hours| hours.parse().ok()).ok_or_else(|| bad("time"))?;
            let offered = SNOOZES.contains(&hours);
            Action::Snooze { until: if offered { now + hours.hours() } else { return Err(bad("time")) } }
        }
        "merge" => {
            let into = form.get("into").and_then(|id| id.parse().ok()).ok_or_else(|| bad("item"))?;
            Action::Merge { into }
        }
        "reopen" => Action::Reopen,
        "recall" => Action::Recall,
        "propose" => Action::Propose { level: level()? },
        "note" => Action::Note,
        "undo" => Action::Undo,
        _ => return Err(bad("action")),
    })
}

/// An officer proposes and notes; the rest is for those who decide.
pub(in crate::web) fn allowed(account: &Account, action: &Action) -> bool {
    let act = match action {
        Action::Propose { .. } | Action::Note => Act::Propose,
        _ => Act::Decide,
    };
    accounts::may(account.role, act)
}

/// The item, if there is one that this visitor may see.
pub(in crate::web) async fn seen(site: &Site, visitor: &Visitor, id: &str) -> Result<Card, Trouble> {
    let id = id.parse().map_err(|_| Trouble::NotFound)?;
    let account = visitor.account.as_ref().ok_or(Trouble::SignIn)?;
    let card = triage::table::item(site.parts.store.pool(), id).await?;
    card.filter(|card| sees(account, card)).ok_or(Trouble::NotFound)
}

/// An officer sees the stories that its own portals carry, and does not learn of others.
fn sees(account: &Account, card: &Card) -> bool {
    bound(account).is_none_or(|own| card.portals.iter().any(|(slug, _)| own.contains(slug)))
}

/// The portals that an officer is bound to; no bound for the others.
pub(in crate::web) fn bound(account: &Account) -> Option<Vec<String>> {
    (account.role == Role::Officer).then(|| account.portals.clone())
}

fn refusal_word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Decided(_) => "decided",
        Refusal::NotAmplified(_) => "not_amplified",
        Refusal::RecallInstead => "recall_instead",
        Refusal::Open => "open",
        Refusal::NothingToUndo => "nothing_to_undo",
        Refusal::BadTime => "bad_time",
        Refusal::BadMerge => "bad_merge",
    }
}

impl Hands {
    fn of(visitor: &Visitor, back: String) -> Self {
        Self { decide: visitor.may(Act::Decide), propose: visitor.may(Act::Propose), back, draft: Draft::default() }
    }

    /// Every level, and whether the form offers it first: what was proposed, or the ordinary one.
    fn levels(&self, card: &Card) -> [(Level, bool); 3] {
        let first = self.draft.level.or(card.level).unwrap_or_default();
        Level::ALL.map(|level| (level, level == first))
    }

    /// Whether a decision can be taken back: notes and what was taken back stay as they are.
    fn undoes(&self, decision: &Decision) -> bool {
        self.decide && !["undo", "note"].contains(&decision.action.as_str())
    }

    /// What can be done with a card in its state, without the two actions that always can.
    fn open(&self, card: &Card) -> bool {
        self.decide && matches!(card.state, Stand::New | Stand::Proposed | Stand::Snoozed)
    }

    fn recall(&self, card: &Card) -> bool {
        self.decide && card.state == Stand::Amplified
    }

    fn reopen(&self, card: &Card) -> bool {
        let decided = [Stand::Routine, Stand::Rejected, Stand::Merged, Stand::Recalled];
        self.decide && decided.contains(&card.state)
    }

    /// Officers propose; those who decide have no need to.
    fn proposes(&self, card: &Card) -> bool {
        self.propose && !self.decide && matches!(card.state, Stand::New | Stand::Snoozed)
    }
}

impl Frame {
    /// When a story was published, or first seen where its portal does not say.
    fn dated(&self, card: &Card) -> String {
        self.published(card.published_at.unwrap_or(card.first_seen_at), card.published_at.is_some() && card.date_only)
    }

    /// Points, with the decimal mark of the language.
    fn points(&self, points: &f64) -> String {
        points.to_string().replace('.', self.say("desk.decimal"))
    }

    /// What a part of the score stands on; the record keeps it in short.
    fn why(&self, part: &triage::Part) -> String {
        let hours = part.why.strip_suffix(" h");
        let said = match part.name.as_str() {
            "source" => Some(self.word("kind", &part.why).to_owned()),
            "freshness" => hours.map(|hours| self.count("desk.hours", hours)),
            "growth" => hours
                .and_then(|why| why.split_once('/'))
                .map(|(joined, span)| self.count("desk.joined", joined).replace("{h}", span)),
            _ => None,
        };
        said.unwrap_or_else(|| part.why.clone())
    }

    /// How long ago, in the largest unit that says enough: `5 phút`, `3 giờ`, `2 ngày`.
    fn age(&self, since: &Timestamp, now: &Timestamp) -> String {
        let minutes = now.duration_since(*since).as_mins().max(0);
        match minutes {
            0..60 => self.count("desk.minutes", minutes),
            60..2880 => self.count("desk.hours", minutes / 60),
            _ => self.count("desk.days", minutes / 1440),
        }
    }
}
