//! JSON or CSV.

use std::str::FromStr;

use axum::http::{HeaderMap, header};
use lectern_domain::session::UnknownName;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// In pages.
    Json,
    /// At once.
    Csv,
}

impl FromStr for Format {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            _ => Err(UnknownName { expected: "json, csv" }),
        }
    }
}

impl Format {
    /// What `Accept` would rather have (RFC 9110, section 12.5.1). Whoever says
    /// nothing of either gets JSON.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let (mut csv, mut json) = (0.0, 0.0);
        let values = headers.get_all(header::ACCEPT).into_iter();
        for item in values.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(',')) {
            let mut parts = item.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
            let weight: f32 = weight.unwrap_or(1.0);
            match kind.as_str() {
                "text/csv" => csv = weight,
                "application/json" | "application/*" | "*/*" => json = weight.max(json),
                _ => {}
            }
        }
        if csv > json { Self::Csv } else { Self::Json }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_for_who_would_rather_have_it() {
        let check = |accept: &'static str, expected: Format| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().expect("a value"));
            assert_eq!(Format::accepted(&headers), expected, "{accept}");
        };
        check("text/csv", Format::Csv);
        check("text/csv, */*;q=0.1", Format::Csv);
        check("Text/CSV;q=0.9, application/json;q=0.5", Format::Csv);
        check("application/json, text/csv", Format::Json);
        check("text/csv;q=0", Format::Json);
        check("*/*", Format::Json);
        check("text/html", Format::Json);
    }
}
