//! What was measured against which limit, as the table of `benches/RESULTS.md`.

use std::fmt::Write;

use crate::cpu::Cores;
use crate::machine::Fact;
use crate::stats::median;

/// One figure that has a limit.
pub struct Finding {
    /// As it is selected: `create`, `relay`.
    pub bench: &'static str,
    pub what: &'static str,
    pub unit: &'static str,
    /// One value a round.
    pub rounds: Vec<f64>,
    pub limit: Limit,
    /// What the value is made of, and under which load.
    pub detail: String,
    /// Who used the machine meanwhile.
    pub cores: Option<Cores>,
}

/// A benchmark that has no figure.
pub struct Failure {
    pub bench: &'static str,
    pub error: String,
}

#[derive(Clone, Copy)]
pub enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Finding {
    pub fn is_met(&self) -> bool {
        let value = median(&self.rounds);
        match self.limit {
            Limit::AtLeast(limit) => value >= limit,
            Limit::AtMost(limit) => value <= limit,
        }
    }

    /// `2,134 (2,080..2,190) /s`
    pub fn measured(&self) -> String {
        let least = self.rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self
            .rounds
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let middle = figure(median(&self.rounds));
        format!(
            "{middle} ({}..{}) {}",
            figure(least),
            figure(most),
            self.unit
        )
    }

    pub fn wanted(&self) -> String {
        match self.limit {
            Limit::AtLeast(limit) => format!("≥ {}", figure(limit)),
            Limit::AtMost(limit) => format!("≤ {}", figure(limit)),
        }
    }

    /// How far from the limit the median is.
    pub fn verdict(&self) -> String {
        let value = median(&self.rounds);
        let (Limit::AtLeast(limit) | Limit::AtMost(limit)) = self.limit;
        let percent = 100.0 * (value - limit).abs() / limit;
        if self.is_met() {
            format!("met, {percent:.0} % to spare")
        } else {
            format!("**missed by {percent:.0} %**")
        }
    }
}

/// Three digits that mean something, with separators.
pub fn figure(value: f64) -> String {
    if !value.is_finite() {
        return "—".to_owned();
    }
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// All of `benches/RESULTS.md`.
pub fn markdown(machine: &[Fact], findings: &[Finding], failures: &[Failure]) -> String {
    let mut text = String::from(HEADER);
    text.push_str("\n| machine | |\n|---|---|\n");
    for Fact { name, value } in machine {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text.push_str(
        "\n| benchmark | measured: median (min..max) | limit | verdict |\n|---|---|---|---|\n",
    );
    for finding in findings {
        let (measured, wanted) = (finding.measured(), finding.wanted());
        let _ = writeln!(
            text,
            "| `{}` {} | {measured} | {wanted} | {} |",
            finding.bench,
            finding.what,
            finding.verdict()
        );
    }
    for Failure { bench, error } in failures {
        let _ = writeln!(text, "| `{bench}` | {error} | | **failed** |");
    }
    text.push_str("\n## Behind the figures\n");
    for finding in findings {
        let _ = write!(
            text,
            "\n**`{}` {}.** {}",
            finding.bench, finding.what, finding.detail
        );
        if let Some(cores) = &finding.cores {
            let _ = write!(text, " Cores in use: {cores}.");
        }
        text.push('\n');
    }
    text
}

const HEADER: &str = "\
# Benchmarks

<!-- Written by `cargo xtask bench`. Do not edit. -->

Release build, whole product: every service, a real daprd beside each, Kafka and PostgreSQL,
all on one machine together with the clients that load it.
Every round also counts: a lost, doubled or reordered event, or an answer other than the
expected one, fails the run.
A ratio is taken within one round, ours and the peer in turn.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rounds: &[f64], limit: Limit) -> Finding {
        Finding {
            bench: "create",
            what: "creates",
            unit: "/s",
            rounds: rounds.to_vec(),
            limit,
            detail: String::new(),
            cores: None,
        }
    }

    #[test]
    fn a_median_beyond_its_limit_is_missed() {
        let missed = finding(&[1200.0, 1000.0, 1300.0], Limit::AtLeast(1500.0));
        assert_eq!(missed.verdict(), "**missed by 20 %**");
        assert_eq!(missed.measured(), "1,200 (1,000..1,300) /s");
        assert!(finding(&[14.0], Limit::AtMost(16.0)).is_met());
        assert!(!finding(&[f64::NAN], Limit::AtMost(16.0)).is_met());
    }

    #[test]
    fn figures_are_short() {
        let shown = [0.512, 16.04, 999.6, 60_000.0, 1_234_567.0].map(figure);
        assert_eq!(shown, ["0.51", "16.0", "1,000", "60,000", "1,234,567"]);
    }
}
