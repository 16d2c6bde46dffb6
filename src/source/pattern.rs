//! Paths with wildcards, as the settings name inputs.

use std::path::Path;

/// Whether a path of the settings fits a file: equal to its end, part by part, with `*` and `?`.
#[must_use]
pub fn fits(pattern: &str, file: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        Path::new(path)
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .filter(|part| part != ".")
            .collect()
    };
    let (pattern, file) = (parts(pattern), parts(file));
    let shared = pattern.len().min(file.len());
    shared > 0
        && pattern[pattern.len() - shared..].iter().zip(&file[file.len() - shared..]).all(
            |(pattern, part)| {
                glob(&pattern.chars().collect::<Vec<_>>(), &part.chars().collect::<Vec<_>>())
            },
        )
}

/// Whether a text fits a pattern of `*` and `?`.
#[must_use]
pub fn glob(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skip| glob(rest, &text[skip..])),
        ['?', rest @ ..] => !text.is_empty() && glob(rest, &text[1..]),
        [first, rest @ ..] => text.first() == Some(first) && glob(rest, &text[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_by_their_ends() {
        assert!(fits("exports/Fact*.csv", "/home/a/exports/FactSales.csv"));
        assert!(fits("exports/FactSales.csv", "FactSales.csv"));
        assert!(fits("./销售?.xlsx", "销售1.xlsx"));
        assert!(!fits("Fact*.csv", "/home/a/Dim.csv"));
        assert!(!fits("", "a.csv"));
    }
}
