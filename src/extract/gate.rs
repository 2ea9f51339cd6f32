//! One linear pass over the markup before the parser. It refuses what would take the parser quadratic time: deep
//! nesting, formatting elements that are never closed; such a page is read by `plain` instead. And it leaves out what no
//! step reads: scripts but those of JSON-LD, styles, comments, `<noscript>` and drawings are half of a page of news. Their
//! tags stay, so the tree is the same but for the text in them, for the attributes of `unread`, and for a date that a script
//! writes: it stands in the script's place.

use std::borrow::Cow;

use super::scripted_date;
use super::selector::Asked;
use super::tags::{self, Attribute, Markup, Tag};
use super::unread;

/// Bytes of markup beyond which a page is not parsed: the largest real article page seen was under 600 KB.
const MAX_BYTES: usize = 2 << 20;
/// Open elements at any point. Real pages stay under 60; table layouts of old portals under 150.
const MAX_DEPTH: usize = 400;
/// Formatting elements open at any point: each is opened again in every block that follows.
const MAX_FORMATTING: usize = 120;
/// Attributes of one tag.
const MAX_ATTRIBUTES: usize = 500;
/// Tags in the page.
const MAX_TAGS: usize = 150_000;
/// Formatting elements that the parser opens again, summed over all blocks: each is a node of its own.
const MAX_REBUILT: usize = 300_000;
/// Elements open in one drawing. Real ones have a dozen.
const MAX_DRAWN: usize = 64;

/// What an element is to the parser and to the limits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Has no end tag.
    Void,
    /// Carried from block to block while it is open.
    Formatting,
    /// Its end tag is commonly left out, or it closes its own kind: a run of them is no nesting.
    OptionalEnd,
    /// Holds text that readers see, or none that is long: it stays.
    Text,
    /// Holds text that no step reads.
    Silent,
    /// Holds a script.
    Script,
    /// Holds a drawing, whose elements follow other rules than those of HTML.
    Drawing,
    /// After it the rules by which raw text is told are others.
    Peculiar,
    /// Ignores most tags in it.
    Select,
    /// Any other.
    Plain,
}

fn kind_of(name: &[u8]) -> Kind {
    let mut lower = [0_u8; 10];
    let Some(lower) = lower.get_mut(..name.len()) else { return Kind::Plain };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    match &*lower {
        b"area" | b"base" | b"br" | b"col" | b"embed" | b"hr" | b"img" | b"input" | b"link" | b"meta" | b"param"
        | b"source" | b"track" | b"wbr" => Kind::Void,
        b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"s" | b"small" | b"strike" | b"strong" | b"tt" | b"u" => {
            Kind::Formatting
        }
        b"p" | b"li" | b"dt" | b"dd" | b"option" | b"td" | b"th" | b"tr" | b"tbody" | b"optgroup" | b"a" | b"nobr" => {
            Kind::OptionalEnd
        }
        b"textarea" | b"title" | b"noembed" | b"noframes" | b"xmp" => Kind::Text,
        b"style" | b"noscript" | b"iframe" => Kind::Silent,
        b"script" => Kind::Script,
        b"svg" => Kind::Drawing,
        b"math" | b"frameset" | b"plaintext" => Kind::Peculiar,
        b"select" => Kind::Select,
        _ => Kind::Plain,
    }
}

/// The page as the parser may have it, or why it must not have it. Attributes that are `asked` for stay.
pub(super) fn admit<'a>(html: &'a str, asked: &[&Asked]) -> Result<Cow<'a, str>, String> {
    if html.len() > MAX_BYTES {
        return Err(format!("page too large to parse: {} KB of markup", html.len() / 1024));
    }
    let counts = Counts::default();
    let mut pass =
        Pass { html, asked, kept: String::new(), copied: 0, is_sure: true, in_body: false, in_select: false, counts };
    pass.run()?;
    if pass.is_sure && pass.copied > 0 {
        pass.kept.push_str(&html[pass.copied..]);
        return Ok(Cow::Owned(pass.kept));
    }
    Ok(Cow::Borrowed(html))
}

/// The state of the pass.
struct Pass<'a> {
    html: &'a str,
    asked: &'a [&'a Asked],
    /// What the parser gets of the page up to `copied`.
    kept: String,
    copied: usize,
    /// False as soon as the pass and the parser might differ on what is raw text: such a page is parsed as it is.
    is_sure: bool,
    in_body: bool,
    in_select: bool,
    counts: Counts,
}

