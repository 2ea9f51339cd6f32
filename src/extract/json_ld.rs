//! What a page says of itself in JSON-LD. Portals write raw line breaks into strings, trailing commas, HTML entities
//! and several graphs: all are read. Nothing here fails; unreadable scripts say nothing.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::pattern::pattern;
use super::plain::plain;

/// One article as JSON-LD describes it. Strings are plain text.
#[derive(Clone, Debug, Default)]
pub(super) struct LinkedArticle {
    pub(super) headline: String,
    pub(super) description: String,
    pub(super) published: String,
    pub(super) modified: String,
    pub(super) authors: Vec<String>,
    /// Authors that are bodies, as sites give when they name no person.
    pub(super) author_bodies: Vec<String>,
    /// Who publishes it.
    pub(super) publisher: Vec<String>,
    pub(super) section: String,
    pub(super) image: String,
    pub(super) body: String,
    pub(super) language: String,
    pub(super) url: String,
    /// How much its type says: 2 for articles, 1 for pages.
    rank: u8,
}

impl LinkedArticle {
    /// Whether its type is one of article, not of page.
    pub(super) fn is_article(&self) -> bool {
        self.rank == 2
    }
}

/// The article that `scripts` describe, in the first place the one that names `url`.
pub(super) fn read(scripts: &[String], url: &str) -> Option<LinkedArticle> {
    let mut found = Vec::new();
    let values: Vec<Value> = scripts.iter().filter_map(|script| parse(script)).collect();
    for value in &values {
        collect(value, &values, 0, &mut found);
    }
    let same = |article: &LinkedArticle| !article.url.is_empty() && path_of(&article.url) == path_of(url);
    let best =
        found.iter().max_by_key(|article| (article.rank, same(article), std::cmp::Reverse(position(&found, article))));
    let mut best = best.cloned()?;
    // A page object may know what the article object leaves out.
    for other in &found {
        let fill = |own: &mut String, more: &String| {
            if own.is_empty() {
                own.clone_from(more);
            }
        };
        if other.rank < best.rank && best.rank == 2 {
            fill(&mut best.published, &other.published);
            fill(&mut best.language, &other.language);
        }
    }
    Some(best)
}

fn position(all: &[LinkedArticle], one: &LinkedArticle) -> usize {
    all.iter().position(|other| std::ptr::eq(other, one)).unwrap_or(usize::MAX)
}

fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or(path).trim_end_matches('/')
}

