//! A sheet that is read both as the pipeline and as sales says everything once.

use crate::support::Bench;

const DEALS: &str = "Account Name,Deal Name,Amount,Closing Date,Stage,Probability (%)\n\
                     A,one,1000.50,2026-01-31,Closed Won,100\nB,two,2000,2026-02-03,Closed Won,100\n\
                     D,four,70,2026-03-04,Closed Lost,0\nE,five,80,2026-05-04,Negotiation,50\n\
                     Total,,3150.5,,,\nConfidential,,,,,\n";

fn said(bench: &Bench, files: &[&str], text: &str) -> usize {
    let run = bench.kam(&[&["check", "--format", "concise"], files].concat());
    (run.out + &run.err).lines().filter(|line| line.contains(text)).count()
}

#[test]
fn totals_and_notes_are_told_once() {
    let bench = Bench::new();
    bench.write("deals.csv", DEALS);
    for code in ["[total-row]", "[note-row]"] {
        assert_eq!(said(&bench, &["deals.csv"], code), 1, "{code}");
    }
}

#[test]
fn prospects_are_unknown_only_where_a_client_file_could_know_them() {
    let bench = Bench::new();
    bench.write("deals.csv", DEALS);
    bench.write("clients.csv", "Client name,Industry\nA,Steel\n");
    bench
        .write("visits.csv", "Account Name,Contact date,Contact kind,Notes\nQ,2026-01-05,call,x\n");
    assert_eq!(said(&bench, &["deals.csv"], "[unknown-client]"), 0);
    let all = ["deals.csv", "clients.csv"];
    assert_eq!(said(&bench, &all, "[unknown-client]"), 3);
    assert_eq!(said(&bench, &all, "`B` has sales but is not in the client file"), 1);
    assert_eq!(said(&bench, &all, "but neither among the sales nor in the client file"), 2);
    // Nobody is a prospect for being visited.
    assert_eq!(said(&bench, &["deals.csv", "visits.csv"], "and there is no client file"), 1);
}

#[test]
fn unreadable_birthdays_are_told_and_the_person_stays() {
    let bench = Bench::new();
    bench.write("deals.csv", DEALS);
    bench.write(
        "people.csv",
        "Account Name,Contact name,Job title,Birthday\nA,Li,CEO,soon\nA,Wu,CTO,04-12\nA,Ma,CFO,4月12日\n",
    );
    let files = ["deals.csv", "people.csv"];
    assert_eq!(said(&bench, &files, "[cell-not-used]"), 1);
    let run = bench.kam(&[&["review", "--format", "json"], &files[..]].concat()).code(0);
    assert!(run.out.contains("\"active_contacts\": 3"), "{}", run.out);
}
