//! `cargo xtask bench`: runs benchmarks, prints the table, and keeps it if it is a whole one.

use std::fs;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use benches::bench::{ALL, Bench, Effort};
use benches::machine::{self, Fact};
use benches::memory::Peaks;
use benches::report::{Failure, Finding, markdown};
use clap::Parser;
use clap::builder::PossibleValuesParser;
use xtask::workspace;

/// The product in its release build, against limits and peers
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Cli {
    /// Which to run; all if none is named
    #[arg(value_parser = PossibleValuesParser::new(ALL.iter().map(|bench| bench.name)))]
    names: Vec<String>,
    /// Fewer rounds and shorter ones: a look, not a result
    #[arg(long)]
    quick: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    let effort = if cli.quick {
        Effort::QUICK
    } else {
        Effort::FULL
    };
    let mut facts = machine::at_start();
    let mut versions: Vec<Fact> = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut peaks = Peaks::default();
    let mut failures: Vec<Failure> = Vec::new();
    let is_named =
        |bench: &&Bench| cli.names.is_empty() || cli.names.iter().any(|name| name == bench.name);
    for bench in ALL.iter().filter(is_named) {
        eprintln!("… {}", bench.name);
        match bench.run(effort, &mut peaks).await {
            Ok((stands_on, found)) => {
                for finding in &found {
                    tell(finding);
                }
                for fact in stands_on {
                    if versions.iter().all(|known| known.name != fact.name) {
                        versions.push(fact);
                    }
                }
                findings.extend(found);
            }
            Err(error) => {
                let error = format!("{error:#}");
                eprintln!("✗ {}: {error}", bench.name);
                failures.push(Failure {
                    bench: bench.name,
                    error,
                });
            }
        }
    }
    if let Some(memory) = peaks.finding()? {
        tell(&memory);
        findings.push(memory);
    }
    facts.append(&mut versions);
    let text = markdown(&facts, &findings, &failures);
    writeln!(std::io::stdout(), "{text}")?;
    if cli.names.is_empty() && !cli.quick {
        fs::write(workspace::root().join("benches/RESULTS.md"), text)?;
    }
    let met = failures.is_empty() && findings.iter().all(Finding::is_met);
    Ok(if met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(finding: &Finding) {
    let (measured, verdict) = (finding.measured(), finding.verdict());
    let (what, wanted) = (finding.what, finding.wanted());
    eprintln!("  {what}: {measured} {wanted}, {verdict}");
}
