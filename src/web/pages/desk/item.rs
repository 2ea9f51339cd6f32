//! One item with everything that a decision needs: its words, its story, its score, what was decided and by whom.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::hands::{Draft, Hands};
use super::seen;
use crate::archive::telling::{self, Telling};
use crate::archive::{self};
use crate::clock::Timestamp;
use crate::triage::rules::table as rules;
use crate::triage::table::proposals::{self, Proposal};
use crate::triage::{self, Card, Decision};
use crate::web::Site;
use crate::web::frame::{Frame, page};
use crate::web::history::{self, Edit};
use crate::web::outward;
use crate::web::pages::story;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Portals of a story that are listed; its own page has more.
const TELLINGS: i64 = 40;
/// Characters of the text that are shown; whoever needs more reads the original.
const TEXT_CHARS: usize = 30_000;

#[derive(Template)]
#[template(path = "desk_item.html")]
struct DeskItem {
    frame: Frame,
    hands: Hands,
    card: Card,
    proposal: Option<Proposal>,
    /// Paragraphs of the first article, without people's numbers.
    text: Vec<String>,
    gone: bool,
    tellings: Vec<Telling>,
    history: Vec<Decision>,
    /// The wordings of the story's first article.
    edits: Vec<Edit>,
    notice: Notice,
    /// What rules have to say about it, and what they did, for those who decide.
    rules: (Vec<rules::Notice>, Vec<rules::Hit>),
    /// Who else looks at it now.
    lookers: String,
    seen: i64,
    now: Timestamp,
}

/// Why a decision was not taken, on top of the item.
pub(super) enum Notice {
    None,
    /// Somebody was faster.
    Conflict(Vec<Decision>),
    /// The state machine said no.
    Refused(&'static str),
}

/// `GET /desk/items/{id}`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let card = seen(&site, &visitor, &id).await?;
    item_page(&site, &visitor, card, Notice::None, Draft::default()).await
}

pub(super) async fn item_page(
    site: &Site,
    visitor: &Visitor,
    card: Card,
    notice: Notice,
    draft: Draft,
) -> Result<Response, Trouble> {
    let (pool, now) = (site.parts.store.pool(), site.now());
    let name = visitor.account.as_ref().map(|account| account.name.as_str()).unwrap_or_default();
    site.live.look(card.id, name, now);
    let lookers = site.live.lookers(&[card.id], name, now).remove(&card.id).unwrap_or_default().join(", ");
    let seen = triage::table::watch::latest(pool).await?;
    let history = triage::table::history(pool, card.id).await?;
    let versions = archive::table::versions(pool, &card.lead).await?;
    let first = archive::table::find(pool, &card.lead).await?;
    let gone = first.as_ref().is_some_and(|first| first.status == archive::Status::Gone);
    let text = first.map(|first| paragraphs(&first.text)).unwrap_or_default();
    let mut tellings = telling::of(pool, &card.story, TELLINGS).await?;
    tellings.iter_mut().for_each(|telling| telling.title = outward::masked(&telling.title));
    let proposal = proposals::latest(pool, card.id).await?;
    // Editors decide about what was published: they see the words of every wording.
    let edits = history::edits(&versions, true);
    let status = if matches!(notice, Notice::None) { StatusCode::OK } else { StatusCode::CONFLICT };
    let hands = Hands { draft, ..Hands::of(site, visitor, format!("/desk/items/{}", card.id)).await? };
    let rules = match hands.decide {
        true => (rules::notices(pool, Some(&card.story)).await?, rules::hits_of(pool, &card.story).await?),
        false => (Vec::new(), Vec::new()),
    };
    let frame = Frame::of(visitor);
    let shown = page(&DeskItem {
        frame,
        hands,
        card,
        proposal,
        text,
        gone,
        tellings,
        history,
        edits,
        notice,
        rules,
        lookers,
        seen,
        now,
    })?;
    Ok((status, shown).into_response())
}

fn paragraphs(text: &str) -> Vec<String> {
    let cut: String = text.chars().take(TEXT_CHARS).collect();
    let lines = cut.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(outward::masked).collect()
}

impl DeskItem {
    /// The proposal that waits for the centre's answer.
    fn waiting(&self) -> Option<&Proposal> {
        self.proposal.as_ref().filter(|proposal| proposal.outcome.is_none())
    }

    fn notes(&self) -> Vec<&Decision> {
        self.history.iter().filter(|decision| decision.action == "note").collect()
    }

    fn told(&self, telling: &Telling) -> String {
        self.frame.published(telling.at, telling.date_only)
    }

    /// Whether there is something that the visitor can take back.
    fn undoable(&self) -> bool {
        let undone: Vec<i64> = self.history.iter().filter_map(|decision| decision.detail["undoes"].as_i64()).collect();
        self.history.iter().any(|decision| self.hands.undoes(decision) && !undone.contains(&decision.id))
    }

    /// `sau 35 phút`.
    fn lag(&self, telling: &Telling) -> Option<String> {
        let first = self.tellings.first().filter(|first| first.id != telling.id)?;
        let minutes = story::lag_minutes(first, telling)?;
        Some(self.frame.count("desk.lag", minutes))
    }
}
