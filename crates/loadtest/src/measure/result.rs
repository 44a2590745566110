//! A benchmark's results: rows for machines, a table for people.

use serde::Serialize;

/// One measured figure beside what it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// What was measured, as `bench/README.md` explains it.
    pub metric: String,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it is compared with; null: nothing.
    pub reference: Option<&'static str>,
    /// The same figure of the reference.
    pub reference_value: Option<f64>,
    /// The figure as a multiple of the reference's.
    pub ratio: Option<f64>,
}

impl Row {
    /// A figure that stands alone.
    pub fn alone(metric: impl Into<String>, value: f64, unit: &'static str) -> Self {
        let metric = metric.into();
        Self { metric, value, unit, reference: None, reference_value: None, ratio: None }
    }

    /// A figure beside the reference's.
    pub fn beside(
        metric: impl Into<String>,
        value: f64,
        unit: &'static str,
        reference: &'static str,
        reference_value: f64,
    ) -> Self {
        Self {
            reference: Some(reference),
            reference_value: Some(reference_value),
            ratio: (reference_value != 0.0).then(|| value / reference_value),
            ..Self::alone(metric, value, unit)
        }
    }
}

/// The rows as a table with aligned columns.
pub fn table(rows: &[Row]) -> String {
    let heads = ["metric", "value", "unit", "reference", "its value", "ratio"].map(str::to_owned);
    let cells = rows.iter().map(|row| {
        [
            row.metric.clone(),
            figure(row.value),
            row.unit.to_owned(),
            row.reference.unwrap_or_default().to_owned(),
            row.reference_value.map(figure).unwrap_or_default(),
            row.ratio.map(figure).unwrap_or_default(),
        ]
    });
    let lines: Vec<_> = std::iter::once(heads).chain(cells).collect();
    let widths: [usize; 6] = std::array::from_fn(|column| {
        lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0)
    });
    let mut out = String::new();
    for line in lines {
        let mut text = String::new();
        for (column, (cell, width)) in line.iter().zip(widths).enumerate() {
            // Figures stand on the right, names on the left.
            if matches!(column, 1 | 4 | 5) {
                text.push_str(&format!("{cell:>width$}  "));
            } else {
                text.push_str(&format!("{cell:<width$}  "));
            }
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

/// Three significant digits or so, without an exponent.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_published_shape() {
        let rows = [Row::beside("cpu", 3.0, "µs", "relay", 2.0), Row::alone("join", 12.0, "ms")];
        assert_eq!(
            serde_json::to_value(&rows).unwrap(),
            serde_json::json!([
                {"metric": "cpu", "value": 3.0, "unit": "µs", "reference": "relay",
                 "referenceValue": 2.0, "ratio": 1.5},
                {"metric": "join", "value": 12.0, "unit": "ms", "reference": null,
                 "referenceValue": null, "ratio": null},
            ])
        );
        assert_eq!(Row::beside("x", 1.0, "s", "y", 0.0).ratio, None);
    }

    #[test]
    fn the_table_lines_up() {
        let rows = [
            Row::beside("cpu per packet", 3.0, "µs", "relay", 2.0),
            Row::alone("joins", 1_234.5, "1/s"),
        ];
        let expected = "\
metric          value  unit  reference  its value  ratio
cpu per packet   3.00  µs    relay           2.00   1.50
joins            1234  1/s
";
        assert_eq!(table(&rows), expected);
    }
}
