//! Facts about a story in, a score with its reasons out. Pure; every number is an option.
//!
//! The score orders the queue and nothing else. Each part names its reason in the words that the card shows.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::options::Options;
use super::sought::{Sought, Word};
use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::vietnamese::document;

/// What the score is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Headline of the story's first article.
    pub title: String,
    /// Its sapo.
    pub summary: String,
    /// Canonical numbers of the documents that the story cites.
    pub documents: Vec<String>,
    /// Kind of the portal that had it first.
    pub kind: Kind,
    /// Portals that carry it, the first included.
    pub portals: usize,
    /// Portals that joined within the last [`Options::growth_hours`], the first not included.
    pub joined: usize,
    /// Documents among them that no earlier story cited.
    pub first_told: Vec<String>,
    /// Whether an officer proposed it.
    pub proposed: bool,
    /// When it was published, or first seen when its portal does not say.
    pub published_at: Timestamp,
}

/// A sum of parts, each with its reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The sum; about 0 to 150.
    pub total: f64,
    /// What it is the sum of; parts without points are left out.
    pub parts: Vec<Part>,
}

/// One reason for one share of the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `law`, `issuer`, `novelty`, `spread`, `growth`, `source`, `proposal`, `urgency` or `freshness`.
    pub name: String,
    /// Its points.
    pub points: f64,
    /// What it is for: a document number, a count, a word.
    pub why: String,
}

/// The score of a story at `now`.
#[must_use]
pub fn score(facts: &Facts, options: &Options, now: Timestamp) -> Score {
    let parts: Vec<Part> = [
        law(facts, options, now),
        issuer(facts, options),
        novelty(facts, options, now),
        spread(facts, options),
        growth(facts, options),
        source(facts, options),
        proposal(facts, options),
        urgency(facts, options),
        freshness(facts, options, now),
    ]
    .into_iter()
    .flatten()
    .filter(|part| part.points > 0.0)
    .collect();
    Score { total: round(parts.iter().map(|part| part.points).sum()), parts }
}

fn part(name: &str, points: f64, why: impl Into<String>) -> Option<Part> {
    Some(Part { name: name.to_owned(), points: round(points), why: why.into() })
}

/// One decimal: more would only look exact.
fn round(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}

/// The weightiest document alone counts, so that a long list of grounds is worth no more than its best.
fn law(facts: &Facts, options: &Options, now: Timestamp) -> Option<Part> {
    let this_year = now.to_zoned(crate::clock::vietnam()).year();
    let (number, points) = facts
        .documents
        .iter()
        .map(|number| (number, weight(number, this_year, options)))
        .max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    part("law", points, number)
}

/// `42/2022/NĐ-CP`: number, year (not always there), kind and body.
fn weight(number: &str, this_year: i16, options: &Options) -> f64 {
    let symbol = number.rsplit('/').next().unwrap_or_default().to_uppercase();
    let kind = symbol.split('-').next().unwrap_or_default();
    let points = match kind {
        "NĐ" | "CT" | "CĐ" | "PL" | "LỆNH" => options.law_binding,
        // Laws carry the number of the National Assembly that passed them: 148/2025/QH15.
        kind if kind == "L" || kind.starts_with("QH") || kind.starts_with("UBTVQH") => options.law_act,
        "NQ" | "TT" | "TTLT" => options.law_sector,
        "QĐ" => options.law_decision,
        "KH" | "CTR" | "CTHĐ" | "HD" | "ĐA" | "TB" => options.law_plan,
        _ => 0.0,
    };
    if is_old(number, this_year) { points * options.law_old_share } else { points }
}

/// Of a year before the last. Directives and telegrams of the day carry no year.
fn is_old(number: &str, this_year: i16) -> bool {
    let year = number.split('/').skip(1).find_map(|piece| piece.parse::<i16>().ok());
    year.is_some_and(|year| year + 1 < this_year)
}

/// The highest body among those that issued the documents.
fn issuer(facts: &Facts, options: &Options) -> Option<Part> {
    let ranked = facts.documents.iter().filter_map(|number| {
        let symbol = number.rsplit('/').next().unwrap_or_default();
        let body = symbol.split('-').next_back().unwrap_or_default();
        let is_state =
            matches!(body, "CP" | "TTg" | "VPCP" | "CTN") || body.starts_with("QH") || body.starts_with("UBTVQH");
        // Ministries sign with letters that begin with B: BYT, BTC. `BQL` and the like are boards.
        let is_ministry = body.starts_with('B') && !body.starts_with("BQL") && !body.starts_with("BCĐ");
        let points = if is_state {
            options.issuer_state
        } else if is_ministry {
            options.issuer_ministry
        } else {
            return None;
        };
        Some((points, document::issuer(number).unwrap_or(body)))
    });
    let (points, body) = ranked.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    part("issuer", points, body)
}

fn novelty(facts: &Facts, options: &Options, now: Timestamp) -> Option<Part> {
    let this_year = now.to_zoned(crate::clock::vietnam()).year();
    let number = facts.first_told.iter().find(|number| !is_old(number, this_year))?;
    part("novelty", options.novelty, number)
}

fn spread(facts: &Facts, options: &Options) -> Option<Part> {
    let others = facts.portals.saturating_sub(1);
    part("spread", (others as f64 * options.spread_each).min(options.spread_max), facts.portals.to_string())
}

fn growth(facts: &Facts, options: &Options) -> Option<Part> {
    let points = (facts.joined as f64 * options.growth_each).min(options.growth_max);
    part("growth", points, format!("+{}/{} h", facts.joined, options.growth_hours))
}

