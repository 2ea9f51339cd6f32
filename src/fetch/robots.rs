//! robots.txt as RFC 9309 has it: bytes in, answers out. Fetching, caching and what an unreachable file means live
//! elsewhere; nothing here fails, whatever the bytes are.
//!
//! Where two readings of an escape are possible the careful one wins: a `Disallow` matches when either spelling
//! does, an `Allow` only when the spelling is the same. RFC 9309 §2.2.2 and the parsers in use differ there, and
//! fetching what was meant to be closed is the worse mistake.

mod pattern;

use std::time::Duration;

use pattern::Pattern;

/// Sitemap lines kept from one file; a portal lists a handful.
const MAX_SITEMAPS: usize = 1_000;

/// The rules of one robots.txt.
#[derive(Clone, Debug, Default)]
pub struct Robots {
    groups: Vec<Group>,
    sitemaps: Vec<String>,
}

/// Consecutive `User-agent` lines with the rules after them (RFC 9309 §2.1).
#[derive(Clone, Debug, Default)]
struct Group {
    agents: Vec<Agent>,
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Agent {
    Everyone,
    /// A product token, lower case.
    Named(String),
}

#[derive(Clone, Debug)]
struct Rule {
    allow: bool,
    pattern: Pattern,
}

/// What a line begins with, and the rest of it.
enum Line<'a> {
    UserAgent(&'a [u8]),
    Allow(&'a [u8]),
    Disallow(&'a [u8]),
    CrawlDelay(&'a [u8]),
    Sitemap(&'a [u8]),
    Other,
}

impl Robots {
    /// Reads a file. Unknown lines are skipped, rules before the first `User-agent` belong to nobody. The caller
    /// decides how many bytes to hand in; the work is linear in them.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let transcoded;
        let bytes = match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                transcoded = encoding_rs::UTF_8.decode(bytes).0;
                transcoded.as_bytes()
            }
            _ => without_byte_order_mark(bytes),
        };
        let mut robots = Self::default();
        let mut naming_agents = false;
        for line in bytes.split(|&byte| byte == b'\n' || byte == b'\r') {
            match read_line(line) {
                Line::UserAgent(value) => {
                    if !naming_agents {
                        robots.groups.push(Group::default());
                        naming_agents = true;
                    }
                    if let (Some(group), Some(agent)) = (robots.groups.last_mut(), read_agent(value)) {
                        group.agents.push(agent);
                    }
                }
                Line::Allow(value) => {
                    naming_agents = false;
                    robots.add_rule(true, value);
                }
                Line::Disallow(value) => {
                    naming_agents = false;
                    robots.add_rule(false, value);
                }
                // Not a record of RFC 9309, so it does not end a group (§2.2.4).
                Line::CrawlDelay(value) => {
                    if let (Some(group), Some(delay)) = (robots.groups.last_mut(), read_seconds(value)) {
                        group.crawl_delay = Some(group.crawl_delay.map_or(delay, |known| known.max(delay)));
                    }
                }
                Line::Sitemap(value) => {
                    if !value.is_empty() && robots.sitemaps.len() < MAX_SITEMAPS {
                        robots.sitemaps.push(String::from_utf8_lossy(value).into_owned());
                    }
                }
                Line::Other => {}
            }
        }
        robots
    }

    /// Whether `agent` (a product token, or a header that begins with one) may fetch `url`. The longest matching
    /// pattern decides, `Allow` wins a tie, and what no pattern matches is allowed (§2.2.2).
    #[must_use]
    pub fn allows(&self, agent: &str, url: &str) -> bool {
        let target = pattern::Target::of(url);
        if target.path() == "/robots.txt" {
            return true;
        }
        let mut best: Option<(usize, bool)> = None;
        for rule in self.groups_for(agent).flat_map(|group| &group.rules) {
            // Shorter patterns cannot change the verdict: do not walk the URL for them.
            let weight = (rule.pattern.len(), rule.allow);
            if best.is_some_and(|best| weight <= best) {
                continue;
            }
            let matches =
                if rule.allow { rule.pattern.matches_exactly(&target) } else { rule.pattern.matches_any(&target) };
            if matches {
                best = Some(weight);
            }
        }
        best.is_none_or(|(_, allow)| allow)
    }

    /// The pause that `agent` is asked to keep between requests; the longest, when its groups name several.
    #[must_use]
    pub fn crawl_delay(&self, agent: &str) -> Option<Duration> {
        self.groups_for(agent).filter_map(|group| group.crawl_delay).max()
    }

    /// The `Sitemap` lines as written, in order, whichever group they stand in.
    #[must_use]
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// About how much memory the rules hold, in bytes, for the cache that keeps them.
    pub(super) fn weight(&self) -> usize {
        let rules: usize =
            self.groups.iter().flat_map(|group| &group.rules).map(|rule| 96 + 2 * rule.pattern.len()).sum();
        let agents: usize = self.groups.iter().map(|group| 64 + 48 * group.agents.len()).sum();
        256 + rules + agents + self.sitemaps.iter().map(|line| 24 + line.len()).sum::<usize>()
    }

    /// All groups that name the agent, merged (§2.2.1); those of `*` only when none does.
    fn groups_for<'a>(&'a self, agent: &str) -> impl Iterator<Item = &'a Group> + use<'a> {
        let named = Agent::Named(product_token(agent.as_bytes()));
        let wanted =
            if self.groups.iter().any(|group| group.agents.contains(&named)) { named } else { Agent::Everyone };
        self.groups.iter().filter(move |group| group.agents.contains(&wanted))
    }

    fn add_rule(&mut self, allow: bool, value: &[u8]) {
        // An empty pattern matches nothing: `Disallow:` closes nothing.
        if let (Some(group), false) = (self.groups.last_mut(), value.is_empty()) {
            group.rules.push(Rule { allow, pattern: Pattern::new(value) });
        }
    }
}

/// A UTF-8 byte order mark, or what a careless editor left of one.
fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    let kept = [0xef, 0xbb, 0xbf].iter().zip(bytes).take_while(|(mark, byte)| mark == byte).count();
    &bytes[kept..]
}