fn parse(script: &str) -> Option<Value> {
    let script =
        script.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[").trim_start_matches("<![CDATA[");
    let script =
        script.trim().trim_end_matches("//]]>").trim_end_matches("]]>").trim_end_matches("-->").trim_end_matches(';');
    serde_json::from_str(script).or_else(|_| serde_json::from_str(&repair(script))).ok().or_else(|| scan(script))
}

/// The plain fields of an article whose JSON is broken beyond repair, as by a quote within a string.
fn scan(script: &str) -> Option<Value> {
    static KIND: LazyLock<Regex> = LazyLock::new(|| pattern(r#""@type"\s*:\s*"(\w*(?:Article|BlogPosting))""#));
    static FIELD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#""(headline|datePublished|dateModified|dateCreated|articleSection|inLanguage)"\s*:\s*"([^"\\]{1,400})"\s*[,}]"#,
        )
    });
    let mut map = serde_json::Map::new();
    map.insert("@type".to_owned(), KIND.captures(script)?[1].into());
    for field in FIELD.captures_iter(script).take(40) {
        map.entry(&field[1]).or_insert_with(|| field[2].into());
    }
    Some(Value::Object(map))
}

/// Makes raw line breaks and tabs in strings white space, and removes commas before a closing bracket.
fn repair(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let (mut in_string, mut escaped) = (false, false);
    let mut comma_at = None;
    for c in script.chars() {
        if in_string {
            match c {
                _ if c.is_control() => out.push(' '),
                _ => out.push(c),
            }
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        if let (Some(at), ']' | '}') = (comma_at, c) {
            out.truncate(at);
        }
        match c {
            ',' => comma_at = Some(out.len()),
            _ if c.is_whitespace() => {}
            _ => comma_at = None,
        }
        in_string = c == '"';
        out.push(c);
    }
    out
}

/// Gathers article objects from a value, at most 12 levels deep.
fn collect(value: &Value, all: &[Value], depth: usize, out: &mut Vec<LinkedArticle>) {
    if depth > 12 || out.len() > 50 {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|entry| collect(entry, all, depth + 1, out)),
        Value::Object(map) => {
            let rank = rank_of(value);
            if rank > 0 {
                out.push(article(value, all, rank));
            }
            for (key, inner) in map {
                // What an article mentions or links to is another article.
                if matches!(key.as_str(), "@graph" | "mainEntity" | "mainEntityOfPage" | "subjectOf" | "article" | "0")
                {
                    collect(inner, all, depth + 1, out);
                }
            }
        }
        _ => {}
    }
}

fn rank_of(value: &Value) -> u8 {
    let rank = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or(name);
        if name.ends_with("Article")
            || name.ends_with("BlogPosting")
            || matches!(
                name,
                "Report" | "SocialMediaPosting" | "Blog" | "Review" | "CreativeWork" | "NewsItem" | "Recipe"
            )
        {
            2
        } else {
            u8::from(matches!(name, "WebPage" | "ItemPage" | "VideoObject" | "AboutPage"))
        }
    };
    match &value["@type"] {
        Value::String(name) => rank(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(rank).max().unwrap_or(0),
        _ => 0,
    }
}

fn article(value: &Value, all: &[Value], rank: u8) -> LinkedArticle {
    let text = |key: &str| plain(string(&value[key]));
    let author = if value["author"].is_null() { &value["creator"] } else { &value["author"] };
    let people = names(author, all, 0);
    let publisher = names(&value["publisher"], all, 0);
    let organisations = organisations(author);
    let is_body = |name: &String| organisations.contains(name) || publisher.contains(name);
    let (author_bodies, people) = people.into_iter().partition(is_body);
    LinkedArticle {
        headline: Some(text("headline")).filter(|t| !t.is_empty()).unwrap_or_else(|| text("name")),
        description: text("description"),
        published: Some(text("datePublished"))
            .filter(|t| !t.is_empty())
            .unwrap_or_else(|| if rank == 2 { text("dateCreated") } else { text("uploadDate") }),
        modified: text("dateModified"),
        authors: people,
        author_bodies,
        publisher,
        section: plain(string(&value["articleSection"])),
        image: string(&value["image"]).to_owned(),
        body: lines(string(&value["articleBody"])),
        language: text("inLanguage"),
        url: [string(&value["mainEntityOfPage"]), string(&value["url"]), string(&value["@id"])]
            .into_iter()
            .find(|url| !url.is_empty())
            .unwrap_or_default()
            .to_owned(),
        rank,
    }
}

/// The first string in a value that may be a string, a list or an object with an address or a name.
fn string(value: &Value) -> &str {
    match value {
        Value::String(text) => text,
        Value::Array(list) => list.first().map_or("", string),
        Value::Object(map) => ["url", "@value", "@id", "name", "contentUrl"]
            .into_iter()
            .find_map(|key| map.get(key).and_then(Value::as_str))
            .unwrap_or_default(),
        _ => "",
    }
}

fn names(value: &Value, all: &[Value], depth: usize) -> Vec<String> {
    match value {
        Value::String(name) => vec![plain(name)],
        Value::Array(list) => list.iter().take(20).flat_map(|entry| names(entry, all, depth)).collect(),
        Value::Object(map) => match map.get("name") {
            Some(name) => names(name, all, depth),
            // `{"@id": "…#author"}` points at another object of the graph.
            None => match map.get("@id").and_then(Value::as_str) {
                Some(id) if depth < 2 => all
                    .iter()
                    .find_map(|value| by_id(value, id, 0))
                    .map_or_else(Vec::new, |found| names(found, all, depth + 1)),
                _ => Vec::new(),
            },
        },
        _ => Vec::new(),
    }
    .into_iter()
    .filter(|name| !name.is_empty())
    .collect()
}

/// The names of the authors that are no persons.
fn organisations(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().take(20).flat_map(organisations).collect(),
        Value::Object(map)
            if map.get("@type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("Organization")) =>
        {
            map.get("name").and_then(Value::as_str).map(plain).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn by_id<'v>(value: &'v Value, id: &str, depth: usize) -> Option<&'v Value> {
    match value {
        Value::Array(list) if depth < 6 => list.iter().find_map(|entry| by_id(entry, id, depth + 1)),
        Value::Object(map) if depth < 6 => {
            if map.get("@id").and_then(Value::as_str) == Some(id) && map.contains_key("name") {
                return Some(value);
            }
            map.values().find_map(|inner| by_id(inner, id, depth + 1))
        }
        _ => None,
    }
}

/// A text of several lines, each plain.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().take(2_000).map(plain).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_portals_write() {
        let check = |script: &str, headline: &str, published: &str, author: &str| {
            let got = read(&[script.to_owned()], "https://a.gov.vn/x").unwrap_or_default();
            assert_eq!(
                (got.headline.as_str(), got.published.as_str(), got.authors.join(", ").as_str()),
                (headline, published, author),
                "{script}"
            );
        };
        check(
            r#"{"@type":"NewsArticle","headline":"Ch&#237;nh s&#225;ch","datePublished":"2026-03-01"}"#,
            "Chính sách",
            "2026-03-01",
            "",
        );
        check("{\"@type\":\"Article\",\"headline\":\"Hai\ndòng\",}", "Hai dòng", "", "");
        check(
            r#"{"@graph":[{"@type":"WebPage","name":"Trang"},{"@type":["Article"],"headline":"A","author":{"@id":"p"}},{"@id":"p","@type":"Person","name":"Lan"}]}"#,
            "A",
            "",
            "Lan",
        );
        check(
            r#"[{"@type":"Organization","name":"X"},{"@type":"BlogPosting","headline":"B","author":[{"name":"C"},"D"]}]"#,
            "B",
            "",
            "C, D",
        );
        check(
            r#"{"@type":"NewsArticle","headline":"A","description":"says "no" again","datePublished":"2026-03-01"}"#,
            "A",
            "2026-03-01",
            "",
        );
        check("not json", "", "", "");
    }
}
