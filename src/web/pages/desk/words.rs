//! How cards and their scores are said.

use crate::clock::Timestamp;
use crate::triage::ownership::Owner;
use crate::triage::{self, Card, Classified, Decision};
use crate::web::frame::Frame;

impl Frame {
    /// When a story was published, or first seen where its portal does not say.
    pub(super) fn dated(&self, card: &Card) -> String {
        self.published(card.published_at.unwrap_or(card.first_seen_at), card.published_at.is_some() && card.date_only)
    }

    /// Points, with the decimal mark of the language.
    pub(super) fn points(&self, points: &f64) -> String {
        points.to_string().replace('.', self.say("desk.decimal"))
    }

    /// What a part of the score stands on; the record keeps it in short.
    pub(super) fn why(&self, part: &triage::Part) -> String {
        let hours = part.why.strip_suffix(" h");
        let said = match part.name.as_str() {
            "source" => Some(self.word("kind", &part.why).to_owned()),
            "spread" => Some(self.count("desk.portals", &part.why)),
            "freshness" if hours == Some("0") => Some(self.say("desk.this_hour").to_owned()),
            "freshness" => hours.map(|hours| self.count("desk.hours", hours)),
            "growth" => hours
                .and_then(|why| why.split_once('/'))
                .map(|(joined, span)| self.count("desk.joined", joined).replace("{h}", span)),
            _ => None,
        };
        said.unwrap_or_else(|| part.why.clone())
    }

    /// Who says that a story has its topic, and why: `máy gợi ý: tiêu đề “dịch tả”`.
    pub(super) fn topic_reason(&self, topic: &Classified) -> String {
        let owner = match topic.owner {
            Owner::Machine => self.say("topic_owner.machine"),
            Owner::Rule => self.say("topic_owner.rule"),
            Owner::HumanMinistry => self.say("topic_owner.ministry"),
            Owner::HumanCentre => self.say("topic_owner.centre"),
        };
        let mut said = owner.to_owned();
        if !topic.actor.is_empty() {
            said += &format!(" ({})", topic.actor);
        }
        let reasons: Vec<String> = topic
            .why
            .iter()
            .take(3)
            .map(|(place, word)| format!("{} “{word}”", self.word("topic_place", place)).trim().to_owned())
            .collect();
        if reasons.is_empty() { said } else { format!("{said}: {}", reasons.join(", ")) }
    }

    /// What a decision said besides its action: ` Cao`, ` lan`, ` Y tế`.
    pub(super) fn detail(&self, decision: &Decision) -> String {
        let text = |key: &str| decision.detail[key].as_str().unwrap_or_default().to_owned();
        let said = match decision.action.as_str() {
            "amplify" | "propose" => self.word("level", &text("level")).to_owned(),
            "assign" => text("to"),
            "classify" => text("topic"),
            "merge" => decision.detail["into"].to_string(),
            "correct" => format!("“{}”", text("correction")),
            _ => String::new(),
        };
        if said.is_empty() { said } else { format!(" {said}") }
    }

    /// How long ago, in the largest unit that says enough: `5 phút`, `3 giờ`, `2 ngày`.
    pub(super) fn age(&self, since: &Timestamp, now: &Timestamp) -> String {
        let minutes = now.duration_since(*since).as_mins().max(0);
        match minutes {
            0..60 => self.count("desk.minutes", minutes),
            60..2880 => self.count("desk.hours", minutes / 60),
            _ => self.count("desk.days", minutes / 1440),
        }
    }
}
