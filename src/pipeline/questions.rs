//! What a visit leaves to the operator: a portal that has emptied itself, many articles that are missing at once, a home
//! page or feed that leads to another host. See [`crate::portal::questions`].

use std::collections::HashMap;

use super::leads::Leads;
use super::{Visit, not_found};
use crate::archive::table::Check;
use crate::archive::{self, Incoming, Kept, addresses};
use crate::portal::health::Cause;
use crate::portal::questions::{self, Facts, Kind, Question, Stage};

/// Articles that a portal must have had before it can be said to be empty.
const HAD: i64 = 10;
/// Addresses that show one and the same page before all of them are thought to.
const SAME_PAGE: usize = 3;
/// Known articles that are asked for while a portal seems empty, to see whether it is as it was.
const PROBES: usize = 3;
/// Articles that are kept back at most until it is clear that each has a page of its own.
const SUSPECTS: usize = 100;

/// What a visit has seen that it may not decide by itself.
#[derive(Default)]
pub(super) struct Doubts {
    /// What was asked about the portal before this visit.
    pub(super) questions: Vec<Question>,
    /// What was asked, or asked again, in this visit.
    pub(super) asked_now: Vec<Question>,
    /// The portal has emptied itself, in words: nothing more is read.
    pub(super) emptied: Option<String>,
    /// None of its sources listed anything.
    lists_nothing: bool,
    /// Known articles that were asked for again.
    pub(super) probes: usize,
    /// Requests that failed for reasons that pass.
    pub(super) hiccups: u32,
    /// Known articles whose page holds something else now: kept back until it is clear that each holds its own.
    suspects: Vec<Incoming>,
}

