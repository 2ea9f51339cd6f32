//! `lantoa serve`: the scheduler, the index worker and the site in one process.

use std::collections::{HashMap, HashSet};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{Invocation, crawl};
use crate::app::{App, Works};
use crate::clock::vietnam;
use crate::index::{SearchIndex, outbox, unanswered};
use crate::pipeline::{self, Order};
use crate::portal::{self, Portal, State};
use crate::{fetch, schedule, share, triage, web};

/// Looks for portals that are due.
const LOOK: Duration = Duration::from_secs(10);
/// Writes the dedup window to disk: every minute.
const FLUSH: &str = "30 * * * * *";
/// Scores what waits for a decision anew: every ten minutes, as its freshness and growth change by themselves.
const SCORE: &str = "15 */10 * * * *";
/// Suggests topics for new stories and puts them to the rules: soon enough that an editor who opens one finds it.
const TOPICS: &str = "*/20 * * * * *";
/// Sends what waits for webhooks.
const DELIVER: Duration = Duration::from_secs(5);
/// Forgets what has left the dedup window, and old hits of rules: every hour, so that a day of many articles does not fill
/// the memory.
const PRUNE: &str = "0 40 * * * *";

/// How long a stop waits for visits and for the index worker.
const STOP: Duration = Duration::from_secs(6);
/// How long a portal is left alone whose visit could not be recorded, as on a full disk.
const UNRECORDED: Duration = Duration::from_secs(600);

/// Options of `lantoa serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What this process does, parted by commas: crawl, curate, web
    #[arg(long, value_delimiter = ',', default_values = ["crawl", "curate", "web"])]
    role: Vec<Role>,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Role {
    /// Visits portals.
    Crawl,
    /// Keeps scores and the search index up to date.
    Curate,
    /// Serves the site.
    Web,
}

pub(super) async fn run(invocation: Invocation, args: Args) -> Result<ExitCode> {
    let cancel = invocation.cancel.clone();
    let app = App::open(invocation.config.clone(), invocation.clock()).await?;
    let works = Arc::new(app.into_works().await?);
    let mut site = match args.role.contains(&Role::Web) {
        true => Some(open_site(&works, &cancel).await?),
        false => None,
    };
    let worker = args.role.contains(&Role::Curate).then(|| works.start_worker(&cancel));
    let mut jobs = start_jobs(&works, &args.role, &cancel).await?;

    let mut outcome = Ok(());
    tokio::select! {
        () = cancel.cancelled() => {}
        ended = ended(&mut site) => {
            // Without its site a server that was asked for one is of no use: whoever watches it should know.
            outcome = ended;
            site = None;
            cancel.cancel();
        }
    }
    info!("stopping");
    if let Err(cause) = jobs.scheduler.shutdown().await {
        warn!(%cause, "cannot stop the scheduler");
    }
    stopped(jobs.looking.take()).await;
    stopped(jobs.delivering.take()).await;
    let (_, _, closed) = tokio::join!(jobs.visits.finish(), stopped(worker), async {
        match &mut site {
            Some(_) => ended(&mut site).await,
            None => Ok(()),
        }
    });
    drop(jobs);
    let flushed = match Arc::try_unwrap(works) {
        Ok(works) => works.close().await,
        Err(works) => {
            let flushed = pipeline::rebuild::flush(&works.app.store, &works.visits.window).await;
            works.app.store.close().await;
            flushed
        }
    };
    if let Err(cause) = flushed {
        // It is made again from the record at the next start.
        warn!(cause = %super::one_line(&cause), "the dedup window was not written");
    }
    outcome.and(closed)?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the site, and beside it the pages for machines that watch where those have an address of their own.
async fn open_site(works: &Works, cancel: &CancellationToken) -> Result<JoinHandle<Result<()>>> {
    let options = &works.app.config.web;
    let parts = site_parts(works)?;
    let (store, clock, searches) = (parts.store.clone(), parts.clock.clone(), Arc::clone(&parts.searches));
    let mut open = vec![(listen("web.listen", &options.listen).await?, web::router(parts.clone())?)];
    if !options.operations_listen.is_empty() {
        let listener = listen("web.operations_listen", &options.operations_listen).await?;
        open.push((listener, web::operations(parts)));
    }
    info!(address = options.listen, url = options.public_url, "the site is open");
    let served = open.into_iter().map(|(listener, router)| web::serve(listener, router, cancel.clone()));
    let served = futures::future::try_join_all(served.collect::<Vec<_>>());
    Ok(tokio::spawn(async move {
        let served = served.await.map(|_| ());
        let today = clock.now().to_zoned(vietnam()).date();
        if let Err(cause) = unanswered::table::write(&store, &searches, today).await {
            warn!(cause = %super::one_line(&cause), "the searches of the last minute were not counted");
        }
        served
    }))
}

async fn listen(option: &str, address: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} (is the port in use? set {option} to another)"))
}

