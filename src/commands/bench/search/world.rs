//! A make-believe library: articles and queries in a language that is shaped like Vietnamese. In: numbers. Out: the same
//! articles and queries for the same numbers.
//!
//! Syllables carry marks, most words have two of them, words follow Zipf's law, and an article is about a few words that
//! it repeats. Lengths are those of portals' news: 400 syllables in the middle, one in twenty above 1,300.

use fastrand::Rng;

use crate::clock::Timestamp;
use crate::index::{Document, Query};
use crate::portal::Kind;

/// Words of the language; a daily newspaper uses about as many in a year.
const WORDS: usize = 30_000;
/// Syllables in use; word lists of Vietnamese hold 6,000 to 7,000 that occur in ordinary text.
const SYLLABLES: usize = 6_500;
/// Portals, with as different numbers of articles as in life.
const PORTALS: usize = 400;
/// Five years of articles end on 21 November 2026, in Unix seconds.
const LAST: i64 = 1_795_219_200;
const SPAN_S: i64 = 5 * 365 * 86_400;
/// One article in so many carries the story of an earlier one.
const ONE_COPY_IN: u64 = 8;

const ONSETS: [&str; 24] = [
    "b", "c", "ch", "d", "đ", "g", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th", "tr", "v",
    "x", "gi", "",
];
const RIMES: [[&str; 6]; 46] = rimes();

