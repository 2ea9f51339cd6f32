//! What HTML elements are to a reader of text: which start a line, which hold none.

/// Whether elements of this name start a new line.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "aside"
            | "header"
            | "footer"
            | "nav"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "table"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "td"
            | "th"
            | "caption"
            | "blockquote"
            | "pre"
            | "figure"
            | "figcaption"
            | "form"
            | "fieldset"
            | "address"
            | "center"
            | "hr"
            | "details"
            | "summary"
            | "body"
            | "html"
            | "amp-img"
    )
}

/// Whether elements of this name hold no text for readers.
pub(super) fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "svg"
            | "select"
            | "iframe"
            | "object"
            | "head"
            | "video"
            | "audio"
            | "canvas"
            | "map"
            | "textarea"
            | "math"
            | "datalist"
            | "embed"
    )
}
