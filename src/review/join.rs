//! The join: features, scores, tiers and findings into one review.

use std::mem::take;

use thin_vec::ThinVec;

use crate::config::{Config, load};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin};
use crate::error::Result;
use crate::features::{self, ClientFeatures, Mention, Portfolio, Stage};
use crate::ledger::{Ledger, OrderRow};
use crate::money::{Money, round12};
use crate::parallel;
use crate::period::{Day, Window, period_end, period_name};
use crate::score::{self, Belongs, ByGroup, ByMetric, ClientScore, Group, Model, Scales, Scores};
use crate::signal::{self, Finding, Level, Tally};
use crate::store::{ClientFile, Loaded};
use crate::tier::{self, Case, Memory, Outcome};

use super::change::{Basis, Scored, score_change};
use super::decisions::{Decisions, OfClient};
use super::portfolio;
use super::previous::{self, Before, Previous, Since, most_changed};
use super::{
    AsOfFrom, Client, Control, DiagnosticGroup, FindingRow, LeftOut, Marks, MentionRow, Month,
    Review, RiskLevel, SCHEMA_VERSION, Scale,
};

/// What a review depends on besides data and settings.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Today: an as-of date after it is refused.
    pub today: Day,
    /// Threads to compute with.
    pub threads: usize,
    /// Whether an output shows the figures of the portfolio ([`Review::portfolio`]).
    pub portfolio: bool,
}

/// Makes the review of what was read.
///
/// # Errors
/// An as-of date in the future, or no transaction up to it.
pub fn review(loaded: Loaded, config: &Config, context: Context) -> Result<Review> {
    review_after(loaded, config, context, None)
}

/// Makes the review of what was read, with the memory of an earlier one.
///
/// # Errors
/// Those of [`review`].
pub fn review_after(
    mut loaded: Loaded,
    config: &Config,
    context: Context,
    previous: Option<&Previous>,
) -> Result<Review> {
    let (as_of, as_of_from) = as_of(&loaded, config, context)?;
    let mut portfolio = features::compute(
        &loaded.ledger,
        &loaded.clients,
        &loaded.industries,
        &loaded.relations,
        config,
        features::Run { as_of, monthly: context.portfolio, threads: context.threads },
    );
    let control = control(&mut loaded, as_of, context.threads);
    let from_ledger =
        context.portfolio.then(|| portfolio::FromLedger::of(&loaded, &portfolio, config));
    let model = Model::of(&config.score);
    let segments = score::segments(belongs(&loaded, &portfolio), &config.score.segment);
    let active: Vec<bool> = portfolio.features.iter().map(|features| features.orders > 0).collect();
    // The ledger is the largest thing there is, and everything that follows rests on the features alone.
    let ledger = take(&mut loaded.ledger);
    let ((), scores) = parallel::both(
        context.threads,
        || drop(ledger),
        || score::score(&portfolio.features, &active, &segments, &config.score, context.threads),
    );
    let mentions = mentions(&loaded, &mut portfolio);
    let means = (config, previous);
    let mut outcomes = outcomes(&loaded, &portfolio, &active, &scores, means, context.threads);
    let decisions = Decisions::take(&mut loaded, &mut outcomes, as_of, config);

    let from_tables = from_ledger
        .map(|ledger| (ledger, portfolio::FromTables::of(&loaded, &outcomes, &portfolio, config)));

    let Scores { scales, model_coverage, clients: scores } = scores;
    let files = take(&mut loaded.clients);
    let values = context.portfolio || previous.is_some();
    let frame = Frame {
        as_of,
        margin_rate: portfolio.margin_rate,
        basis: previous.map(|_| Basis::from_scales(&scales, config)),
        model: &model,
        segments: &segments,
        names: config.score.segment.iter().map(|segment| segment.label().into()).collect(),
        values,
        previous,
    };
    let (clients, tally) =
        clients(files, &mut portfolio, scores, outcomes, decisions, &frame, config);

    let tiers = portfolio::tiers(&clients, Some(portfolio.net_sales));
    let shares = clients.iter().filter_map(|client| client.features.sales_share);
    let top_tier_empty =
        (tiers[0].clients == 0).then(|| shares.reduce(f64::max).unwrap_or_default());
    let actions = portfolio::actions(&clients);
    let sales = portfolio::ranked_sales(&clients);
    let figures = from_tables.map(|parts| {
        Box::new(portfolio::figures(parts, &clients, &actions, &portfolio, &sales, config))
    });
    let month = |(month, net_sales): &(Window, Money)| Month {
        from: month.from,
        to: month.to,
        net_sales: *net_sales,
    };
    let mut review = Review {
        schema_version: SCHEMA_VERSION,
        kam_version: env!("CARGO_PKG_VERSION"),
        as_of,
        as_of_from,
        period: period_name(as_of, config.fiscal_year_start),
        windows: portfolio.windows,
        currency: loaded.currency.unwrap_or_else(|| config.currency.clone()),
        policy: config.policy,
        model_coverage,
        scope: None,
        totals: portfolio::totals(&clients, portfolio.net_sales, portfolio.net_sales_prior),
        control,
        anchors: model
            .iter()
            .zip(&scales.0)
            .map(|(metric, (posts, _))| (metric.code(), posts.0.clone()))
            .collect(),
        scale: scale(&model, &scales),
        weights: weights(&model, config),
        tiers,
        actions,
        movement: previous.map(|previous| previous::moved(&clients, previous)),
        concentration: portfolio::concentration(&clients, &sales, portfolio.net_sales),
        portfolio: figures,
        monthly: portfolio.months.iter().map(month).collect(),
        judged: tally.judged(),
        top_tier_empty,
        mentions,
        diagnostics: groups(loaded.diagnostics),
        inputs: loaded.inputs,
        config: config.clone(),
        config_sha256: load::sha256(config),
        clients,
    };
    tell(&mut review, previous);
    Ok(review)
}