/// Waits until the site ends; for ever when there is none.
async fn ended(site: &mut Option<JoinHandle<Result<()>>>) -> Result<()> {
    match site {
        Some(site) => site.await.context("the site ended badly")?,
        None => std::future::pending().await,
    }
}

/// Waits for a task that was told to stop, as long as a stop may take.
async fn stopped(task: Option<JoinHandle<()>>) {
    if let Some(task) = task
        && tokio::time::timeout(STOP, task).await.is_err()
    {
        warn!("a task did not stop in time; the next start makes up for it");
    }
}

/// What the site needs, taken from the assembled parts.
pub(super) fn site_parts(works: &Works) -> Result<web::Parts> {
    let config = &works.app.config;
    if config.web.public_url.trim().is_empty() {
        bail!("cannot open the site: web.public_url is empty (example: https://lantoa.chinhphu.vn)");
    }
    let (index, handle) = (Arc::clone(&works.index), works.worker.handle());
    let engine = config.index.backend.as_str();
    Ok(web::Parts {
        store: works.app.store.clone(),
        clock: works.app.clock.clone(),
        index: Arc::clone(&works.index),
        index_status: Arc::new(move || Box::pin(index_status(engine, Arc::clone(&index), handle.status()))),
        accounts: config.accounts.clone(),
        triage: config.triage.clone(),
        sender: fetch::Sender::new(&config.fetch)?,
        searches: Arc::default(),
        intake: pipeline::Intake::of(&works.visits),
        options: config.web.clone(),
        metrics: Arc::default(),
    })
}

async fn index_status(engine: &str, index: Arc<dyn SearchIndex>, worker: outbox::Status) -> web::IndexStatus {
    let counted = index.count().await;
    let problem = counted.as_ref().err().map(super::one_line).or(worker.last_problem);
    web::IndexStatus {
        engine: engine.to_owned(),
        ready: counted.is_ok(),
        documents: counted.unwrap_or_default(),
        waiting: u64::try_from(worker.lag).unwrap_or_default(),
        problem,
    }
}

struct Jobs {
    scheduler: tokio_cron_scheduler::JobScheduler,
    looking: Option<JoinHandle<()>>,
    delivering: Option<JoinHandle<()>>,
    visits: Arc<Visits>,
}

async fn start_jobs(works: &Arc<Works>, roles: &[Role], cancel: &CancellationToken) -> Result<Jobs> {
    let scheduler = schedule::scheduler().await?;
    let visits = Arc::new(Visits::new(Arc::clone(works), cancel.clone()));
    let mut looking = None;
    if roles.contains(&Role::Crawl) {
        let due = Arc::clone(&visits);
        looking = Some(tokio::spawn(schedule::steadily(LOOK, cancel.clone(), move || {
            let visits = Arc::clone(&due);
            async move { visits.start_due().await }
        })));
        let parts = works.visits.clone();
        schedule::every(&scheduler, FLUSH, cancel, move || {
            let parts = parts.clone();
            async move {
                if let Err(cause) = pipeline::rebuild::flush(&parts.store, &parts.window).await {
                    error!(cause = %format!("{cause:#}"), "cannot write the dedup window");
                }
            }
        })
        .await?;
    }
    let pruned = Arc::clone(works);
    schedule::every(&scheduler, PRUNE, cancel, move || {
        let works = Arc::clone(&pruned);
        async move { works.prune().await }
    })
    .await?;
    if roles.contains(&Role::Curate) {
        let (store, clock, options) =
            (works.app.store.clone(), works.app.clock.clone(), works.app.config.triage.clone());
        schedule::every(&scheduler, SCORE, cancel, move || {
            let (store, now, options) = (store.clone(), clock.now(), options.clone());
            async move {
                let scored = store
                    .write(move |connection| {
                        Box::pin(async move { triage::table::refresh_open(connection, &options, now).await })
                    })
                    .await;
                if let Err(cause) = scored {
                    error!(cause = %format!("{cause:#}"), "cannot score the queue");
                }
            }
        })
        .await?;
        let (store, clock, target) =
            (works.app.store.clone(), works.app.clock.clone(), works.app.config.index.backend.as_str());
        schedule::every(&scheduler, TOPICS, cancel, move || {
            let (store, now) = (store.clone(), clock.now());
            async move {
                if let Err(cause) = triage::topics::table::suggest_waiting(&store, target, now).await {
                    error!(cause = %format!("{cause:#}"), "cannot suggest topics");
                }
                // After the topics, which they may ask for.
                if let Err(cause) = triage::rules::run_waiting(&store, target, now).await {
                    error!(cause = %format!("{cause:#}"), "cannot put new stories to the rules");
                }
            }
        })
        .await?;
    }
    let delivering = roles.contains(&Role::Curate).then(|| start_deliveries(works, cancel)).transpose()?;
    scheduler.start().await.context("cannot start the scheduler")?;
    Ok(Jobs { scheduler, looking, delivering, visits })
}