fn read_line(line: &[u8]) -> Line<'_> {
    // A `<` cannot stand in a path: some files carry the markup of the page they were pasted into.
    let line = line.split(|&byte| matches!(byte, b'#' | b'<')).next().unwrap_or_default().trim_ascii();
    if is_bare_sitemap(line) {
        return Line::Sitemap(line);
    }
    let Some((key, value)) = split_line(line) else { return Line::Other };
    // The misspellings are those that Google's parser accepts, because real files have them.
    match key.to_ascii_lowercase().as_slice() {
        b"user-agent" | b"useragent" | b"user agent" => Line::UserAgent(value),
        b"allow" => Line::Allow(value),
        b"disallow" | b"dissallow" | b"dissalow" | b"disalow" | b"diasllow" | b"disallaw" => Line::Disallow(value),
        b"crawl-delay" | b"crawldelay" | b"crawl delay" => Line::CrawlDelay(value),
        b"sitemap" | b"site-map" | b"site map" | b"sitemaps" => Line::Sitemap(value),
        _ => Line::Other,
    }
}

/// `key: value`, or `key value` where the colon was forgotten.
fn split_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(colon) = line.iter().position(|&byte| byte == b':') {
        return Some((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii()));
    }
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    match (words.next(), words.next(), words.next()) {
        (Some(key), Some(value), None) => Some((key, value)),
        _ => None,
    }
}

/// An address of a sitemap that stands alone on its line, its `Sitemap:` forgotten.
fn is_bare_sitemap(line: &[u8]) -> bool {
    let line = line.to_ascii_lowercase();
    (line.starts_with(b"http://") || line.starts_with(b"https://"))
        && (line.ends_with(b".xml") || line.ends_with(b".xml.gz") || line.windows(7).any(|part| part == b"sitemap"))
}

fn read_agent(value: &[u8]) -> Option<Agent> {
    match value {
        [b'*'] => Some(Agent::Everyone),
        [b'*', after, ..] if after.is_ascii_whitespace() => Some(Agent::Everyone),
        _ => Some(product_token(value)).filter(|token| !token.is_empty()).map(Agent::Named),
    }
}

/// The product token at the start of a `User-agent` value or header: letters, `_` and `-` (§2.2.1).
fn product_token(value: &[u8]) -> String {
    let letters =
        value.trim_ascii_start().iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-'));
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// Seconds, perhaps with a fraction. Nonsense and negative numbers ask for nothing; the caller caps the rest.
fn read_seconds(value: &[u8]) -> Option<Duration> {
    let seconds: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    if seconds.is_nan() || seconds < 0.0 {
        return None;
    }
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

#[cfg(test)]
mod tests;
