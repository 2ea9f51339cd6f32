//! The operator's answers to what visits ask, from the console.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

use crate::accounts::table::audit;
use crate::pipeline::answers;
use crate::portal::questions::{self, Kind, Question};
use crate::portal::table;
use crate::web::Site;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// A question with the words of its buttons.
pub(in crate::web) struct Asked {
    pub(in crate::web) question: Question,
    pub(in crate::web) words: String,
    pub(in crate::web) yes: &'static str,
    pub(in crate::web) no: &'static str,
}

/// What waits for an answer.
pub(in crate::web) async fn open(site: &Site, frame: &Frame) -> anyhow::Result<Vec<Asked>> {
    let open = questions::open(site.parts.store.pool()).await?;
    let asked = open.into_iter().map(|question| {
        let (yes, no) = match question.kind {
            Kind::Gone => ("yes_gone", "no_gone"),
            Kind::Empty => ("yes_empty", "no_empty"),
            Kind::Moved => ("yes_moved", "no_moved"),
        };
        let words = question.words();
        let words = frame.problem(&words).unwrap_or(words);
        Asked { question, words, yes: frame.word("question", yes), no: frame.word("question", no) }
    });
    Ok(asked.collect())
}

/// `POST /console/questions`.
pub(in crate::web) async fn answer(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.ok_or(Trouble::SignIn)?;
    let bad = || Trouble::Bad("an answer names its portal, its question, and yes or no".into());
    let slug = form.get("portal").ok_or_else(bad)?.to_owned();
    let kind: Kind = form.get("kind").and_then(|kind| kind.parse().ok()).ok_or_else(bad)?;
    let yes = match form.get("answer") {
        Some("yes") => true,
        Some("no") => false,
        _ => return Err(bad()),
    };
    let subject = form.get("subject").unwrap_or_default();
    let (store, now) = (&site.parts.store, site.now());
    let portal = table::find(store.pool(), &slug).await?.ok_or(Trouble::NotFound)?;
    let asked = questions::of_portal(store.pool(), portal.id).await?;
    let found = asked.into_iter().find(|asked| asked.is_open() && asked.kind == kind && asked.subject == subject);
    // Somebody was faster: the console shows how it stands.
    if let Some(question) = found {
        let engine = (site.parts.index_status)().await.engine;
        let target = answers::target(&engine);
        answers::answer(store, &[target], &portal, &question, yes, now).await?;
        let detail = format!("{} {}", kind.as_str(), if yes { "yes" } else { "no" });
        store
            .write(move |connection| {
                async move { audit(connection, &account.name, "answered", &slug, &detail, now).await }.boxed()
            })
            .await?;
    }
    Ok(Redirect::to("/console#questions").into_response())
}
