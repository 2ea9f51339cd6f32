//! A font as far as text needs it: how codes are cut from a string, which letters each code shows (ISO 32000-1 §9.10),
//! and how wide it is.

use std::collections::HashMap;

use hayro_cmap::{BfString, CMap, CMapName};
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};

use super::glyph_names;

/// Bytes of a CMap that are read: that of a font with every glyph there is has some 300 KB.
const MAX_CMAP: usize = 4 << 20;
/// Widths that are kept of a font.
const MAX_WIDTHS: usize = 70_000;

/// How the codes of a string are cut.
enum Codes {
    /// One byte each.
    Single,
    /// Two bytes each; the code is the character's own number.
    Double,
    /// Two bytes each, and they are UTF-16 already.
    Unicode,
    /// As the font's own CMap says.
    Mapped(Box<CMap>),
}

pub(super) struct Font {
    codes: Codes,
    to_unicode: Option<CMap>,
    /// Letters of the 256 codes of a simple font.
    table: Vec<Option<String>>,
    widths: HashMap<u32, f64>,
    ranges: Vec<(u32, u32, f64)>,
    default_width: f64,
    /// From the units of widths to those of text.
    scale: f64,
}

/// One code of a string.
pub(super) struct Glyph {
    /// Nothing when the font does not say.
    pub(super) letters: Option<String>,
    /// In units of text, for a size of 1.
    pub(super) width: f64,
    /// A one-byte code 32, to which word spacing belongs.
    pub(super) is_blank: bool,
}

impl Font {
    pub(super) fn read(dict: &Dict<'_>) -> Self {
        let to_unicode = dict
            .get::<Stream<'_>>("ToUnicode")
            .and_then(|stream| stream.decoded_data().ok().map(std::borrow::Cow::into_owned))
            .filter(|data| data.len() <= MAX_CMAP)
            .and_then(|data| CMap::parse(&data, |_: CMapName<'_>| None::<&'static [u8]>));
        let kind = name_of(dict, "Subtype");
        if kind == "Type0" { Self::composite(dict, to_unicode) } else { Self::simple(dict, to_unicode, &kind) }
    }

