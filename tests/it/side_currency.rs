//! Amounts of tables beside the transactions in other currencies: converted at their own dates, or not used and told.

use std::sync::Arc;

use kam::diagnostic::Fact;
use kam::money::Money;
use kam::review::Review;
use kam::source::{Input, Place};

use crate::support::reviewed;

const SALES: (&str, &str) =
    ("sales.csv", "Client ID,Order date,Amount\nC1,2026-01-05,1000\nC2,2026-06-30,500\n");
const RATES: (&str, &str) =
    ("rates.csv", "Currency,Date,Rate\nUSD,2026-01-01,7\nUSD,2026-05-01,8\n");
const INVOICES: &str = "Client ID,Invoice number,Issued on,Due date,Paid on,Amount,Amount received,\
                        Outstanding amount,Currency\n\
                        C1,F1,2026-04-01,2026-05-31,,300,200,100,USD\n\
                        C1,F2,2026-05-02,2026-06-01,,10,,10,US$\n\
                        C1,F2,2026-05-02,2026-06-01,,10,,10,US$\n\
                        C2,F3,2025-12-30,2026-01-31,,40,,40,USD\n\
                        C2,F4,2026-05-02,2026-06-01,,5,,5,CNY\n\
                        C2,F5,2026-05-02,2026-06-02,,6,,6,\n";

fn review(files: &[(&str, &str)], settings: &str) -> Review {
    let inputs: Vec<Input> = files
        .iter()
        .map(|(name, text)| Input {
            name: (*name).to_owned(),
            place: Place::Memory(Arc::from(text.as_bytes())),
        })
        .collect();
    reviewed(&inputs, settings, 2)
}

fn overdue(review: &Review, client: usize) -> Option<Money> {
    review.clients[client].features.relations.as_ref()?.overdue_amount
}

/// What was not used: table, currency, how many, their sum.
fn not_used(review: &Review) -> Vec<(Fact, String, Fact, Fact)> {
    let groups = review.diagnostics.iter().filter(|group| group.code == "amount-not-used");
    groups
        .flat_map(|group| group.details.iter())
        .map(|detail| {
            let fact = |name: &str| detail.facts[name].clone();
            let code = detail.cell.clone().unwrap_or_default();
            (fact("table"), code, fact("amounts"), fact("amount"))
        })
        .collect()
}

fn money(units: i64) -> Money {
    Money(units * Money::SCALE)
}

#[test]
fn invoices_are_converted_at_the_day_of_issue() {
    let review = review(&[SALES, RATES, ("invoices.csv", INVOICES)], "currency = \"CNY\"");
    // 100 at 7, 10 at 8; the invoice that stands twice counts once.
    assert_eq!(overdue(&review, 0), Some(money(780)));
    // No rate before 2026: only what is in the currency of the review, or names none.
    assert_eq!(overdue(&review, 1), Some(money(11)));
    let usd = |table: &str, amounts: u64, sum: i64| {
        (Fact::from(table), "USD".to_owned(), Fact::from(amounts), Fact::from(money(sum)))
    };
    assert_eq!(not_used(&review), [usd("receivables", 2, 80)]);
}

#[test]
fn the_yearly_demand_takes_a_rate_without_a_date_only() {
    let clients = (
        "clients.csv",
        "Client ID,Client name,Annual demand,Currency\nC1,A,$100,USD\nC2,B,50,CNY\n",
    );
    let demand =
        |review: &Review| [0, 1].map(|client| review.clients[client].features.annual_potential);
    let dated = review(&[SALES, RATES, clients], "currency = \"CNY\"");
    assert_eq!(demand(&dated), [None, Some(money(50))]);
    assert_eq!(not_used(&dated).len(), 1);
    let fixed = review(&[SALES, clients], "currency = \"CNY\"\n[rate]\nUSD = 7.5");
    assert_eq!(demand(&fixed), [Some(money(750)), Some(money(50))]);
    assert_eq!(not_used(&fixed), []);
}

#[test]
fn one_currency_that_nobody_sets_is_that_of_the_review_and_several_are_not_added_up() {
    let deals = |second: &str| {
        format!(
            "Account Name,Deal Name,Stage,Amount,Probability (%),Closing Date,Currency\n\
             C1,X,Negotiation,100,50%,2026-07-20,USD\nC1,Y,Negotiation,60,50%,2026-07-20,{second}\n"
        )
    };
    let pipeline =
        |review: &Review| review.clients[0].features.relations.as_ref()?.pipeline_weighted;
    let one = review(&[SALES, ("deals.csv", &deals("USD"))], "");
    assert_eq!((pipeline(&one), not_used(&one).len()), (Some(money(80)), 0));
    let several = review(&[SALES, ("deals.csv", &deals("EUR"))], "");
    assert_eq!((pipeline(&several), not_used(&several).len()), (Some(money(0)), 2));
}

#[test]
fn amounts_in_the_own_currency_of_the_books_are_not_converted() {
    let invoices = "客户编号,发票号,开票日期,到期日,应收金额本位币,付清日期,币别\n\
                    C1,F1,2026-04-01,2026-05-31,300,,USD\n";
    let review = review(&[SALES, RATES, ("应收.csv", invoices)], "currency = \"CNY\"");
    if review.inputs.iter().any(|input| input.table == Some("receivables")) {
        assert_eq!(overdue(&review, 0), Some(money(300)));
    }
    assert_eq!(not_used(&review), []);
}
