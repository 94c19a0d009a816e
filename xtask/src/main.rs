//! The command line of the repository: see `cargo xtask help`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::progress::Progress;
use xtask::secrets::Secrets;
use xtask::{bench, generate, lint, test, token, up, workspace};

/// Everything a person types to work on TaskFlow
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the product on this machine until Ctrl-C
    Up(up::Args),
    /// Run the tests, installing what they need
    Test(test::Args),
    /// Measure release builds; numbers go to benches/RESULTS.md
    Bench {
        /// Passed on; try `--help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Make every generated file anew: .sqlx, OpenAPI, JSON Schema
    Generate {
        /// Change nothing, and fail if something would change
        #[arg(long)]
        check: bool,
    },
    /// Format the code
    Fmt {
        /// Change nothing, and fail if something would change
        #[arg(long)]
        check: bool,
    },
    /// Clippy, every warning an error
    Lint {
        /// Look at what we depend on instead: terms, origins, vulnerabilities. Needs the internet
        #[arg(long)]
        audit: bool,
    },
    /// Print a 7-day token for a development user, who is created if missing
    Token {
        /// What the user signs in with
        email: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nError: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Up(args) => Box::pin(up::run(args)).await,
        Command::Test(args) => test::run(args).await,
        Command::Bench { args } => bench::run(&args).await,
        Command::Generate { check } => generate::run(check, &Progress::new()).await,
        Command::Fmt { check } => lint::fmt(check, &Progress::new()).await,
        Command::Lint { audit: false } => lint::lint(&Progress::new()).await,
        Command::Lint { audit: true } => lint::audit(&Progress::new()).await,
        Command::Token { email } => print_token(&email).await,
    }
}

async fn print_token(email: &str) -> Result<()> {
    let secrets = Secrets::read(&workspace::root())?;
    let token = token::mint(email, &secrets).await?;
    writeln!(std::io::stdout(), "{}", token.jwt)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const DOCUMENTS: [&str; 5] = [
        "ARCHITECTURE.md",
        "CLOUD_OPTIONS.md",
        "DEPLOYMENT.md",
        "K8S_SETUP.md",
        "README.md",
    ];

    /// What is written behind `cargo xtask`, up to the end of the code; without what may be left
    /// out, as in `test e2e [NAME]`.
    fn commands(text: &str) -> impl Iterator<Item = Vec<&str>> {
        let starts = text.match_indices("cargo xtask");
        starts.map(|(at, _)| {
            let ends = ['`', '\n', '#'];
            let command = text[at..].split(ends).next().unwrap_or_default();
            let words = command.split_whitespace().skip(1);
            words.filter(|word| !word.starts_with('[')).collect()
        })
    }

    #[test]
    fn the_commands_that_documents_name_exist() {
        for document in DOCUMENTS {
            let text = fs::read_to_string(workspace::root().join(document)).unwrap();
            for command in commands(&text) {
                assert!(is_known(&command), "{document}: {command:?}");
            }
        }
        assert!(!is_known(&["xtask", "tset"]));
        assert!(!is_known(&["xtask", "up", "--standalon"]));
    }

    fn is_known(command: &[&str]) -> bool {
        Cli::try_parse_from(command).is_ok()
    }
}
