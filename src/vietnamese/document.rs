//! Numbers of legal and administrative documents: `42/2022/NĐ-CP`.

/// The canonical numbers that `text` cites, each once, in order.
#[must_use]
pub fn find(_text: &str) -> Vec<String> {
    Vec::new()
}

/// The canonical form of one number, or nothing when `text` is not one.
#[must_use]
pub fn canonical(_text: &str) -> Option<String> {
    None
}
