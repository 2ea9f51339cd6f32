//! The end of a body: after the last sentence of the article come notes about its writer, the paper and its
//! newsletters, in the same paragraphs as the text. Lines in, fewer lines out; only the end of them is ever touched.

use std::sync::LazyLock;

use regex::Regex;

use super::blocks::{Block, Kind};
use super::body::{Body, compare_key};
use super::pattern::pattern;

/// Lines at the end that may go one by one.
const MAX_LINES: usize = 12;
/// A note is shorter than this, in characters.
const MAX_NOTE: u32 = 450;

/// Takes the notes off the end of `body`. `told` is the text as the page's JSON-LD gives it, `authors` who wrote it.
pub(super) fn trim(blocks: &[Block], body: &mut Body, told: &str, authors: &[&str]) {
    if let Some(end) = end_told(blocks, &body.lines, told) {
        body.lines.truncate(end);
    }
    if let Some(end) = about_the_writer(blocks, &body.lines) {
        body.lines.truncate(end);
    }
    let names: Vec<String> = authors
        .iter()
        .filter(|name| name.split_whitespace().count() >= 2)
        .map(|name| compare_key(name))
        .filter(|key| key.chars().count() >= 6)
        .collect();
    for _ in 0..MAX_LINES {
        let Some(&last) = body.lines.last().filter(|_| body.lines.len() > 3) else { break };
        let block = &blocks[last];
        let note = block.chars < MAX_NOTE && (CLOSING.is_match(&block.text) || CONTACT.is_match(&block.text));
        if !(note || block.chars < 700 && is_about(&block.text, &names) || block.kind == Kind::Heading) {
            break;
        }
        body.lines.pop();
    }
}

/// Where the text that the page tells of itself ends among `lines`. It is believed when it holds nearly all of them and
/// its own end is found; lines before the end may be missing from it, because many sites leave out sapo and headings.
fn end_told(blocks: &[Block], lines: &[usize], told: &str) -> Option<usize> {
    const MIN_TOLD: usize = 400;
    const TAIL: usize = 19;
    if told.len() < MIN_TOLD || lines.len() < 3 {
        return None;
    }
    let told = compare_key(told);
    let mut inside = 0;
    let mut total = 0;
    let mut end = 0;
    for (place, &line) in lines.iter().enumerate() {
        let key = compare_key(&blocks[line].text);
        total += blocks[line].chars;
        if !key.is_empty() && is_told(&told, &key) {
            inside += blocks[line].chars;
            end = place + 1;
        }
    }
    // Some sites give the beginning only: then the rest is missing there, not surplus here.
    let last = compare_key(&blocks[lines[end.checked_sub(1)?]].text);
    let tail = last.char_indices().rev().nth(TAIL).map_or(last.as_str(), |(at, _)| &last[at..]);
    let rest = told.rfind(tail).map(|at| told.len() - at - tail.len())?;
    let surplus: u32 = lines[end..].iter().map(|&line| blocks[line].chars).sum();
    (surplus > 0 && inside * 10 >= total * 8 && rest * 10 < told.len()).then_some(end)
}

/// Whether most of a line occurs in a text, piece by piece: the two differ in links, quotes and marks.
fn is_told(told: &str, key: &str) -> bool {
    const PIECE: usize = 24;
    let chars: Vec<char> = key.chars().collect();
    if chars.len() <= PIECE {
        return told.contains(key);
    }
    let pieces: Vec<String> = chars.chunks_exact(PIECE).take(6).map(|piece| piece.iter().collect()).collect();
    let found = pieces.iter().filter(|piece| told.contains(piece.as_str())).count();
    found * 2 >= pieces.len()
}

/// A heading such as "About the author" with a short rest after it.
fn about_the_writer(blocks: &[Block], lines: &[usize]) -> Option<usize> {
    let total: u32 = lines.iter().map(|&line| blocks[line].chars).sum();
    let place = lines.iter().rposition(|&line| blocks[line].chars < 60 && ABOUT.is_match(&blocks[line].text))?;
    let rest: u32 = lines[place..].iter().map(|&line| blocks[line].chars).sum();
    (place > 2 && rest * 4 < total).then_some(place)
}

/// Whether a paragraph presents one of the writers: it soon comes to the name, with "is" or the like behind it.
fn is_about(text: &str, names: &[String]) -> bool {
    let key = compare_key(text);
    names.iter().any(|name| {
        let Some(at) = key.find(name.as_str()) else { return false };
        let rest = &key[at + name.len()..];
        at < 40 && PRESENTS.iter().any(|verb| rest.starts_with(verb))
    }) || FRAGMENT.is_match(text)
}

