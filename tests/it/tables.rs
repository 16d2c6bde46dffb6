//! All eleven tables at once, under Chinese and English headings and without settings: the same figures.

use std::sync::Arc;

use kam::diagnostic::Severity;
use kam::money::Money;
use kam::review::Review;
use kam::source::{Input, Place};

use crate::support::reviewed;

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), place: Place::Memory(Arc::from(text.as_bytes())) }
}

/// Table, Chinese file, English file.
const FILES: [(&str, &str, &str); 11] = [
    (
        "transactions",
        "单据编号,业务日期,客户编号,产品编码,数量,无税金额\nT1,2026-01-05,C1,P1,1,1000\nT2,2026-06-30,C2,P1,1,500\n",
        "Order ID,Order date,Client ID,Product,Quantity,Net amount\nT1,2026-01-05,C1,P1,1,1000\nT2,2026-06-30,C2,P1,1,500\n",
    ),
    (
        "clients",
        "客户编号,客户名称,行业,客户经理,上级客户,ESG评分\nC1,甲公司,化工,王芳,,7.5\nC2,乙公司,电子,,C1,\n",
        "Client ID,Client name,Industry,Account manager,Parent account,ESG rating\nC1,甲公司,化工,王芳,,7.5\nC2,乙公司,电子,,C1,\n",
    ),
    (
        "products",
        "产品编码,产品名称,业务线\nP1,泵,设备\n",
        "Product,Product name,Business line\nP1,泵,设备\n",
    ),
    ("industries", "行业,增长率\n化工,5%\n电子,0.1\n", "Industry,Growth\n化工,5%\n电子,0.1\n"),
    (
        "contacts",
        "客户名称,姓名,职务,关键联系人,离任日期\n甲公司,李雷,采购总监,是,2026-06-20\n甲公司,韩梅,工程师,否,\n",
        "Client name,Contact name,Job title,Key contact,Left on\n甲公司,李雷,采购总监,yes,2026-06-20\n甲公司,韩梅,工程师,no,\n",
    ),
    (
        "interactions",
        "客户名称,跟进日期,跟进方式,跟进人,回复时长,跟进内容\n甲公司,2026-06-10,高层拜访,王芳,4,竞争对手在报价\n甲公司,2026-02-10,电话,王芳,2,交期\n",
        "Client name,Contact date,Contact kind,Contacted by,Reply hours,Notes\n甲公司,2026-06-10,Executive visit,王芳,4,a competitor made an offer\n甲公司,2026-02-10,call,王芳,2,delivery\n",
    ),
    (
        "contracts",
        "客户编号,合同编号,合同名称,合同开始时间,合同结束时间,合同金额\nC1,H1,框架,2025-08-01,2026-07-31,1000\n",
        "Client ID,Contract number,Contract name,Start date,End date,Amount\nC1,H1,框架,2025-08-01,2026-07-31,1000\n",
    ),
    (
        "opportunities",
        "客户名称,商机名称,商机阶段,商机金额,可能性,预计成交日期,商机类型,创建日期\n甲公司,续签框架,谈判,1000,60%,2026-07-20,续约,2026-05-01\n",
        "Account Name,Deal Name,Stage,Amount,Probability (%),Closing Date,Type,Created on\n甲公司,Frame,Negotiation,1000,60,2026-07-20,Renewal,2026-05-01\n",
    ),
    (
        "feedback",
        "客户编号,反馈日期,反馈类型,严重程度,解决日期,满意度,NPS\nC1,2026-06-20,投诉,高,,,\nC1,2026-06-01,调查,,,4,8\n",
        "Client ID,Opened on,Feedback kind,Severity,Resolved on,CSAT,NPS\nC1,2026-06-20,Complaint,High,,,\nC1,2026-06-01,Survey,,,4,8\n",
    ),
    (
        "receivables",
        "客户编号,发票号,开票日期,到期日,应收金额,未收金额\nC1,F1,2026-04-01,2026-05-31,300,120\nC1,F1,2026-04-01,2026-05-31,300,120\n丙公司,F2,2026-06-01,2026-07-31,50,50\n",
        "Client ID,Invoice number,Issued on,Due date,Amount,Outstanding amount\nC1,F1,2026-04-01,2026-05-31,300,120\nC1,F1,2026-04-01,2026-05-31,300,120\n丙公司,F2,2026-06-01,2026-07-31,50,50\n",
    ),
    (
        "projects",
        "客户编号,项目名称,里程碑,计划完成日期,实际完成日期\nC1,产线,验收,2026-06-15,\n",
        "Client ID,Project name,Milestone,Due date,Done on\nC1,产线,验收,2026-06-15,\n",
    ),
];

