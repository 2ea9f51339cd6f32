//! The sentences of portals that are no news: boilerplate, headings of related articles, picture credits, source lines.
//! Data with the lookups that read it.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;

// Word borders are those of ASCII (`(?-u:\b)`): the others would send every line of Vietnamese through the slowest of
// the engines of `regex`.

/// Lines that stand around articles and are none of their text.
static BOILERPLATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^\W*(?:
        [a-z_]{2,30}(?:\$\$|\}\}|%%|\]\])$ | đánh\ giá\ bài\ viết | tổng\ số\ điểm\ của\ bài\ viết | click\ để\ đánh\ giá | xếp\ hạng
        | (?:ý\ kiến|bình\ luận)(?:\ của)?(?:\ bạn)?(?:\ đọc)? \W*(?:\(\d+\))?\W*$ | gửi\ bình\ luận
        | lượt\ (?:xem|truy\ cập|đọc)\W | số\ (?:lượt|lần)\ (?:xem|đọc|truy\ cập) | xem\ cỡ\ chữ | cỡ\ chữ\W*$ | đọc\ bài\ viết\W*$ | nghe\ (?:bài|đọc)\ \w*\W*$
        | in\ (?:trang|bài\ viết|tin|ấn)\W*$ | in\W*$ | gửi\ (?:email|mail|bài\ viết|cho\ bạn\ bè)\W*$ | chia\ sẻ(?:\ (?:bài\ viết|facebook|zalo|twitter|qua\ \w+|trên\ \w+|link))*\W*$
        | chia\ sẻ:\ .{0,60}$ | quay\ lại\W*$ | về\ (?:đầu\ trang|trang\ trước)\W*$ | xem\ thêm\W*$ | trở\ (?:về|lại)\W*$ | lên\ đầu\ trang\W*$
        | bản\ quyền\ thuộc\ về | ghi\ rõ\ nguồn | (?:vui\ lòng\ )?ghi\ rõ\ nguồn | (?:©|copyright(?-u:\b))
        | cơ\ quan\ chủ\ quản | giấy\ phép\ (?:số|thiết\ lập|xuất\ bản) | sao\ chép\ liên\ kết | copy\ link | theo\ dõi\ \w+.{0,30}\ trên\W*$
        | từ\ khóa\W | từ\ khoá\W | tags?\ ?:\ | your\ browser\ does\ not\ support | trình\ duyệt\ của\ bạn
        | (?:advert(?:isement)?|quảng\ cáo|anzeige|werbung|reklam|publicité|sponsored|story\ continues\ below|article\ continues\ (?:below|after)|continue\ reading|read\ more)\W*$
        | (?:share|email|print|tweet|facebook|twitter|pin\ it|like|comments?|save|reply|whatsapp|linkedin|close|loading\W*)\W*$
        | (?:watch|listen)\ ?\|\ .{0,150}$
        | (?:les\ også|læs\ også|läs\ (?:mer|också|även)|lue\ myös|lees\ ook|lire\ aussi|à\ lire(?:\ aussi)?|lee\ también|te\ puede\ interesar|leggi\ anche|leia\ (?:também|mais)|lesen\ sie\ auch|mehr\ (?:zum\ thema|dazu)|auch\ interessant|read\ (?:more|also|next)|see\ also|also\ read|related\ (?:video|article|story|stories|coverage)|czytaj\ (?:też|także|więcej)|čtěte\ také|olvasta\ már|citește\ și|читайте\ (?:также|ещё|еще)|читати\ також|ayrıca\ oku|baca\ juga|اقرأ\ أيضا|यह\ भी\ पढ़ें|関連記事|相关阅读|관련기사)\ ?(?::|$|\|).{0,160}$
        | (?:uppdaterad|publicerad|publisert|oppdatert|publiceret|opdateret|updated|published|posted|last\ updated|aktualisiert|veröffentlicht|publié\ le|mis\ à\ jour|publicado|actualizado|pubblicato|aggiornato|gepubliceerd|güncelleme|опубликовано|обновлено)\W[^.]{0,30}\d{1,2}[.:h]\d\d.{0,40}$
        | (?:artikel\ (?:anhören|merken|teilen|drucken|hören)|audiobeitrag|bild\ in\ detailansicht\ öffnen|werbung|publicidad|pubblicità|annons|annonse|annonce|mainos|reklama|реклама|iklan|広告|廣告|广告|광고|विज्ञापन|إعلان|article\ réservé\ aux\ abonnés|(?:image|bild|foto|photo)\ (?:source|quelle|caption))\W*$
        | (?:image|photo|slide|picture|bild|foto|imagen|immagine)\ \d+\ ?(?:of|/|von|de|sur|di|av|van)\ ?\d+\W*$ | this\ (?:slideshow|video|content|feature|site|page)\ requires\ javascript
        | empfohlener\ (?:redaktioneller|externer)\ inhalt | an\ dieser\ stelle\ (?:finden|befindet|steht|wird)(?-u:\b).{0,60}(?:extern|inhalt) | ich\ bin\ (?:damit\ )?einverstanden,\ dass | (?:ein|mit\ einem)\ klick\ für\ den\ datenschutz
        | (?:this|ce|este|questo)\ (?:content|contenu|contenido|contenuto)\ (?:is\ (?:hosted|blocked)|est\ bloqué|está\ bloqueado|è\ bloccato) | (?:to\ (?:view|display|see)\ this|pour\ (?:voir|afficher)\ ce|um\ diesen?)\ .{0,40}(?:cookies|javascript|consent|datenschutz|anzuzeigen)
        | \d{1,2}[:.]\d\d(?-i:\p{Lu}[\p{L}'’\-]+(?:\ \p{Lu}[\p{L}'’\-]+){1,3})$ | \d+\ \w{1,7}\ ago\s?\d{1,2}:\d\d.{0,40}$
        | \w+(?:\ [^\]]*)?\].{0,200}\[/\w+\]$
        | sign\ up\ (?:for|to)\ | subscribe\ (?:to|now)\ | click\ here\ to\ (?:subscribe|sign)
        )",
    )
});

