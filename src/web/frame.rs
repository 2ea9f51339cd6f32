//! What every page shows around its content: language, navigation, who is signed in.

use std::fmt::Display;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use super::asked::show_day;
use super::language::Language;
use super::trouble::Trouble;
use super::visitor::Visitor;
use super::{assets, form};
use crate::accounts::{Account, Act};
use crate::archive::difference::{Fact, FactKind};
use crate::clock::{Timestamp, vietnam};
use crate::triage::topics::Topic;
use crate::vietnamese::date;

/// The frame of a page.
pub(super) struct Frame {
    language: Language,
    pub(super) account: Option<Account>,
    pub(super) desk: bool,
    pub(super) console: bool,
    pub(super) unanswered: bool,
    /// Whether the visitor may see and change the rules and the topics.
    pub(super) rules: bool,
    pub(super) other_language: String,
    /// Pages of the administration that the visitor may see: address and word.
    pub(super) doors: Vec<(&'static str, &'static str)>,
    /// The path of the page.
    here: String,
}

/// The pages of the administration, with what it takes to see them.
const DOORS: [(Act, &str, &str); 4] = [
    (Act::ManagePeople, "/console/people", "people"),
    (Act::ManageKeys, "/console/keys", "keys"),
    (Act::ManageWebhooks, "/console/webhooks", "webhooks"),
    (Act::ReadAudit, "/console/audit", "audit"),
];

/// Renders a page.
pub(super) fn page(template: &impl Template) -> Result<Response, Trouble> {
    Ok(Html(template.render()?).into_response())
}

impl Frame {
    /// The frame for a visitor.
    pub(super) fn of(visitor: &Visitor) -> Self {
        let (path, query) = visitor.here.split_once('?').unwrap_or((&visitor.here, ""));
        let fields = form::read(query.as_bytes());
        let wish = [("lang", visitor.language.other().code())];
        let other_language = format!("{path}?{}", form::write(fields.without("lang").chain(wish)));
        Self {
            language: visitor.language,
            account: visitor.account.clone(),
            desk: visitor.may(Act::ReadDesk),
            console: visitor.may(Act::ReadConsole),
            unanswered: visitor.may(Act::ReadUnanswered),
            rules: visitor.may(Act::Decide),
            other_language,
            doors: DOORS.iter().filter(|(act, ..)| visitor.may(*act)).map(|(_, at, word)| (*at, *word)).collect(),
            here: path.to_owned(),
        }
    }

    /// Whether this page is, or belongs to, the one at `address`.
    pub(super) fn is_here(&self, address: &str) -> bool {
        self.here.strip_prefix(address).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Words by key.
    pub(super) fn say<'a>(&self, key: &'a str) -> &'a str {
        self.language.say(key)
    }

    /// Words by group and word of the record: `state`, `new`.
    pub(super) fn word(&self, group: &str, word: &str) -> &'static str {
        self.language.word(group, word)
    }

    /// A topic's name in the page's language.
    pub(super) fn topic<'t>(&self, topic: &'t Topic) -> &'t str {
        if self.vietnamese() || topic.name_en.is_empty() { &topic.name } else { &topic.name_en }
    }

    /// Words with a number in the place of `{n}`.
    pub(super) fn count(&self, key: &str, number: impl Display) -> String {
        self.say(key).replace("{n}", &self.language.number(number))
    }

    /// A whole number with its thousands apart.
    pub(super) fn number(&self, number: impl Display) -> String {
        self.language.number(number)
    }

    /// How large a file is: `15 KB`, `1.024 KB`.
    pub(super) fn size(&self, bytes: u64) -> String {
        format!("{} KB", self.number(bytes.div_ceil(1_000)))
    }

    /// `08:37 16/08/2023`, or a dash.
    pub(super) fn when(&self, at: &Option<Timestamp>) -> String {
        at.map_or_else(|| "–".to_owned(), date::show)
    }

    /// The same for a date that is always there.
    pub(super) fn at(&self, at: &Timestamp) -> String {
        date::show(*at)
    }

    /// When something was published: `08:37 16/08/2023`, or `16/08/2023` when its portal gave only the day.
    pub(super) fn published(&self, at: Timestamp, day_only: bool) -> String {
        if day_only { show_day(at.to_zoned(vietnam()).date()) } else { date::show(at) }
    }

    /// A fact that an edit changed: `đổi số: 12 → 15`.
    pub(super) fn fact(&self, fact: &Fact) -> String {
        let word = |group, key: &str| self.word(group, key);
        let kind = word(
            "fact",
            match fact.kind {
                FactKind::Document => "document",
                FactKind::Date => "date",
                FactKind::Number => "number",
                FactKind::Name => "name",
                FactKind::Sentence => "sentence",
            },
        );
        match (&fact.before, &fact.after) {
            (Some(before), Some(after)) => format!("{} {kind}: {before} → {after}", word("fact", "changed")),
            (None, Some(after)) => format!("{} {kind}: {after}", word("fact", "added")),
            (Some(before), None) => format!("{} {kind}: {before}", word("fact", "removed")),
            (None, None) => format!("{} {kind}", word("fact", "changed")),
        }
    }

    /// Why something failed, in the page's language where there are words for it.
    pub(super) fn problem(&self, problem: &str) -> Option<String> {
        super::problem::in_words(self.language, problem)
    }

    /// Whether the page is in Vietnamese, for words that come with both.
    pub(super) fn vietnamese(&self) -> bool {
        self.language == Language::Vietnamese
    }

    /// The page's language.
    pub(super) fn code(&self) -> &'static str {
        self.language.code()
    }

    /// Where the style sheet is.
    pub(super) fn style(&self) -> &'static str {
        &assets::STYLE_ADDRESS
    }

    /// Where the suggestions of the search are.
    pub(super) fn suggestions(&self) -> &'static str {
        &assets::SUGGEST_ADDRESS
    }

    /// Where the keys of the desk are.
    pub(super) fn desk_keys(&self) -> &'static str {
        &assets::DESK_ADDRESS
    }

    /// Where the desk's live connection is.
    pub(super) fn desk_live(&self) -> &'static str {
        &assets::DESK_LIVE_ADDRESS
    }
}
