//! Whether trouble is ours: many portals that were well fail alike within a short time. Pure: how visits ended in, whose
//! trouble it is out.
//!
//! Only portals that were well before are evidence. Those that have failed for long say nothing about us.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::SignedDuration;

use crate::clock::Timestamp;
use crate::portal::health::table::Struck;
use crate::portal::health::{Cause, Kin};

/// Visits that are looked at: the last so many …
const LOOKED_AT: usize = 50;
/// … that are no older than this.
const WINDOW: SignedDuration = SignedDuration::from_mins(30);
/// Owners whose portals have to be struck: the portals of one province may share a machine.
const OWNERS: usize = 5;
/// Percent of the portals visited since the first was struck that must be struck too.
const STRUCK_PERCENT: usize = 60;
/// Trouble of ours is over when fewer than these percent of the last visits are struck …
const OVER_PERCENT: usize = 30;
/// … of so many.
const OVER_OF: usize = 5;

/// How one visit ended.
#[derive(Clone, Debug)]
pub(super) struct Ended<'a> {
    pub(super) at: Timestamp,
    pub(super) portal: i64,
    /// The body that the portal belongs to: a domain.
    pub(super) owner: &'a str,
    /// Its last visit had no trouble, or it had none yet.
    pub(super) was_well: bool,
    pub(super) cause: Option<Cause>,
}

/// Whose trouble it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The portal's own, or there is none.
    Own,
    /// Ours. Portals that were struck before that was clear are to be pardoned.
    Ours { struck: Struck, pardon: Vec<i64> },
    /// The portal's own, or there is none, and what was ours is over.
    Over,
}

/// The last visits of all portals.
#[derive(Debug, Default)]
pub(super) struct Outage {
    last: VecDeque<Event>,
    now: Option<Ongoing>,
    /// Whether the record was told that nothing is wrong with us.
    told: bool,
}

#[derive(Debug)]
struct Event {
    at: Timestamp,
    portal: i64,
    owner: String,
    cause: Option<Cause>,
}

#[derive(Debug)]
struct Ongoing {
    kin: Kin,
    began_at: Timestamp,
    struck: HashSet<i64>,
    asked: HashSet<i64>,
    causes: HashMap<Cause, usize>,
}

impl Outage {
    /// Takes in how a visit ended.
    pub(super) fn note(&mut self, ended: &Ended<'_>) -> Whose {
        let is_alike = |kin: Kin| ended.cause.is_some_and(|cause| cause.kin() == kin);
        if let Some(now) = &mut self.now {
            if is_alike(now.kin) {
                now.take(ended.portal, ended.cause);
                let struck = now.told();
                self.push(ended);
                return Whose::Ours { struck, pardon: Vec::new() };
            }
            now.take(ended.portal, None);
            let kin = now.kin;
            self.push(ended);
            return self.end(kin);
        }
        if !ended.was_well {
            return Whose::Own;
        }
        self.push(ended);
        match ended.cause {
            Some(cause) => self.begin(cause.kin()),
            // The record may know of trouble that an earlier process had.
            None if !self.told && self.last.len() >= OVER_OF => self.end_of_old(),
            None => Whose::Own,
        }
    }

    fn push(&mut self, ended: &Ended<'_>) {
        self.last.retain(|event| event.portal != ended.portal && ended.at.duration_since(event.at).abs() <= WINDOW);
        self.last.push_back(Event {
            at: ended.at,
            portal: ended.portal,
            owner: ended.owner.to_owned(),
            cause: ended.cause,
        });
        while self.last.len() > LOOKED_AT {
            self.last.pop_front();
        }
    }

    /// Whether so many were struck lately that it must be us.
    fn begin(&mut self, kin: Kin) -> Whose {
        let is_struck = |event: &&Event| event.cause.is_some_and(|cause| cause.kin() == kin);
        let Some(first) = self.last.iter().position(|event| is_struck(&event)) else { return Whose::Own };
        let since: Vec<&Event> = self.last.iter().skip(first).collect();
        let struck: Vec<&Event> = since.iter().copied().filter(|event| is_struck(event)).collect();
        let owners: HashSet<&str> = struck.iter().map(|event| event.owner.as_str()).collect();
        if owners.len() < OWNERS || struck.len() * 100 < since.len() * STRUCK_PERCENT {
            return Whose::Own;
        }
        let mut now = Ongoing {
            kin,
            began_at: struck[0].at,
            struck: HashSet::new(),
            asked: HashSet::new(),
            causes: HashMap::new(),
        };
        let pardon = struck.iter().map(|event| event.portal).collect();
        for event in &since {
            now.take(event.portal, event.cause.filter(|cause| cause.kin() == kin));
        }
        let struck = now.told();
        self.now = Some(now);
        Whose::Ours { struck, pardon }
    }