/// What follows a writer's name where the writer is presented.
const PRESENTS: [&str; 22] = [
    "is", "was", "has", "covers", "writes", "works", "joined", "reports", "ist", "war", "schreibt", "arbeitet", "est",
    "écrit", "es", "escribe", "è", "scrive", "är", "er", "jest", "schrijft",
];

/// The second half of "<a>Name</a> is a reporter", when the name stands in a line of its own.
static FRAGMENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:[Ii]s|[Ii]st|[Ee]st) (?:an?|the|ein|eine|un|une) \p{L}"));

static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^\W*(?:about\ the\ (?:authors?|writers?)|about\ (?:us|this\ article)|über\ (?:den\ autor|die\ autorin|die\ autoren)|zur\ person
        | à\ propos\ (?:de\ l['’]auteure?|des\ auteurs)|(?:sobre|acerca\ de)\ (?:el\ autor|la\ autora|los\ autores|o\ autor)|l['’]autore|over\ de\ auteurs?
        | om\ (?:författaren|forfatteren)|yazar\ hakkında|об\ авторе|tentang\ penulis|về\ tác\ giả)\W*$",
    )
});

/// What papers print below their articles, in the words they use for it.
static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^\W*(?:
        (?:please\ )?(?:follow|like|find|join)\ (?:us|me|him|her|them|@\w+|\w+(?:[.\ ]\w+){0,3})\ (?:on|at)\ (?:twitter|x|facebook|instagram|linkedin|whatsapp|telegram|google|threads|bluesky|youtube|tiktok)
        | (?:please\ )?(?:sign\ up|subscribe)(?-u:\b) | get\ (?:the|our|all\ the)\ (?:latest|best|free|daily|top|biggest) | get\ (?:access|[^.]{1,60}\ delivered)(?-u:\b) | stay\ (?:up\ to\ date|informed|tuned)
        | for\ (?:more|the\ latest)\ (?:stories|news|on|from|of)(?-u:\b) | check\ out\ (?:more|our)(?-u:\b) | click\ here(?-u:\b) | (?:read|find|learn|watch|see|hear)\ (?:out\ )?more(?-u:\b)
        | (?:have|got|do\ you\ have)\ (?:a|any)\ (?:story|tip|stories|tips|question|news)(?-u:\b) | (?:get\ in\ touch|contact\ (?:us|the|our|me))(?-u:\b) | send\ (?:us|your|tips|an\ e-?mail)(?-u:\b) | e-?mail\ (?:us|me|the)(?-u:\b)
        | (?:log|sign)\ in\ (?:or|to)(?-u:\b) | (?:enjoy(?:ing|ed)|like)\ (?:this|our)(?-u:\b) | (?:did\ you\ (?:like|enjoy)|hat\ ihnen\ (?:dieser|der)\ artikel)(?-u:\b) | (?:filed\ under|posted\ in|abgelegt\ unter)(?-u:\b) | (?:support|unterstützen\ sie|unterstützt)\ (?:us|our|uns|unsere)(?-u:\b)
        | join\ [^.]{0,40}(?:conversations?|discussions?|forum|community)(?-u:\b)
        | by\ (?:clicking|signing\ up|creating|submitting|subscribing)(?-u:\b) | listen\ to\ [^.]{2,40}\ (?:live|on|here|every)(?-u:\b)
        | this\ (?:site|form)\ is\ protected\ by | our\ standards\W | (?:all\ rights\ reserved|©) | (?:this\ (?:article|story|piece|post)\ )?(?:was\ )?(?:first|originally)\ (?:published|appeared|posted)(?-u:\b)
        | this\ is\ a\ (?:breaking|developing)(?-u:\b) | (?:more\ to\ follow|more\ follows) | this\ (?:story|article|page)\ (?:is|will\ be)\ (?:being\ )?updated
        | (?:with|mit|avec|con)\ (?:additional\ )?(?:files|reporting|material|informationen|agences)\ (?:from|by|von|der|de)(?-u:\b) | mit\ (?:material|informationen|agenturmaterial|dpa|afp|ap|reuters|epd|kna)(?-u:\b)
        | (?:folgen|abonnieren|lesen|schreiben|senden|schicken|diskutieren)\ sie(?-u:\b) | (?:jetzt|hier)\ (?:kostenlos\ )?(?:anmelden|abonnieren|bestellen) | ihre\ meinung\ ist | \W*hier\ (?:geht|finden|lesen|können)(?-u:\b)
        | [^.]{0,80}newsletter\W{0,3}(?:jetzt|here|ici|aquí|hier|abonnieren|anmelden|sign) | (?:der|unser|our|the|notre|nuestra|il\ nostro)\ [^.]{0,60}newsletter(?-u:\b)
        | (?:suivez|retrouvez|abonnez|inscrivez)-?(?:\ |nous|vous)(?-u:\b) | (?:síguenos|suscríbete|sigue\ (?:a|toda|todas)|apúntate)(?-u:\b) | (?:seguici|iscriviti|segui)(?-u:\b) | (?:siga|inscreva-se|assine)(?-u:\b)
        | (?:volg\ ons|abonneer|meld\ je\ aan)(?-u:\b) | (?:följ|prenumerera|läs\ mer)(?-u:\b) | (?:følg|abonner|tilmeld|les\ mer)(?-u:\b) | (?:bizi\ takip|abone\ olun|abonelik\ için)(?-u:\b) | (?:подписывайтесь|читайте)
        | il\ vous\ reste\ .{1,40}\ à\ lire | la\ suite\ est\ réservée | (?:this|der|dieser|cet|ce|este)\ (?:article|artikel|contenu|contenido|content)\ (?:is|ist|est|es)\ (?:for|only|nur|réservé|exclusivo)(?-u:\b)
        )",
    )
});

