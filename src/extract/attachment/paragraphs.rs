//! Paragraphs and rows as word processors have them, made into lines. Cells of one paragraph each stand in one line,
//! with tabs between them; where a table only lays out a page, as the head of every decree does, each paragraph keeps
//! its own line.

use super::{Bounded, Limits, Text};

pub(super) struct Paragraphs {
    out: Bounded,
    /// The paragraph under way.
    line: String,
    /// Paragraphs of the cell under way.
    cell: Vec<String>,
    /// Cells of the row under way.
    row: Vec<Vec<String>>,
    /// Characters in `line`, `cell` and `row`, so that one row without end stops too.
    held: usize,
    limit: usize,
    is_full: bool,
}

impl Paragraphs {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            out: Bounded::new(limits),
            line: String::new(),
            cell: Vec::new(),
            row: Vec::new(),
            held: 0,
            limit: limits.text_chars,
            is_full: false,
        }
    }

    /// Whether there is no room for more.
    pub(super) fn is_full(&self) -> bool {
        self.is_full || self.out.cut
    }

    pub(super) fn push(&mut self, c: char) {
        if self.held >= self.limit {
            self.is_full = true;
            return;
        }
        self.held += 1;
        self.line.push(c);
    }

    pub(super) fn push_str(&mut self, text: &str) {
        text.chars().for_each(|c| self.push(c));
    }

    /// Ends a paragraph; inside a table it becomes part of its cell.
    pub(super) fn end_paragraph(&mut self, in_table: bool) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim();
        if in_table {
            if !line.is_empty() {
                self.cell.push(line.to_owned());
            }
            return;
        }
        self.end_row();
        self.write(line);
    }

    pub(super) fn end_cell(&mut self) {
        self.end_paragraph(true);
        self.row.push(std::mem::take(&mut self.cell));
    }

    pub(super) fn end_row(&mut self) {
        if !self.cell.is_empty() {
            self.row.push(std::mem::take(&mut self.cell));
        }
        let row = std::mem::take(&mut self.row);
        if row.iter().all(|cell| cell.len() <= 1) {
            let line = row.into_iter().flatten().collect::<Vec<_>>().join("\t");
            self.write(&line);
        } else {
            row.iter().flatten().for_each(|line| self.write(line));
        }
        self.held = self.line.chars().count();
    }

    fn write(&mut self, line: &str) {
        if !line.is_empty() {
            self.out.push_str(line);
            self.out.end_line();
        }
        self.held = 0;
    }

    pub(super) fn finish(mut self, pages: usize) -> Text {
        self.end_paragraph(false);
        self.out.cut |= self.is_full;
        self.out.into_text(pages)
    }
}
