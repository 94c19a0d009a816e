//! Whether what sessions are signed with will do.

use auth::{SessionSecrets, Verifier};
use backend::config::Config;
use clap::Parser;
use sidecar::{Secrets, Sidecar};

use super::Finding;

/// With a sidecar, its store counts before the environment.
pub(super) async fn look(has_sidecar: bool) -> Finding {
    let mut config = match Config::try_parse_from(["taskflow"]) {
        Ok(config) => config,
        Err(error) => {
            let said = error.to_string();
            let line = said.lines().next().unwrap_or_default();
            return Finding::wrong(line, "correct this variable");
        }
    };
    if has_sidecar && let Ok(sidecar) = Sidecar::new(&config.sidecar) {
        take_what_is_stored(&mut config, &sidecar).await;
    }
    judge(&config)
}

async fn take_what_is_stored(config: &mut Config, sidecar: &Sidecar) {
    let stored = Secrets::read(sidecar, &config.secret_store, &config.secret_name).await;
    for (name, value) in [
        ("BETTER_AUTH_SECRET", &mut config.better_auth_secret),
        (
            "BETTER_AUTH_SECRET_ACCEPTED",
            &mut config.better_auth_secret_accepted,
        ),
    ] {
        *value = stored.get(name, value.as_ref()).cloned();
    }
}

/// As the services judge it at their start.
fn judge(config: &Config) -> Finding {
    let secrets = SessionSecrets {
        signing: config.better_auth_secret.clone(),
        accepted: config.better_auth_secret_accepted.clone(),
    };
    let Err(error) = Verifier::new(&config.auth, &secrets) else {
        return Finding::fine("what sessions are signed with cannot be guessed");
    };
    let said = error.to_string();
    match said.split_once("; ") {
        Some((what, todo)) => Finding::wrong(what, todo),
        None => Finding::wrong(said, "correct this variable"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(secret: &str) -> Finding {
        let args = ["taskflow", "--better-auth-secret", secret];
        judge(&Config::try_parse_from(args).unwrap())
    }

    #[test]
    fn what_could_be_guessed_is_wrong() {
        let Finding::Wrong { what, todo } = judged("guess me") else {
            panic!("it is taken");
        };
        assert_eq!(
            what,
            "BETTER_AUTH_SECRET has 8 characters and needs 32 or more"
        );
        assert!(todo.starts_with("make one with `openssl rand"), "{todo}");
        let enough = judged("u8GmQ1rJx0bYpV5dLk2TnZ7cWs4HfEaR");
        assert!(matches!(enough, Finding::Fine(_)));
    }
}
