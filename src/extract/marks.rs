//! What the names of classes give away: `tin-lien-quan` is a box of related articles, `detail-sapo` a sapo. Data with
//! the lookup that reads it; nothing here knows a page.

use std::collections::HashMap;
use std::sync::LazyLock;

use scraper::node::Element;

/// What the class names, identifier, role and style of an element say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u32);

impl Marks {
    pub(super) const NAV: Self = Self(1);
    pub(super) const RELATED: Self = Self(1 << 1);
    pub(super) const SHARE: Self = Self(1 << 2);
    pub(super) const COMMENT: Self = Self(1 << 3);
    pub(super) const AD: Self = Self(1 << 4);
    pub(super) const FOOTER: Self = Self(1 << 5);
    pub(super) const CAPTION: Self = Self(1 << 6);
    pub(super) const BYLINE: Self = Self(1 << 7);
    pub(super) const DATE: Self = Self(1 << 8);
    pub(super) const TAGS: Self = Self(1 << 9);
    pub(super) const FORM: Self = Self(1 << 10);
    pub(super) const CLOCK: Self = Self(1 << 11);
    pub(super) const HIDDEN: Self = Self(1 << 12);
    pub(super) const BODY: Self = Self(1 << 13);
    pub(super) const TITLE: Self = Self(1 << 14);
    pub(super) const SAPO: Self = Self(1 << 15);
    pub(super) const SIDE: Self = Self(1 << 16);
    pub(super) const AUTHOR: Self = Self(1 << 17);
    pub(super) const HEADER: Self = Self(1 << 18);
    pub(super) const TOOLS: Self = Self(1 << 19);
    pub(super) const LISTING: Self = Self(1 << 20);
    pub(super) const ARTICLE: Self = Self(1 << 21);
    /// Entries that a reader's browser fetches again and again: AMP's live lists show the newest page of them.
    pub(super) const LIVE: Self = Self(1 << 22);
    /// A box about the writer.
    pub(super) const BIO: Self = Self(1 << 23);

    /// Never part of an article's body.
    pub(super) const FOREIGN: Self = Self(
        Self::NAV.0
            | Self::RELATED.0
            | Self::SHARE.0
            | Self::COMMENT.0
            | Self::AD.0
            | Self::FOOTER.0
            | Self::TAGS.0
            | Self::FORM.0
            | Self::CLOCK.0
            | Self::SIDE.0
            | Self::TOOLS.0
            | Self::BIO.0,
    );
    /// What stays out of the body even when names of classes are not believed.
    pub(super) const SURELY_FOREIGN: Self =
        Self(Self::NAV.0 | Self::COMMENT.0 | Self::FOOTER.0 | Self::FORM.0 | Self::CLOCK.0 | Self::HIDDEN.0);
    /// Where a date or a name belongs to something else than the article.
    pub(super) const ELSEWHERE: Self = Self(
        Self::NAV.0 | Self::RELATED.0 | Self::COMMENT.0 | Self::AD.0 | Self::FOOTER.0 | Self::CLOCK.0 | Self::SIDE.0,
    );

    /// The same between title and body.
    pub(super) const ELSEWHERE_IN_HEAD: Self = Self::ELSEWHERE.without(Self::FOOTER);

    /// Whether any of `marks` is set.
    pub(super) fn any(self, marks: Self) -> bool {
        self.0 & marks.0 != 0
    }

    /// Both.
    pub(super) const fn with(self, marks: Self) -> Self {
        Self(self.0 | marks.0)
    }

    /// Without what would keep an element out of the body.
    pub(super) const fn forgiven(self) -> Self {
        self.without(Self::FOREIGN).without(Self::HIDDEN).without(Self::CAPTION).without(Self::LIVE)
    }

    /// Without what would keep a line out of the body and `other` does not say too.
    pub(super) const fn narrowed(self, other: Self) -> Self {
        let foreign = Self::FOREIGN.with(Self::CAPTION);
        self.without(foreign).with(Self(self.0 & other.0 & foreign.0))
    }

    const fn without(self, marks: Self) -> Self {
        Self(self.0 & !marks.0)
    }
}

