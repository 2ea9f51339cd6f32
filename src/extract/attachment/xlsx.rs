//! Workbooks: the values of the cells, a row a line. What a sheet claims to be its size is not looked at; only cells
//! that are there cost anything.

use super::archive::Parts;
use super::xml::{Node, attribute, walk};
use super::{Bounded, Limits, Problem, Text};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Text, Problem> {
    let mut parts = Parts::open(bytes, limits)?;
    let mut sheets: Vec<_> = parts
        .names()
        .iter()
        .filter(|name| name.starts_with("xl/worksheets/") && name.ends_with(".xml"))
        .cloned()
        .collect();
    if sheets.is_empty() {
        return Err(Problem::Damaged("it has no sheet".to_owned()));
    }
    sheets.sort_by_key(|name| (name.len(), name.clone()));
    let shared = match parts.part("xl/sharedStrings.xml")? {
        Some(part) => Shared::read(&part),
        None => Shared::default(),
    };
    let mut out = Bounded::new(limits);
    let mut read = 0;
    for name in sheets.iter().take(limits.pages) {
        if out.cut {
            break;
        }
        if let Some(part) = parts.part(name)? {
            sheet(&part, &shared, &mut out);
            read += 1;
        }
    }
    out.cut |= sheets.len() > read;
    Ok(out.into_text(sheets.len()))
}

/// The texts that cells refer to by number, in one string: millions of small ones would cost more than their letters.
#[derive(Default)]
struct Shared {
    text: String,
    ends: Vec<u32>,
}

impl Shared {
    fn read(part: &[u8]) -> Self {
        let mut shared = Self::default();
        let (mut in_text, mut phonetic) = (false, false);
        walk(part, |node| {
            match node {
                Node::Start("t", _) => in_text = !phonetic,
                Node::Start("rPh", _) => phonetic = true,
                Node::End("rPh") => phonetic = false,
                Node::End("t") => in_text = false,
                Node::End("si") => shared.ends.push(u32::try_from(shared.text.len()).unwrap_or(u32::MAX)),
                Node::Text(text) if in_text => shared.text.push_str(text),
                _ => {}
            }
            true
        });
        shared
    }

    fn get(&self, number: &str) -> Option<&str> {
        let at: usize = number.trim().parse().ok()?;
        let end = *self.ends.get(at)? as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        self.text.get(start..end)
    }
}

fn sheet(part: &[u8], shared: &Shared, out: &mut Bounded) {
    let (mut kind, mut value) = (String::new(), String::new());
    let mut in_value = false;
    walk(part, |node| {
        match node {
            Node::Start("c", element) => {
                kind = attribute(element, "t").unwrap_or_default();
                value.clear();
            }
            Node::Start("v" | "t", _) => in_value = true,
            Node::End("v" | "t") => in_value = false,
            Node::Text(text) if in_value => value.push_str(text),
            Node::End("c") => {
                let shown = match kind.as_str() {
                    "s" => shared.get(&value),
                    // Truth values and errors say nothing to a reader.
                    "b" | "e" => None,
                    _ => Some(value.as_str()),
                };
                if let Some(shown) = shown.filter(|shown| !shown.trim().is_empty()) {
                    // A line inside a cell would look like a row.
                    shown.chars().for_each(|c| out.push(if c.is_whitespace() { ' ' } else { c }));
                    out.push('\t');
                }
            }
            Node::End("row") => out.end_line(),
            _ => {}
        }
        !out.cut
    });
    out.end_line();
}
