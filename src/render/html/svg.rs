//! Drawing by hand: texts in both languages, and coordinates without needless digits.

use std::fmt::Write as _;

use minijinja::HtmlEscape;
use unicode_width::UnicodeWidthChar as _;

use crate::locale::{Lang, decimal};

/// A coordinate with one decimal.
pub(super) fn at(value: f64) -> String {
    decimal(value, 1).replace(',', "")
}

/// One text, the same in both languages. `class` decides how it looks and where it is anchored.
pub(super) fn text(out: &mut String, class: &str, (x, y): (f64, f64), text: &str) {
    let _ = write!(
        out,
        "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
        at(x),
        at(y),
        HtmlEscape(text)
    );
}

/// One text in both languages.
pub(super) fn texts(
    out: &mut String,
    class: &str,
    (x, y): (f64, f64),
    of: impl Fn(Lang) -> String,
) {
    for lang in Lang::ALL {
        let _ = write!(
            out,
            "<text lang=\"{}\" class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
            lang.code(),
            at(x),
            at(y),
            HtmlEscape(&of(lang))
        );
    }
}

/// A rectangle.
pub(super) fn rect(out: &mut String, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let _ = write!(
        out,
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
        at(x),
        at(y),
        at(width.max(0.0)),
        at(height.max(0.0))
    );
}

/// A line.
pub(super) fn line(out: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let _ = write!(
        out,
        "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
        at(from.0),
        at(from.1),
        at(to.0),
        at(to.1)
    );
}

/// A line through points; `None` lifts the pen.
pub(super) fn path(out: &mut String, class: &str, points: &[Option<(f64, f64)>]) {
    let mut drawn = String::new();
    let mut down = false;
    for point in points {
        if let Some((x, y)) = point {
            let _ = write!(drawn, "{}{} {}", if down { 'L' } else { 'M' }, at(*x), at(*y));
        }
        down = point.is_some();
    }
    let _ = write!(out, "<path class=\"{class}\" d=\"{drawn}\"/>");
}

/// Round steps from zero (or below) that reach the largest value: at most six of them.
pub(super) fn ticks(least: f64, most: f64) -> Vec<f64> {
    let (least, most) = (least.min(0.0), most.max(0.0));
    let span = most - least;
    if span.is_nan() || span <= 0.0 || span.is_infinite() {
        return vec![0.0, 1.0];
    }
    let rough = span / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * 0.999_999)
        .unwrap_or(10.0 * power);
    let (below, above) = ((least / step).floor() as i64, (most / step).ceil() as i64);
    (below..=above).map(|index| index as f64 * step).collect()
}

/// A name cut to a width of terminal columns.
pub(super) fn shortened(name: &str, most: usize) -> String {
    let width = |c: char| c.width().unwrap_or(0);
    if name.chars().map(width).sum::<usize>() <= most {
        return name.to_owned();
    }
    let mut used = 1;
    let short: String = name
        .chars()
        .take_while(|c| {
            used += width(*c);
            used <= most
        })
        .collect();
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_reach_the_largest() {
        assert_eq!(ticks(0.0, 1_750_000.0), [0.0, 5e5, 1e6, 1.5e6, 2e6]);
        assert_eq!(ticks(-30.0, 70.0), [-50.0, -25.0, 0.0, 25.0, 50.0, 75.0]);
        assert_eq!(ticks(0.0, 0.0), [0.0, 1.0]);
        assert!(ticks(0.0, 9.3e14).len() < 8);
    }

    #[test]
    fn long_names_are_cut_by_their_width() {
        assert_eq!(shortened("Acme", 10), "Acme");
        assert_eq!(shortened("深圳市鸿运达科技", 10), "深圳市鸿…");
        assert_eq!(shortened("Industrial Supplies", 12), "Industrial…");
    }
}
