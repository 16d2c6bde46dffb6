//! Scores and tiers of a review's clients under other settings.

use crate::config::Config;
use crate::features::ClientFeatures;
use crate::review::{Client, Review};
use crate::score::{self, ClientScore};
use crate::tier::{self, BandRules, Case, Memory, Outcome, Standing, Tier};

/// The clients of a review, scored and put into tiers under other settings.
pub(super) struct After<'a> {
    /// Every client by id. That is the order they are reviewed in, so every sum of floats comes out the same.
    pub clients: Vec<&'a Client>,
    /// The positions of their segments; empty where there are none.
    pub segments: Vec<Option<u32>>,
    /// Their scores.
    pub scores: Vec<ClientScore>,
    /// Their tiers.
    pub outcomes: Vec<Outcome>,
    /// Whether what the review kept by hysteresis may stay kept.
    keeps: bool,
}

impl<'a> After<'a> {
    pub(super) fn new(review: &'a Review, config: &Config, threads: usize) -> Self {
        let mut clients: Vec<&Client> = review.clients.iter().collect();
        clients.sort_unstable_by(|a, b| a.client_id.cmp(&b.client_id));
        let features: Vec<&ClientFeatures> =
            clients.iter().map(|client| client.features.as_ref()).collect();
        let active: Vec<bool> = clients.iter().map(|client| client.active).collect();
        let of = clients.iter().map(|client| client.belongs());
        let segments = score::segments(of, &config.score.segment);
        let scores = score::score(&features, &active, &segments, &config.score, threads).clients;
        let keeps = BandRules::of(config) == BandRules::of(&review.config);
        let parts = clients.iter().zip(&scores);
        let cases: Vec<Case<'_>> =
            parts.map(|(client, score)| case(client, score, keeps)).collect();
        let mut outcomes = tier::assign(&cases, config, threads);
        for (client, outcome) in clients.iter().zip(&mut outcomes) {
            // What a person gave stays, whatever the settings.
            if let Some(given) = client.given.as_deref() {
                outcome.tier = Some(given.tier);
            }
        }
        Self { clients, segments, scores, outcomes, keeps }
    }

    /// The tier that each band of a client would come to.
    pub(super) fn by_band(&self, at: usize, config: &Config) -> [Tier; 4] {
        let client = self.clients[at];
        match client.given.as_deref() {
            Some(given) => [given.tier; 4],
            None => tier::by_band(&case(client, &self.scores[at], self.keeps), config),
        }
    }

    /// Positions of the active clients, those that win among equal scores first.
    pub(super) fn by_standing(&self) -> Vec<usize> {
        let standing = |at: &usize| {
            let client = self.clients[*at];
            Standing::of(&client.client_id, &client.features)
        };
        let mut order: Vec<usize> =
            (0..self.clients.len()).filter(|at| self.clients[*at].active).collect();
        order.sort_unstable_by(|a, b| standing(a).compare(&standing(b)));
        order
    }
}

/// What the tier of a client rests on.
fn case<'a>(client: &'a Client, score: &ClientScore, keeps: bool) -> Case<'a> {
    Case {
        client_id: &client.client_id,
        features: &client.features,
        stage: client.stage,
        active: client.active,
        score: score.score,
        coverage: score.coverage,
        owner: client.owner.as_deref(),
        memory: if keeps { client.memory() } else { Memory::None },
    }
}
