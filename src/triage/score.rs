//! Facts about a story in, a score with its reasons out. Pure; every number is an option.
//!
//! The score orders the queue and nothing else. Each part names its reason in the words that the card shows.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::sought::{Sought, Word};
use crate::clock::Timestamp;
use crate::portal::Kind;

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
    /// `law`, `spread`, `growth`, `source`, `proposal`, `urgency` or `freshness`.
    pub name: String,
    /// Its points.
    pub points: f64,
    /// What it is for: a document number, a count, a word.
    pub why: String,
}

/// How many points for what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Cites a law, decree, directive or urgent telegram of this year or the last: it binds everyone.
    pub law_binding: f64,
    /// Cites a new resolution or circular: it binds a sector.
    pub law_sector: f64,
    /// Cites a new decision: it binds those it names.
    pub law_decision: f64,
    /// Cites a new plan, programme or guidance: it announces work.
    pub law_plan: f64,
    /// Share of those points for a document of earlier years, which is mostly cited as a ground.
    pub law_old_share: f64,
    /// For each further portal that carries the story: others already found it worth repeating.
    pub spread_each: f64,
    /// The most that spread is worth, so that copying alone does not fill the top of the queue.
    pub spread_max: f64,
    /// For each portal that joined in the last hours: what grows now cannot wait.
    pub growth_each: f64,
    /// The most that growth is worth.
    pub growth_max: f64,
    /// The hours that count as "now".
    pub growth_hours: i64,
    /// First published by the Government: it speaks for all.
    pub source_government: f64,
    /// First published by a ministry.
    pub source_ministry: f64,
    /// First published by an agency under the Government, or a province.
    pub source_province: f64,
    /// First published by a department.
    pub source_department: f64,
    /// First published by a commune or a newspaper.
    pub source_local: f64,
    /// Proposed by the portal's own officer, who knows it best.
    pub proposal: f64,
    /// An urgent word in the headline: lives and property first.
    pub urgency_title: f64,
    /// An urgent word in the sapo only.
    pub urgency_summary: f64,
    /// Words that mark urgency and disaster. They are compared with their marks (`bão` is not `báo`); in a text
    /// without any marks only words of two or more syllables count.
    pub urgency_words: Vec<String>,
    /// Published just now; falls evenly to nothing.
    pub freshness: f64,
    /// Hours after which freshness is worth nothing: the same window in which a story enters the queue.
    pub freshness_hours: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            law_binding: 30.0,
            law_sector: 20.0,
            law_decision: 14.0,
            law_plan: 8.0,
            law_old_share: 0.25,
            spread_each: 6.0,
            spread_max: 30.0,
            growth_each: 5.0,
            growth_max: 20.0,
            growth_hours: 4,
            source_government: 20.0,
            source_ministry: 14.0,
            source_province: 10.0,
            source_department: 5.0,
            source_local: 3.0,
            proposal: 20.0,
            urgency_title: 25.0,
            urgency_summary: 12.0,
            urgency_words: URGENT.iter().map(|&word| word.to_owned()).collect(),
            freshness: 10.0,
            freshness_hours: 72.0,
        }
    }
}

/// The words by which state bodies announce danger and haste.
const URGENT: [&str; 32] = [
    "khẩn",
    "khẩn cấp",
    "khẩn trương",
    "hỏa tốc",
    "công điện",
    "cảnh báo",
    "báo động",
    "cứu nạn",
    "cứu hộ",
    "sơ tán",
    "thiên tai",
    "bão",
    "siêu bão",
    "bão số",
    "áp thấp nhiệt đới",
    "lũ",
    "lũ quét",
    "lũ lụt",
    "ngập lụt",
    "sạt lở",
    "động đất",
    "sóng thần",
    "hạn hán",
    "xâm nhập mặn",
    "cháy",
    "cháy rừng",
    "cháy nổ",
    "dịch bệnh",
    "ổ dịch",
    "dịch tả",
    "ngộ độc",
    "vỡ đê",
];

