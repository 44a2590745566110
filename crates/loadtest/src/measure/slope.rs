//! A straight line through measured points.

/// The slope of the line of least squares through `(x, y)`; `None` where all
/// `x` are the same.
#[expect(clippy::cast_precision_loss, reason = "a handful of points")]
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - mean_x).powi(2)).sum();
    let common: f64 = points.iter().map(|point| (point.0 - mean_x) * (point.1 - mean_y)).sum();
    (spread > 0.0).then(|| common / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_ignores_where_the_line_starts() {
        let points = [(0.0, 100.0), (10.0, 150.0), (20.0, 200.0)];
        assert_eq!(slope(&points), Some(5.0));
        assert_eq!(slope(&[(1.0, 0.0), (2.0, 4.0), (3.0, 2.0)]), Some(1.0));
        assert_eq!(slope(&[(1.0, 0.0), (1.0, 4.0)]), None);
        assert_eq!(slope(&[]), None);
    }
}
