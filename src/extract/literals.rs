//! Which of many texts stand in a page: one search for a few dozen of them at a time, by the vector instructions that
//! `regex` uses for as many, and by no table that grows with them.

use regex::bytes::Regex;

/// Texts of one search: with more of them the vector instructions find too many false beginnings.
const AT_ONCE: usize = 32;

/// Bytes that a search compares at once.
const WINDOW: usize = 4;

/// Texts to look for.
pub(super) struct Literals {
    texts: Vec<String>,
    /// How far from the beginning of each text its search begins.
    rare: Vec<usize>,
    /// For each run of [`AT_ONCE`] texts a pattern that finds any of them.
    searches: Vec<Option<Regex>>,
}

impl Literals {
    /// Prepares `texts` for searching.
    pub(super) fn new(texts: Vec<String>) -> Self {
        let rare: Vec<usize> = texts.iter().map(|text| rare_place(text)).collect();
        let ends: Vec<String> = texts.iter().zip(&rare).map(|(text, &rare)| regex::escape(&text[rare..])).collect();
        // Escaped texts only fail to compile when they are megabytes: those are looked for one by one.
        let searches = ends.chunks(AT_ONCE).map(|ends| Regex::new(&ends.join("|")).ok()).collect();
        Self { texts, rare, searches }
    }

    /// The places in the list of the texts that `page` holds, each once.
    pub(super) fn found_in(&self, page: &str) -> Vec<usize> {
        let mut found = vec![false; self.texts.len()];
        let page_bytes = page.as_bytes();
        for (chunk, (search, found)) in self.searches.iter().zip(found.chunks_mut(AT_ONCE)).enumerate() {
            let first = chunk * AT_ONCE;
            let (texts, rare) = (&self.texts[first..first + found.len()], &self.rare[first..first + found.len()]);
            let mut at = 0;
            match search {
                Some(search) => {
                    while let Some(place) = search.find_at(page_bytes, at).map(|place| place.start()) {
                        // Several texts may stand around one place, and others inside of what was found.
                        for ((text, rare), found) in texts.iter().zip(rare).zip(found.iter_mut()) {
                            let start = place.checked_sub(*rare);
                            *found |= start.is_some_and(|start| page_bytes[start..].starts_with(text.as_bytes()));
                        }
                        at = place + 1;
                    }
                }
                None => found.iter_mut().zip(texts).for_each(|(found, text)| *found = page.contains(text.as_str())),
            }
        }
        (0..found.len()).filter(|&place| found[place]).collect()
    }
}

/// Where in `text` the bytes begin that pages hold least often: a search from there stops seldom for nothing.
/// `content="` begins many a text, and stands in every page.
fn rare_place(text: &str) -> usize {
    let bytes = text.as_bytes();
    let commonness = |place: &usize| bytes[*place..*place + WINDOW].iter().map(|byte| commonness(*byte)).sum::<usize>();
    let places = (0..=bytes.len().saturating_sub(WINDOW)).filter(|&place| text.is_char_boundary(place));
    if bytes.len() < WINDOW { 0 } else { places.min_by_key(commonness).unwrap_or(0) }
}

/// How often a byte stands in markup, from 0 to 26, by its kind and by the usual order of letters.
fn commonness(byte: u8) -> usize {
    const LETTERS: &[u8; 26] = b"zqjxkvbywgpfmucdlhrsnioate";
    match byte {
        b'a'..=b'z' => LETTERS.iter().position(|known| *known == byte).unwrap_or(0) + 1,
        b'"' | b'=' | b'/' | b' ' | b'<' | b'>' => 24,
        b'-' => 20,
        b'.' | b'0'..=b'9' => 16,
        b'_' => 12,
        b'A'..=b'Z' => 8,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_found_whatever_it_overlaps() {
        let texts: Vec<String> =
            ["umbraco", "/umbraco/", "raco/x", ".nsf/", "a.b"].map(str::to_owned).into_iter().collect();
        let many: Vec<String> = texts.iter().cloned().chain((0..100).map(|n| format!("dấu {n} hết"))).collect();
        let literals = Literals::new(many);
        let check = |page: &str, expected: &[usize]| assert_eq!(literals.found_in(page), expected, "{page}");
        check("", &[]);
        check("<a href=/umbraco/x>", &[0, 1, 2]);
        check("a-b.nsf/ axb", &[3]);
        check("dấu 7 hết, dấu 77 hết, a.b", &[4, 12, 82]);
    }
}
