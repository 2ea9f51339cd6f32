//! The operators of a page in, pieces of text with their places out. Forms that a page draws and the looks of its
//! annotations, among them stamps, count as its text; pictures are only noted.

use std::collections::HashMap;
use std::rc::Rc;

use hayro_syntax::content::{TypedIter, ops::TypedInstruction as Op};
use hayro_syntax::object::{Array, Dict, Number, Object, Stream};
use hayro_syntax::page::{Page, Resources};

use super::font::Font;
use super::layout::Piece;
use crate::extract::attachment::Limits;

/// Operators of a whole document: a map of vectors may have millions and no text.
const MAX_OPERATORS: usize = 8_000_000;
/// Forms inside forms.
const MAX_FORMS_DEEP: usize = 8;
/// Forms drawn on one page: each may draw many others, and so on.
const MAX_FORMS: usize = 400;
/// States that are kept by `q`.
const MAX_STATES: usize = 64;
/// Annotations of a page.
const MAX_ANNOTATIONS: usize = 200;

/// `[a b c d e f]` as in ISO 32000-1 §8.3.3.
#[derive(Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// First `self`, then `then`.
    fn and(self, then: Self) -> Self {
        let ([a, b, c, d, e, f], [ta, tb, tc, td, te, tf]) = (self.0, then.0);
        Self([
            a * ta + b * tc,
            a * tb + b * td,
            c * ta + d * tc,
            c * tb + d * td,
            e * ta + f * tc + te,
            e * tb + f * td + tf,
        ])
    }

    fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    fn of(list: &Array<'_>) -> Self {
        let mut matrix = Self::IDENTITY;
        for (place, number) in matrix.0.iter_mut().zip(list.iter::<Number>()) {
            *place = number.as_f64();
        }
        matrix
    }
}