/// Headings after which other articles are listed.
static RELATED_HEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^\W*(?:(?:các\ )?(?:tin|bài|bài\ viết|tin\ tức|thông\ tin|tin\ bài|văn\ bản|những\ tin)\ (?:viết\ )?(?:liên\ quan|cùng\ (?:chuyên\ mục|chủ\ đề|loại)|khác|đã\ đưa|mới\ (?:hơn|nhất)|cũ\ hơn|đọc\ nhiều|nổi\ bật|tiếp\ theo)
        | có\ thể\ bạn\ quan\ tâm | cùng\ chuyên\ mục | tin\ mới | bài\ viết\ mới | đọc\ (?:thêm|tiếp|nhiều(?:\ nhất)?) | xem\ thêm | mời\ (?:quý\ )?(?:độc|bạn)\ .{0,20}đọc\ thêm
        | related\ (?:stories|articles|posts|news|content|topics|links|coverage|story|article) | related | more\ (?:from|on|stories|news|in)(?-u:\b).{0,30} | you\ (?:may|might)\ (?:also\ )?(?:like|be\ interested).{0,20}
        | read\ (?:more|also|next) | recommended(?:\ for\ you)? | see\ also | most\ (?:read|popular|viewed) | trending(?:\ now)? | top\ stories | latest\ (?:news|stories)
        | mehr\ zum\ thema | lesen\ sie\ mehr(?:\ zum\ thema)? | weiterlesen | auch\ interessant | artículos?\ relacionados? | notícias\ relacionadas | articoli\ correlati | sur\ le\ même\ (?:sujet|thème) | läs\ (?:mer|också|även) | les\ (?:mer|også) | læs\ (?:mere|også) | lees\ (?:ook|meer) | lue\ myös | czytaj\ (?:też|także) | читайте\ также | ilgili\ haberler | baca\ juga | berita\ terkait | 関連記事 | 相关(?:阅读|新闻) | 관련\ ?기사 | مواضيع\ ذات\ صلة | संबंधित\ (?:ख़बरें|खबरें) | lesen\ sie\ auch | das\ könnte\ sie\ auch\ interessieren | à\ lire\ aussi | lire\ aussi | lee\ también | leggi\ anche | don't\ miss | what\ to\ read\ next
        )\W*$",
    )
});

/// A line that is only a picture's caption or credit: it says so at its beginning.
static CREDIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:ảnh|ảnh minh (?:họa|hoạ)|nguồn ảnh|hình ảnh|photo|image|photograph|foto|bild|video|clip|đồ họa|infographic|fotos|getty images|credit)\s*(?::|/|by(?-u:\b)|minh h|của|©).{0,90}$|^\W*pictured (?:above|below|right|left|here|at the|from|with)(?-u:\b).{0,260}$",
    )
});