fn source(facts: &Facts, options: &Options) -> Option<Part> {
    let points = match facts.kind {
        Kind::Government => options.source_government,
        Kind::Ministry => options.source_ministry,
        Kind::Agency | Kind::Province => options.source_province,
        Kind::Department => options.source_department,
        Kind::Commune | Kind::Press => options.source_local,
        Kind::Other => 0.0,
    };
    part("source", points, facts.kind.as_str())
}

fn proposal(facts: &Facts, options: &Options) -> Option<Part> {
    facts.proposed.then(|| part("proposal", options.proposal, "")).flatten()
}

fn urgency<'o>(facts: &Facts, options: &'o Options) -> Option<Part> {
    let (title, summary) = (Sought::new(&facts.title), Sought::new(&facts.summary));
    // The longest word that stands there says most: "lũ quét" rather than "lũ".
    let longest = |words: &'o [String], text: &Sought| {
        words.iter().filter(|word| text.has(&Word::new(word))).max_by_key(|word| word.chars().count())
    };
    if let Some(word) = longest(&options.alarm_words, &title) {
        part("urgency", options.alarm_title.max(options.urgency_title), word)
    } else if let Some(word) = longest(&options.urgency_words, &title) {
        part("urgency", options.urgency_title, word)
    } else {
        let words = longest(&options.urgency_words, &summary).or_else(|| longest(&options.alarm_words, &summary));
        words.and_then(|word| part("urgency", options.urgency_summary, word))
    }
}

fn freshness(facts: &Facts, options: &Options, now: Timestamp) -> Option<Part> {
    let age = now.duration_since(facts.published_at).max(SignedDuration::ZERO);
    let hours = age.as_secs() as f64 / 3600.0;
    let left = (1.0 - hours / options.freshness_hours.max(1.0)).clamp(0.0, 1.0);
    part("freshness", options.freshness * left, format!("{} h", hours.floor()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use jiff::ToSpan;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T08:00:00Z".parse().unwrap()
    }

    fn plain() -> Facts {
        Facts {
            title: "Hội nghị tổng kết công tác năm".into(),
            summary: String::new(),
            documents: vec![],
            kind: Kind::Other,
            portals: 1,
            joined: 0,
            first_told: vec![],
            proposed: false,
            published_at: now() - 100.hours(),
        }
    }

    /// The parts of a plain story after one change, as `name points why`.
    fn check(change: impl Fn(&mut Facts), expected: &str) {
        let mut facts = plain();
        change(&mut facts);
        let score = score(&facts, &Options::default(), now());
        let parts: Vec<String> = score.parts.iter().map(|p| format!("{} {} {}", p.name, p.points, p.why)).collect();
        assert_eq!(parts.join(", "), expected);
        assert!((score.total - score.parts.iter().map(|p| p.points).sum::<f64>()).abs() < 0.05);
    }

    #[test]
    fn each_fact_is_worth_its_points() {
        check(|_| (), "");
        check(|f| f.documents = vec!["224/2026/NĐ-CP".into()], "law 40 224/2026/NĐ-CP, issuer 3 Chính phủ");
        check(|f| f.documents = vec!["148/2025/QH15".into()], "law 14 148/2025/QH15, issuer 3 Quốc hội");
        check(|f| f.documents = vec!["12/CT-TTg".into()], "law 40 12/CT-TTg, issuer 3 Thủ tướng Chính phủ");
        check(|f| f.documents = vec!["42/2022/NĐ-CP".into()], "law 24 42/2022/NĐ-CP, issuer 3 Chính phủ");
        check(|f| f.documents = vec!["1/2026/TT-BYT".into()], "law 16 1/2026/TT-BYT, issuer 1 Bộ Y tế");
        check(|f| f.documents = vec!["9/QĐ-UBND".into(), "5/KH-UBND".into()], "law 10 9/QĐ-UBND");
        check(|f| f.documents = vec!["5/KH-UBND".into()], "law 5 5/KH-UBND");
        check(|f| f.first_told = vec!["42/2022/NĐ-CP".into()], "");
        check(|f| f.first_told = vec!["5/KH-UBND".into()], "novelty 4 5/KH-UBND");
        check(|f| f.documents = vec!["//".into(), String::new()], "");
        check(|f| f.portals = 3, "spread 8 3");
        check(|f| f.portals = 3000, "spread 20 3000");
        check(|f| f.joined = 2, "growth 10 +2/4 h");
        check(|f| f.kind = Kind::Ministry, "source 8 ministry");
        check(|f| f.proposed = true, "proposal 25 ");
        check(|f| f.published_at = now() - 36.hours(), "freshness 3 36 h");
        check(|f| f.published_at = now() + 36.hours(), "freshness 6 0 h");
    }

    #[test]
    fn urgent_words_are_whole_words_with_their_marks() {
        check(|f| f.title = "về công điện khẩn: bão số 9".into(), "urgency 40 công điện");
        check(|f| f.title = "đưa dân khỏi vùng lũ quét".into(), "urgency 18 lũ quét");
        check(|f| f.summary = "nguy cơ sạt lở đất".into(), "urgency 8 sạt lở");
        check(|f| f.title = "bộ trưởng báo cáo Quốc hội".into(), "");
        check(|f| f.title = "lữ đoàn 5 tổng kết".into(), "");
        check(|f| f.title = "bao cao ket qua".into(), "");
        check(|f| f.title = "khán giả, khẩnx".into(), "");
    }
}