/// What there is to say of settings, now that it is known what they did.
fn tell(review: &mut Review, previous: Option<&Previous>) {
    let inside: Vec<&str> = review.clients.iter().filter_map(|it| it.segment.as_deref()).collect();
    let empty = review.config.score.segment.iter().filter(|it| !inside.contains(&&*it.label()));
    let empty = empty.map(|segment| {
        let notice = Diagnostic::notice("segment-empty", Origin::default());
        notice.with("segment", segment.label()).with("where", segment.conditions())
    });
    let anew = previous
        .filter(|previous| !previous.keeps(&review.config))
        .map(|previous| Diagnostic::notice("bands-anew", Origin::file(previous.source.as_str())));
    let told: Vec<Diagnostic> = empty.chain(anew).collect();
    for notice in told {
        review.tell(notice);
    }
}

/// What there is to say, by code.
fn groups(diagnostics: Diagnostics) -> Vec<DiagnosticGroup> {
    let groups = diagnostics.into_groups().map(|(code, group)| DiagnosticGroup {
        code,
        severity: group.severity,
        count: group.count,
        details: group.details,
    });
    groups.collect()
}

/// What conditions of segments look at, client by client.
fn belongs<'a>(
    loaded: &'a Loaded,
    portfolio: &'a Portfolio,
) -> impl Iterator<Item = Belongs<'a>> + 'a {
    loaded.clients.iter().zip(&portfolio.stages).map(|(file, stage)| Belongs {
        stage: *stage,
        industry: file.industry.as_deref(),
        region: file.region.as_deref(),
        owner: file.owner.as_deref(),
    })
}

/// The weights in force, in the order of the model.
fn weights(model: &Model, config: &Config) -> Vec<(&'static str, f64)> {
    let weight = |code| config.score.weights.get(code).copied().unwrap_or(0.0);
    model.iter().map(|metric| (metric.code(), weight(metric.code()))).collect()
}

/// The rows with a word that is looked for, and where they stand.
fn mentions(loaded: &Loaded, portfolio: &mut Portfolio) -> Vec<MentionRow> {
    let named = |mention: Mention| {
        Some(MentionRow {
            client_id: loaded.clients.get(mention.client as usize)?.id.clone(),
            set: mention.set,
            excerpt: mention.excerpt,
            origin: Some(loaded.relations.origin(mention.at)),
        })
    };
    take(&mut portfolio.mentions).into_iter().filter_map(named).collect()
}

