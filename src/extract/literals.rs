//! Which of many texts stand in a page: one search for a few dozen of them at a time, by the vector instructions that
//! `regex` uses for as many, and by no table that grows with them.

use regex::bytes::Regex;

/// Texts of one search: with more of them the vector instructions find too many false beginnings.
const AT_ONCE: usize = 32;

/// Texts to look for.
pub(super) struct Literals {
    texts: Vec<String>,
    /// For each run of [`AT_ONCE`] texts a pattern that finds any of them.
    searches: Vec<Option<Regex>>,
}

impl Literals {
    /// Prepares `texts` for searching.
    pub(super) fn new(texts: Vec<String>) -> Self {
        let any = |texts: &[String]| texts.iter().map(|text| regex::escape(text)).collect::<Vec<_>>().join("|");
        // Escaped texts only fail to compile when they are megabytes: those are looked for one by one.
        let searches = texts.chunks(AT_ONCE).map(|texts| Regex::new(&any(texts)).ok()).collect();
        Self { texts, searches }
    }

    /// The places in the list of the texts that `page` holds, each once.
    pub(super) fn found_in(&self, page: &str) -> Vec<usize> {
        let mut found = vec![false; self.texts.len()];
        for ((search, texts), found) in
            self.searches.iter().zip(self.texts.chunks(AT_ONCE)).zip(found.chunks_mut(AT_ONCE))
        {
            let mut at = 0;
            match search {
                Some(search) => {
                    while let Some(place) = search.find_at(page.as_bytes(), at).map(|place| place.start()) {
                        // Several texts may begin at one place, and others inside of what was found.
                        for (text, found) in texts.iter().zip(found.iter_mut()) {
                            *found = *found || page.as_bytes()[place..].starts_with(text.as_bytes());
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
