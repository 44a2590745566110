//! Rows of CSV (RFC 4180), harmless in a spreadsheet.

/// The media type.
pub(crate) const CSV: &str = "text/csv; charset=utf-8; header=present";

/// A value of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// What somebody wrote.
    Text(&'a str),
    /// What we counted.
    Number(f64),
    /// Nothing.
    Empty,
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }
}

/// Adds one row.
pub(crate) fn push_row<'a>(csv: &mut String, cells: impl IntoIterator<Item = Cell<'a>>) {
    for (n, cell) in cells.into_iter().enumerate() {
        if n > 0 {
            csv.push(',');
        }
        match cell {
            Cell::Text(text) => push_text(csv, text),
            Cell::Number(number) => csv.push_str(&number.to_string()),
            Cell::Empty => {}
        }
    }
    csv.push_str("\r\n");
}

/// A text that a spreadsheet would take for a formula gets an apostrophe in
/// front, which spreadsheets do not show.
fn push_text(csv: &mut String, text: &str) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = formula || text.contains(['"', ',', '\r', '\n']);
    if !quoted {
        csv.push_str(text);
        return;
    }
    csv.push('"');
    if formula {
        csv.push('\'');
    }
    csv.push_str(&text.replace('"', "\"\""));
    csv.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_a_cell_or_begins_a_formula() {
        let check = |text: &str, expected: &str| {
            let mut csv = String::new();
            push_row(&mut csv, [Cell::Text(text), Cell::Number(0.5), Cell::Empty]);
            assert_eq!(csv, format!("{expected},0.5,\r\n"), "{text:?}");
        };
        check("Past tenses", "Past tenses");
        check("", "");
        check("a, b", "\"a, b\"");
        check("say \"no\"", "\"say \"\"no\"\"\"");
        check("two\nlines", "\"two\nlines\"");
        check("=1+1", "\"'=1+1\"");
        check("-2", "\"'-2\"");
        check("@SUM(A1)", "\"'@SUM(A1)\"");
        check("+351", "\"'+351\"");
        check("1=1", "1=1");
    }
}
