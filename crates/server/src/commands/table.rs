//! Columns of text.

/// A heading and rows, each column as wide as its widest cell.
pub(super) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let heading = heading.map(str::to_owned);
    let mut widths = heading.clone().map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    std::iter::once(&heading).chain(rows).map(line).collect::<Vec<_>>().join("\n")
}

/// A time as the API writes it.
pub(super) fn time(time: omicron_domain::Timestamp) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_aligned_and_lines_have_no_tail() {
        let row = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        let table = super::table(["ID", "NAME"], &[row("1", "é"), row("100", "")]);
        assert_eq!(table, "ID   NAME\n1    é\n100");
    }
}
