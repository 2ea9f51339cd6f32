//! Tables for spreadsheets: rows in, CSV out. No cell is a formula, whatever a portal or a person wrote into it.

use anyhow::{Context, Result};

/// A cell that a spreadsheet takes for text: what begins like a formula gets an apostrophe before it.
#[must_use]
pub fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// A table with a line of names above it.
///
/// # Errors
/// When a row has another number of cells than the names.
pub fn sheet(names: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    // Spreadsheets read UTF-8 only behind its mark.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(names).context("cannot write the table")?;
    for row in rows {
        writer.write_record(row.iter().map(|text| cell(text))).context("cannot write the table")?;
    }
    writer.into_inner().map_err(|cause| anyhow::anyhow!("cannot write the table: {cause}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let check = |text: &str, expected: &str| assert_eq!(cell(text), expected);
        check("=HYPERLINK(1)", "'=HYPERLINK(1)");
        check("-2+3", "'-2+3");
        check("học phí", "học phí");
    }

    #[test]
    fn a_sheet_has_names_and_rows() {
        let sheet = sheet(&["a", "b"], [vec!["@x".to_owned(), "1,\"2\"\r\n3".to_owned()]]).unwrap();
        assert_eq!(String::from_utf8(sheet).unwrap(), "\u{feff}a,b\n'@x,\"1,\"\"2\"\"\r\n3\"\n");
    }
}
