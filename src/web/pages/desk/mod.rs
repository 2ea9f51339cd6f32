//! The editors' desk: the queue, one item, decisions. Everything works without scripts; keys only press its buttons.

mod act;
mod bulk;
mod hands;
mod item;
pub(in crate::web) mod live;
mod numbers;
mod tabs;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

pub(in crate::web) use act::{allowed, decide, take};
pub(in crate::web) use bulk::decide as bulk;
pub(in crate::web) use item::show as item;
pub(in crate::web) use live::watch;
pub(in crate::web) use numbers::show as numbers;
pub(in crate::web) use tabs::{keep as keep_view, set_keys};

use self::hands::Hands;
use self::tabs::{Choice, Tab};
use crate::accounts::{Account, Role};
use crate::clock::Timestamp;
use crate::triage::table::proposals::{self, Proposal};
use crate::triage::{self, Card, Decision, Level};
use crate::web::Site;
use crate::web::form::{self, Query};
use crate::web::frame::{Frame, page};
use crate::web::outward;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Cards on one page: more than anybody looks through at a time.
const CARDS: i64 = 30;
/// Pages that can be turned to.
const PAGES: i64 = 50;
/// Decisions that are told, and taken back, together.
const MOST_DONE: usize = 100;

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    frame: Frame,
    hands: Hands,
    choice: Choice,
    tabs: Vec<Tab>,
    cards: Vec<Card>,
    /// Whether there are more, and on which page this is.
    more: bool,
    page: i64,
    /// The visitor's last decisions, each with the item as it stands after it.
    done: Vec<(Card, Decision)>,
    /// Items that somebody else decided upon first.
    late: Vec<Card>,
    /// Who looks at which item now.
    lookers: HashMap<i64, Vec<String>>,
    /// What officers said about those that they proposed.
    proposals: HashMap<i64, Proposal>,
    /// The number of the latest change that the page shows.
    seen: i64,
    now: Timestamp,
}

/// `GET /desk?view=&portal=&kind=&topic=&level=&page=&done=&late=`.
pub(in crate::web) async fn queue(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let (pool, now) = (site.parts.store.pool(), site.now());
    // Read first: what changes from here on is told to the page by number.
    let seen = triage::table::watch::latest(pool).await?;
    let choice = Choice::read(&fields, &site, &account);
    let at = fields.get("page").and_then(|number| number.parse().ok()).unwrap_or(1).clamp(1, PAGES);
    let mut cards = triage::table::queue_from(pool, &choice.filter, (at - 1) * CARDS, CARDS + 1, now).await?;
    let more = cards.len() > usize::try_from(CARDS).unwrap_or(0) && at < PAGES;
    cards.truncate(usize::try_from(CARDS).unwrap_or(0));
    let tabs = tabs::all(&site, &account, &choice, now).await?;
    let done = last_decisions(&site, &account, fields.get("done").unwrap_or_default()).await?;
    let mut late = Vec::new();
    for id in numbers_of(fields.get("late").unwrap_or_default()) {
        late.extend(triage::table::item(pool, id).await?);
    }
    let mut visible = Vec::new();
    for card in late {
        if sees(&site, &account, &card).await? {
            visible.push(card);
        }
    }
    let hands = Hands::of(&site, &visitor, format!("/desk?{}", choice.query(at))).await?;
    let shown: Vec<i64> = cards.iter().map(|card| card.id).collect();
    let lookers = site.live.lookers(&shown, &account.name, now);
    let mut waiting = HashMap::new();
    for card in cards.iter().filter(|card| card.state == triage::State::Proposed) {
        waiting.extend(proposals::latest(pool, card.id).await?.map(|proposal| (card.id, proposal)));
    }
    page(&Desk {
        frame: Frame::of(&visitor),
        hands,
        choice,
        tabs,
        cards,
        more,
        page: at,
        done,
        late: visible,
        lookers,
        proposals: waiting,
        seen,
        now,
    })
}

/// `1,2,3` as numbers.
fn numbers_of(list: &str) -> Vec<i64> {
    list.split(',').filter_map(|id| id.parse().ok()).take(MOST_DONE).collect()
}

/// What the visitor did last with each item, and only while nothing came after.
async fn last_decisions(site: &Site, account: &Account, list: &str) -> Result<Vec<(Card, Decision)>, Trouble> {
    let pool = site.parts.store.pool();
    let mut done = Vec::new();
    for id in numbers_of(list) {
        let last = triage::table::history(pool, id).await?.pop();
        let Some(mine) = last.filter(|last| last.actor == account.name) else { continue };
        let Some(card) = triage::table::item(pool, id).await? else { continue };
        if sees(site, account, &card).await? {
            done.push((card, mine));
        }
    }
    Ok(done)
}

/// The item, if there is one that this visitor may see.
pub(in crate::web) async fn seen(site: &Site, visitor: &Visitor, id: &str) -> Result<Card, Trouble> {
    let id = id.parse().map_err(|_| Trouble::NotFound)?;
    let account = visitor.account.as_ref().ok_or(Trouble::SignIn)?;
    let card = triage::table::item(site.parts.store.pool(), id).await?.ok_or(Trouble::NotFound)?;
    if sees(site, account, &card).await? { Ok(card) } else { Err(Trouble::NotFound) }
}

/// An officer sees the stories that its own portals and those below them carry, and does not learn of others.
async fn sees(site: &Site, account: &Account, card: &Card) -> anyhow::Result<bool> {
    match bound(account) {
        None => Ok(true),
        Some(own) => triage::table::places::is_carried_by(site.parts.store.pool(), card.id, &own).await,
    }
}

/// The portals that an officer is bound to; no bound for the others.
pub(in crate::web) fn bound(account: &Account) -> Option<Vec<String>> {
    (account.role == Role::Officer).then(|| account.portals.clone())
}

impl Desk {
    /// The address of another page of the same view.
    fn turn(&self, page: i64) -> String {
        format!("/desk?{}", self.choice.query(page))
    }

    /// The card that comes after this one: where the eye goes once this one is decided.
    fn next(&self, index: &usize) -> i64 {
        self.cards.get(index + 1).map_or(0, |card| card.id)
    }

    /// The decisions that can be taken back at once: `ID:REVISION`.
    fn undoable(&self) -> Vec<String> {
        let undoes = |(_, decision): &&(Card, Decision)| self.hands.undoes(decision);
        self.done.iter().filter(undoes).map(|(card, _)| format!("{}:{}", card.id, card.revision)).collect()
    }

    fn proposal_of(&self, card: &Card) -> Option<&Proposal> {
        self.proposals.get(&card.id)
    }

    fn lookers_of(&self, card: &Card) -> Option<String> {
        self.lookers.get(&card.id).map(|names| names.join(", "))
    }

    /// `999+` where there are more.
    fn counted(&self, tab: &Tab) -> String {
        if tab.count >= tabs::MOST_COUNTED { "999+".to_owned() } else { self.frame.number(tab.count) }
    }

    fn level_word(&self, level: &str) -> &str {
        if level == "none" { self.frame.say("desk.no_level") } else { self.frame.word("level", level) }
    }

    fn bulk_levels(&self) -> [Level; 3] {
        [Level::Normal, Level::High, Level::Urgent]
    }

    /// The query of what is shown, to be kept as a tab.
    fn kept_query(&self) -> String {
        form::write(self.choice.pairs().iter().map(|(key, value)| (*key, value.as_str())))
    }
}
