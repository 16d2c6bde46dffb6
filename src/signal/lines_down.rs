//! The client dropped a business line.
//!
//! Fewer distinct business lines in the last 12 months than in the 12 before: low; half of two or more lost: medium; none of two
//! or more left: high.
//!
//! Tune: `signal.lines_down.lost`, `signal.lines_down.min_lines`.
//! ——
//! 客户停购了某条业务线。
//!
//! 近 12 个月业务线数少于前 12 个月：低；原有两条及以上且减少一半：中；原有两条及以上且全部停购：高。
//!
//! 调整：`signal.lines_down.lost`、`signal.lines_down.min_lines`。

use super::{Level, Signal, Verdict, verdict};
use crate::config;
use crate::diagnostic::Fact;
use crate::features::ClientFeatures;
use crate::money::round12;

/// See the head of this file.
pub(super) struct LinesDown;

impl Signal for LinesDown {
    fn code(&self) -> &'static str {
        "lines_down"
    }

    fn action(&self) -> &'static str {
        "win_back_line"
    }

    fn judge(&self, features: &ClientFeatures, config: &config::Signals) -> Option<Verdict> {
        let (now, before) = (features.lines?, features.lines_prior.filter(|lines| *lines >= 1)?);
        let rule = &config.lines_down;
        let several = before >= rule.min_lines;
        let lost = round12(1.0 - f64::from(now) / f64::from(before));
        let level = if now >= before {
            None
        } else if several && now == 0 {
            Some(Level::High)
        } else if several && lost >= rule.lost {
            Some(Level::Medium)
        } else {
            Some(Level::Low)
        };
        Some(verdict(level, || {
            [("lines", Fact::Int(i64::from(now))), ("lines_prior", Fact::Int(i64::from(before)))]
        }))
    }

    fn doc(&self) -> &'static str {
        include_str!("lines_down.rs")
    }
}
