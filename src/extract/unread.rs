//! Attributes that no step of extraction reads and no selector asks for: addresses of images in all sizes, hooks for
//! scripts, labels for measuring. They are a tenth to a half of the markup of a page of news, and dear to parse.

use super::selector::Asked;

/// Read by nobody here, whatever the element.
const NAMES: [&str; 20] = [
    "allow",
    "allowfullscreen",
    "autocomplete",
    "classname",
    "crossorigin",
    "decoding",
    "fetchpriority",
    "frameborder",
    "imagesizes",
    "imagesrcset",
    "innerhtml",
    "integrity",
    "loading",
    "media",
    "placeholder",
    "referrerpolicy",
    "sizes",
    "tabindex",
    "target",
    "usemap",
];

/// Of the attributes that scripts leave in the markup those that are read: marks of what an element is, and images.
const READ_DATA: [&str; 6] = ["role", "testid", "component", "src", "original", "lazy-src"];

/// Words in the names of attributes that hold a moment.
const MOMENTS: [&str; 5] = ["time", "date", "stamp", "publish", "posted"];

/// Whether the attribute `name`, as it is written, can be left out of the markup.
pub(super) fn is_unread(name: &str, asked: &[&Asked]) -> bool {
    /// A longer name is no attribute's.
    const LONGEST: usize = 64;
    let mut lower = [0_u8; LONGEST];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let Ok(name) = std::str::from_utf8(lower) else { return false };
    let is_idle = if let Some(rest) = name.strip_prefix("data-") {
        !READ_DATA.contains(&rest) && !MOMENTS.iter().any(|word| rest.contains(word))
    } else {
        name.starts_with("aria-") || name.starts_with("on") && name.len() > 4 || NAMES.contains(&name)
    };
    is_idle && !asked.iter().any(|asked| asked.holds(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_asks_for_is_unread() {
        let mut asked = Asked::default();
        asked.add("img.lead@decoding");
        asked.add("[data-kind='x'] > [ DATA-Place |= vi ]");
        let check =
            |name: &str, expected: bool| assert_eq!(is_unread(name, &[&Asked::default(), &asked]), expected, "{name}");
        check("sizes", true);
        check("srcset", false);
        check("data-tracking", true);
        check("onClick", true);
        check("ARIA-label", true);
        check("decoding", false);
        check("data-kind", false);
        check("data-place", false);
        check("data-role", false);
        check("data-publish-time", false);
        check("data-src", false);
        check("class", false);
        check("href", false);
        check("style", false);
        check("on", false);
        let mut escaped = Asked::default();
        escaped.add(r"[data\-x]");
        assert!(!is_unread("sizes", &[&escaped]), "a name that is written with an escape can be any");
    }
}
