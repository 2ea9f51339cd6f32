//! What visits have learnt about the addresses of one portal. In: an address. Out: the address under which its article
//! is known here. Nothing is guessed: each habit was seen on the portal's own articles, and one counter-example ends it.

use serde::{Deserialize, Serialize};
use url::Url;

use super::canonical::{canonical_url, host_and_port};
use crate::clock::Timestamp;

/// Pairs of addresses that were read under both spellings, after which a habit is not tried any more.
const SURE: u32 = 3;
/// Different articles that called one address their own, after which nobody's claim is believed.
const CLAIMS_REFUTED: u32 = 2;

/// What is known of a portal's addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learnt {
    /// A slash at the end of a path makes no difference.
    pub slash: Habit,
    /// Small and capital letters of a path make no difference, as on IIS.
    pub case: Habit,
    /// Whether `rel=canonical` names the page that it stands on.
    pub claims: Claims,
    /// What the portal answers when there is no such page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_found: Option<NotFound>,
    /// Hosts that the portal left, with the operator's consent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
}

/// One way to spell an address that may make no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Habit {
    /// Pairs of addresses that gave the same article.
    pub same: u32,
    /// Pairs of addresses that gave different articles.
    pub differ: u32,
    /// The last pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<(String, String)>,
}

/// What became of the addresses that pages call their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Claims {
    /// Articles that called an address their own under which another is known.
    pub conflicts: u32,
    /// The last such address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// The answer to a made-up address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotFound {
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Fingerprint of the page that came with a status of success and reads like an article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Where it led to, without a query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<String>,
}

/// A host that a portal left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The old host, with its port when it is not the usual one.
    pub from: String,
    /// Scheme, host and port of the new one.
    pub to: Url,
}

impl Habit {
    /// Whether addresses that differ so are one.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.same > 0 && self.differ == 0
    }

    /// Whether it holds and has been seen too seldom to be taken for granted.
    #[must_use]
    pub fn wants_proof(&self) -> bool {
        self.holds() && self.same < SURE
    }
}

impl Claims {
    /// Whether nobody's claim is believed.
    #[must_use]
    pub fn are_refuted(&self) -> bool {
        self.conflicts >= CLAIMS_REFUTED
    }
}

impl Learnt {
    /// The canonical address, on the host where the portal is now.
    #[must_use]
    pub fn canonical(&self, url: &Url) -> Url {
        self.where_now(&canonical_url(url))
    }

    /// The same address on the host where the portal is now.
    #[must_use]
    pub fn where_now(&self, url: &Url) -> Url {
        let mut url = url.clone();
        for moved in &self.moves {
            let host = host_and_port(&url);
            if host.as_deref().map(bare) != Some(bare(&moved.from)) {
                continue;
            }
            // These cannot fail between http and https with a host; if they did the address would stay as it was.
            let _ = url.set_scheme(moved.to.scheme());
            let _ = url.set_host(moved.to.host_str());
            let _ = url.set_port(moved.to.port());
        }
        url
    }

    /// The address that all spellings of `url` share.
    #[must_use]
    pub fn place(&self, url: &Url) -> Url {
        let mut place = self.canonical(url);
        if self.case.holds() {
            lower_path(&mut place);
        }
        if self.slash.holds() {
            drop_slash(&mut place);
        }
        place
    }

