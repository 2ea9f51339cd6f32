//! Dates in words of other languages than Vietnamese, as the pages show them that portals link to and mirror. Day and
//! month only in unmistakable forms; times are not read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::pattern::pattern;

use crate::clock::vietnam;
use crate::vietnamese::date::Dated;
use crate::vietnamese::fold;

/// Names of the months, cases and abbreviations included: English, German, French, Spanish, Portuguese, Italian,
/// Catalan, Dutch, Danish, Norwegian, Swedish, Icelandic, Finnish, Estonian, Lithuanian, Latvian, Polish, Czech,
/// Slovak, Croatian, Serbian, Slovene, Hungarian, Romanian, Albanian, Turkish, Greek, Russian, Ukrainian, Bulgarian,
/// Indonesian, Malay, Arabic, Hebrew, Hindi, Bengali, Thai. A name that two languages give to different months stands under neither,
/// or under the one with more readers.
const MONTHS: [&str; 12] = [
    "jan january januar januari janvier janv jänner jän enero ene janeiro gennaio gen gener janúar tammikuu tammikuuta \
     jaanuar sausio sausis janvāris janvārī styczeń stycznia sty leden ledna január januára siječanj siječnja ianuarie \
     ian janar ocak ιανουάριος ιανουαρίου ιαν январь января янв січень січня януари يناير ינואר जनवरी জানুয়ারি มกราคม",
    "feb february februar februari february février févr fév febrero fevereiro fev febbraio febrer febrúar helmikuu \
     helmikuuta veebruar vasario vasaris februāris februārī luty lutego lut únor února február februára veljača veljače \
     februarie febr shkurt şubat φεβρουάριος φεβρουαρίου φεβ февраль февраля фев лютий лютого февруари فبراير פברואר फरवरी ফেব্রুয়ারি กุมภาพันธ์",
    "mar march märz mär mrz mars marzo março març maart mrt marts mars maaliskuu maaliskuuta märts kovo kovas marec marca \
     marzec března březen ožujak ožujka március márc martie mart mart maret mac μάρτιος μαρτίου μαρ март марта мар березень \
     березня مارس מרץ मार्च মার্চ มีนาคม",
    "apr april avril avr abril abr aprile apríl huhtikuu huhtikuuta aprill balandžio balandis aprīlis aprīlī kwiecień \
     kwietnia kwi duben dubna apríla travanj travnja április ápr aprilie prill nisan απρίλιος απριλίου απρ апрель апреля \
     апр квітень квітня април أبريل ابريل אפריל अप्रैल এপ্রিল เมษายน",
    "may mai mayo maio maggio mag maig mei maj maí toukokuu toukokuuta gegužės gegužė maijs maijā maja květen května mája \
     svibanj svibnja május máj mayıs μάιος μαΐου μαΐ май мая травень травня مايو מאי मई মে พฤษภาคม",
    "jun june juni juin junio jun junho giugno giu juny júní kesäkuu kesäkuuta juuni birželio birželis jūnijs jūnijā \
     czerwiec czerwca cze červen června júna jún lipanj lipnja június jún iunie iun qershor haziran ιούνιος ιουνίου ιουν \
     июнь июня июн червень червня юни يونيو יוני जून জুন มิถุนายน",
    "jul july juli juillet juil julio julho luglio lug juliol júlí heinäkuu heinäkuuta juuli liepos liepa jūlijs jūlijā \
     lipiec lipca lip červenec července júla júl srpanj srpnja július júl iulie iul korrik temmuz ιούλιος ιουλίου ιουλ \
     июль июля июл липень липня юли يوليو יולי जुलाई জুলাই กรกฎาคม",
    "aug august août aout agosto ago agost augustus augusti ágúst elokuu elokuuta rugpjūčio rugpjūtis augusts augustā \
     sierpień sierpnia sie srpen srpna augusta kolovoz kolovoza augusztus gusht ağustos agustus ogos αύγουστος αυγούστου \
     αυγ август августа авг серпень серпня أغسطس اغسطس אוגוסט अगस्त আগস্ট สิงหาคม",
    "sep sept september septembre septiembre setiembre setembro set settembre setembre syyskuu syyskuuta rugsėjo rugsėjis \
     septembris septembrī wrzesień września wrz září septembra rujan rujna szeptember szept septembrie shtator eylül \
     σεπτέμβριος σεπτεμβρίου σεπ сентябрь сентября сен сент вересень вересня септември سبتمبر ספטמבר सितंबर सितम्बर সেপ্টেম্বর กันยายน",
    "oct october oktober okt octobre octubre out outubro ottobre ott octubre október lokakuu lokakuuta oktoober spalio \
     spalis oktobris oktobrī październik października paź říjen října októbra oktobra octombrie tetor ekim οκτώβριος \
     οκτωβρίου οκτ октябрь октября окт жовтень жовтня октомври أكتوبر اكتوبر אוקטובר अक्टूबर অক্টোবর ตุลาคม",
    "nov november novembre noviembre novembro nóvember marraskuu marraskuuta lapkričio lapkritis novembris novembrī listopad \
     listopada lis listopadu novembra studeni studenog studenoga noiembrie noi nëntor kasım νοέμβριος νοεμβρίου νοε νοεμ \
     ноябрь ноября ноя листопад листопада ноември نوفمبر נובמבר नवंबर नवम्बर নভেম্বর พฤศจิกายน",
    "dec december dezember dez décembre déc diciembre dic dezembro dicembre desembre desember des joulukuu joulukuuta \
     detsember gruodžio gruodis decembris decembrī grudzień grudnia gru prosinec prosince decembra prosinac prosinca \
     decembrie dhjetor aralık δεκέμβριος δεκεμβρίου δεκ декабрь декабря дек грудень грудня декември ديسمبر דצמבר दिसंबर दिसम्बर ডিসেম্বর ธันวาคม",
];

