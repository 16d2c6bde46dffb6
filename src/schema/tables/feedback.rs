//! Feedback: complaints, questions, suggestions and survey answers.
//!
//! Needs a client and the day it was opened. What is not resolved by the as-of date is open, and overdue once it is older than the promise of its
//! severity (`relations.promise_days`). Satisfaction (1–5) and recommendation (0–10) are taken from the latest answer.
//!
//! Example headings: `Client, Opened on, Feedback kind, Severity, Resolved on, CSAT, NPS`.
//! ——
//! 反馈：投诉、咨询、建议和满意度调查。
//!
//! 需要客户和提出日期。截止日仍未解决的算未关闭，超过相应严重程度的承诺天数（`relations.promise_days`）算超期。满意度（1–5）和推荐值（0–10）取最近一次。
//!
//! 表头示例：`客户名称, 反馈日期, 反馈类型, 严重程度, 解决日期, 满意度, NPS`。

use super::{Field, Kind, field};
use crate::schema::Table;

/// See the head of this file.
pub struct Feedback;

impl Table for Feedback {
    fn code(&self) -> &'static str {
        "feedback"
    }

    fn fields(&self) -> &'static [Field] {
        const {
            &[
                field("client", Kind::Id),
                field("client_name", Kind::Text),
                field("opened", Kind::Date),
                field("kind", Kind::Text),
                field("severity", Kind::Text),
                field("category", Kind::Text),
                field("csat", Kind::Number),
                field("nps", Kind::Number),
                field("responded", Kind::Date),
                field("resolved", Kind::Date),
                field("called_back", Kind::Date),
                field("status", Kind::Text),
                field("owner", Kind::Text),
                field("note", Kind::Text),
            ]
        }
    }

    fn required(&self) -> &'static [&'static [&'static str]] {
        &[&["client", "client_name"], &["opened"]]
    }

    fn telltale(&self) -> &'static [&'static str] {
        &["kind", "severity", "category", "csat", "nps", "responded", "resolved"]
    }

    fn doc(&self) -> &'static str {
        include_str!("feedback.rs")
    }
}
