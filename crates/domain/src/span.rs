//! Stretches of time.

use chrono::{DateTime, Utc};

/// From one instant until before another: `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub to: DateTime<Utc>,
}

/// Stretches of time, sorted and joined, so that whether another meets one of
/// them is found by halving.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut sorted: Vec<Span> = spans.into_iter().collect();
        sorted.sort();
        let mut joined: Vec<Span> = Vec::with_capacity(sorted.len());
        for span in sorted {
            match joined.last_mut() {
                Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
                _ => joined.push(span),
            }
        }
        Self(joined)
    }
}

impl Spans {
    /// The stretches, in order; none touches the next.
    pub fn into_vec(self) -> Vec<Span> {
        self.0
    }

    /// Whether `span` has an instant in common with one of these.
    pub fn meet(&self, span: Span) -> bool {
        let first = self.0.partition_point(|mine| mine.to <= span.from);
        self.0.get(first).is_some_and(|mine| mine.from < span.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: i64, to: i64) -> Span {
        let at = |s| DateTime::from_timestamp(s, 0).expect("an instant");
        Span { from: at(from), to: at(to) }
    }

    #[test]
    fn spans_that_touch_do_not_meet() {
        let spans: Spans =
            [span(20, 30), span(0, 10), span(5, 12), span(12, 15)].into_iter().collect();
        assert_eq!(spans.0, [span(0, 15), span(20, 30)]);
        for (from, to, expected) in [
            (-5, 0, false),
            (-5, 1, true),
            (15, 20, false),
            (14, 20, true),
            (30, 40, false),
            (0, 99, true),
        ] {
            assert_eq!(spans.meet(span(from, to)), expected, "{from}..{to}");
        }
    }
}