/// The tier of every client and how it came about.
fn outcomes(
    loaded: &Loaded,
    portfolio: &Portfolio,
    active: &[bool],
    scores: &Scores,
    (config, previous): (&Config, Option<&Previous>),
    threads: usize,
) -> Vec<Outcome> {
    let cases: Vec<Case<'_>> = loaded
        .clients
        .iter()
        .enumerate()
        .map(|(at, file)| Case {
            client_id: &file.id,
            features: &portfolio.features[at],
            stage: portfolio.stages[at],
            active: active[at],
            score: scores.clients[at].score,
            coverage: scores.clients[at].coverage,
            owner: file.owner.as_deref(),
            memory: previous
                .filter(|previous| previous.keeps(config))
                .and_then(|previous| {
                    let before = previous.clients.get(&file.id)?;
                    Some(Memory::Before { raw: before.band_raw?, score: before.score? })
                })
                .unwrap_or_default(),
        })
        .collect();
    tier::assign(&cases, config, threads)
}

/// Judges and joins all clients, and puts them in the order of the review.
///
/// What they are made of is used up on the way, by one thread: its memory is what the clients are built from.
#[expect(clippy::vec_box, reason = "each box is freed as soon as its client is built")]
fn clients(
    files: Vec<Box<ClientFile>>,
    portfolio: &mut Portfolio,
    scores: Vec<ClientScore>,
    outcomes: Vec<Outcome>,
    mut decisions: Decisions,
    frame: &Frame<'_>,
    config: &Config,
) -> (Vec<Client>, Tally) {
    // Files are sorted by id, and the sort is stable: inactive clients stay in that order.
    let mut order: Vec<usize> = (0..outcomes.len()).collect();
    order.sort_by_key(|at| outcomes[*at].rank.unwrap_or(usize::MAX));
    let mut tally = Tally::default();
    let mut monthly = take(&mut portfolio.monthly).into_iter();
    let mut clients: Vec<Client> = files
        .into_iter()
        .zip(take(&mut portfolio.features))
        .zip(take(&mut portfolio.stages))
        .zip(scores)
        .zip(outcomes)
        .enumerate()
        .map(|(at, ((((file, features), stage), score), outcome))| {
            let monthly = monthly.next().unwrap_or_default().into_iter().collect();
            let findings = signal::judge(&features, &config.signal, &mut tally);
            let decided = decisions.of(at);
            let file = *file;
            let segment = frame.segment(at);
            let known = Known {
                file,
                features,
                stage,
                segment,
                monthly,
                score,
                outcome,
                findings,
                decided,
            };
            client(known, frame, config)
        })
        .collect();
    // In place, cycle by cycle: clients are large.
    for start in 0..clients.len() {
        let mut place = start;
        while order[place] != start {
            let from = order[place];
            clients.swap(place, from);
            order[place] = place;
            place = from;
        }
        order[place] = place;
    }
    (clients, tally)
}

/// What is known of one client before it is joined.
struct Known {
    file: ClientFile,
    features: Box<ClientFeatures>,
    stage: Stage,
    segment: Option<Box<str>>,
    monthly: ThinVec<Money>,
    score: ClientScore,
    outcome: Outcome,
    findings: Vec<Finding>,
    decided: OfClient,
}

/// What the join of every client depends on.
struct Frame<'a> {
    as_of: Day,
    margin_rate: Option<f64>,
    /// How this review scores, where an earlier one is compared with it.
    basis: Option<Basis>,
    /// Its metrics.
    model: &'a Model,
    /// The segment of each client, by position; empty where there are none.
    segments: &'a [Option<u32>],
    /// What segments are called.
    names: Vec<Box<str>>,
    /// Whether clients keep the values of metrics.
    values: bool,
    previous: Option<&'a Previous>,
}

impl Frame<'_> {
    /// The name of the segment of the client at a position.
    fn segment(&self, at: usize) -> Option<Box<str>> {
        let segment = self.segments.get(at).copied().flatten()?;
        self.names.get(segment as usize).cloned()
    }

    /// What a client was and how it came to be what it is.
    fn since(
        &self,
        before: &Before,
        score: &ClientScore,
        values: &ByMetric,
        now: Option<&str>,
    ) -> Since {
        let split = || {
            let (points, segment) = (before.points.as_ref()?, before.segment.as_deref());
            let then = Scored { points, score: before.score?, segment };
            let now = Scored { points: &score.points, score: score.score?, segment: now };
            score_change(then, self.previous?.basis.as_ref()?, now, self.basis.as_ref()?, values)
        };
        let change = score.score.zip(before.score).map(|(now, then)| now - then);
        let most = before.adds.as_ref().and_then(|adds| most_changed(adds, &score.adds));
        let (band, band_raw) = (before.band, before.band_raw);
        let given = before.given;
        Since { score: before.score, band, band_raw, change, split: split(), given, most }
    }
}

