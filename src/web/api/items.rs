//! `POST /api/v1/items`: a portal hands in its own item. The shape is that of an extracted article, with its address and
//! perhaps a proposal; the same item handed in twice is one.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::accounts::table::{audit, handed};
use crate::accounts::{Account, Key};
use crate::archive::Kept;
use crate::clock::Timestamp;
use crate::extract::Article;
use crate::pipeline::Taken;
use crate::portal::{self, Portal, State as Run, same_site};
use crate::store::chain::digest;
use crate::triage::ownership::Owner;
use crate::triage::{self, Action, By, Level};
use crate::vietnamese::{clean, clean_lines, document};
use crate::web::Site;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Characters of a title, a sapo and a text; what is longer is refused and never cut.
const LONGEST: [(&str, usize); 3] = [("title", 300), ("summary", 2_000), ("text", 200_000)];
/// Characters of an address, of an Idempotency-Key and of a reason.
const MAX_URL: usize = 2_048;
const MAX_IDEMPOTENCY: usize = 128;
/// An item may say that it was published so far ahead: clocks differ.
const AHEAD_HOURS: i64 = 48;

/// An item as it is handed in: what `lantoa extract` prints, and its address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    url: Url,
    title: String,
    #[serde(default)]
    summary: Option<String>,
    text: String,
    #[serde(default)]
    date: Option<Timestamp>,
    #[serde(default)]
    date_only: bool,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    image: Option<Url>,
    #[serde(default)]
    documents: Vec<String>,
    #[serde(default)]
    proposal: Option<Proposal>,
}

/// What a portal asks the centre for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proposal {
    level: Level,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    deadline: Option<Timestamp>,
}

pub(in crate::web) async fn hand_in(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let (Some(key), Some(account)) = (&visitor.key, &visitor.account) else { return Err(Trouble::SignIn) };
    let now = site.now();
    let idempotency = match headers.get("idempotency-key").map(|value| value.to_str()) {
        None => None,
        Some(Ok(name)) if !name.is_empty() && name.len() <= MAX_IDEMPOTENCY => Some(name.to_owned()),
        Some(_) => return Err(bad(format!("an Idempotency-Key has 1 to {MAX_IDEMPOTENCY} visible characters"))),
    };
    let body_hash = digest([String::from_utf8_lossy(&body).as_ref()]);
    if let Some(name) = &idempotency
        && let Some(before) = handed::answer(site.parts.store.pool(), key.id, name).await?
    {
        if before.body_hash != body_hash {
            return Err(bad("this Idempotency-Key was used for another item (take a new one)".into()));
        }
        return Ok(answer(before.status, serde_json::from_str(&before.answer).unwrap_or_default()));
    }
    let item: Item = serde_json::from_slice(&body).map_err(|cause| bad(format!("cannot read the item: {cause}")))?;
    let portal = own_portal(&site, key, &item.url).await?;
    let article = article(&item, now)?;
    let (status, told) = take(&site, account, &portal, &item, article, now).await?;
    let (id, prefix, detail) = (key.id, key.actor(), told.to_string());
    let noted = site.parts.store.write(move |connection| {
        async move {
            if let Some(name) = idempotency {
                handed::note(connection, id, &name, &body_hash, status, &detail, now).await?;
            }
            audit(connection, &prefix, "item handed in", item.url.as_str(), &status.to_string(), now).await
        }
        .boxed()
    });
    noted.await?;
    Ok(answer(status, told))
}

fn bad(why: String) -> Trouble {
    Trouble::Bad(why)
}

fn answer(status: u16, told: Value) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::OK), Json(told)).into_response()
}

/// The portal of the key at whose site the address is. Addresses of portals that the key is not bound to and addresses of
/// nobody look the same.
async fn own_portal(site: &Site, key: &Key, url: &Url) -> Result<Portal, Trouble> {
    if url.as_str().len() > MAX_URL || !matches!(url.scheme(), "http" | "https") {
        return Err(bad(format!("`url` is no web address of at most {MAX_URL} characters")));
    }
    for slug in &key.portals {
        let portal = portal::table::find(site.parts.store.pool(), slug).await?;
        let at_home = |portal: &Portal| same_site(&portal.entry.url, &portal.entry.aliases, url);
        if let Some(portal) = portal.filter(|portal| portal.state != Run::Removed && at_home(portal)) {
            return Ok(portal);
        }
    }
    Err(Trouble::NotFound)
}

