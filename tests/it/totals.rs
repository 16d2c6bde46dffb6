//! Total rows: compared with what they stand for, and never taken for rows.

use crate::support::Bench;

fn said(bench: &Bench, files: &[&str], text: &str) -> usize {
    let run = bench.kam(&[&["check", "--format", "concise"], files].concat());
    (run.out + &run.err).lines().filter(|line| line.contains(text)).count()
}

#[test]
fn a_total_of_totals_is_the_sum_of_those_right_above() {
    let bench = Bench::new();
    let text = |mill: &str| {
        format!(
            "Client,Date,Product,Amount\nA,2026-01-05,x,100\nTotal for A,,,100\nB East,2026-01-06,x,20\n\
             Total for B East,,,20\nB West,2026-01-07,x,5\nTotal for B West,,,5\nTotal for B,,,{mill}\nTotal,,,125\n"
        )
    };
    bench.write("right.csv", text("25"));
    bench.write("wrong.csv", text("26"));
    assert_eq!(said(&bench, &["right.csv"], "[total-mismatch]"), 0);
    assert_eq!(said(&bench, &["wrong.csv"], "[total-mismatch]"), 1);
}

#[test]
fn the_total_of_another_table_is_no_client() {
    let bench = Bench::new();
    bench.write("sales.csv", "客户名称,日期,金额\n甲公司,2026-01-05,100\n");
    bench.write("clients.csv", "序号,客户名称,行业,年采购预算\n1,甲公司,化工,500\n,合计,,500\n");
    let files = ["sales.csv", "clients.csv"];
    assert_eq!(said(&bench, &files, "[total-row]"), 1);
    let run = bench.kam(&[&["review", "--format", "json"], &files[..]].concat()).code(0);
    assert!(!run.out.contains("\"name\": \"合计\""), "{}", run.out);
    // A client may be called so.
    bench.write("clients.csv", "Client name,Industry\nTotal Energies,Oil\n");
    assert_eq!(said(&bench, &files, "[total-row]"), 0);
}
