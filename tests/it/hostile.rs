//! Workbooks from strangers: encrypted, in the wrong clothes, made to harm, or broken anywhere. The program says what is
//! wrong, or reads them; it never panics, aborts, hangs or grows without end.

use std::fs;

use crate::support::{Bench, Run, testdata};

/// The password of `testdata/formats/password.xlsx`.
const PASSWORD: &str = "Kam-密码-7";

fn review_of(bench: &Bench, name: &str, more: &[&str], variables: &[(&str, &str)]) -> Run {
    bench.run_with(&[&["review", name, "--lang", "en"], more].concat(), variables, b"")
}

#[test]
fn a_password_opens_a_workbook_and_is_never_shown() {
    let bench = Bench::new();
    let bytes = fs::read(testdata("formats/password.xlsx")).expect("workbook");
    bench.write("a.xlsx", &bytes);
    review_of(&bench, "a.xlsx", &[], &[]).code(2).says("error[file-encrypted]");
    let opened = review_of(&bench, "a.xlsx", &[], &[("KAM_PASSWORD", PASSWORD)]).code(0);
    assert!(opened.out.contains("2,451"), "{}", opened.out);
    bench.write("word", format!("\u{feff}{PASSWORD}\r\nnot this\n"));
    for format in ["table", "json"] {
        let arguments = ["--password-file", "word", "--format", format];
        // The file is asked before the environment.
        let opened = review_of(&bench, "a.xlsx", &arguments, &[("KAM_PASSWORD", "Guess-1")]);
        let opened = opened.code(0);
        assert!(opened.out.contains("2,451") || opened.out.contains("2450.5"), "{}", opened.out);
        assert!(!(opened.out + &opened.err).contains(PASSWORD));
    }
    let arguments = ["review", "-", "--lang", "en"];
    let piped = bench.run_with(&arguments, &[("KAM_PASSWORD", PASSWORD)], &bytes).code(0);
    assert!(piped.out.contains("2,451"), "{}", piped.out);
    let wrong = review_of(&bench, "a.xlsx", &[], &[("KAM_PASSWORD", "Guess-1")]).code(2);
    let wrong = wrong.says("error[wrong-password]");
    assert!(!wrong.err.contains("Guess-1"), "{}", wrong.err);
    review_of(&bench, "a.xlsx", &["--password-file", "missing"], &[])
        .code(2)
        .says("error[file-unreadable]");
    // A password beside files that need none does no harm.
    bench.write("a.csv", "client,date,amount\nAlpha,2026-01-05,5\n");
    review_of(&bench, "a.csv", &[], &[("KAM_PASSWORD", PASSWORD)]).code(0);
}

#[test]
fn legacy_workbooks_come_through_standard_input_too() {
    for name in ["tiny.xls", "tiny.ods"] {
        let bytes = fs::read(testdata("formats").join(name)).expect("workbook");
        let bench = Bench::new();
        bench.write(name, &bytes);
        let arguments = |name| ["review", name, "--format", "csv", "--as-of", "2026-02-28"];
        let from_file = bench.only_says(&arguments(name)).code(0);
        let piped = bench.run_with(&arguments("-"), &[], &bytes).code(0);
        assert_eq!(piped.out, from_file.out);
    }
}