impl Pass<'_> {
    fn run(&mut self) -> Result<(), String> {
        let bytes = self.html.as_bytes();
        let mut at = 0;
        while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
            let start = at + found;
            at = match tags::read(bytes, start) {
                Markup::Text => start + 1,
                Markup::Unfinished => break,
                Markup::Other(end) => end,
                Markup::Comment(end) => {
                    self.leave_out(start, end, "<!---->");
                    end
                }
                Markup::Tag(tag) => {
                    let kind = kind_of(tag.name);
                    self.counts.tag(&tag, kind)?;
                    if tag.closing {
                        self.in_select &= kind != Kind::Select;
                        tag.end
                    } else {
                        self.open(&tag, kind)?
                    }
                }
            };
        }
        Ok(())
    }

    /// Goes on behind a start tag, and behind what it holds when that is no markup.
    fn open(&mut self, tag: &Tag<'_>, kind: Kind) -> Result<usize, String> {
        let bytes = self.html.as_bytes();
        if self.in_select && matches!(kind, Kind::Text | Kind::Silent | Kind::Drawing) {
            self.is_sure = false;
        }
        // Of formatting elements that are alike in every attribute the parser keeps three open: they stay as they are.
        if tag.attributes > 0 && matches!(kind, Kind::Void | Kind::OptionalEnd | Kind::Plain) {
            self.leave_out_attributes(tag);
        }
        self.in_body |= tag.name.eq_ignore_ascii_case(b"body");
        match kind {
            Kind::Void | Kind::Formatting | Kind::OptionalEnd | Kind::Plain => Ok(tag.end),
            Kind::Text => Ok(tags::end_of_raw(bytes, tag.end, tag.name)),
            Kind::Silent => {
                let end = tags::end_of_raw(bytes, tag.end, tag.name);
                self.leave_out(tag.end, end, "");
                Ok(end)
            }
            Kind::Script => {
                let end = tags::end_of_script(bytes, tag.end);
                // Readers see what it writes. In a head, text would begin the body.
                let date = self.html.get(tag.end..end).filter(|_| self.in_body).and_then(scripted_date::written);
                if let (Some(date), Markup::Tag(last)) = (date, tags::read(bytes, end)) {
                    self.leave_out(tag.start, last.end, &format!("<time>{date}</time>"));
                    return Ok(last.end);
                }
                // A type may be written with character references.
                let written = &bytes[tag.start..tag.end];
                let is_read = memchr::memmem::find(written, b"ld+json").is_some() || written.contains(&b'&');
                if !is_read {
                    self.leave_out(tag.end, end, "");
                }
                Ok(end)
            }
            Kind::Drawing if tag.self_closed || !self.is_sure => Ok(tag.end),
            Kind::Drawing => {
                let end = self.draw(tag.end)?;
                if let Some(end) = end {
                    self.leave_out(tag.end, end, "");
                } else {
                    self.is_sure = false;
                }
                Ok(end.unwrap_or(tag.end))
            }
            Kind::Peculiar => {
                self.is_sure = false;
                Ok(tag.end)
            }
            Kind::Select => {
                self.in_select = true;
                Ok(tag.end)
            }
        }
    }

    /// The place of the end tag of the drawing whose content begins at `from`; nothing when something in it makes the
    /// parser leave the drawing, or asks for rules that are not known here.
    fn draw(&mut self, from: usize) -> Result<Option<usize>, String> {
        let bytes = self.html.as_bytes();
        let before = self.counts;
        let mut open: Vec<&[u8]> = vec![b"svg"];
        let mut at = from;
        while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
            let start = at + found;
            at = match tags::read(bytes, start) {
                Markup::Text => start + 1,
                Markup::Comment(end) => end,
                Markup::Other(_) | Markup::Unfinished => break,
                Markup::Tag(tag) => {
                    let top = open.last().copied().unwrap_or_default();
                    let holds_text = [&b"title"[..], b"desc"].iter().any(|name| name.eq_ignore_ascii_case(top));
                    if tag.closing {
                        let place = open.iter().rposition(|name| name.eq_ignore_ascii_case(tag.name));
                        let Some(place) = place else { break };
                        open.truncate(place);
                        if open.is_empty() {
                            return Ok(Some(start));
                        }
                    } else if holds_text || leaves_drawing(tag.name) || open.len() > MAX_DRAWN {
                        break;
                    } else if !tag.self_closed {
                        open.push(tag.name);
                    }
                    self.counts.tag(&tag, Kind::Plain)?;
                    tag.end
                }
            };
        }
        // It is read again as the rest of the page is.
        self.counts = before;
        Ok(None)
    }

    fn leave_out_attributes(&mut self, tag: &Tag<'_>) {
        let bytes = self.html.as_bytes();
        for Attribute { start, name_end, end } in tag.attributes(bytes) {
            let is_unread = self.html.get(start..name_end).is_some_and(|name| unread::is_unread(name, self.asked));
            // A name before it would take the value.
            let is_apart = || bytes[end..].iter().find(|byte| !tags::is_space(**byte)) != Some(&b'=');
            if is_unread && is_apart() {
                self.leave_out(start, end, "");
            }
        }
    }

    fn leave_out(&mut self, from: usize, to: usize, instead: &str) {
        if self.is_sure && to > from + instead.len() {
            if self.copied == 0 {
                self.kept.reserve(self.html.len() * 3 / 4);
            }
            self.kept.push_str(&self.html[self.copied..from]);
            self.kept.push_str(instead);
            self.copied = to;
        }
    }
}

