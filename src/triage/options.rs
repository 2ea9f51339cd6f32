//! What each part of the score is worth. `docs/score.md` gives the reason of each number.

use serde::{Deserialize, Serialize};

use super::Due;

/// How many points for what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Cites a decree, directive, urgent telegram or ordinance of this year or the last: it binds everyone.
    pub law_binding: f64,
    /// Cites a new law: it binds everyone too, but is mostly named as the ground of something else.
    pub law_act: f64,
    /// Cites a new resolution or circular: it binds a sector.
    pub law_sector: f64,
    /// Cites a new decision: it binds those it names.
    pub law_decision: f64,
    /// Cites a new plan, programme or guidance: it announces work.
    pub law_plan: f64,
    /// Share of those points for a document of earlier years, which is mostly cited as a ground.
    pub law_old_share: f64,
    /// The document was issued by the Government, its Prime Minister or the National Assembly.
    pub issuer_state: f64,
    /// The document was issued by a ministry.
    pub issuer_ministry: f64,
    /// No other story cited one of its documents of this year or the last before: it is the first to tell of it.
    pub novelty: f64,
    /// For each further portal that carries the story: others already found it worth repeating.
    pub spread_each: f64,
    /// Days in which portals count as carrying a story: what comes up again later is no spread.
    pub spread_days: i64,
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
    /// A word of alarm in the headline: the body itself says that it cannot wait.
    pub alarm_title: f64,
    /// Words of alarm, compared like `urgency_words`.
    pub alarm_words: Vec<String>,
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
    /// Minutes that an item of level urgent may wait for its decision; then it is overdue.
    pub due_urgent_minutes: u32,
    /// Minutes that an item of level high may wait.
    pub due_high_minutes: u32,
    /// Minutes that an item of level normal, or without a level, may wait.
    pub due_normal_minutes: u32,
}

impl Options {
    /// How long an item may wait for its decision.
    #[must_use]
    pub fn due(&self) -> Due {
        Due {
            urgent_minutes: self.due_urgent_minutes,
            high_minutes: self.due_high_minutes,
            normal_minutes: self.due_normal_minutes,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            law_binding: 40.0,
            law_act: 14.0,
            law_sector: 16.0,
            law_decision: 10.0,
            law_plan: 5.0,
            law_old_share: 0.6,
            issuer_state: 3.0,
            issuer_ministry: 1.0,
            novelty: 4.0,
            spread_each: 4.0,
            spread_max: 20.0,
            spread_days: 7,
            growth_each: 5.0,
            growth_max: 20.0,
            growth_hours: 4,
            source_government: 12.0,
            source_ministry: 8.0,
            source_province: 6.0,
            source_department: 4.0,
            source_local: 2.0,
            proposal: 25.0,
            alarm_title: 40.0,
            alarm_words: ALARM.iter().map(|&word| word.to_owned()).collect(),
            urgency_title: 18.0,
            urgency_summary: 8.0,
            urgency_words: URGENT.iter().map(|&word| word.to_owned()).collect(),
            freshness: 6.0,
            freshness_hours: 72.0,
            due_urgent_minutes: 15,
            due_high_minutes: 60,
            due_normal_minutes: 480,
        }
    }
}

/// The words by which state bodies say that something cannot wait.
const ALARM: [&str; 6] = ["khẩn", "khẩn cấp", "hỏa tốc", "thượng khẩn", "công điện", "báo động"];

/// The words by which they tell of danger.
const URGENT: [&str; 27] = [
    "khẩn trương",
    "cảnh báo",
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