/// The article as extraction would have it: text without markup signs of control, documents from the text and as named.
fn article(item: &Item, now: Timestamp) -> Result<Article, Trouble> {
    let summary = item.summary.as_deref().unwrap_or_default();
    for ((field, most), value) in LONGEST.into_iter().zip([item.title.as_str(), summary, &item.text]) {
        if value.chars().count() > most {
            return Err(bad(format!("`{field}` has more than {most} characters")));
        }
    }
    let (title, summary, text) = (clean(&item.title), clean(summary), clean_lines(&item.text));
    if title.is_empty() || text.is_empty() {
        return Err(bad("`title` and `text` must say something".into()));
    }
    if item.date.is_some_and(|date| date.duration_since(now).as_hours() > AHEAD_HOURS) {
        return Err(bad(format!("`date` lies more than {AHEAD_HOURS} hours ahead")));
    }
    let whole = format!("{title}\n{summary}\n{text}");
    let mut documents = document::find(&whole);
    for named in &item.documents {
        let number = document::canonical(named).ok_or_else(|| bad(format!("`{named}` is no number of a document")))?;
        if !documents.contains(&number) {
            documents.push(number);
        }
    }
    let short = |text: &Option<String>| clean(text.as_deref().unwrap_or_default()).chars().take(300).collect();
    Ok(Article {
        citations: document::citations(&whole),
        title,
        summary,
        text,
        documents,
        published: item.date,
        date_only: item.date_only && item.date.is_some(),
        author: short(&item.author),
        category: short(&item.category),
        image: item.image.clone().filter(|url| matches!(url.scheme(), "http" | "https")),
        language: "vi".into(),
        ..Article::default()
    })
}

async fn take(
    site: &Site,
    account: &Account,
    portal: &Portal,
    item: &Item,
    article: Article,
    now: Timestamp,
) -> Result<(u16, Value), Trouble> {
    let taken = site.parts.intake.take(portal, &item.url, article, item.proposal.is_some(), now).await?;
    let Taken::Kept { id, url, story, kept } = taken else {
        return Err(bad("the item bears a mark of secrecy; nothing of it was stored".into()));
    };
    let word = match kept {
        Kept::New => "new",
        Kept::Changed => "changed",
        Kept::Unchanged => "unchanged",
        Kept::Duplicate => "duplicate",
    };
    let proposal = match &item.proposal {
        Some(proposal) => propose(site, account, (portal, &story), proposal, now).await?,
        None => Value::Null,
    };
    let told = json!({
        "id": id, "url": url, "portal": portal.entry.slug, "story": story, "status": word, "proposal": proposal,
    });
    Ok((if kept == Kept::New { 201 } else { 200 }, told))
}

/// Proposes the item to the centre, as the portal's officer would: who asked before is not heard twice.
async fn propose(
    site: &Site,
    account: &Account,
    (portal, story): (&Portal, &str),
    proposal: &Proposal,
    now: Timestamp,
) -> Result<Value, Trouble> {
    let mut wish = json!({ "action": "propose", "level": proposal.level });
    if let (Some(deadline), Some(fields)) = (proposal.deadline, wish.as_object_mut()) {
        fields.insert("deadline".to_owned(), json!(deadline));
    }
    let action: Action = serde_json::from_value(wish).map_err(|cause| bad(format!("cannot propose: {cause}")))?;
    let (actor, story, reason) = (account.name.clone(), story.to_owned(), proposal.reason.clone());
    // The portal speaks for itself, whichever one told the story first.
    let portals = [portal.entry.slug.clone()];
    let decided = site.parts.store.write(move |connection| {
        async move {
            let Some((item, revision)) = triage::table::item_to_decide(connection, &story).await? else {
                return Ok(None);
            };
            let owner = Owner::HumanMinistry;
            let by = By { name: &actor, owner, portals: &portals, targets: &[], batch: None };
            let outcome = triage::decide_by(connection, item, &action, revision, by, &reason, now).await?;
            if outcome.is_ok() {
                audit(connection, &actor, "decided", &format!("item {item}"), "propose", now).await?;
            }
            Ok(Some((item, outcome)))
        }
        .boxed()
    });
    let decided = decided.await?;
    site.live.stir();
    Ok(match decided {
        Some((item, Ok(decided))) => json!({ "item": item, "state": decided.to, "revision": decided.revision }),
        Some((item, Err(triage::Refused::Not(why)))) => json!({ "item": item, "refused": why.to_string() }),
        Some((item, Err(_))) => json!({ "item": item, "refused": "somebody decided at the same time" }),
        None => json!({ "refused": "the story is not in the queue" }),
    })
}