/// Words of a class name or identifier; `=word` only when it is the whole name.
const WORDS: &[(Marks, &str)] = &[
    (
        Marks::NAV,
        "nav menu menus navbar topnav pagination pager paging breadcrumb breadcrumbs crumbs crumb sitemap skip toc megamenu mainmenu navigation submenu tabbar toolbar",
    ),
    (
        Marks::RELATED,
        "related relate similar teaser teasers recirc readmore seealso suggest suggested moreon morefrom upnext trending popular mostread outbrain taboola recommended lienquan =khac tinkhac tinlienquan othernews others tinmoi cungchuyenmuc xemthem docthem newsother upsell upsells crosslink teaserlist factbox faktaboks infobox =other",
    ),
    (Marks::SHARE, "share shares sharing social socials sharedaddy addthis addtoany facebook twitter zalo chiase"),
    (
        Marks::COMMENT,
        "comment comments disqus respond replies reply binhluan ykien fbcomments discussion talkback lesermeinung kommentare livefyre",
    ),
    (
        Marks::AD,
        "ad ads advert adverts advertisement advertising sponsor sponsored promo promos promotion promobox banner banners qc quangcao adsbygoogle dfp gpt adslot adbox adunit affiliate anzeige werbung",
    ),
    (Marks::FOOTER, "footer foot bottombar copyright colophon disclaimer imprint"),
    (
        Marks::CAPTION,
        "caption captions figcaption wp-caption-text credit credits photocredit imagecredit bildunterschrift copyrights",
    ),
    (Marks::BYLINE, "byline bylines dateline meta postmeta infos entry-meta article-meta"),
    (
        Marks::DATE,
        "date dates time times timestamp datetime published pubdate publish publishdate posted postdate ngay ngaydang thoigian lastupdated created",
    ),
    (Marks::TAGS, "tag tags keywords tagcloud taglist topics tukhoa tagged hashtag"),
    (
        Marks::FORM,
        "newsletter subscribe subscription signup login register signin search searchbox poll survey quiz vote rating ratings danhgia donate donation consent gdpr regwall captcha cookie cookies didomi usercentrics",
    ),
    (
        Marks::CLOCK,
        "clock date-today current-date datetimenow datenow timenow ngayhientai todaydate curdate currentdate",
    ),
    (
        Marks::HIDDEN,
        "hidden hide d-none visuallyhidden sr-only screen-reader-text displaynone offscreen invisible visually-hidden u-hidden",
    ),
    (
        Marks::BODY,
        "articlebody storybody bodytext entry-content post-content article-content article-body story-body content-detail detail-content contentdetail articlecontent postcontent newscontent noidung maincontent fulltext",
    ),
    (Marks::TITLE, "title headline tieude heading headlines"),
    (
        Marks::SAPO,
        "sapo lead lede summary intro standfirst teaser-text hometext tomtat trichyeu trichdan mota motangan loidan brief abstract subtitle subheadline dek excerpt chapeau deck description",
    ),
    (
        Marks::SIDE,
        "sidebar aside rail rightcol rightcolumn leftcol leftcolumn right-column left-column secondary complementary sidenav sidebox",
    ),
    (Marks::AUTHOR, "author authors tacgia butdanh byline byauthor contributor autor signature"),
    (Marks::HEADER, "header masthead topbar logo pageheader siteheader"),
    (
        Marks::TOOLS,
        "tools tool toolbox print printer email fontsize textsize overlay popup modal lightbox tooltip dropdown bookmark =widget =widgets player audio-player listen speech gallery-nav playlist",
    ),
    (Marks::LISTING, "listing list items feed river stream"),
    (Marks::ARTICLE, "article post story entry detail details hentry news"),
];

/// Beginnings of words: `relatedposts`, `comments-area`.
const STEMS: &[(Marks, &str)] = &[
    (Marks::NAV, "breadcrumb navigation pagination menuitem"),
    (
        Marks::RELATED,
        "related recommend readalso outbrain taboola trending mostread lienquan lien-quan tinkhac othernews inlinerelated morestor morenews youmaylike readnext",
    ),
    (
        Marks::SHARE,
        "sharing sharebar sharebutton sharetool sharelink socialshar socialmedia socialicon socialbar sociallink addthis shareicon",
    ),
    (Marks::COMMENT, "comment disqus binhluan binh-luan"),
    (Marks::AD, "advert sponsor adsense adslot adwrapper adcontainer quangcao"),
    (Marks::CAPTION, "caption figcaption photocms_caption imagecaption photocaption"),
    (Marks::FORM, "newsletter subscri signup cookie onetrust optanon"),
    (Marks::BIO, "authorbio authorbox authorcard aboutauthor abouttheauthor authordesc biobox"),
    (Marks::SIDE, "sidebar"),
    (Marks::FOOTER, "footer copyright"),
    (Marks::BODY, "articlebody storybody articlecontent contentbody newsbody entrycontent bodycopy articletext"),
    (Marks::SAPO, "standfirst subheadline"),
    (Marks::DATE, "publishdate publisheddate postdate datepublish timestamp ngaydang"),
    (Marks::AUTHOR, "author tacgia"),
];

