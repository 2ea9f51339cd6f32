//! XML of office documents, event by event. Only the five predefined entities and character references mean
//! anything; a document type with entities of its own is passed over, so none of them is ever expanded.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// Deeper elements than any document has.
const MAX_DEPTH: usize = 256;

/// What stands in a part.
pub(super) enum Node<'a> {
    /// An element begins; an empty one ends at once. Names are without their prefix.
    Start(&'a str, &'a BytesStart<'a>),
    End(&'a str),
    Text(&'a str),
}

/// Walks through a part until it ends, is damaged, or `visit` has enough. What was read up to the damage counts.
pub(super) fn walk(bytes: &[u8], mut visit: impl FnMut(Node<'_>) -> bool) {
    let text = decoded(bytes);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_end_names = false;
    let mut depth = 0_usize;
    loop {
        let goes_on = match reader.read_event() {
            Ok(Event::Start(element)) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return;
                }
                let name = element.local_name();
                visit(Node::Start(name.as_ref(), &element))
            }
            Ok(Event::Empty(element)) => {
                let name = element.local_name();
                visit(Node::Start(name.as_ref(), &element)) && visit(Node::End(name.as_ref()))
            }
            Ok(Event::End(element)) => {
                depth = depth.saturating_sub(1);
                visit(Node::End(element.local_name().as_ref()))
            }
            Ok(Event::Text(text)) => visit(Node::Text(&text)),
            Ok(Event::CData(text)) => visit(Node::Text(&text)),
            Ok(Event::GeneralRef(name)) => match meaning(&name) {
                Some(c) => visit(Node::Text(c.encode_utf8(&mut [0; 4]))),
                None => true,
            },
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => true,
        };
        if !goes_on {
            return;
        }
    }
}

/// The value of an attribute, by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}

/// What `&name;` stands for: one character, or nothing.
fn meaning(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        name => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            number.ok().and_then(char::from_u32)
        }
    }
}

/// Office writes UTF-8, and UTF-16 with its mark now and then.
fn decoded(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0,
        None => String::from_utf8_lossy(bytes),
    }
}
