//! A client's figures as they would be if something about it were different.
//!
//! What follows from the figure that changes is computed by the code that computes it from the ledger.

use super::ClientFeatures;
use super::client::{ratio, value};
use super::compute::headroom;
use crate::config;
use crate::money::Money;

impl ClientFeatures {
    /// Adds sales in the last 12 months, at the margin rate and the days to payment of those that there are. The share of
    /// sales is the caller's, since it depends on all clients.
    pub fn add_sales(&mut self, more: Money, config: &config::Features) {
        self.gross_sales += more;
        self.net_sales += more;
        self.return_rate = ratio(self.returns, self.gross_sales);
        // Whether growth can be known does not depend on how much was sold in these 12 months.
        if self.growth.is_some() {
            self.growth = ratio(self.net_sales, self.net_sales_prior).map(|ratio| ratio - 1.0);
        }
        self.headroom = headroom(self);
        value(self, config);
    }

    /// Lets the client pay within so many days.
    pub fn pay_within(&mut self, days: f64, config: &config::Features) {
        self.pay_days = Some(days);
        value(self, config);
    }
}