/// Elements that end a drawing or hold HTML in it (HTML standard §13.2.6.5).
fn leaves_drawing(name: &[u8]) -> bool {
    const NAMES: [&str; 47] = [
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "font",
        "foreignobject",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "i",
        "img",
        "li",
        "listing",
        "menu",
        "meta",
        "nobr",
        "ol",
        "p",
        "pre",
        "ruby",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tt",
        "u",
        "ul",
        "var",
        "math",
    ];
    NAMES.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

/// What has been met so far.
#[derive(Clone, Copy, Default)]
struct Counts {
    tags: usize,
    depth: usize,
    loose: usize,
    formatting: usize,
    rebuilt: usize,
}

impl Counts {
    fn tag(&mut self, tag: &Tag<'_>, kind: Kind) -> Result<(), String> {
        let refused = |what: String| Err(format!("page refused before parsing: {what}"));
        if tag.attributes > MAX_ATTRIBUTES {
            return refused(format!("a tag with {} attributes", tag.attributes));
        }
        self.tags += 1;
        if self.tags > MAX_TAGS {
            return refused(format!("more than {MAX_TAGS} tags"));
        }
        let count = match kind {
            // The pass goes on at their end tag, so they cannot nest.
            Kind::Void | Kind::Text | Kind::Silent | Kind::Script => return Ok(()),
            _ if tag.self_closed => return Ok(()),
            Kind::Formatting => &mut self.formatting,
            Kind::OptionalEnd => &mut self.loose,
            _ => &mut self.depth,
        };
        *count = if tag.closing { count.saturating_sub(1) } else { *count + 1 };
        if !tag.closing {
            self.rebuilt += self.formatting;
        }
        if self.rebuilt > MAX_REBUILT {
            return refused("formatting elements left open over many blocks".to_owned());
        }
        if self.formatting > MAX_FORMATTING {
            return refused(format!("{} formatting elements left open", self.formatting));
        }
        if self.depth > MAX_DEPTH {
            return refused(format!("elements nested more than {MAX_DEPTH} deep"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_only_what_explodes() {
        let check = |html: String, word: &str| {
            let verdict = admit(&html, &[]).err().unwrap_or_default();
            let head: String = html.chars().take(30).collect();
            assert!(verdict.contains(word) && verdict.is_empty() == word.is_empty(), "{head}: {verdict:?}");
        };
        check("<p>Một đoạn văn".repeat(5_000), "");
        check("<ul><li>".repeat(32_000), "nested");
        check("<b><i><font>".repeat(3_000), "formatting");
        check(format!("<div {}>", "a ".repeat(2_000)), "attributes");
        check("<font color=red>".repeat(100) + &"<p>Đoạn".repeat(20_000), "formatting");
        check("<table><tr><td>".repeat(100), "");
        check("x".repeat(MAX_BYTES + 1), "too large");
        check("<br>".repeat(MAX_TAGS + 1), "tags");
        check(format!("<script>{}</script><p>x</p>", "if (a<b) c('<div>');".repeat(1_000)), "");
        check(format!("<!--{}-->", "<div>".repeat(1_000)), "");
        check("<svg>".to_owned() + &"<path d='M0'/>".repeat(1_000) + "</svg>", "");
        check("<a title='x>".to_owned(), "");
    }
}