#[derive(Clone)]
struct State {
    page: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    between_letters: f64,
    between_words: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// Reads pages; fonts are read once, and the bounds hold for the whole document.
pub(super) struct Reader {
    fonts: HashMap<hayro_syntax::object::ObjectIdentifier, Rc<Font>>,
    operators: usize,
    letters_left: usize,
    forms: usize,
    pieces: Vec<Piece>,
    /// Glyphs whose letters are known, and those whose are not.
    pub(super) known: usize,
    pub(super) unknown: usize,
    pub(super) has_pictures: bool,
}

impl Reader {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            fonts: HashMap::new(),
            operators: MAX_OPERATORS,
            // Shown twice over, as by a shadow, a text still fits.
            letters_left: limits.text_chars.saturating_mul(4),
            forms: 0,
            pieces: Vec::new(),
            known: 0,
            unknown: 0,
            has_pictures: false,
        }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.operators == 0 || self.letters_left == 0
    }

    pub(super) fn page(&mut self, page: &Page<'_>) -> Vec<Piece> {
        self.forms = MAX_FORMS;
        self.run(page.typed_operations(), page.resources(), Matrix::IDENTITY, 0);
        self.annotations(page);
        std::mem::take(&mut self.pieces)
    }

    fn annotations(&mut self, page: &Page<'_>) {
        let Some(list) = page.raw().get::<Array<'_>>("Annots") else { return };
        for annotation in list.iter::<Dict<'_>>().take(MAX_ANNOTATIONS) {
            let looks = annotation.get::<Dict<'_>>("AP").and_then(|looks| looks.get::<Stream<'_>>("N"));
            if let Some(form) = looks {
                // Where exactly it stands does not matter: it is a line, or some, of its own.
                self.form(&form, page.resources(), Matrix::IDENTITY, 1);
            }
        }
    }

    fn form(&mut self, form: &Stream<'_>, outer: &Resources<'_>, page: Matrix, depth: usize) {
        if depth > MAX_FORMS_DEEP || self.forms == 0 {
            return;
        }
        self.forms -= 1;
        let Ok(data) = form.decoded_data() else { return };
        let dict = form.dict();
        let own = dict.get::<Dict<'_>>("Resources").map(Resources::new);
        let matrix = dict.get::<Array<'_>>("Matrix").map_or(Matrix::IDENTITY, |list| Matrix::of(&list));
        self.run(TypedIter::new(&data), own.as_ref().unwrap_or(outer), matrix.and(page), depth);
    }

    fn run(&mut self, mut operators: TypedIter<'_>, resources: &Resources<'_>, page: Matrix, depth: usize) {
        let mut state = State {
            page,
            font: None,
            size: 1.0,
            between_letters: 0.0,
            between_words: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        let mut kept: Vec<State> = Vec::new();
        let (mut line, mut text) = (Matrix::IDENTITY, Matrix::IDENTITY);
        while let Some(operator) = operators.next() {
            if self.is_spent() {
                return;
            }
            self.operators -= 1;
            let mut next_line = |x: f64, y: f64| {
                line = Matrix::shift(x, y).and(line);
                line
            };
            match operator {
                Op::SaveState(_) if kept.len() < MAX_STATES => kept.push(state.clone()),
                Op::RestoreState(_) => {
                    if let Some(before) = kept.pop() {
                        state = before;
                    }
                }
                Op::Transform(m) => state.page = matrix([m.0, m.1, m.2, m.3, m.4, m.5]).and(state.page),
                Op::BeginText(_) => (line, text) = (Matrix::IDENTITY, Matrix::IDENTITY),
                Op::SetTextMatrix(m) => {
                    line = matrix([m.0, m.1, m.2, m.3, m.4, m.5]);
                    text = line;
                }
                Op::NextLine(to) => text = next_line(to.0.as_f64(), to.1.as_f64()),
                Op::NextLineAndSetLeading(to) => {
                    state.leading = -to.1.as_f64();
                    text = next_line(to.0.as_f64(), to.1.as_f64());
                }
                Op::NextLineUsingLeading(_) => text = next_line(0.0, -state.leading),
                Op::CharacterSpacing(number) => state.between_letters = number.0.as_f64(),
                Op::WordSpacing(number) => state.between_words = number.0.as_f64(),
                Op::HorizontalScaling(number) => state.stretch = number.0.as_f64() / 100.0,
                Op::TextLeading(number) => state.leading = number.0.as_f64(),
                Op::TextRise(number) => state.rise = number.0.as_f64(),
                Op::TextFont(font) => {
                    state.size = font.1.as_f64();
                    state.font = resources.get_font(font.0).map(|dict| self.font(&dict));
                }
                Op::ShowText(string) => self.show(&state, &mut text, string.0.as_bytes()),
                Op::NextLineAndShowText(string) => {
                    text = next_line(0.0, -state.leading);
                    self.show(&state, &mut text, string.0.as_bytes());
                }
                Op::ShowTextWithParameters(with) => {
                    state.between_words = with.0.as_f64();
                    state.between_letters = with.1.as_f64();
                    text = next_line(0.0, -state.leading);
                    self.show(&state, &mut text, with.2.as_bytes());
                }
                Op::ShowTexts(list) => {
                    for item in list.0.iter::<Object<'_>>() {
                        match item {
                            Object::String(string) => self.show(&state, &mut text, string.as_bytes()),
                            Object::Number(back) => {
                                let x = -back.as_f64() / 1_000.0 * state.size * state.stretch;
                                text = Matrix::shift(x, 0.0).and(text);
                            }
                            _ => {}
                        }
                    }
                }
                Op::XObject(name) => {
                    if let Some(object) = resources.get_x_object(name.0) {
                        let kind = object.dict().get::<hayro_syntax::object::Name<'_>>("Subtype");
                        if kind.is_some_and(|kind| &*kind == b"Form") {
                            self.form(&object, resources, state.page, depth + 1);
                        } else {
                            self.has_pictures = true;
                        }
                    }
                }
                Op::InlineImage(_) => self.has_pictures = true,
                _ => {}
            }
        }
    }

    fn font(&mut self, dict: &Dict<'_>) -> Rc<Font> {
        let Some(id) = dict.obj_id() else { return Rc::new(Font::read(dict)) };
        Rc::clone(self.fonts.entry(id).or_insert_with(|| Rc::new(Font::read(dict))))
    }

    /// Shows a string: it becomes a piece, and the place moves on behind it.
    fn show(&mut self, state: &State, text: &mut Matrix, string: &[u8]) {
        let Some(font) = &state.font else { return };
        let mut letters = String::new();
        let mut advance = 0.0;
        font.glyphs(string, |glyph| {
            match glyph.letters {
                Some(shown) => {
                    self.known += 1;
                    letters.push_str(&shown);
                }
                None => self.unknown += 1,
            }
            let spacing = state.between_letters + if glyph.is_blank { state.between_words } else { 0.0 };
            advance += (glyph.width * state.size + spacing) * state.stretch;
        });
        let start = Matrix::shift(0.0, state.rise).and(*text).and(state.page);
        *text = Matrix::shift(advance, 0.0).and(*text);
        let end = Matrix::shift(0.0, state.rise).and(*text).and(state.page);
        if letters.is_empty() {
            return;
        }
        self.letters_left = self.letters_left.saturating_sub(letters.chars().count());
        // Text may run in any direction: places are measured along it and across it.
        let [a, b, c, d, x, y] = start.0;
        let length = a.hypot(b);
        let (along, up) = if length > 0.0 { (a / length, b / length) } else { (1.0, 0.0) };
        let [.., to_x, to_y] = end.0;
        self.pieces.push(Piece {
            from: x * along + y * up,
            to: to_x * along + to_y * up,
            height: y * along - x * up,
            angle: up.atan2(along).to_degrees().round() as i32,
            size: (c.hypot(d) * state.size).abs(),
            text: letters,
        });
    }
}

fn matrix(numbers: [Number; 6]) -> Matrix {
    Matrix(numbers.map(|number| number.as_f64()))
}