/// Words above that are Vietnamese.
const IN_TWO_PIECES: [&str; 19] = [
    "lienquan", "tinkhac", "xemthem", "docthem", "chiase", "binhluan", "ykien", "quangcao", "ngaydang", "thoigian",
    "tukhoa", "danhgia", "noidung", "tieude", "tomtat", "trichyeu", "mota", "tacgia", "butdanh",
];

/// `WORDS`, those that begin with `=` apart.
static BY_WORD: LazyLock<HashMap<&'static str, Marks>> =
    LazyLock::new(|| words(|word| Some(word).filter(|word| !word.starts_with('='))));
static BY_WHOLE_NAME: LazyLock<HashMap<&'static str, Marks>> = LazyLock::new(|| words(|word| word.strip_prefix('=')));
/// `STEMS` by their first letter: a page has thousands of names, and most begin as no stem does.
static BY_STEM: LazyLock<[Vec<(&'static str, Marks)>; 26]> = LazyLock::new(|| {
    let mut letters = [const { Vec::new() }; 26];
    for (marks, stem) in STEMS.iter().flat_map(|(marks, stems)| stems.split(' ').map(move |stem| (*marks, stem))) {
        if let Some(stems) = letter_of(stem).and_then(|letter| letters.get_mut(letter)) {
            stems.push((stem, marks));
        }
    }
    letters
});

fn words(chosen: impl Fn(&'static str) -> Option<&'static str>) -> HashMap<&'static str, Marks> {
    let mut map: HashMap<&str, Marks> = HashMap::new();
    for (marks, words) in WORDS {
        for word in words.split(' ').filter_map(&chosen) {
            let entry = map.entry(word).or_default();
            *entry = entry.with(*marks);
        }
    }
    map
}

fn letter_of(word: &str) -> Option<usize> {
    let first = word.bytes().next().filter(u8::is_ascii_lowercase)?;
    Some(usize::from(first - b'a'))
}

fn word_marks(word: &str) -> Marks {
    BY_WORD.get(word).copied().unwrap_or_default()
}

fn stem_marks(word: &str) -> Marks {
    let stems = letter_of(word).and_then(|letter| BY_STEM.get(letter));
    let begun = stems.into_iter().flatten().filter(|(stem, _)| word.starts_with(stem));
    begun.fold(Marks::default(), |marks, (_, more)| marks.with(*more))
}

/// The marks of an element. `known` remembers class names met before on the page: lists repeat them.
pub(super) fn marks_of<'a>(element: &'a Element, known: &mut HashMap<&'a str, Marks>) -> Marks {
    let mut marks = match element.name() {
        "nav" => Marks::NAV,
        "aside" => Marks::SIDE,
        "footer" => Marks::FOOTER,
        "figcaption" => Marks::CAPTION,
        "article" => Marks::ARTICLE,
        "button" | "input" | "label" | "dialog" => Marks::TOOLS,
        "amp-live-list" => Marks::LIVE,
        _ => Marks::default(),
    };
    for (name, value) in element.attrs() {
        let more = match name {
            "class" | "id" | "data-role" | "itemprop" | "data-testid" | "data-component" => {
                *known.entry(value).or_insert_with(|| marks_of_name(value))
            }
            "role" => match value {
                "navigation" | "menu" | "menubar" | "tablist" => Marks::NAV,
                "complementary" => Marks::SIDE,
                "contentinfo" => Marks::FOOTER,
                "banner" => Marks::HEADER,
                "search" | "form" | "dialog" | "alertdialog" => Marks::FORM,
                _ => Marks::default(),
            },
            "hidden" => Marks::HIDDEN,
            "style" if is_hidden_style(value) => Marks::HIDDEN,
            _ => Marks::default(),
        };
        marks = marks.with(more);
    }
    // A page's outermost elements carry class lists about the whole page ("no-sidebar", "has-ads").
    if matches!(element.name(), "body" | "html") { Marks::default() } else { marks }
}

fn is_hidden_style(style: &str) -> bool {
    // The two ways: taken out, or clipped to nothing for all but screen readers.
    if style.contains("clip:rect(0") || style.contains("clip: rect(0") {
        return true;
    }
    let mut compact = style.bytes().filter(|b| !b.is_ascii_whitespace()).map(|b| b.to_ascii_lowercase());
    let wanted = b"display:none";
    let mut matched = 0;
    compact.any(|byte| {
        matched = if byte == wanted[matched] { matched + 1 } else { usize::from(byte == wanted[0]) };
        matched == wanted.len()
    })
}

