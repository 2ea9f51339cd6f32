//! Which part of the queue is shown: views and kept filters as tabs with their counts, and the form that filters.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

use super::act::way_back;
use super::bound;
use crate::accounts::{Account, Role};
use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::triage::table::views::{self, MAX_NAME, MAX_QUERY};
use crate::triage::{self, Filter, Level, Pick, View};
use crate::web::Site;
use crate::web::form::{self, Form};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Nobody counts beyond it: "999+" says enough, and costs the same with a hundred thousand.
pub(super) const MOST_COUNTED: i64 = 1_000;
/// Values of one property that are read.
const MOST_VALUES: usize = 40;

/// One tab.
pub(super) struct Tab {
    pub(super) view: View,
    /// The name of a filter that is kept; empty for a view.
    pub(super) name: String,
    pub(super) id: i64,
    pub(super) href: String,
    pub(super) count: i64,
    pub(super) current: bool,
}

/// What is shown: a view, and what is left in and out.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) filter: Filter,
}

impl Choice {
    pub(super) fn read(fields: &Form, site: &Site, account: &Account) -> Self {
        let view = fields.get("view").and_then(|word| word.parse().ok()).unwrap_or_default();
        let mut filter = Filter {
            view,
            portal: None,
            bound_to: bound(account),
            me: account.name.clone(),
            due: site.parts.triage.due(),
            ..Filter::default()
        };
        let picks = &mut filter.picks;
        for (key, pick) in [
            ("kind", &mut picks.kind),
            ("topic", &mut picks.topic),
            ("level", &mut picks.level),
            ("portal", &mut picks.portal),
        ] {
            fields.all(key).flat_map(|list| list.split(',')).take(MOST_VALUES).for_each(|word| pick.add(word.trim()));
        }
        Self { filter }
    }

    /// The fields of its address.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("view", self.filter.view.as_str().to_owned())];
        let picks = &self.filter.picks;
        for (key, pick) in
            [("kind", &picks.kind), ("topic", &picks.topic), ("level", &picks.level), ("portal", &picks.portal)]
        {
            pairs.extend(pick.with.iter().map(|word| (key, word.clone())));
            pairs.extend(pick.without.iter().map(|word| (key, format!("-{word}"))));
        }
        pairs
    }

    /// The query of its address, at a page.
    pub(super) fn query(&self, page: i64) -> String {
        let mut pairs = self.pairs();
        if page > 1 {
            pairs.push(("page", page.to_string()));
        }
        form::write(pairs.iter().map(|(key, value)| (*key, value.as_str())))
    }

    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> + use<> {
        Kind::ALL.into_iter()
    }

    pub(super) fn levels(&self) -> [&'static str; 4] {
        [Level::Urgent.as_str(), Level::High.as_str(), Level::Normal.as_str(), "none"]
    }

    /// `with`, `without` or nothing: what a property's value is to the filter.
    pub(super) fn says(&self, pick: &Pick, value: &str) -> &'static str {
        match pick.says(value) {
            Some(true) => "with",
            Some(false) => "without",
            None => "",
        }
    }

    /// The portals of the filter as they are typed.
    pub(super) fn portals(&self) -> String {
        let pick = &self.filter.picks.portal;
        let without = pick.without.iter().map(|slug| format!("-{slug}"));
        pick.with.iter().cloned().chain(without).collect::<Vec<_>>().join(", ")
    }
}

/// The tabs of an account with their counts.
pub(super) async fn all(site: &Site, account: &Account, choice: &Choice, now: Timestamp) -> Result<Vec<Tab>, Trouble> {
    let pool = site.parts.store.pool();
    let mut tabs = Vec::new();
    for view in View::ALL {
        // Nothing is given to an officer, and nothing is overdue for one.
        let is_theirs = account.role != Role::Officer || !matches!(view, View::Mine | View::Overdue | View::Rising);
        if is_theirs {
            let mut other = choice.clone();
            other.filter.view = view;
            let count = triage::table::tally(pool, &other.filter, MOST_COUNTED, now).await?;
            let href = format!("/desk?{}", other.query(1));
            tabs.push(Tab { view, name: String::new(), id: 0, href, count, current: view == choice.filter.view });
        }
    }
    let here = choice.query(1);
    for saved in views::list(pool, account.id).await? {
        let kept = Choice::read(&form::read(saved.query.as_bytes()), site, account);
        let query = kept.query(1);
        let key = format!("{} {query}", account.id);
        let count = match site.live.counted(&key, now) {
            Some(count) => count,
            None => {
                let count = triage::table::tally(pool, &kept.filter, MOST_COUNTED, now).await?;
                site.live.count(key, count, now);
                count
            }
        };
        let current = query == here;
        if current {
            tabs.iter_mut().for_each(|tab| tab.current = false);
        }
        let (name, id, href) = (saved.name, saved.id, format!("/desk?{query}"));
        tabs.push(Tab { view: kept.filter.view, name, id, href, count, current });
    }
    Ok(tabs)
}

/// `POST /desk/views`: `name=&query=` keeps a filter as a tab, `forget=ID` forgets one.
pub(in crate::web) async fn keep(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    if let Some(id) = form.get("forget").and_then(|id| id.parse().ok()) {
        let forget = site
            .parts
            .store
            .write(move |connection| async move { views::forget(connection, account.id, id).await }.boxed());
        forget.await?;
        return Ok(Redirect::to("/desk").into_response());
    }
    let name: String = form.get("name").unwrap_or_default().chars().take(MAX_NAME).collect();
    let query = form.get("query").unwrap_or_default();
    if name.is_empty() || query.len() > MAX_QUERY {
        return Err(Trouble::Bad("cannot keep the filter (give it a name, and choose fewer values)".into()));
    }
    // What is kept is what was understood, never the text of somebody's link.
    let query = Choice::read(&form::read(query.as_bytes()), &site, &account).query(1);
    let kept = query.clone();
    let keep = site
        .parts
        .store
        .write(move |connection| async move { views::keep(connection, account.id, &name, &kept).await }.boxed());
    if !keep.await? {
        return Err(Trouble::Bad("cannot keep another filter (forget one first)".into()));
    }
    Ok(Redirect::to(&format!("/desk?{query}")).into_response())
}

/// `POST /desk/settings` with `keys=on|off`.
pub(in crate::web) async fn set_keys(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let on = match form.get("keys") {
        Some("on") => true,
        Some("off") => false,
        _ => return Err(Trouble::Bad("keys are on or off".into())),
    };
    let set = site
        .parts
        .store
        .write(move |connection| async move { views::set_keys(connection, account.id, on).await }.boxed());
    set.await?;
    Ok(Redirect::to(way_back(&form)).into_response())
}
