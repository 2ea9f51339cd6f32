//! `lantoa doctor`: looks at each part of an installation and says how to mend what is wrong. Mends nothing itself and
//! can be run while a server works.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::Serialize;

use super::{Invocation, one_line, print_json, println_or_quit};
use crate::accounts;
use crate::app::{self, App};
use crate::archive::notices::{self, Notice};
use crate::config::Config;
use crate::index::embedded::Embedded;
use crate::index::{Backend, outbox};
use crate::portal;
use crate::portal::health::{self, Condition};
use crate::store::{DataLock, Store};

/// Portals in trouble that are named.
const NAMED: usize = 5;
/// Articles that wait for the search index before it counts as behind.
const BEHIND: i64 = 10_000;
/// Room that the data folder should have.
const ROOM: usize = 16 << 20;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    check: &'static str,
    ok: bool,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn good(&mut self, check: &'static str, found: impl Into<String>) {
        self.0.push(Check { check, ok: true, found: found.into(), mend: None });
    }

    fn bad(&mut self, check: &'static str, found: impl Into<String>, mend: &str) {
        self.0.push(Check { check, ok: false, found: found.into(), mend: Some(mend.to_owned()) });
    }

    fn judge(&mut self, check: &'static str, outcome: Result<String>, mend: &str) {
        match outcome {
            Ok(found) => self.good(check, found),
            Err(cause) => self.bad(check, one_line(&cause), mend),
        }
    }
}

