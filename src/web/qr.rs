//! A text in, a QR code out: the side of its square and one path of SVG, which needs no picture, no script and no style.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of light around the code (ISO/IEC 18004, 9.1).
const QUIET: usize = 4;

/// A code that can be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    /// Modules of a side, the light around them included.
    pub(super) side: usize,
    /// The dark modules as the `d` of a path: each run of a row is one stroke down, right, up.
    pub(super) path: String,
}

/// Draws a text; nothing when it is too long for a code that a phone reads from a screen.
pub(super) fn draw(text: &str) -> Option<Drawn> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        let mut from = 0;
        for run in modules.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let (x, y, length) = (from + QUIET, row + QUIET, run.len());
                path += &format!("M{x} {y}h{length}v1h-{length}z");
            }
            from += run.len();
        }
    }
    Some(Drawn { side: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// What is drawn is what was encoded, module by module.
    #[test]
    fn every_module_is_where_it_belongs() {
        let check = |text: &str| {
            let drawn = draw(text).unwrap();
            let mut dark = vec![vec![false; drawn.side]; drawn.side];
            for stroke in drawn.path.split('M').skip(1) {
                let numbers: Vec<usize> =
                    stroke.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
                dark[numbers[1]][numbers[0]..numbers[0] + numbers[2]].fill(true);
            }
            let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
            assert_eq!(drawn.side, code.width() + 8);
            for (y, row) in dark.iter().enumerate() {
                for (x, is_dark) in row.iter().enumerate() {
                    let inside = (QUIET..drawn.side - QUIET).contains(&x) && (QUIET..drawn.side - QUIET).contains(&y);
                    let expected = inside && code[(x - QUIET, y - QUIET)] == Color::Dark;
                    assert_eq!(*is_dark, expected, "{x} {y} of {text}");
                }
            }
        };
        check("lantoa");
        check(
            "otpauth://totp/lantoa:lan?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=lantoa&algorithm=SHA1&digits=6&period=30",
        );
        assert_eq!(draw(&"a".repeat(5_000)), None);
    }
}