/// The names folded, so that a page may leave its accents out.
static BY_NAME: LazyLock<HashMap<String, i8>> = LazyLock::new(|| {
    let mut map = HashMap::new();
    for (month, names) in (1_i8..).zip(MONTHS) {
        for name in names.split_whitespace() {
            map.entry(fold(name)).or_insert(month);
        }
    }
    map
});

static FORMS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)
        # 3. Mai 2024, 12 février 2020, 7th of July 2018, 13 de febrero del 2012, 5-Jan-2020
        \b(?P<d1>\d{1,2})(?:st|nd|rd|th|er|\.|º|ª|-?го|-?a)?(?:\s+(?:de|of|di|d'))?[\s\-./]+(?P<m1>[\p{L}\p{M}]{3,14})[.,،]*
            (?:\s+(?:de|del|of))?[\s\-./]+(?P<y1>(?:19|20|25)\d\d)\b
        # March 7, 2019
        | \b(?P<m2>[\p{L}\p{M}]{3,14})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?[,.]?(?:\s+(?:de|of))?\s+(?P<y2>(?:19|20)\d\d)\b
        # 2020. október 15., 2024 m. kovo 31 d., 2020. gada 15. oktobris
        | \b(?P<y3>(?:19|20)\d\d)\.?,?\s*(?:m\.|g\.|gada)?\s*(?:(?P<d3>\d{1,2})\.\s*)?(?P<m3>[\p{L}\p{M}]{3,14})(?:\s+(?P<e3>\d{1,2})\b)?
        # 2019年4月21日, 2019년 4월 21일
        | (?P<y4>(?:19|20)\d\d)\s*[년年]\s*(?P<m4>\d{1,2})\s*[월月]\s*(?P<d4>\d{1,2})
        # 2019.04.21
        | \b(?P<y5>(?:19|20)\d\d)[./-](?P<m5>\d{1,2})[./-](?P<d5>\d{1,2})\b",
    )
});

/// The first date in `text` that names its month, or runs from year to day.
pub(super) fn read(text: &str) -> Option<Dated> {
    let text = western_digits(text);
    FORMS.captures_iter(&text).find_map(|found| {
        let number = |group: &str| found.name(group).and_then(|digits| digits.as_str().parse::<i16>().ok());
        let name = |group: &str| found.name(group).and_then(|name| month(name.as_str()));
        let figures = |group: &str| number(group).and_then(|month| i8::try_from(month).ok());
        let (year, month, day) = if let (Some(year), Some(day)) = (number("y1"), number("d1")) {
            (year, name("m1")?, day)
        } else if let (Some(year), Some(day)) = (number("y2"), number("d2")) {
            (year, name("m2")?, day)
        } else if let Some(year) = number("y3") {
            (year, name("m3")?, number("d3").or_else(|| number("e3"))?)
        } else if let (Some(year), Some(day)) = (number("y4"), number("d4")) {
            (year, figures("m4")?, day)
        } else {
            (number("y5")?, figures("m5")?, number("d5")?)
        };
        // Thailand counts from the Buddha's death.
        let year = if year >= 2500 { year - 543 } else { year };
        let date = Date::new(year, month, i8::try_from(day).ok()?).ok()?;
        let at = date.to_zoned(vietnam()).ok()?.timestamp();
        Some(Dated { at, has_time: false, zone: None })
    })
}

