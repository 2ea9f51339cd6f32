//! The operator's answers to what visits ask: `lantoa portal moves`, `confirm-gone` and `keep`.

use std::process::ExitCode;

use anyhow::{Result, bail};

use super::portal::registered;
use super::{print_json, println_or_quit, say};
use crate::app::App;
use crate::pipeline::answers;
use crate::portal::questions::{self, Kind, Question};

/// What to do about a portal that moved.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Moves {
    /// Follow it: addresses change, articles stay what they are
    Accept {
        /// Slug of the portal
        slug: String,
    },
    /// Leave the portal where it is registered
    Refuse {
        /// Slug of the portal
        slug: String,
    },
}

/// Lists the moves that were seen, or answers those of one portal.
pub(super) async fn moves(app: &App, act: Option<Moves>, json: bool) -> Result<ExitCode> {
    match act {
        None => list(app, json).await,
        Some(Moves::Accept { slug }) => answer(app, &slug, &[Kind::Moved], true, json).await,
        Some(Moves::Refuse { slug }) => answer(app, &slug, &[Kind::Moved], false, json).await,
    }
}

/// Marks missing articles gone.
pub(super) async fn confirm_gone(app: &App, slug: &str, json: bool) -> Result<ExitCode> {
    answer(app, slug, &[Kind::Gone], true, json).await
}

/// Keeps what seems to be gone.
pub(super) async fn keep(app: &App, slug: &str, json: bool) -> Result<ExitCode> {
    answer(app, slug, &[Kind::Gone, Kind::Empty], false, json).await
}

async fn list(app: &App, json: bool) -> Result<ExitCode> {
    let mut open = questions::open(app.store.pool()).await?;
    open.retain(|question| question.kind == Kind::Moved);
    if json {
        print_json(&open)?;
        return Ok(ExitCode::SUCCESS);
    }
    for question in &open {
        println_or_quit(&format!("{}: {} ({})", question.portal, question.words(), question.mend()))?;
    }
    println_or_quit(&format!("{} moves wait for an answer", open.len()))?;
    Ok(ExitCode::SUCCESS)
}

/// Answers every open question of these kinds about one portal.
async fn answer(app: &App, slug: &str, kinds: &[Kind], yes: bool, json: bool) -> Result<ExitCode> {
    let what = format!("cannot answer for `{slug}`");
    let portal = registered(app, slug, &what).await?;
    let asked = questions::of_portal(app.store.pool(), portal.id).await?;
    let open: Vec<Question> =
        asked.into_iter().filter(|question| question.is_open() && kinds.contains(&question.kind)).collect();
    if open.is_empty() {
        bail!("{what}: nothing of the kind is asked about it (see lantoa portal show {slug})");
    }
    let targets = [app.config.index.backend.as_str()];
    let mut touched = 0;
    for question in &open {
        // An earlier answer may have changed the portal.
        let portal = registered(app, slug, &what).await?;
        let done = answers::answer(&app.store, &targets, &portal, question, yes, app.clock.now()).await?;
        touched += done.unwrap_or_default();
    }
    let answer = if yes { "yes" } else { "no" };
    let answered: Vec<&str> = open.iter().map(|question| question.kind.as_str()).collect();
    let line = match (open[0].kind, yes) {
        (Kind::Gone, true) => format!("{slug}: {touched} articles are marked gone"),
        (Kind::Moved, true) => {
            format!("{slug} is followed, {touched} articles have their new address (lantoa crawl {slug} visits it now)")
        }
        (Kind::Moved, false) => format!("{slug} stays where it is registered"),
        _ => format!("{slug}: everything is kept (lantoa crawl {slug} visits it now)"),
    };
    let value = serde_json::json!({ "portal": slug, "answered": answered, "answer": answer, "articles": touched });
    say(json, &value, &line)?;
    Ok(ExitCode::SUCCESS)
}