    fn simple(dict: &Dict<'_>, to_unicode: Option<CMap>, kind: &str) -> Self {
        let first = dict.get::<Number>("FirstChar").map_or(0, |number| number.as_i64());
        let mut widths = HashMap::new();
        if let Some(list) = dict.get::<Array<'_>>("Widths") {
            for (code, width) in (first..).zip(list.iter::<Number>()).take(256) {
                if let Ok(code) = u32::try_from(code) {
                    widths.insert(code, width.as_f64());
                }
            }
        }
        let descriptor = dict.get::<Dict<'_>>("FontDescriptor");
        let missing = descriptor.and_then(|descriptor| descriptor.get::<Number>("MissingWidth"));
        let default_width = match missing {
            Some(width) if !widths.is_empty() => width.as_f64(),
            _ if widths.is_empty() => 520.0,
            _ => 0.0,
        };
        let matrix = dict.get::<Array<'_>>("FontMatrix").and_then(|list| list.iter::<Number>().next());
        let scale = matrix.filter(|_| kind == "Type3").map_or(0.001, |number| number.as_f64().abs());
        Self { codes: Codes::Single, to_unicode, table: table(dict), widths, ranges: Vec::new(), default_width, scale }
    }

    fn composite(dict: &Dict<'_>, to_unicode: Option<CMap>) -> Self {
        let codes = match dict.get::<Object<'_>>("Encoding") {
            Some(Object::Name(name)) => {
                let name = String::from_utf8_lossy(&name).into_owned();
                if name.contains("UCS2") || name.contains("UTF16") { Codes::Unicode } else { Codes::Double }
            }
            Some(Object::Stream(stream)) => stream
                .decoded_data()
                .ok()
                .filter(|data| data.len() <= MAX_CMAP)
                .and_then(|data| CMap::parse(&data, |_: CMapName<'_>| None::<&'static [u8]>))
                .map_or(Codes::Double, |map| Codes::Mapped(Box::new(map))),
            _ => Codes::Double,
        };
        let descendant = dict.get::<Array<'_>>("DescendantFonts").and_then(|list| list.iter::<Dict<'_>>().next());
        let mut font = Self {
            codes,
            to_unicode,
            table: Vec::new(),
            widths: HashMap::new(),
            ranges: Vec::new(),
            default_width: 1_000.0,
            scale: 0.001,
        };
        if let Some(descendant) = descendant {
            font.default_width = descendant.get::<Number>("DW").map_or(1_000.0, |width| width.as_f64());
            if let Some(list) = descendant.get::<Array<'_>>("W") {
                font.composite_widths(&list);
            }
        }
        font
    }

    /// `c [w1 w2 …]` and `first last w`, mixed.
    fn composite_widths(&mut self, list: &Array<'_>) {
        let mut items = list.iter::<Object<'_>>().take(MAX_WIDTHS);
        while let Some(first) = items.next().and_then(whole) {
            match items.next() {
                Some(Object::Array(widths)) => {
                    for (code, width) in (first..).zip(widths.iter::<Number>()).take(MAX_WIDTHS) {
                        if self.widths.len() >= MAX_WIDTHS {
                            return;
                        }
                        self.widths.insert(code, width.as_f64());
                    }
                }
                Some(last) => {
                    let (Some(last), Some(Object::Number(width))) = (whole(last), items.next()) else { return };
                    self.ranges.push((first, last, width.as_f64()));
                }
                None => return,
            }
        }
    }

    /// The glyphs of a string.
    pub(super) fn glyphs(&self, string: &[u8], mut each: impl FnMut(Glyph)) {
        let mut at = 0;
        while at < string.len() {
            let (code, length, cid) = self.next(&string[at..]);
            at += length;
            each(Glyph {
                letters: self.letters(code),
                width: self.width(cid) * self.scale,
                is_blank: length == 1 && code == 32,
            });
        }
    }

    /// The next code, its bytes and the number under which its width stands.
    fn next(&self, rest: &[u8]) -> (u32, usize, u32) {
        let one = u32::from(rest[0]);
        let two = rest.get(1).map(|low| one << 8 | u32::from(*low));
        match (&self.codes, two) {
            (Codes::Single, _) | (_, None) => (one, 1, one),
            (Codes::Double | Codes::Unicode, Some(two)) => (two, 2, two),
            (Codes::Mapped(map), Some(two)) => match (map.lookup_cid_code(one, 1), map.lookup_cid_code(two, 2)) {
                (_, Some(cid)) => (two, 2, cid),
                (Some(cid), None) => (one, 1, cid),
                (None, None) => (two, 2, two),
            },
        }
    }

    fn width(&self, cid: u32) -> f64 {
        let listed = self.widths.get(&cid).copied();
        let ranged =
            || self.ranges.iter().find(|(first, last, _)| (*first..=*last).contains(&cid)).map(|found| found.2);
        listed.or_else(ranged).unwrap_or(self.default_width)
    }

    fn letters(&self, code: u32) -> Option<String> {
        let mapped = self.to_unicode.as_ref().and_then(|map| map.lookup_bf_string(code)).map(|found| match found {
            BfString::Char(c) => c.to_string(),
            BfString::String(text) => text,
        });
        if let Some(mapped) = mapped.filter(|mapped| !mapped.chars().all(|c| c == '\0' || c == '\u{fffd}')) {
            return Some(mapped);
        }
        match self.codes {
            Codes::Single => self.table.get(usize::try_from(code).ok()?)?.clone(),
            Codes::Unicode => char::from_u32(code).map(String::from),
            Codes::Double | Codes::Mapped(_) => None,
        }
    }
}

/// The letters of a simple font's codes: a base encoding and the names that differ from it.
fn table(dict: &Dict<'_>) -> Vec<Option<String>> {
    let (base, differences) = match dict.get::<Object<'_>>("Encoding") {
        Some(Object::Name(name)) => (String::from_utf8_lossy(&name).into_owned(), None),
        Some(Object::Dict(encoding)) => (name_of(&encoding, "BaseEncoding"), encoding.get::<Array<'_>>("Differences")),
        _ => (String::new(), None),
    };
    let encoding = if base == "MacRomanEncoding" { encoding_rs::MACINTOSH } else { encoding_rs::WINDOWS_1252 };
    let mut table: Vec<Option<String>> = (0..=255_u8)
        .map(|code| {
            let (text, _) = encoding.decode_without_bom_handling(std::slice::from_ref(&code));
            (code >= 32).then(|| text.into_owned())
        })
        .collect();
    let mut code = 0_usize;
    for item in differences.iter().flat_map(Array::iter::<Object<'_>>).take(1_024) {
        match item {
            Object::Number(number) => code = usize::try_from(number.as_i64()).unwrap_or(256),
            Object::Name(name) => {
                if let Some(letters) = table.get_mut(code) {
                    *letters = glyph_names::letters(&String::from_utf8_lossy(&name));
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    table
}

fn name_of(dict: &Dict<'_>, key: &str) -> String {
    dict.get::<Name<'_>>(key).map(|name| String::from_utf8_lossy(&name).into_owned()).unwrap_or_default()
}

fn whole(object: Object<'_>) -> Option<u32> {
    object.into_number().and_then(|number| u32::try_from(number.as_i64()).ok())
}