    fn end(&mut self, kin: Kin) -> Whose {
        let lately: Vec<&Event> = self.last.iter().rev().take(OVER_OF).collect();
        let struck = lately.iter().filter(|event| event.cause.is_some_and(|cause| cause.kin() == kin)).count();
        if lately.len() < OVER_OF || struck * 100 >= lately.len() * OVER_PERCENT {
            return Whose::Own;
        }
        self.now = None;
        self.last.clear();
        self.told = true;
        Whose::Over
    }

    fn end_of_old(&mut self) -> Whose {
        let struck = self.last.iter().filter(|event| event.cause.is_some()).count();
        self.told = true;
        if struck * 100 < self.last.len() * OVER_PERCENT { Whose::Over } else { Whose::Own }
    }
}

impl Ongoing {
    fn take(&mut self, portal: i64, cause: Option<Cause>) {
        self.asked.insert(portal);
        if let Some(cause) = cause {
            self.struck.insert(portal);
            *self.causes.entry(cause).or_default() += 1;
        }
    }

    fn told(&self) -> Struck {
        let commonest = self.causes.iter().max_by_key(|(cause, count)| (**count, **cause)).map(|(cause, _)| *cause);
        Struck {
            cause: commonest.unwrap_or(Cause::Other),
            family: None,
            began_at: self.began_at,
            struck: self.struck.len() as i64,
            asked: self.asked.len() as i64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Visits a minute apart, one letter each: `.` well, `d` DNS, `t` timed out, `l` layout changed, `D` DNS of a portal
    /// that failed before, `s` DNS of the same owner as all others `s`. One letter out for each: `-` own, `O` ours, `P` ours
    /// with pardons, `o` over.
    fn check(visits: &str, expected: &str) {
        let start: Timestamp = "2026-11-21T03:00:00Z".parse().expect("an instant");
        let mut outage = Outage { told: true, ..Outage::default() };
        let mut found = String::new();
        for (place, letter) in visits.chars().enumerate() {
            let owner = if letter == 's' { "tinh.gov.vn".to_owned() } else { format!("bo-{place}.gov.vn") };
            let ended = Ended {
                at: start + SignedDuration::from_secs(60 * place as i64),
                portal: place as i64,
                owner: &owner,
                was_well: letter != 'D',
                cause: match letter {
                    'd' | 'D' | 's' => Some(Cause::Dns),
                    't' => Some(Cause::TimedOut),
                    'l' => Some(Cause::LayoutChanged),
                    _ => None,
                },
            };
            found.push(match outage.note(&ended) {
                Whose::Own => '-',
                Whose::Ours { pardon, .. } if pardon.is_empty() => 'O',
                Whose::Ours { .. } => 'P',
                Whose::Over => 'o',
            });
        }
        assert_eq!(found, expected, "{visits}");
    }

    #[test]
    fn what_strikes_many_at_once_is_ours() {
        check("....ddddddd", "--------POO");
        // An outage shows as different failures of the network.
        check("....ddtdtddD", "--------POOO");
        // It is over when visits succeed again.
        check("dddddd.......d", "----PO----o---".replace("----o", "---o-").as_str());
        // A few among many, portals that failed before, and the portals of one machine are their own.
        check("..d..d...d..d..d...d..d..", "-".repeat(25).as_str());
        check("DDDDDDDDDD", "----------");
        check("ssssssssss", "----------");
        // An upgrade of ours.
        check("..lllll.l", "------P-O");
        check("dldldldl", "--------");
    }

    #[test]
    fn it_is_told_in_numbers() {
        let at: Timestamp = "2026-11-21T03:00:00Z".parse().expect("an instant");
        let mut outage = Outage::default();
        let mut last = Whose::Own;
        for portal in 0..14 {
            let owner = format!("bo-{portal}.gov.vn");
            let cause = (portal != 3 && portal != 5).then_some(Cause::Dns);
            last = outage.note(&Ended { at, portal, owner: &owner, was_well: true, cause });
        }
        // The last of them, or its success, came when the trouble was known.
        let struck = Struck { cause: Cause::Dns, family: None, began_at: at, struck: 12, asked: 14 };
        assert_eq!(last, Whose::Ours { struck, pardon: Vec::new() });
    }

    #[test]
    fn what_was_long_ago_does_not_count() {
        let start: Timestamp = "2026-11-21T03:00:00Z".parse().expect("an instant");
        let mut outage = Outage::default();
        for portal in 0..20 {
            let (at, owner) = (start + WINDOW * portal, format!("bo-{portal}.gov.vn"));
            let portal = i64::from(portal);
            let ended = Ended { at, portal, owner: &owner, was_well: true, cause: Some(Cause::Dns) };
            assert_eq!(outage.note(&ended), Whose::Own, "{portal}");
        }
    }
}