fn start_deliveries(works: &Works, cancel: &CancellationToken) -> Result<JoinHandle<()>> {
    let (store, clock) = (works.app.store.clone(), works.app.clock.clone());
    let sender = fetch::Sender::new(&works.app.config.fetch)?;
    Ok(tokio::spawn(schedule::steadily(DELIVER, cancel.clone(), move || {
        let (store, clock, sender) = (store.clone(), clock.clone(), sender.clone());
        async move {
            if let Err(cause) = share::deliver::round(&store, &sender, &clock).await {
                error!(cause = %format!("{cause:#}"), "cannot deliver to webhooks");
            }
        }
    })))
}

/// The visits under way: a portal never has two at once, and all together never more than configured.
struct Visits {
    works: Arc<Works>,
    cancel: CancellationToken,
    seats: Arc<Semaphore>,
    under_way: Arc<Mutex<HashSet<i64>>>,
    /// Portals that are due in the record only because it could not be written, with the end of their pause.
    pausing: Arc<Mutex<HashMap<i64, Instant>>>,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl Visits {
    fn new(works: Arc<Works>, cancel: CancellationToken) -> Self {
        let seats = Arc::new(Semaphore::new(works.app.config.crawl.portals_at_once));
        Self {
            works,
            cancel,
            seats,
            under_way: Arc::default(),
            pausing: Arc::default(),
            tasks: tokio::sync::Mutex::new(JoinSet::new()),
        }
    }

    /// Starts a visit of every portal that is due and has none under way.
    async fn start_due(&self) {
        let portals = match portal::table::list(self.works.app.store.pool()).await {
            Ok(portals) => portals,
            Err(cause) => {
                error!(cause = %format!("{cause:#}"), "cannot read which portals are due");
                return;
            }
        };
        let now = self.works.app.clock.now();
        let mut tasks = self.tasks.lock().await;
        while tasks.try_join_next().is_some() {}
        for portal in portals {
            let due = portal.state == State::Active && crawl::is_due(&portal, now);
            if due
                && !self.is_pausing(portal.id)
                && let Some(turn) = self.take(portal.id)
            {
                tasks.spawn(self.one(portal, turn));
            }
        }
    }

    fn one(&self, portal: Portal, turn: Turn) -> impl Future<Output = ()> + Send + 'static {
        let parts = self.works.visits.clone();
        let (cancel, seats, pausing) = (self.cancel.clone(), Arc::clone(&self.seats), Arc::clone(&self.pausing));
        async move {
            let _turn = turn;
            let seat = seats.acquire().await;
            if seat.is_ok() && !cancel.is_cancelled() {
                let report = pipeline::visit(&parts, &portal, Order::default(), &cancel, &|_| {}).await;
                if report.unrecorded
                    && let Ok(mut pausing) = pausing.lock()
                {
                    pausing.insert(portal.id, Instant::now() + UNRECORDED);
                }
                if cancel.is_cancelled() {
                    return;
                }
                let (slug, problem) = (&report.portal, report.problem.as_deref().filter(|_| !report.ours));
                match problem {
                    Some(problem) => warn!(portal = slug, problem, failed = report.failed, "visited"),
                    None => info!(
                        portal = slug,
                        new = report.new,
                        changed = report.changed,
                        requests = report.requests,
                        duration_ms = report.elapsed_ms,
                        "visited"
                    ),
                }
            }
        }
    }

    fn take(&self, portal: i64) -> Option<Turn> {
        let taken = self.under_way.lock().is_ok_and(|mut under_way| under_way.insert(portal));
        taken.then(|| Turn { portal, under_way: Arc::clone(&self.under_way) })
    }

    fn is_pausing(&self, portal: i64) -> bool {
        self.pausing.lock().is_ok_and(|mut pausing| {
            let over = pausing.get(&portal).is_some_and(|until| *until <= Instant::now());
            if over {
                pausing.remove(&portal);
            }
            pausing.contains_key(&portal)
        })
    }

    /// Waits until the visits under way have noted what they have.
    async fn finish(&self) {
        let mut tasks = self.tasks.lock().await;
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP, all).await.is_err() {
            warn!("some visits did not stop in time; the next start goes on from what they had noted");
        }
    }
}

/// A portal's visit under way; however it ends, the portal can be visited again.
struct Turn {
    portal: i64,
    under_way: Arc<Mutex<HashSet<i64>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Ok(mut under_way) = self.under_way.lock() {
            under_way.remove(&self.portal);
        }
    }
}