fn review(zh: bool) -> Review {
    let inputs: Vec<Input> = FILES
        .iter()
        .map(|(table, in_zh, in_en)| input(&format!("{table}.csv"), if zh { in_zh } else { in_en }))
        .collect();
    reviewed(&inputs, "", 2)
}

#[test]
fn eleven_tables_give_the_same_figures_in_both_languages() {
    for zh in [true, false] {
        let review = review(zh);
        for (report, (table, _, _)) in review.inputs.iter().zip(FILES) {
            assert_eq!(report.table, Some(table), "{}", report.file);
        }
        assert_eq!(review.control.rows_used, 2);
        assert_eq!(review.control.amount_used, Money(1_500 * Money::SCALE));
        let client =
            |id: &str| review.clients.iter().find(|client| client.client_id == id).expect("client");
        let features = &client("C1").features;
        let found = features.relations();
        assert_eq!(found.days_since_last_contact, Some(20));
        assert_eq!((found.contacts_recent, found.contacts_base), (Some(1), Some(1)));
        assert_eq!((found.reply_hours_recent, found.reply_hours_base), (Some(4.0), Some(2.0)));
        assert_eq!(found.interaction_owner_changed, Some(false));
        assert_eq!(found.competitor_mentions_recent, Some(1));
        assert_eq!(found.complaints_recent, Some(1));
        assert_eq!((found.open_feedback, found.feedback_overdue_high), (Some(1), Some(1)));
        assert_eq!((found.csat_last, found.nps_last), (Some(4.0), Some(8.0)));
        assert_eq!((found.active_contacts, found.key_contacts), (Some(1), Some(0)));
        assert_eq!(found.key_contact_left, Some(10));
        assert_eq!(found.contract_ends_in, Some(31));
        assert_eq!(found.renewal_open, Some(true));
        assert_eq!(found.pipeline_weighted, Some(Money(600 * Money::SCALE)));
        assert_eq!(found.overdue_amount, Some(Money(120 * Money::SCALE)));
        assert_eq!(found.overdue_days_max, Some(30));
        assert_eq!(found.milestone_days_late_max, Some(15));
        assert_eq!(features.exec_visits, Some(1.0));
        assert_eq!(client("C2").features.exec_visits, Some(0.0));
        assert_eq!(client("C2").features.relations().contacts_recent, Some(0));
        // A client that only receivables name is kept and listed; the invoice that stands twice counts once.
        assert_eq!(client("丙公司").features.relations().overdue_days_max, Some(0));
        let codes: Vec<&str> = review
            .diagnostics
            .iter()
            .filter(|group| group.severity != Severity::Notice)
            .map(|group| group.code)
            .collect();
        assert_eq!(codes, ["duplicate-key", "unknown-client"]);
    }
}

#[test]
fn deals_are_transactions_only_where_nothing_else_is() {
    let deals = "Account Name,Deal Name,Stage,Amount,Probability (%),Closing Date\nA,x,Closed Won,100,100,2026-01-05\nA,y,Negotiation,50,40,2026-02-05\n";
    let tables = |inputs: &[Input]| {
        let review = reviewed(inputs, "", 1);
        let tables: Vec<Option<&str>> = review.inputs.iter().map(|input| input.table).collect();
        (
            tables,
            review.control.amount_used,
            review.clients[0].features.relations().pipeline_weighted,
        )
    };
    let weighted = Some(Money(20 * Money::SCALE));
    let alone = [input("deals.csv", deals)];
    let both = vec![Some("opportunities"), Some("transactions")];
    assert_eq!(tables(&alone), (both, Money(100 * Money::SCALE), weighted));
    let sales = input("sales.csv", "client,date,amount\nA,2026-01-05,70\n");
    let two = [input("deals.csv", deals), sales];
    let apart = vec![Some("opportunities"), Some("transactions")];
    assert_eq!(tables(&two), (apart, Money(70 * Money::SCALE), weighted));
}

#[test]
fn invoices_are_transactions_unless_they_say_what_is_outstanding() {
    let table = |text: &str| -> Vec<Option<&'static str>> {
        let sales = input("sales.csv", "客户,日期,金额\n甲,2026-01-05,70\n");
        let review = reviewed(&[sales, input("invoices.csv", text)], "", 1);
        review.inputs.iter().skip(1).map(|input| input.table).collect()
    };
    let invoices = "单据编号,业务日期,到期日,客户,价税合计,币别,销售员\n1,2026-01-05,2026-02-05,甲,100,CNY,王\n";
    assert_eq!(table(invoices), [Some("transactions")]);
    let open = "发票号,开票日期,到期日,客户,发票金额,未收金额\n1,2026-01-05,2026-02-05,甲,100,40\n";
    assert_eq!(table(open), [Some("receivables")]);
}