/// A caption that names its photographer after a colon at its end. Apart from the other, because this one has to be
/// sought through the whole line, and few lines have a colon.
static CREDIT_AT_END: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^.{0,200}[.\s(\-–—]\s*(?:Ảnh|Nguồn ảnh|Photo|Foto|Đồ họa)\s*:.{0,60}$"));

/// A line that names the source.
static SOURCE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:nguồn(?: tin| bài)?\s*:.{0,100}|nguồn\s*:\s*https?:\S+|\(\s*(?:theo|nguồn)(?-u:\b).{0,60}\)\W*|theo\s+[^.,;:]{2,50})$",
    )
});

/// A line that names the writers and says nothing else. Names are told by their capitals.
static BYLINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[Bb]y|BY|[Vv]on|VON|[Pp]ar|PAR|[Pp]or|[Dd]i|[Aa]v|[Aa]f|[Dd]oor|[Oo]leh|Text:) \p{Lu}[\p{L}.'’\-]*(?:(?:,| and| und| et| y| e| och| og| &)? \p{Lu}[\p{L}.'’\-]*){1,7}$",
    )
});

/// Whether a line only names the writers: "By Jane Doe and John Roe".
pub(super) fn is_byline(line: &str) -> bool {
    line.len() < 100 && BYLINE.is_match(line)
}

/// Whether a line is one of the phrases that stand around articles.
pub(super) fn is_boilerplate(line: &str) -> bool {
    line.len() < 400 && BOILERPLATE.is_match(line)
}

/// Whether a line announces other articles.
pub(super) fn is_related_heading(line: &str) -> bool {
    line.len() < 120 && RELATED_HEADING.is_match(line)
}

/// Whether a line is only the caption or credit of a picture.
pub(super) fn is_credit(line: &str) -> bool {
    line.len() < 500 && (CREDIT.is_match(line) || line.contains(':') && CREDIT_AT_END.is_match(line))
}

/// Whether a line is a credit from its first word: "Ảnh: CTV".
pub(super) fn is_credit_alone(line: &str) -> bool {
    let lower = line.trim_start_matches(['(', '*', ' ']).to_lowercase();
    ["ảnh:", "ảnh :", "nguồn ảnh:", "photo:", "clip:", "video:", "đồ họa:"].iter().any(|word| lower.starts_with(word))
}

/// Whether a line only names the source of the text.
pub(super) fn is_source(line: &str) -> bool {
    line.len() < 200 && SOURCE.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_tell() {
        let check = |read: fn(&str) -> bool, line: &str, expected: bool| assert_eq!(read(line), expected, "{line}");
        check(is_boilerplate, "Đánh giá bài viết", true);
        check(is_boilerplate, "Lượt xem: 12", true);
        check(is_boilerplate, "Bản quyền thuộc về Cổng thông tin điện tử tỉnh", true);
        check(is_boilerplate, "Chia sẻ với báo chí, ông A cho biết mọi việc đã xong.", false);
        check(is_boilerplate, "In 2019 the company said so.", false);
        check(is_byline, "By Jane Doe and John Roe", true);
        check(is_byline, "By Monday the river had risen", false);
        check(is_boilerplate, "14:05Jane Doe", true);
        check(is_boilerplate, "07:30 Khai mạc hội nghị", false);
        check(is_boilerplate, "Publicerad 14.14", true);
        check(is_boilerplate, "Published in 2019, the book sold well.", false);
        check(is_credit, "Pictured from left, are the mayor and the ferryman.", true);
        check(is_related_heading, "Các tin khác:", true);
        check(is_related_heading, "Những tin mới hơn", true);
        check(is_related_heading, "Tin liên quan đến vụ cháy", false);
        check(is_credit, "Ảnh minh họa - Ảnh: VGP", true);
        check(is_credit, "Quang cảnh hội nghị. Ảnh: TTXVN", true);
        check(is_credit, "Ảnh hưởng của bão số 3 rất lớn.", false);
        check(is_source, "Nguồn: TTXVN", true);
        check(is_source, "(Theo TTXVN)", true);
        check(is_source, "Theo baochinhphu.vn.", false);
    }
}