impl Visit<'_> {
    /// Reads what was asked about the portal before.
    pub(super) async fn load_questions(&mut self) {
        let known = questions::of_portal(self.parts.store.pool(), self.portal.id).await;
        self.doubts.questions = self.report.note(known).unwrap_or_default();
    }

    fn question(&self, kind: Kind) -> Option<&Question> {
        self.doubts.questions.iter().find(|question| question.kind == kind)
    }

    /// Whether the operator said that the portal is as it should be.
    pub(super) fn is_answered(&self, kind: Kind, answer: bool) -> bool {
        self.question(kind).is_some_and(|question| question.stage == Stage::Answered && question.answer == Some(answer))
    }

    /// Whether nothing more of the portal is read in this visit, because it has emptied itself.
    pub(super) fn is_stopped(&self) -> bool {
        self.doubts.emptied.is_some() && self.doubts.probes >= PROBES
    }

    /// Notices that a portal which had articles lists none at all, though everything answered.
    pub(super) async fn look_whether_empty(&mut self, leads: &Leads) {
        if !leads.answered || leads.moved.is_some() || self.doubts.hiccups > 0 || self.is_answered(Kind::Empty, false) {
            return;
        }
        let still = self.question(Kind::Empty).filter(|question| question.is_open());
        let still = still.and_then(|question| question.facts.seen.clone());
        self.doubts.lists_nothing = leads.listed == 0;
        if self.doubts.lists_nothing {
            let live = archive::table::live(self.parts.store.pool(), self.portal.id).await;
            if self.report.note(live).is_some_and(|live| live >= HAD) {
                self.doubts.emptied = Some("no feed, sitemap or listing shows an article any more".to_owned());
            }
        } else if let Some(seen) = still {
            // It lists again: whether the articles are there is seen at a few of them.
            self.doubts.emptied = Some(seen);
        }
    }

    /// Whether a known article's page holds something else altogether.
    pub(super) async fn is_suspect(&mut self, known: &Check, incoming: &Incoming) -> bool {
        if self.is_answered(Kind::Empty, false) {
            return false;
        }
        let before = addresses::at(self.parts.store.pool(), self.portal.id, &known.url).await;
        let Some(Some(before)) = self.report.note(before) else { return false };
        before.content_hash != incoming.content_hash && before.title.trim() != incoming.article.title.trim()
    }

    /// Keeps a page back until others were read; what is one page under many addresses changes no article.
    pub(super) async fn keep_back(&mut self, incoming: Incoming) {
        self.doubts.suspects.push(incoming);
        if self.doubts.suspects.len() >= SUSPECTS {
            self.settle_suspects().await;
        }
    }

    /// Puts what was kept back into the record, unless several articles turned into one page.
    pub(super) async fn settle_suspects(&mut self) {
        let suspects = std::mem::take(&mut self.doubts.suspects);
        let mut shown: HashMap<String, usize> = HashMap::new();
        let mut worded: HashMap<String, usize> = HashMap::new();
        for suspect in &suspects {
            *shown.entry(not_found::fingerprint(&suspect.article)).or_default() += 1;
            *worded.entry(suspect.content_hash.clone()).or_default() += 1;
        }
        let most = shown.values().copied().max().unwrap_or(0);
        for suspect in suspects {
            let alike = shown.get(&not_found::fingerprint(&suspect.article)).copied().unwrap_or(0);
            let same = worded.get(&suspect.content_hash).copied().unwrap_or(0);
            // Two bulletins that differ in figures only may both have been edited.
            if same > 1 || alike >= SAME_PAGE {
                self.report.skipped += 1;
                self.unchanged.push(suspect.id);
                continue;
            }
            let id = suspect.id.clone();
            let kept = self.archive(suspect, archive::Kin::default()).await;
            match self.report.note(kept) {
                Some((Kept::Changed | Kept::New, _)) => self.report.changed += 1,
                Some(_) => self.report.unchanged += 1,
                None => {
                    tracing::debug!(portal = self.portal.entry.slug, article = id, "an edit was not written down");
                    self.unwritten_in_a_row += 1;
                }
            }
            self.parts.index.wake();
        }
        if most >= SAME_PAGE {
            self.doubts.emptied = Some(format!("{most} addresses of articles show one and the same page"));
        } else if most <= 1 && self.doubts.probes >= PROBES {
            // Each holds its own again.
            self.doubts.emptied = self.doubts.emptied.take().filter(|_| self.doubts.lists_nothing);
        }
    }

    /// Asks the operator what this visit may not decide, and takes back what is no longer so.
    pub(super) async fn ask_operator(&mut self, leads: &Leads) {
        if !leads.answered {
            return;
        }
        let mut sighted: Vec<(Kind, String, Facts)> = Vec::new();
        let mut settled: Vec<(Kind, String)> = Vec::new();
        let open = |kind| {
            self.doubts.questions.iter().any(|question| question.kind == kind && question.stage != Stage::Answered)
        };
        match &self.doubts.emptied {
            Some(seen) => {
                sighted.push((Kind::Empty, String::new(), Facts { seen: Some(seen.clone()), ..Facts::default() }));
            }
            None if open(Kind::Empty) && self.doubts.hiccups == 0 => settled.push((Kind::Empty, String::new())),
            None => {}
        }
        for (from, to) in &leads.moves {
            match to {
                Some(to) => {
                    let facts = Facts { to: Some(to.to_string()), ..Facts::default() };
                    sighted.push((Kind::Moved, from.to_string(), facts));
                }
                None if open(Kind::Moved) => settled.push((Kind::Moved, from.to_string())),
                None => {}
            }
        }
        if sighted.is_empty() && settled.is_empty() {
            return;
        }
        let (portal, now) = (self.portal.id, self.parts.clock.now());
        let noted = self.parts.store.write(move |connection| {
            Box::pin(async move {
                for (kind, subject) in &settled {
                    questions::take_back(connection, portal, *kind, subject).await?;
                }
                let mut asked = Vec::new();
                for (kind, subject, facts) in &sighted {
                    asked.push(questions::sighted(connection, portal, *kind, subject, facts, now).await?);
                }
                Ok(asked)
            })
        });
        let noted = noted.await;
        self.doubts.asked_now.extend(self.report.note(noted).unwrap_or_default());
    }

    /// What waits for the operator after this visit, by name and in words.
    pub(super) fn asks_in_words(&self) -> Option<(Cause, String)> {
        let open = self.doubts.asked_now.iter().find(|question| question.is_open())?;
        let cause = match open.kind {
            Kind::Moved => Cause::Moved,
            Kind::Gone | Kind::Empty => Cause::EmptiesItself,
        };
        Some((cause, format!("{} ({})", open.words(), open.mend())))
    }
}