/// The control totals with the rows after the as-of date left out.
fn control(loaded: &mut Loaded, as_of: Day, threads: usize) -> Control {
    let mut control = std::mem::take(&mut loaded.control);
    let sums = by_threads(&loaded.ledger, threads, |orders| {
        orders.iter().fold((0_u64, Money::ZERO, Money::ZERO), |(rows, amount, margin), row| {
            if row.date > as_of {
                (rows + u64::from(row.rows), amount + row.positive + row.negative, margin)
            } else {
                (rows, amount, margin + row.margin)
            }
        })
    });
    let (rows, amount, margin) =
        sums.into_iter().fold((0, Money::ZERO, Money::ZERO), |all, part| {
            (all.0 + part.0, all.1 + part.1, all.2 + part.2)
        });
    if rows > 0 {
        control.rows_used -= rows;
        control.amount_used -= amount;
        control.rows_left_out += rows;
        control.amount_left_out += amount;
        control.by_reason.insert("after-as-of", LeftOut { rows, amount });
    }
    control.margin_used = margin;
    control
}

/// What all orders come to, each thread looking at a part of them.
fn by_threads<R: Send>(
    ledger: &Ledger,
    threads: usize,
    of: impl Fn(&[OrderRow]) -> R + Sync,
) -> Vec<R> {
    let jobs = parallel::ranges(ledger.orders.len(), threads).into_iter().map(|range| {
        let of = &of;
        move || of(&ledger.orders[range])
    });
    parallel::join(jobs.collect())
}

/// The as-of date that settings name.
#[must_use]
pub fn given_as_of(config: &Config, today: Day) -> Option<Day> {
    match (config.as_of.as_str(), config.period.as_str()) {
        ("today", _) => Some(today),
        ("", "") => None,
        ("", period) => period_end(period, config.fiscal_year_start),
        (date, _) => Day::parse_iso(date),
    }
}

/// The as-of date: as given, else the newest transaction that is not in the future.
///
/// # Errors
/// An as-of date in the future, or nothing but transactions in the future.
pub fn as_of(loaded: &Loaded, config: &Config, context: Context) -> Result<(Day, AsOfFrom)> {
    if let Some(given) = given_as_of(config, context.today) {
        if given > context.today {
            let error = Diagnostic::error("as-of-future", Origin::default())
                .with("as_of", given)
                .with("today", context.today);
            return Err(error.into());
        }
        return Ok((given, AsOfFrom::Given));
    }
    let newest = by_threads(&loaded.ledger, context.threads, |orders| {
        orders.iter().map(|row| row.date).filter(|date| *date <= context.today).max()
    });
    let newest = newest.into_iter().flatten().max();
    newest.map(|newest| (newest, AsOfFrom::Data)).ok_or_else(|| {
        Diagnostic::error("only-future", Origin::default()).with("today", context.today).into()
    })
}

fn scale(model: &Model, scales: &Scales) -> Scale {
    let calibrated = || {
        model
            .iter()
            .zip(&scales.0)
            .filter(|(metric, _)| metric.total().is_some())
            .map(|(_, scale)| scale.1)
    };
    if calibrated().any(|scale| scale == score::Scale::Calibrated) {
        Scale::Calibrated
    } else if calibrated().any(|scale| scale == score::Scale::Shares) {
        Scale::Fixed
    } else {
        Scale::Frozen
    }
}

