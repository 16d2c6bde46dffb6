//! What clients answered last: recommendation, satisfaction, referrals.

use serde::Serialize;

use super::{mean, share};
use crate::review::Client;

/// Points from which somebody recommends us, and up to which they advise against: what the net promoter score is.
const PROMOTER: f64 = 9.0;
const DETRACTOR: f64 = 6.0;
/// Satisfaction from which a client counts as satisfied, of 5.
const SATISFIED: f64 = 4.0;

/// The last answer of each client, however old; null of no answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Loyalty {
    /// Clients that said how likely they recommend us.
    pub nps_answers: usize,
    /// Of those, 9 or 10.
    pub promoters: usize,
    /// Of those, up to 6.
    pub detractors: usize,
    /// Net promoter score, −100 to 100: `(promoters − detractors) ÷ nps_answers × 100`.
    pub nps: Option<f64>,
    /// Clients that said how satisfied they are.
    pub csat_answers: usize,
    /// Their mean, 1–5.
    pub csat_mean: Option<f64>,
    /// Share of those at 4 or more.
    pub csat_satisfied: Option<f64>,
    /// Active clients of which is known whether they referred others in the last 12 months.
    pub referrals_known: usize,
    /// Share of those that did.
    pub referral_rate: Option<f64>,
}

/// The figures; `None` where nothing of it is known.
pub(super) fn loyalty(clients: &[Client]) -> Option<Loyalty> {
    let answers =
        |of: fn(&Client) -> Option<f64>| -> Vec<f64> { clients.iter().filter_map(of).collect() };
    let nps = answers(|client| client.features.relations().nps_last);
    let csat = answers(|client| client.features.relations().csat_last);
    let referrals = answers(|client| client.features.referrals.filter(|_| client.active));
    if nps.is_empty() && csat.is_empty() && referrals.is_empty() {
        return None;
    }
    let count =
        |of: &[f64], holds: fn(f64) -> bool| of.iter().filter(|value| holds(**value)).count();
    let promoters = count(&nps, |points| points >= PROMOTER);
    let detractors = count(&nps, |points| points <= DETRACTOR);
    let net = promoters as f64 - detractors as f64;
    Some(Loyalty {
        nps_answers: nps.len(),
        promoters,
        detractors,
        nps: (!nps.is_empty()).then(|| net / nps.len() as f64 * 100.0),
        csat_answers: csat.len(),
        csat_mean: mean(csat.iter().copied()),
        csat_satisfied: share(count(&csat, |points| points >= SATISFIED), csat.len()),
        referrals_known: referrals.len(),
        referral_rate: share(count(&referrals, |count| count > 0.0), referrals.len()),
    })
}
