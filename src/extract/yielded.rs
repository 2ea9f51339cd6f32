//! Which fields a page itself gave: what the watch over changed layouts counts. What a listing or the address said of
//! the page is no yield of it.

use super::{Extracted, dateline, settle};

/// What one page gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Yielded {
    /// It shows its title.
    pub title: bool,
    /// It gives its date.
    pub date: bool,
    /// It has a text.
    pub text: bool,
    /// The text was where a selector of the portal or its family says.
    pub by_selector: bool,
}

impl Extracted {
    /// What the page itself gave.
    #[must_use]
    pub fn yielded(&self) -> Yielded {
        let source = |field: &str| {
            let found = self.sources.iter().rev().find(|(name, _)| *name == field);
            found.map(|(_, source)| source.as_str())
        };
        let is_article = self.not_an_article.is_none();
        let shown = !self.problems.iter().any(|problem| problem == settle::SHOWN_NOWHERE);
        let foreign = [dateline::LISTING, dateline::ADDRESS];
        Yielded {
            title: is_article && shown && source("title").is_some_and(|source| source != dateline::LISTING),
            date: self.article.published.is_some()
                && source("published").is_some_and(|source| !foreign.contains(&source)),
            text: is_article && !self.article.text.is_empty(),
            by_selector: source("text")
                .is_some_and(|source| source.starts_with("family ") || source.starts_with("portal")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Hints, article};

    #[test]
    fn what_the_page_gave_and_not_the_listing() {
        let line =
            |n: i32| format!("<p>Sáng {n}/8, Bộ Y tế họp bàn về bảo hiểm y tế cho {n} nghìn học sinh của tỉnh.</p>");
        let text: String = (1..9).map(line).collect();
        let check = |html: &str, [title, date, text, by_selector]: [bool; 4]| {
            let url = "https://bo.gov.vn/tin/hop-1.html".parse().expect("an address");
            let now = "2026-11-21T08:00:00Z".parse().expect("an instant");
            let hints = Hints { title: Some("Họp bàn về bảo hiểm y tế".into()), published: Some(now) };
            let read = article(html, &url, &hints, None, now);
            assert_eq!(read.yielded(), Yielded { title, date, text, by_selector }, "{html:.80}\n{:?}", read.sources);
        };
        let nukeviet = "<meta name=generator content='NukeViet v4.5'>";
        let head = "<h1 class='title'>Họp bàn về bảo hiểm y tế</h1><time datetime='2026-08-16T08:00:00+07:00'></time>";
        check(&format!("{head}<div>{text}</div>"), [true, true, true, false]);
        check(&format!("{nukeviet}{head}<div id=news-bodyhtml>{text}</div>"), [true, true, true, true]);
        check(&format!("<div>{text}</div>"), [false, false, true, false]);
        check("<div id=app></div><script src=a.js></script>", [false; 4]);
    }
}
