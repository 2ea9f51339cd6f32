//! Word documents: page headers first, where stamps stand, then the text, then the notes. Deleted text, field codes,
//! macros and embedded objects are passed over.

use super::archive::Parts;
use super::paragraphs::Paragraphs;
use super::xml::{Node, walk};
use super::{Limits, Problem, Text};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Text, Problem> {
    let mut parts = Parts::open(bytes, limits)?;
    let mut out = Paragraphs::new(limits);
    let names = parts.names().to_vec();
    let numbered = |stem: &str| {
        let begins = format!("word/{stem}");
        let mut found: Vec<_> =
            names.iter().filter(|name| name.starts_with(&begins) && name.ends_with(".xml")).collect();
        found.sort_by_key(|name| (name.len(), name.as_str()));
        found.into_iter().cloned().collect::<Vec<_>>()
    };
    let body = numbered("document").into_iter().next().ok_or(Problem::Damaged("it has no text part".to_owned()))?;
    let notes = numbered("footnotes").into_iter().chain(numbered("endnotes"));
    for name in numbered("header").into_iter().chain([body]).chain(notes) {
        if out.is_full() {
            break;
        }
        if let Some(part) = parts.part(&name)? {
            Walk { out: &mut out, tables: 0, muted: 0, in_text: false }.part(&part);
        }
    }
    Ok(out.finish(0))
}

struct Walk<'a> {
    out: &'a mut Paragraphs,
    /// Tables that are open.
    tables: usize,
    /// Elements that are open inside one that is not read.
    muted: usize,
    in_text: bool,
}

impl Walk<'_> {
    fn part(&mut self, bytes: &[u8]) {
        walk(bytes, |node| {
            match node {
                Node::Start(name, _) => self.start(name),
                Node::End(name) => self.end(name),
                Node::Text(text) if self.in_text && self.muted == 0 => self.out.push_str(text),
                Node::Text(_) => {}
            }
            !self.out.is_full()
        });
        self.out.end_paragraph(false);
    }

    fn start(&mut self, name: &str) {
        // A text box is written twice, the second time for old readers; what was moved away stands at its new place.
        if self.muted > 0 || matches!(name, "Fallback" | "moveFrom") {
            self.muted += 1;
            return;
        }
        match name {
            "t" => self.in_text = true,
            "tab" => self.out.push(' '),
            "br" | "cr" => self.out.end_paragraph(self.tables > 0),
            // A box inside a paragraph is a paragraph of its own.
            "txbxContent" => self.out.end_paragraph(self.tables > 0),
            "tbl" => {
                self.out.end_paragraph(self.tables > 0);
                self.tables += 1;
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.muted > 0 {
            self.muted -= 1;
            return;
        }
        match name {
            "t" => self.in_text = false,
            "p" => self.out.end_paragraph(self.tables > 0),
            "tc" => self.out.end_cell(),
            "tr" if self.tables <= 1 => self.out.end_row(),
            "tbl" => self.tables = self.tables.saturating_sub(1),
            _ => {}
        }
    }
}
