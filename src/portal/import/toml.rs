//! `[[portal]]` tables, as in `seeds/`.

use serde::Deserialize;

use super::{Imported, SelectorLine, address, line_of};
use crate::portal::Entry;

pub(super) fn read(text: &str) -> Imported {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        portal: Vec<::toml::Spanned<::toml::Value>>,
        /// `seeds/provinces.toml` stands beside the portals and registers none.
        #[serde(default, rename = "province")]
        _province: serde::de::IgnoredAny,
    }
    let mut imported = Imported::default();
    let file: File = match ::toml::from_str(text) {
        Ok(file) => file,
        Err(cause) => {
            let line = cause.span().map_or(1, |span| line_of(text, span.start));
            imported.problems.push(format!("line {line}: {}", cause.message()));
            return imported;
        }
    };
    for table in file.portal {
        let line = line_of(text, table.span().start);
        let table = table.into_inner();
        let address = table.get("url").and_then(::toml::Value::as_str).map_or(Ok(()), |url| address(url).map(drop));
        let entry = address.and_then(|()| table.try_into::<Entry>().map_err(|cause| cause.message().to_owned()));
        imported.take(&format!("line {line}"), entry);
    }
    imported.selectors = selector_lines(text);
    imported
}

/// Where the selectors of a TOML file stand.
fn selector_lines(text: &str) -> Vec<SelectorLine> {
    use std::collections::BTreeMap;
    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        portal: Vec<Table>,
    }
    #[derive(Deserialize)]
    struct Table {
        #[serde(default)]
        slug: String,
        #[serde(default)]
        rules: BTreeMap<String, Vec<::toml::Spanned<String>>>,
    }
    let Ok(file) = ::toml::from_str::<File>(text) else { return Vec::new() };
    let mut out = Vec::new();
    for Table { slug, rules } in file.portal {
        for (key, list) in rules {
            for (place, written) in list.iter().enumerate() {
                let line = line_of(text, written.span().start);
                out.push(SelectorLine { portal: slug.clone(), key: key.clone(), place, line });
            }
        }
    }
    out
}