/// Rimes with their six tones; a rime that ends in a stop has two, which stand twice as often.
const fn rimes() -> [[&'static str; 6]; 46] {
    [
        ["a", "á", "à", "ả", "ã", "ạ"],
        ["an", "án", "àn", "ản", "ãn", "ạn"],
        ["ang", "áng", "àng", "ảng", "ãng", "ạng"],
        ["anh", "ánh", "ành", "ảnh", "ãnh", "ạnh"],
        ["ao", "áo", "ào", "ảo", "ão", "ạo"],
        ["ai", "ái", "ài", "ải", "ãi", "ại"],
        ["ay", "áy", "ày", "ảy", "ãy", "ạy"],
        ["am", "ám", "àm", "ảm", "ãm", "ạm"],
        ["ăn", "ắn", "ằn", "ẳn", "ẵn", "ặn"],
        ["ăng", "ắng", "ằng", "ẳng", "ẵng", "ặng"],
        ["ân", "ấn", "ần", "ẩn", "ẫn", "ận"],
        ["âng", "ấng", "ầng", "ẩng", "ẫng", "ậng"],
        ["âu", "ấu", "ầu", "ẩu", "ẫu", "ậu"],
        ["ây", "ấy", "ầy", "ẩy", "ẫy", "ậy"],
        ["em", "ém", "èm", "ẻm", "ẽm", "ẹm"],
        ["en", "én", "èn", "ẻn", "ẽn", "ẹn"],
        ["ê", "ế", "ề", "ể", "ễ", "ệ"],
        ["ênh", "ếnh", "ềnh", "ểnh", "ễnh", "ệnh"],
        ["i", "í", "ì", "ỉ", "ĩ", "ị"],
        ["iên", "iến", "iền", "iển", "iễn", "iện"],
        ["iêu", "iếu", "iều", "iểu", "iễu", "iệu"],
        ["inh", "ính", "ình", "ỉnh", "ĩnh", "ịnh"],
        ["in", "ín", "ìn", "ỉn", "ĩn", "ịn"],
        ["o", "ó", "ò", "ỏ", "õ", "ọ"],
        ["oa", "óa", "òa", "ỏa", "õa", "ọa"],
        ["oan", "oán", "oàn", "oản", "oãn", "oạn"],
        ["on", "ón", "òn", "ỏn", "õn", "ọn"],
        ["ong", "óng", "òng", "ỏng", "õng", "ọng"],
        ["ô", "ố", "ồ", "ổ", "ỗ", "ộ"],
        ["ôi", "ối", "ồi", "ổi", "ỗi", "ội"],
        ["ông", "ống", "ồng", "ổng", "ỗng", "ộng"],
        ["ơ", "ớ", "ờ", "ở", "ỡ", "ợ"],
        ["ơi", "ới", "ời", "ởi", "ỡi", "ợi"],
        ["ơn", "ớn", "ờn", "ởn", "ỡn", "ợn"],
        ["u", "ú", "ù", "ủ", "ũ", "ụ"],
        ["ung", "úng", "ùng", "ủng", "ũng", "ụng"],
        ["uôn", "uốn", "uồn", "uổn", "uỗn", "uộn"],
        ["uyên", "uyến", "uyền", "uyển", "uyễn", "uyện"],
        ["ư", "ứ", "ừ", "ử", "ữ", "ự"],
        ["ưng", "ứng", "ừng", "ửng", "ững", "ựng"],
        ["ươi", "ưới", "ười", "ưởi", "ưỡi", "ượi"],
        ["ương", "ướng", "ường", "ưởng", "ưỡng", "ượng"],
        ["ac", "ác", "ạc", "ác", "ạc", "ác"],
        ["at", "át", "ạt", "át", "ạt", "át"],
        ["ôc", "ốc", "ộc", "ốc", "ộc", "ốc"],
        ["iêt", "iết", "iệt", "iết", "iệt", "iết"],
    ]
}

/// A language and its newspapers.
pub(super) struct World {
    words: Vec<String>,
    /// Cumulative weights of the words.
    reach: Vec<f64>,
}

impl World {
    /// The one world that there is.
    pub(super) fn new() -> Self {
        let mut random = Rng::with_seed(1);
        let mut syllables: Vec<String> = Vec::new();
        for onset in ONSETS {
            for rime in RIMES {
                syllables.extend(rime.iter().skip(1).map(|rime| format!("{onset}{rime}")));
                syllables.push(format!("{onset}{}", rime[0]));
            }
        }
        syllables.sort();
        syllables.dedup();
        random.shuffle(&mut syllables);
        syllables.truncate(SYLLABLES);
        // Frequent syllables make many words: `công` alone stands in hundreds.
        let syllable = |random: &mut Rng| {
            let place = (syllables.len() as f64).powf(random.f64()) - 1.0;
            syllables[(place as usize).min(syllables.len() - 1)].as_str()
        };
        let words = (0..WORDS)
            .map(|rank| match (rank, random.u32(..100)) {
                // The most frequent words are short ones that hold sentences together.
                (..60, _) | (_, ..12) => syllable(&mut random).to_owned(),
                (_, 97..) => {
                    format!("{} {} {}", syllable(&mut random), syllable(&mut random), syllable(&mut random))
                }
                _ => format!("{} {}", syllable(&mut random), syllable(&mut random)),
            })
            .collect();
        let mut sum = 0.0;
        let reach = (0..WORDS)
            .map(|rank| {
                // Zipf's law with Mandelbrot's shift.
                sum += 1.0 / (rank as f64 + 2.7);
                sum
            })
            .collect();
        Self { words, reach }
    }

    fn word(&self, random: &mut Rng) -> usize {
        let at = random.f64() * self.reach[WORDS - 1];
        self.reach.partition_point(|reach| *reach < at).min(WORDS - 1)
    }

    /// A word that people search for: neither one that holds sentences together nor one that hardly occurs.
    fn wanted(&self, random: &mut Rng) -> &str {
        let place = 100.0 * (WORDS as f64 / 200.0).powf(random.f64());
        &self.words[(place as usize).min(WORDS - 1)]
    }

    fn sentence(&self, random: &mut Rng, topic: &[usize], syllables: usize, text: &mut String) {
        let mut left = syllables;
        let begins = text.len();
        while left > 0 {
            let word = if random.u32(..100) < 15 { topic[random.usize(..topic.len())] } else { self.word(random) };
            let word = &self.words[word];
            if text.len() > begins {
                text.push(' ');
            }
            text.push_str(word);
            left = left.saturating_sub(word.split(' ').count());
        }
        text.push_str(". ");
    }

    /// The article with this number.
    pub(super) fn article(&self, number: u64) -> Document {
        let copied = number > 100 && number.is_multiple_of(ONE_COPY_IN);
        let origin = if copied { number - 1 - number % 89 } else { number };
        let mut random = Rng::with_seed(0x5eed + origin);
        let topic: Vec<usize> = (0..6).map(|_| self.word(&mut random).max(60)).collect();
        let mut title = String::new();
        self.sentence(&mut random, &topic, 12, &mut title);
        title.truncate(title.trim_end_matches(['.', ' ']).len());
        let mut summary = String::new();
        self.sentence(&mut random, &topic, 30, &mut summary);
        // Log-normal: 370 syllables in the middle and a long tail.
        let length = (370.0 * (0.75 * normal(&mut random)).exp()).clamp(60.0, 6_000.0) as usize;
        let mut text = String::with_capacity(7 * length);
        let mut left = length;
        while left > 0 {
            let sentence = random.usize(12..32).min(left);
            self.sentence(&mut random, &topic, sentence, &mut text);
            left -= sentence;
        }
        let documents: Vec<String> = (0..random.usize(..4).saturating_sub(1)).map(|_| cited(&mut random)).collect();
        // What differs between the articles of one story.
        let mut random = Rng::with_seed(0xc0b1 + number);
        let portal = ((PORTALS as f64).powf(random.f64()) - 1.0) as usize;
        let at = LAST - (SPAN_S as f64 * random.f64() * random.f64()) as i64;
        Document {
            id: format!("a{number:025}"),
            revision: 1,
            portal: format!("portal-{portal}"),
            portal_name: format!("Cổng số {portal}"),
            kind: Kind::ALL[portal % Kind::ALL.len()],
            url: format!("https://portal-{portal}.example.gov.vn/tin-tuc/{number}.html"),
            title,
            summary: summary.trim_end().to_owned(),
            text: text.trim_end().to_owned(),
            files: String::new(),
            published_at: Timestamp::from_second(at).unwrap_or_default(),
            documents,
            topic: String::new(),
            story: format!("a{origin:025}"),
            origin: number == origin,
        }
    }

    /// The queries, each with its filters: what people of a portal's own search box ask, in these shares.
    pub(super) fn queries(&self, seed: u64, count: usize, articles: u64) -> Vec<Query> {
        let mut random = Rng::with_seed(seed);
        (0..count).map(|_| self.query(&mut random, articles)).collect()
    }

    fn query(&self, random: &mut Rng, articles: u64) -> Query {
        let fold = crate::vietnamese::fold;
        let word = |random: &mut Rng| self.wanted(random).to_owned();
        let text = match random.u32(..100) {
            ..28 => word(random),
            28..42 => fold(&word(random)),
            42..60 => format!("{} {}", word(random), word(random)),
            60..70 => fold(&format!("{} {}", word(random), word(random))),
            70..80 => {
                let title = self.article(random.u64(..articles)).title;
                title.split(' ').take(6).collect::<Vec<_>>().join(" ")
            }
            80..85 => cited(random),
            85..88 => format!("nghị định {}", random.u32(1..300)),
            88..92 => format!("\"{}\"", word(random)),
            92..95 => format!("{} -{}", word(random), word(random)),
            95..97 => {
                let word = word(random);
                word.chars().take(word.chars().count().saturating_sub(1)).collect()
            }
            97..98 => fold(&word(random)).replace("nh", "nhh"),
            _ => String::new(),
        };
        let mut query = Query { text, page: 1, per_page: 20, ..Query::default() };
        match random.u32(..100) {
            ..8 => query.portals = vec![format!("portal-{}", random.u32(..40))],
            8..14 => query.kinds = vec![Kind::ALL[random.usize(..3)]],
            14..20 => query.from = Timestamp::from_second(LAST - 30 * 86_400).ok(),
            20..23 => query.page = 3,
            23..26 => query.sort = crate::index::Sort::Newest,
            _ => {}
        }
        query
    }
}

fn cited(random: &mut Rng) -> String {
    let number = random.u32(1..400);
    match random.u32(..3) {
        0 => format!("{number:02}/{}/NĐ-CP", random.u32(2020..2027)),
        1 => format!("{number:02}/{}/TT-BTC", random.u32(2020..2027)),
        _ => format!("{number:02}/QĐ-TTg"),
    }
}

/// From a normal distribution of mean 0 and deviation 1 (Box and Muller).
fn normal(random: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_gives_the_same_article_of_a_plausible_length() {
        let world = World::new();
        assert_eq!(world.article(7), World::new().article(7));
        let mut lengths: Vec<usize> = (0..400).map(|number| world.article(number).text.split(' ').count()).collect();
        lengths.sort_unstable();
        assert!((300..450).contains(&lengths[200]), "{} syllables in the middle", lengths[200]);
        assert!(lengths[380] > 900);
        assert!((0..400).any(|number| !world.article(number).origin));
        assert_eq!(world.queries(7, 50, 400), world.queries(7, 50, 400));
    }
}