/// `06.11.23`, as German templates write it: points between, the day first, two figures each.
pub(super) fn read_short(text: &str) -> Option<Dated> {
    static FORM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[^\d.])(\d\d)\.(\d\d)\.(\d\d)(?:$|[^\d.])"));
    let found = FORM.captures(text)?;
    let number = |group: usize| found[group].parse::<i8>().ok();
    let date = Date::new(2000 + i16::from(number(3)?), number(2)?, number(1)?).ok()?;
    let at = date.to_zoned(vietnam()).ok()?.timestamp();
    Some(Dated { at, has_time: false, zone: None })
}

fn month(name: &str) -> Option<i8> {
    BY_NAME.get(&fold(name)).copied()
}

/// Arabic, Persian, Hindi, Bengali and Thai figures as ours.
fn western_digits(text: &str) -> Cow<'_, str> {
    let digit = |c: char| match c {
        '\u{660}'..='\u{669}' => char::from_digit(c as u32 - 0x660, 10),
        '\u{6f0}'..='\u{6f9}' => char::from_digit(c as u32 - 0x6f0, 10),
        '\u{966}'..='\u{96f}' => char::from_digit(c as u32 - 0x966, 10),
        '\u{9e6}'..='\u{9ef}' => char::from_digit(c as u32 - 0x9e6, 10),
        '\u{e50}'..='\u{e59}' => char::from_digit(c as u32 - 0xe50, 10),
        _ => None,
    };
    if !text.chars().any(|c| digit(c).is_some()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| digit(c).unwrap_or(c)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_months_in_words() {
        let check = |text: &str, expected: &str| {
            let got = read(text).map(|dated| dated.at.to_zoned(vietnam()).date().to_string()).unwrap_or_default();
            assert_eq!(got, expected, "{text}");
        };
        check("Posted on March 7, 2019 by admin", "2019-03-07");
        check("Freitag, 3. Mai 2024", "2024-05-03");
        check("le 12 février 2020", "2020-02-12");
        check("le 1er août 2020", "2020-08-01");
        check("7th of July 2018", "2018-07-07");
        check("13 de febrero de 2012", "2012-02-13");
        check("4 de março de 2021, 10h", "2021-03-04");
        check("mercoledì 5 giugno 2019", "2019-06-05");
        check("6 czerwca 2020, 12:00", "2020-06-06");
        check("21. srpna 2018", "2018-08-21");
        check("30 Ağustos 2022 Salı", "2022-08-30");
        check("5 октября 2020 г.", "2020-10-05");
        check("17 листопада 2021", "2021-11-17");
        check("Τρίτη 3 Μαρτίου 2020", "2020-03-03");
        check("2020. október 15., csütörtök", "2020-10-15");
        check("2024 m. kovo 31 d.", "2024-03-31");
        check("2020. gada 15. oktobris", "2020-10-15");
        check("الأربعاء، 07 أكتوبر 2020 - 12:09 م", "2020-10-07");
        check("٧ أكتوبر ٢٠٢٠", "2020-10-07");
        check("15 अगस्त 2021", "2021-08-15");
        check("১৮ ফেব্রুয়ারি ২০২০", "2020-02-18");
        check("12 มกราคม 2563", "2020-01-12");
        check("Senin, 17 Agustus 2020", "2020-08-17");
        check("5-Jan-2020", "2020-01-05");
        check("2019年4月21日", "2019-04-21");
        check("2019.04.21", "2019-04-21");
        check("12 bottles 2019", "");
        check("Market 12, 2019", "");
        check("31 February 2019", "");
    }

    #[test]
    fn reads_short_years() {
        let check = |text: &str, expected: &str| {
            let got = read_short(text).map(|dated| dated.at.to_zoned(vietnam()).date().to_string()).unwrap_or_default();
            assert_eq!(got, expected, "{text}");
        };
        check("Swantje Muster | 06.11.23", "2023-11-06");
        check("06.11.2023", "");
        check("10.20.30.40", "");
        check("31.13.20", "");
    }
}