    /// Whether the canonical address alone tells which article it is.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.slash.holds() && !self.case.holds() && self.claims.conflicts == 0 && self.moves.is_empty()
    }

    /// The habit in which two canonical addresses differ, when that is all in which they differ.
    #[must_use]
    pub fn differ_in(a: &Url, b: &Url) -> Option<Spelling> {
        if a == b {
            return None;
        }
        let same = |spell: &dyn Fn(&mut Url)| {
            let (mut a, mut b) = (a.clone(), b.clone());
            spell(&mut a);
            spell(&mut b);
            a == b
        };
        if same(&drop_slash) {
            Some(Spelling::Slash)
        } else if same(&lower_path) {
            Some(Spelling::Case)
        } else {
            None
        }
    }

    /// The habit of a spelling.
    pub fn habit(&mut self, spelling: Spelling) -> &mut Habit {
        match spelling {
            Spelling::Slash => &mut self.slash,
            Spelling::Case => &mut self.case,
        }
    }

    /// What was learnt, a line for each thing, for operators.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (words, habit) in [("a slash at the end", &self.slash), ("capital letters", &self.case)] {
            let Some((one, other)) = &habit.example else { continue };
            let said = if habit.holds() { "make no difference" } else { "make a difference" };
            lines.push(format!("{words} {said} (seen at {one} and {other})"));
        }
        if let Some(example) = self.claims.example.as_ref().filter(|_| self.claims.are_refuted()) {
            lines.push(format!("canonical addresses are not believed ({example} is claimed by different pages)"));
        }
        if let Some(not_found) = &self.not_found {
            if let Some(place) = &not_found.leads_to {
                lines.push(format!("addresses that do not exist lead to {place}"));
            }
            if not_found.page.is_some() {
                lines.push("addresses that do not exist show a page of their own, which is known".to_owned());
            }
        }
        lines.extend(self.moves.iter().map(|moved| format!("moved from {} to {}", moved.from, moved.to)));
        lines
    }
}

/// How two addresses of one page may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// By a slash at the end of the path.
    Slash,
    /// By the case of the path's letters.
    Case,
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

fn drop_slash(url: &mut Url) {
    let path = url.path();
    if path.len() > 1 && path.ends_with('/') {
        let path = path.trim_end_matches('/').to_owned();
        url.set_path(&path);
    }
}

/// Lower case, but for the escapes, which are in capitals.
fn lower_path(url: &mut Url) {
    let mut path = String::with_capacity(url.path().len());
    let mut escape = 0;
    for c in url.path().chars() {
        path.push(if escape > 0 { c } else { c.to_ascii_lowercase() });
        escape = if c == '%' { 2 } else { escape.max(1) - 1 };
    }
    url.set_path(&path);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn spellings_are_one_only_where_that_was_seen() {
        let check = |learnt: &Learnt, from: &str, expected: &str| {
            assert_eq!(learnt.place(&url(from)).as_str(), expected, "{from}");
            assert_eq!(learnt.place(&url(expected)).as_str(), expected, "{expected} is not stable");
        };
        let mut learnt = Learnt::default();
        check(&learnt, "https://a.gov.vn/Tin/Bai.aspx/", "https://a.gov.vn/Tin/Bai.aspx/");
        learnt.case.same = 1;
        check(&learnt, "https://a.gov.vn/Tin%2FBai.aspx/?ID=Ab", "https://a.gov.vn/tin%2Fbai.aspx/?ID=Ab");
        learnt.slash.same = 1;
        check(&learnt, "https://a.gov.vn/Tin/Bai.aspx/?ID=Ab", "https://a.gov.vn/tin/bai.aspx?ID=Ab");
        check(&learnt, "https://a.gov.vn/", "https://a.gov.vn/");
        learnt.case.differ = 1;
        check(&learnt, "https://a.gov.vn/Tin/", "https://a.gov.vn/Tin");
        learnt.moves.push(Move { from: "a.gov.vn".to_owned(), to: url("https://b.gov.vn:8443/") });
        check(&learnt, "http://www.a.gov.vn/Tin/", "https://b.gov.vn:8443/Tin");
        check(&learnt, "http://a.gov.vn:81/Tin", "http://a.gov.vn:81/Tin");
    }

    #[test]
    fn what_two_addresses_differ_in() {
        let check = |a: &str, b: &str, expected| {
            let (a, b) = (url(&format!("https://a.gov.vn{a}")), url(&format!("https://a.gov.vn{b}")));
            assert_eq!(Learnt::differ_in(&a, &b), expected, "{a} {b}");
        };
        check("/tin/1", "/tin/1/", Some(Spelling::Slash));
        check("/Tin/1.aspx", "/tin/1.ASPX", Some(Spelling::Case));
        check("/tin/1", "/tin/1", None);
        check("/tin/1", "/tin/2", None);
        check("/tin?id=1", "/tin?id=2", None);
        check("/", "/tin", None);
    }
}