/// A name with its address, or an invitation to follow the writer, wherever in a last line.
static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:\p{L}+,? ){1,5}[\w.\-]+@[\w\-]+\.[\w.]+\W*$|(?-u:\b)follow (?:us|him|her|me|them) (?:@\w|on (?:twitter|x|facebook|instagram|bluesky)(?-u:\b))",
    )
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Hints, article};

    #[test]
    fn notes_are_told_from_sentences() {
        let check = |line: &str, expected: bool| assert_eq!(CLOSING.is_match(line), expected, "{line}");
        check("Follow us on Facebook for more.", true);
        check("Follow Jane Doe on Twitter", true);
        check("Follow the money, he said, and you will find the minister.", false);
        check("This is a breaking news story. More to follow.", true);
        check("Sign up for our daily letter here.", true);
        check("Signs of a recovery were few.", false);
        check("Get Farmers' Weekly delivered to your door every month.", true);
        check("Lesen Sie mehr zum Thema", true);
        let check = |line: &str, expected: bool| assert_eq!(CONTACT.is_match(line), expected, "{line}");
        check("Kim Minjun minjun@paper.example", true);
        check("Write to Jane Doe at jane@paper.example", true);
        check("Email: ubnd@xa.gov.vn", false);
        check("Jane writes about rivers. Follow her on Twitter @jane.", true);
        let check = |line: &str, expected: bool| assert_eq!(CLOSING.is_match(line), expected, "{line}");
        check("Sie lesen viel, sagte er.", false);
        check("The newsletter of the party had said so in May.", true);
        check("Thousands had signed up for the newsletter by then.", false);
    }

    #[test]
    fn writers_are_presented() {
        let names = [compare_key("Jane Doe")];
        let check = |line: &str, expected: bool| assert_eq!(is_about(line, &names), expected, "{line}");
        check("Jane Doe is a reporter in Leeds.", true);
        check("Our correspondent Jane Doe is based in Leeds.", true);
        check("“It was late,” Jane Doe’s neighbour said.", false);
        check("is a professor of law at the university", true);
    }

    #[test]
    fn the_end_that_the_page_tells_is_believed() {
        let lines: Vec<String> =
            (1..7).map(|n| format!("Paragraph number {n} of a story about the new bridge over the river, long enough to be prose and to be counted as such.")).collect();
        let paragraphs: String = lines.iter().map(|line| format!("<p>{line}</p>")).collect();
        let told = lines.join(" ");
        let page = format!(
            "<html><head><title>The new bridge over the river</title><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"The new bridge over the river\",\"articleBody\":\"{told}\"}}</script></head><body><article><h1>The new bridge over the river</h1>{paragraphs}<p>The paper you hold is made by forty people in two rooms, and they thank you.</p></article></body></html>"
        );
        let url = url::Url::parse("https://a.example/x").expect("an address");
        let read = article(&page, &url, &Hints::default(), None, jiff::Timestamp::UNIX_EPOCH);
        assert!(read.article.text.ends_with("counted as such."), "{}", read.article.text);
        assert!(read.full_text().starts_with("Paragraph number 1"), "{}", read.article.text);
    }
}