pub(super) async fn run(context: Invocation) -> Result<ExitCode> {
    let mut checks = Checks::default();
    options(&context.config, &mut checks);
    families(&context.config, &mut checks);
    let folder = context.config.general.data_dir.clone();
    if folder.join("lantoa.db").is_file() {
        data_folder(&folder, &mut checks);
        match App::open(context.config.clone(), context.clock()).await {
            Ok(app) => parts(&app, &mut checks).await,
            Err(cause) => checks.bad("record", one_line(&cause), "restore a backup: lantoa restore DIR"),
        }
    } else {
        let found = format!("there is no record in {}", folder.display());
        checks.bad("data folder", found, "begin with lantoa init, or give another --data-dir");
    }
    let well = checks.0.iter().all(|check| check.ok);
    if context.json {
        print_json(&serde_json::json!({ "ok": well, "checks": checks.0 }))?;
    } else {
        for check in &checks.0 {
            let mark = if check.ok { "ok " } else { "BAD" };
            let mend = check.mend.as_ref().map(|mend| format!(" ({mend})")).unwrap_or_default();
            println_or_quit(&format!("{mark} {:12} {}{mend}", check.check, check.found))?;
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn options(config: &Config, checks: &mut Checks) {
    if config.fetch.contact.contains("lantoa.example") {
        let found = "fetch.contact is the example's: portals cannot find out who is asking";
        checks.bad("options", found, "set fetch.contact to a page or mailbox of yours");
    } else {
        checks.good("options", "fetch.contact is set");
    }
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    if local.iter().any(|address| config.web.public_url.starts_with(address)) {
        checks.good("site", format!("{} is for this machine only", config.web.public_url));
    } else if config.web.public_url.starts_with("https://") && !config.web.secure_cookies {
        let found = "the site is served by https and sends its cookies over http too";
        checks.bad("site", found, "set web.secure_cookies = true");
    } else if !config.web.public_url.starts_with("https://") {
        let found = format!("{} is not https", config.web.public_url);
        checks.bad("site", found, "put a proxy with TLS before it and set web.public_url");
    } else {
        checks.good("site", config.web.public_url.clone());
    }
}

/// The software families of the operator's own folder.
fn families(config: &Config, checks: &mut Checks) {
    let (families, problems) = app::families(&config.extract);
    let own = families.all().iter().filter(|family| family.file.is_some()).count();
    match problems.first() {
        None => checks.good("families", format!("{} of portal software, {own} of them your own", families.all().len())),
        Some(first) => {
            let more = if problems.len() > 1 { format!(" (and {} more)", problems.len() - 1) } else { String::new() };
            checks.bad("families", format!("{first}{more}"), "prove each file with lantoa families check FILE");
        }
    }
}

fn data_folder(folder: &Path, checks: &mut Checks) {
    checks.judge(
        "data folder",
        room(folder).map(|()| format!("{} can be written and has room", folder.display())),
        "free some space, or let the user of lantoa write there",
    );
    match DataLock::take(folder) {
        Ok(_lock) => checks.good("process", "none works on the data folder"),
        Err(cause) => checks.good("process", one_line(&cause)),
    }
}

/// Writes a file and removes it.
fn room(folder: &Path) -> Result<()> {
    use std::io::Write;
    let trouble = || format!("cannot write {} MB in {}", ROOM >> 20, folder.display());
    let mut probe = tempfile::tempfile_in(folder).with_context(trouble)?;
    probe.write_all(&vec![0; ROOM]).with_context(trouble)?;
    probe.sync_all().with_context(trouble)
}

async fn parts(app: &App, checks: &mut Checks) {
    match Store::problems_of(app.store.path()).await {
        Ok(problems) if problems.is_empty() => checks.good("record", "every page of it is sound"),
        Ok(problems) => {
            checks.bad("record", problems.join("; "), "stop lantoa and restore a backup: lantoa restore DIR");
        }
        Err(cause) => checks.bad("record", one_line(&cause), "restore a backup: lantoa restore DIR"),
    }
    checks.judge("search index", index(app).await, "lantoa reindex builds it anew from the record");
    waiting(app, checks).await;
    portals(app, checks).await;
    questions(app, checks).await;
    secrecy(app, checks).await;
    match accounts::table::count(app.store.pool()).await {
        Ok(0) => checks.bad("accounts", "nobody can sign in", "lantoa user add NAME --role admin"),
        Ok(count) => checks.good("accounts", format!("{count} accounts")),
        Err(cause) => checks.bad("accounts", one_line(&cause), "see the record"),
    }
}

async fn index(app: &App) -> Result<String> {
    let index = app.search_index().await?;
    let articles = index.count().await?;
    if app.config.index.backend == Backend::Embedded {
        let folder = app.index_folder();
        let damaged = tokio::task::spawn_blocking(move || Embedded::open_reader(&folder)?.damaged_files())
            .await
            .context("the check failed")??;
        if !damaged.is_empty() {
            anyhow::bail!("{} files of the search index are damaged", damaged.len());
        }
    }
    Ok(format!("{} holds {articles} articles", app.config.index.backend.as_str()))
}

async fn waiting(app: &App, checks: &mut Checks) {
    let (pool, target) = (app.store.pool(), app.config.index.backend.as_str());
    match outbox::behind(pool, target).await {
        Ok(count) if count > BEHIND => {
            checks.bad("outbox", format!("{count} articles wait for the search index"), "is lantoa serve running?");
        }
        Ok(count) => checks.good("outbox", format!("{count} articles wait for the search index")),
        Err(cause) => checks.bad("outbox", one_line(&cause), "see the record"),
    }
    match outbox::refused(pool, target, NAMED).await {
        Ok(refused) if refused.is_empty() => {}
        Ok(refused) => {
            let (article, words) = &refused[0];
            let found = format!("the search engine refused articles, the first is {article}: {words}");
            checks.bad("outbox", found, "mend its options and run lantoa reindex");
        }
        Err(cause) => checks.bad("outbox", one_line(&cause), "see the record"),
    }
}

/// Says where marks of secrecy were met, and nothing of what was there.
async fn secrecy(app: &App, checks: &mut Checks) {
    match notices::open(app.store.pool()).await {
        Ok(open) if open.is_empty() => checks.good("secrecy", "no address bears a mark that nobody has dealt with"),
        Ok(open) => {
            for notice in open.iter().take(NAMED) {
                let (Notice { portal, url, mark, .. }, at) = (notice, crate::vietnamese::date::show(notice.seen_at));
                let mend = format!("tell the portal, then lantoa notice clear {url}");
                checks.bad(
                    "secrecy",
                    format!("{portal}: {url} bore the mark {mark} at {at}, nothing was stored"),
                    &mend,
                );
            }
            if open.len() > NAMED {
                checks.bad("secrecy", format!("{} more bear a mark", open.len() - NAMED), "lantoa notice list");
            }
        }
        Err(cause) => checks.bad("secrecy", one_line(&cause), "see the record"),
    }
}

/// What visits leave to the operator.
async fn questions(app: &App, checks: &mut Checks) {
    match portal::questions::open(app.store.pool()).await {
        Ok(open) if open.is_empty() => checks.good("questions", "no portal waits for an answer"),
        Ok(open) => {
            for question in open.iter().take(NAMED) {
                checks.bad("questions", format!("{}: {}", question.portal, question.words()), &question.mend());
            }
            if open.len() > NAMED {
                checks.bad("questions", format!("{} more wait", open.len() - NAMED), "see them in the console");
            }
        }
        Err(cause) => checks.bad("questions", one_line(&cause), "see the record"),
    }
}

async fn portals(app: &App, checks: &mut Checks) {
    let portals = match portal::table::list(app.store.pool()).await {
        Ok(portals) => portals,
        Err(cause) => return checks.bad("portals", one_line(&cause), "see the record"),
    };
    if portals.is_empty() {
        return checks.bad("portals", "none is registered", "lantoa portal import FILE");
    }
    let now = app.clock.now();
    let incidents = match health::table::open_incidents(app.store.pool(), now).await {
        Ok(incidents) => incidents,
        Err(cause) => return checks.bad("portals", one_line(&cause), "see the record"),
    };
    for incident in &incidents {
        checks.bad("portals", incident.words(false), incident.mend(false));
    }
    let verdicts = portals.iter().map(|portal| (portal, portal.verdict(now)));
    let mut troubled: Vec<_> = verdicts
        .filter(|(_, verdict)| matches!(verdict.condition, Condition::Failing | Condition::Silent | Condition::Late))
        // What a whole family has was said once.
        .filter(|(portal, _)| !incidents.iter().any(|incident| incident.covers(&portal.health)))
        .collect();
    troubled.sort_by_key(|(_, verdict)| (verdict.condition, verdict.since));
    for (portal, verdict) in troubled.iter().take(NAMED) {
        let words = verdict.words(false).unwrap_or_default();
        let found = format!("{} is {}: {words}", portal.entry.slug, verdict.condition);
        checks.bad("portals", found, verdict.mend(false).unwrap_or_default());
    }
    if troubled.len() > NAMED {
        let more = format!("{} more are in trouble", troubled.len() - NAMED);
        checks.bad("portals", more, "lantoa portal list --state failing");
    }
    if troubled.is_empty() && incidents.is_empty() {
        checks.good("portals", format!("{} are registered, none is in trouble", portals.len()));
    }
}
