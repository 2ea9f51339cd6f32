//! Pieces of text with their places in, lines and paragraphs out. The order is the document's own: a page that is
//! written in columns is read in columns.

/// A stretch of glyphs that were shown together.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Beginning and end along the line, and the height of the line, all in points.
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) height: f64,
    /// The direction of the line in whole degrees.
    pub(super) angle: i32,
    /// Size of the letters in points.
    pub(super) size: f64,
    pub(super) text: String,
}

/// Distances in letters' sizes.
const SAME_LINE: f64 = 0.55;
const BLANK: f64 = 0.16;
const COLUMN: f64 = 2.0;
const NEXT_LINE: f64 = 2.1;
const FULL_LINE: f64 = 5.0;

struct Line {
    from: f64,
    to: f64,
    height: f64,
    angle: i32,
    size: f64,
    text: String,
}

/// The text of a page.
pub(super) fn text(pieces: Vec<Piece>) -> String {
    let lines = lines(pieces);
    let right = lines.iter().map(|line| line.to).fold(f64::MIN, f64::max);
    let mut out = String::new();
    let mut before: Option<&Line> = None;
    for line in lines.iter().filter(|line| !line.text.trim().is_empty()) {
        if let Some(before) = before {
            out.push(if goes_on(before, line, right) { ' ' } else { '\n' });
        }
        out.push_str(line.text.trim());
        before = Some(line);
    }
    out
}

fn lines(pieces: Vec<Piece>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for piece in pieces {
        let size = piece.size.max(1.0);
        if let Some(line) = lines.last_mut() {
            let gap = piece.from - line.to;
            let same = line.angle == piece.angle
                && (line.height - piece.height).abs() < SAME_LINE * size.max(line.size)
                && gap > -2.0 * size;
            if same {
                let ends_blank = line.text.ends_with([' ', '\t']) || piece.text.starts_with(' ');
                if gap > COLUMN * size {
                    line.text.push('\t');
                } else if gap > BLANK * size && !ends_blank {
                    line.text.push(' ');
                }
                line.text.push_str(&piece.text);
                line.to = line.to.max(piece.to);
                line.size = line.size.max(size);
                continue;
            }
        }
        let Piece { from, to, height, angle, text, .. } = piece;
        lines.push(Line { from, to, height, angle, size, text });
    }
    lines
}

/// A line that fills its column goes on in the next one.
fn goes_on(before: &Line, line: &Line, right: f64) -> bool {
    let down = before.height - line.height;
    let size = before.size.max(line.size);
    before.angle == line.angle
        && down > 0.0
        && down < NEXT_LINE * size
        && (before.size - line.size).abs() < 0.2 * size
        && right - before.to < FULL_LINE * size
        && line.from - before.from < size
        && !before.text.contains('\t')
}
