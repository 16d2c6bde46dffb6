//! Which clients are scored by weights of their own.

use crate::config::Segment;
use crate::features::Stage;
use crate::schema::aliases;

/// What conditions of a segment look at.
#[derive(Clone, Copy, Debug)]
pub struct Belongs<'a> {
    /// Where in its life.
    pub stage: Stage,
    /// Industry.
    pub industry: Option<&'a str>,
    /// Region.
    pub region: Option<&'a str>,
    /// Account manager.
    pub owner: Option<&'a str>,
}

/// For each client the position of the first segment that it fits; empty where there are no segments.
#[must_use]
pub fn segments<'a>(
    clients: impl IntoIterator<Item = Belongs<'a>>,
    segments: &[Segment],
) -> Vec<Option<u32>> {
    if segments.is_empty() {
        return Vec::new();
    }
    clients.into_iter().map(|client| first(client, segments)).collect()
}

fn first(client: Belongs<'_>, segments: &[Segment]) -> Option<u32> {
    let has = |(key, value): (&String, &String)| {
        let own = match key.as_str() {
            "stage" => Some(client.stage.code()),
            "industry" => client.industry,
            "region" => client.region,
            "owner" => client.owner,
            _ => None,
        };
        own.is_some_and(|own| aliases::normalise(own) == aliases::normalise(value))
    };
    segments.iter().zip(0..).find(|(it, _)| it.filter.iter().all(has)).map(|(_, at)| at)
}