/// The score of a story at `now`.
#[must_use]
pub fn score(facts: &Facts, options: &Options, now: Timestamp) -> Score {
    let parts: Vec<Part> = [
        law(facts, options, now),
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
    let mut pieces = number.split('/').collect::<Vec<_>>();
    let symbol = pieces.pop().unwrap_or_default().to_uppercase();
    let kind = symbol.split('-').next().unwrap_or_default();
    let points = match kind {
        "NĐ" | "CT" | "CĐ" | "PL" | "L" | "LỆNH" => options.law_binding,
        // Laws carry the number of the National Assembly that passed them: 148/2025/QH15.
        kind if kind.starts_with("QH") || kind.starts_with("UBTVQH") => options.law_binding,
        "NQ" | "TT" | "TTLT" => options.law_sector,
        "QĐ" => options.law_decision,
        "KH" | "CTR" | "CTHĐ" | "HD" | "ĐA" | "TB" => options.law_plan,
        _ => 0.0,
    };
    // Directives and telegrams of the day carry no year.
    let year = pieces.iter().skip(1).find_map(|piece| piece.parse::<i16>().ok());
    if year.is_some_and(|year| year + 1 < this_year) { points * options.law_old_share } else { points }
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

fn urgency(facts: &Facts, options: &Options) -> Option<Part> {
    let (title, summary) = (Sought::new(&facts.title), Sought::new(&facts.summary));
    // The longest word that stands there says most: "lũ quét" rather than "lũ".
    let longest = |text: &Sought| {
        options.urgency_words.iter().filter(|word| text.has(&Word::new(word))).max_by_key(|word| word.chars().count())
    };
    if let Some(word) = longest(&title) {
        part("urgency", options.urgency_title, word)
    } else {
        longest(&summary).and_then(|word| part("urgency", options.urgency_summary, word))
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
        check(|f| f.documents = vec!["224/2026/NĐ-CP".into()], "law 30 224/2026/NĐ-CP");
        check(|f| f.documents = vec!["148/2025/QH15".into()], "law 30 148/2025/QH15");
        check(|f| f.documents = vec!["12/CT-TTg".into()], "law 30 12/CT-TTg");
        check(|f| f.documents = vec!["42/2022/NĐ-CP".into()], "law 7.5 42/2022/NĐ-CP");
        check(|f| f.documents = vec!["1/2026/TT-BYT".into()], "law 20 1/2026/TT-BYT");
        check(|f| f.documents = vec!["9/QĐ-TTg".into(), "5/KH-UBND".into()], "law 14 9/QĐ-TTg");
        check(|f| f.documents = vec!["5/KH-UBND".into()], "law 8 5/KH-UBND");
        check(|f| f.documents = vec!["//".into(), String::new()], "");
        check(|f| f.portals = 3, "spread 12 3");
        check(|f| f.portals = 3000, "spread 30 3000");
        check(|f| f.joined = 2, "growth 10 +2/4 h");
        check(|f| f.kind = Kind::Ministry, "source 14 ministry");
        check(|f| f.proposed = true, "proposal 20 ");
        check(|f| f.published_at = now() - 36.hours(), "freshness 5 36 h");
        check(|f| f.published_at = now() + 36.hours(), "freshness 10 0 h");
    }

    #[test]
    fn urgent_words_are_whole_words_with_their_marks() {
        check(|f| f.title = "về công điện khẩn: bão số 9".into(), "urgency 25 công điện");
        check(|f| f.title = "đưa dân khỏi vùng lũ quét".into(), "urgency 25 lũ quét");
        check(|f| f.summary = "nguy cơ sạt lở đất".into(), "urgency 12 sạt lở");
        check(|f| f.title = "bộ trưởng báo cáo Quốc hội".into(), "");
        check(|f| f.title = "lữ đoàn 5 tổng kết".into(), "");
        check(|f| f.title = "bao cao ket qua".into(), "");
        check(|f| f.title = "khán giả, khẩnx".into(), "");
    }
}