fn marks_of_name(name: &str) -> Marks {
    let mut marks = Marks::default();
    if name.len() > 400 {
        return marks;
    }
    for class in name.split_ascii_whitespace() {
        let mut own = Marks::default();
        let lower = class.to_ascii_lowercase();
        own = own.with(word_marks(&lower)).with(BY_WHOLE_NAME.get(lower.as_str()).copied().unwrap_or_default());
        let squeezed: String = lower.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        if squeezed != lower {
            own = own.with(word_marks(&squeezed));
        }
        own = own.with(stem_marks(&squeezed));
        let words = words_of(class);
        // "text-with-summary": what comes after is something that the element has beside its own.
        let own_words: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .take_while(|word| !matches!(*word, "with" | "without" | "has" | "no"))
            .collect();
        let hides = is_hidden_name(&words);
        // "field-tac-gia", "mo-ta-ngan": a word of Vietnamese is written in two pieces.
        let pairs =
            own_words.windows(2).map(|pair| pair.concat()).filter(|pair| IN_TWO_PIECES.contains(&pair.as_str()));
        let words: Vec<String> = pairs.chain(own_words.iter().map(|&word| word.to_owned())).collect();
        for word in words {
            own = own.with(word_marks(&word)).with(stem_marks(&word));
        }
        if !hides {
            own = own.without(Marks::HIDDEN);
        }
        marks = marks.with(settle(&lower, own));
    }
    marks
}

/// Whether a class hides the element itself from every reader: "field--label-hidden" hides a label, "hidden-xs" hides
/// from small screens only.
fn is_hidden_name(words: &[String]) -> bool {
    const WORDS: &str = "hidden hide d none visually visuallyhidden sr only screen reader text u is js element invisible displaynone display offscreen off completely helper";
    words.iter().all(|word| WORDS.split(' ').any(|known| known == word))
}

/// Removes what a name only seems to say.
fn settle(class: &str, marks: Marks) -> Marks {
    // "no-sidebar", "has-comments", "with-ads": about the page, not about this element.
    const PREFIXES: [&str; 6] = ["no-", "has-", "with-", "without-", "hide-", "show-"];
    if PREFIXES.iter().any(|prefix| class.starts_with(prefix)) {
        return Marks::default();
    }
    // "article-header", "article__body-related": a header inside an article is no site header.
    let mut marks = marks;
    if marks.any(Marks::BODY) && !marks.any(Marks::RELATED.with(Marks::COMMENT).with(Marks::SIDE)) {
        marks = marks.without(Marks::FOREIGN);
    }
    // The "teaser text" of an article's own head is its sapo; teasers of others are boxes called so.
    if is_teaser_text(class) {
        marks = marks.without(Marks::RELATED).with(Marks::SAPO);
    }
    // Ad Inserter, a plugin of WordPress, numbers its boxes so.
    if class.strip_prefix("code-block-").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
        marks = marks.with(Marks::AD);
    }
    if class.contains("lead") && class.contains("board") {
        marks = marks.with(Marks::AD).without(Marks::SAPO);
    }
    marks
}

fn is_teaser_text(class: &str) -> bool {
    let compact = |piece: &str| piece.bytes().filter(|byte| !matches!(byte, b'-' | b'_')).count();
    class.find("teaser").is_some_and(|at| {
        let after = &class[at + "teaser".len()..];
        after.find("text").is_some_and(|gap| compact(&after[..gap]) == 0)
    })
}

/// The words of one class name: cut at anything but letters, and where lower case meets upper.
fn words_of(class: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = '-';
    for c in class.chars() {
        let turn = before.is_ascii_lowercase() && c.is_ascii_uppercase();
        if (turn || !c.is_ascii_alphabetic()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_tell() {
        let check = |name: &str, marks: Marks, expected: bool| {
            assert_eq!(marks_of_name(name).any(marks), expected, "{name}: {:?}", marks_of_name(name));
        };
        check("box-related-posts", Marks::RELATED, true);
        check("relatedStories", Marks::RELATED, true);
        check("PhotoCMS_Caption", Marks::CAPTION, true);
        check("tin-lien-quan", Marks::RELATED, true);
        check("no-sidebar", Marks::SIDE, false);
        check("article-body", Marks::BODY, true);
        check("detail-sapo", Marks::SAPO, true);
        check("leaderboard", Marks::SAPO, false);
        check("download", Marks::AD, false);
        check("date-today", Marks::CLOCK, true);
        check("field--label-hidden", Marks::HIDDEN, false);
        check("u-hidden", Marks::HIDDEN, true);
        check("field--type-text-with-summary", Marks::SAPO, false);
        check("article-brief", Marks::SAPO, true);
        check("field--name-field-mo-ta-ngan", Marks::SAPO, true);
        check("field-tac-gia", Marks::AUTHOR, true);
    }
}