fn client(known: Known, frame: &Frame<'_>, config: &Config) -> Client {
    let Known { file, features, stage, segment, monthly, score, outcome, mut findings, decided } =
        known;
    let before = frame.previous.and_then(|previous| previous.clients.get(&file.id));
    let values: ByMetric = if frame.values {
        let all = frame.model.iter().map(|metric| metric.value(&features, &config.score));
        frame.model.by_metric(all)
    } else {
        ByMetric::default()
    };
    let since =
        before.map(|before| Box::new(frame.since(before, &score, &values, segment.as_deref())));
    let snoozed = decided.silence(&mut findings);
    let tier_computed = decided.given.as_ref().map_or(outcome.tier, |(_, computed)| *computed);
    let (risk, risk_level) = risk(&findings, config);
    let at_stake = features.net_sales.max(features.net_sales_prior).or_zero();
    let top = findings.first();
    let due = top.map(|finding| due(frame.as_of, finding.level, config));
    Client {
        client_id: file.id,
        name: file.name,
        owner: file.owner,
        industry: file.industry,
        region: file.region,
        stage,
        active: features.orders > 0,
        rank: outcome.rank,
        score: score.score,
        segment,
        coverage: score.coverage,
        groups: score.groups,
        values,
        points: score.points,
        adds: score.adds,
        tier: outcome.tier,
        band: outcome.band,
        band_raw: outcome.band_raw,
        share_band: outcome.share_band,
        tier_computed,
        given: decided.given.map(|(given, _)| Box::new(given)),
        tier_previous: before.and_then(|before| before.tier),
        movement: frame.previous.and_then(|_| previous::movement(before, outcome.tier)),
        since,
        caps: outcome.caps,
        conditions_failed: outcome.conditions_failed,
        to_confirm: outcome.to_confirm,
        one_off: outcome.one_off,
        rising: outcome.rising,
        next_step: top.map(|finding| finding.action),
        due,
        signals: findings
            .into_iter()
            .map(|finding| FindingRow {
                code: finding.code,
                level: finding.level,
                evidence: finding.evidence,
                first_seen: before
                    .and_then(|before| before.first_seen(finding.code))
                    .map_or(frame.as_of, |day| day.min(frame.as_of)),
            })
            .collect(),
        snoozed,
        risk,
        risk_level,
        priority: at_stake.to_f64() * risk,
        follow_up: None,
        marks: marks(&features, score.groups, frame, config),
        loss_impact: features.sales_share,
        monthly,
        features,
    }
}

/// When a finding of a level is to be followed up.
pub(super) fn due(as_of: Day, level: Level, config: &Config) -> Day {
    as_of.plus_working_days(match level {
        Level::High => config.due.high,
        Level::Medium => config.due.medium,
        Level::Low => config.due.low,
    })
}

/// `1 − Π(1 − p)` over the findings, and its level.
fn risk(findings: &[Finding], config: &Config) -> (f64, RiskLevel) {
    let chance = |level| match level {
        Level::Low => config.risk.low,
        Level::Medium => config.risk.medium,
        Level::High => config.risk.high,
    };
    let risk = 1.0 - findings.iter().map(|finding| 1.0 - chance(finding.level)).product::<f64>();
    let risk = round12(risk);
    let any_high = findings.iter().any(|finding| finding.level == Level::High);
    let level = if any_high || risk >= config.risk.level_high {
        RiskLevel::High
    } else if risk >= config.risk.level_medium {
        RiskLevel::Medium
    } else if risk > 0.0 {
        RiskLevel::Low
    } else {
        RiskLevel::None
    };
    (risk, level)
}

/// The three marks of a key account; a mark that rests on unknown figures is unknown.
fn marks(features: &ClientFeatures, groups: ByGroup, frame: &Frame<'_>, config: &Config) -> Marks {
    let rule = &config.marks;
    let share = features.sales_share.map(|share| round12(share) >= rule.sales_share);
    let margin = features
        .margin_rate
        .zip(frame.margin_rate)
        .map(|(own, all)| round12(own - all) >= rule.margin_above);
    let contribution = match (share, margin) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    };
    let synergy = groups.get(Group::Synergy).map(|points| round12(points) >= rule.synergy);
    let growing = features.industry_growth.map(|growth| growth > 0.0);
    let promising = groups.get(Group::Potential).map(|points| round12(points) >= rule.potential);
    let potential = both(promising, growing);
    Marks {
        contribution,
        synergy,
        potential,
        key_account: both(both(contribution, synergy), potential),
    }
}

/// Whether both hold; unknown only while the known one does.
fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_marks_stay_unknown() {
        assert_eq!(both(None, Some(false)), Some(false));
        assert_eq!(both(None, Some(true)), None);
        assert_eq!(both(Some(true), Some(true)), Some(true));
    }

    #[test]
    fn findings_add_up_to_risk() {
        let config = load::load(&[], &[]).expect("defaults").config;
        let finding = |level| Finding {
            code: "sales_down",
            level,
            evidence: crate::named::Named::default(),
            action: "ask_sales",
        };
        assert_eq!(risk(&[], &config), (0.0, RiskLevel::None));
        assert_eq!(risk(&[finding(Level::Low)], &config), (0.1, RiskLevel::Low));
        assert_eq!(
            risk(&[finding(Level::Medium), finding(Level::Low)], &config),
            (0.37, RiskLevel::Medium)
        );
        assert_eq!(risk(&[finding(Level::High)], &config), (0.6, RiskLevel::High));
    }
}
