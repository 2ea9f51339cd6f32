//! The date of publication in the lines that a reader sees: which of them says when the article was put on the site.

use super::blocks::{Block, Kind};
use super::body::compare_key;
use super::dated::Found;
use super::dateline::Place;
use super::marked_date::BY_TITLE;
use super::marks::Marks;
use crate::vietnamese::date::Dated;

impl Place<'_, '_> {
    /// The line with a date that stands nearest to the title, between title and body in the first place.
    pub(super) fn visible(&self) -> Option<Found> {
        let body_at = self.body.map(|body| self.page.blocks.partition_point(|block| block.at < body));
        let body_end = self
            .body
            .map(|body| self.page.blocks.partition_point(|block| block.at < self.page.outline.nodes[body].end));
        let title_at = self.title.map(|title| self.page.blocks.partition_point(|block| block.at < title));
        let key = self.title.map(|title| compare_key(&self.page.outline.text_of(title))).unwrap_or_default();
        // Several dated lines behind the body are those of other articles.
        let is_other = |block: &&Block| block.marks.any(Marks::DATE) && block.chars < 60 && block.is_dateline();
        let others = body_end.is_some_and(|end| self.page.blocks[end..].iter().filter(is_other).count() > 1);
        let mut best: Option<(i32, Found)> = None;
        for (at, block) in self.page.blocks.iter().enumerate() {
            let dated_class = block.marks.any(Marks::DATE.with(Marks::BYLINE).with(Marks::AUTHOR));
            let by_title = title_at.is_some_and(|title| at <= title + 3 && title <= at + 6);
            let in_head = title_at.is_some_and(|title| at >= title) && body_at.is_some_and(|body| at <= body);
            // "Title was posted on 19 May 2010 and filed under", in a column of old templates.
            let names_it = posted(&block.text)
                && key.chars().count() > 10
                && block.chars < 600
                && compare_key(&block.text).contains(&key);
            // "Published" and the date on two lines, as tables of facts write it.
            let label = at.checked_sub(1).map(|before| &self.page.blocks[before]);
            let labelled = label.is_some_and(|label| label.chars < 30 && posted(&label.text)) && block.chars < 40;
            // Beside the title a column may hold nothing but the date; what it is called says so.
            let tells = block.marks.any(Marks::DATE) || block.is_dateline();
            let elsewhere = match (in_head, by_title) {
                (true, _) | (_, true) if tells => BY_TITLE,
                (true, _) => Marks::ELSEWHERE_IN_HEAD,
                _ if names_it => Marks::COMMENT,
                _ if labelled => BY_TITLE,
                _ => Marks::ELSEWHERE,
            };
            if block.marks.any(Marks::CAPTION) && !in_head {
                continue;
            }
            if block.chars < 6
                || block.marks.any(elsewhere)
                || !(block.text.chars().any(char::is_numeric) || is_just_now(block))
            {
                continue;
            }
            if block.chars > 150 && !dated_class && !announces(&block.text) || block.chars > 300 && !names_it {
                continue;
            }
            // A date in a sentence is what the article tells of.
            if block.is_prose() && block.ends_sentence() && !dated_class && !posted(&block.text) {
                continue;
            }
            let after = body_end.is_some_and(|end| at >= end);
            let one_of_many = others && !announces(&block.text);
            if after && (block.links > 0.3 || block.kind == Kind::Item && !labelled || one_of_many) {
                continue;
            }
            let mut rank = 8 * i32::from(names_it) + 4 * i32::from(labelled);
            rank += 3 * i32::from(dated_class) + 2 * i32::from(announces(&block.text));
            rank += i32::from(block.chars < 60) - 2 * i32::from(block.links > 0.5);
            match (title_at, body_at) {
                (Some(title), _) if at > title && at <= title + 6 && !after => rank += 6,
                (Some(title), Some(body)) if at > title && at <= body => rank += 5,
                (Some(title), _) if at < title && at + 4 >= title => rank += 3,
                (None, Some(body)) if at <= body && at + 8 >= body => rank += 3,
                _ => {}
            }
            // Above the title and its menu stands the clock of the header; no page of today's news is dated there.
            let above = title_at.filter(|&title| at < title);
            let menu =
                above.map_or(0, |title| self.page.blocks[at..title].iter().filter(|line| line.links > 0.7).count());
            if menu >= 3 && !names_it || block.text.to_lowercase().contains("hôm nay") {
                continue;
            }
            // Far above the title is the header's clock, after the body are other articles.
            if title_at.is_some_and(|title| at + 12 < title) {
                rank -= 4;
            }
            // The line that closes the body may sign it; farther on are other articles.
            if after {
                rank -= if body_end.is_some_and(|end| at <= end + 1) { 1 } else { 3 };
            }
            if body_at.zip(body_end).is_some_and(|(from, to)| (from + 3..to).contains(&at)) && !dated_class {
                rank -= if at + 3 >= body_end.unwrap_or(0) { 1 } else { 3 };
            }
            if best.as_ref().is_some_and(|(known, _)| *known >= rank) || rank < 1 {
                continue;
            }
            let today = |dated: &Dated| self.now.duration_since(dated.at).abs() < jiff::SignedDuration::from_hours(24);
            if let Some(dated) = self.read_line(block).filter(|dated| above.is_none() || dated_class || !today(dated)) {
                best = Some((rank, Found::new(dated, "", "line by the title")));
            }
        }
        best.map(|(_, found)| found)
    }

    /// The date in a line; elements that a style parts may run together in the text.
    fn read_line(&self, block: &Block) -> Option<Dated> {
        let short_year = || {
            let told = !self.is_vietnamese() && block.chars < 80;
            told.then(|| super::foreign_date::read_short(&block.text)).flatten().filter(|dated| self.believable(*dated))
        };
        let whole = || self.read(&block.text);
        whole()
            .or_else(|| {
                let nodes = self.page.outline.nodes.get(block.at..self.page.outline.nodes[block.holder].end)?;
                // The holder of an inline element holds other lines too.
                let mut left = block.chars;
                let own = nodes.iter().filter(|node| !node.text.is_empty()).map_while(|node| {
                    let is_own = left > 0;
                    left = left.saturating_sub(node.chars);
                    is_own.then_some(node.text)
                });
                let pieces: Vec<&str> = own.collect();
                (pieces.len() > 1).then(|| self.read(&pieces.join(" "))).flatten()
            })
            .or_else(short_year)
    }
}

/// `Vừa xong`: a date without a figure.
fn is_just_now(block: &Block) -> bool {
    block.chars <= 24
        && ["vừa xong", "hôm qua", "một giờ trước"].iter().any(|word| block.text.to_lowercase().contains(word))
}

/// Whether a sentence says when it was put on the site.
fn posted(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "đăng ngày",
        "đăng lúc",
        "posted",
        "published",
        "gepostet",
        "veröffentlicht",
        "publié",
        "mise en ligne",
        "publicado",
        "publicerad",
        "publisert",
        "pubblicato",
        "geplaatst",
        "opublikowan",
        "опубликован",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Whether a line says that its date is one of publication.
fn announces(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "ngày đăng",
        "đăng ngày",
        "đăng lúc",
        "cập nhật",
        "ngày xuất bản",
        "gmt",
        "ngày ban hành",
        "published",
        "posted",
        "veröffentlicht",
        "gepostet",
        "geschrieben",
        "publié",
        "publicado",
        "pubblicato",
        "xuất bản",
        "written on",
        "thứ ",
        "chủ nhật",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
