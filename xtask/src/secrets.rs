//! The development secrets: one file in the shape of one Kubernetes Secret.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint};
use rand::distr::{Alphanumeric, SampleString};
use serde::{Deserialize, Serialize};

/// What the Dapr secret store `secrets` serves under the name `taskflow`.
pub struct Secrets {
    file: PathBuf,
    document: Document,
}

#[derive(Default, Serialize, Deserialize)]
struct Document {
    taskflow: BTreeMap<String, String>,
}

/// Made up once and kept.
const RANDOM: [&str; 3] = ["BETTER_AUTH_SECRET", "DAPR_API_TOKEN", "APP_API_TOKEN"];

/// A broker without authentication, on the loopback.
const PLAIN_BROKER: [(&str, &str); 6] = [
    ("KAFKA_AUTH_TYPE", "none"),
    ("KAFKA_CA_CERT", ""),
    ("KAFKA_DISABLE_TLS", "true"),
    ("KAFKA_SASL_MECHANISM", ""),
    ("KAFKA_SASL_PASSWORD", ""),
    ("KAFKA_SASL_USERNAME", ""),
];

/// What nobody else may see; the rest are settings, or public.
const CONFIDENTIAL: [&str; 7] = [
    "APP_API_TOKEN",
    "BETTER_AUTH_SECRET",
    "DAPR_API_TOKEN",
    "DATABASE_URL",
    "OPENAI_API_KEY",
    "SMTP_URL",
    "VAPID_PRIVATE_KEY",
];

impl Secrets {
    /// Reads `dapr/secrets.json` below `home`.
    pub fn read(home: &Path) -> Result<Self> {
        let file = home.join("dapr/secrets.json");
        let text = fs::read_to_string(&file)
            .with_context(|| format!("no {}: start `cargo xtask up` first", file.display()))?;
        let document = serde_json::from_str(&text)
            .with_context(|| format!("{} is not what we wrote", file.display()))?;
        Ok(Self { file, document })
    }

    /// Writes `dapr/secrets.json` below `home` for these servers; no brokers are an empty list.
    /// Random values that are there already stay, so that tokens outlive a restart.
    pub fn write(home: &Path, database_url: &str, brokers: &str) -> Result<Self> {
        let file = home.join("dapr/secrets.json");
        fs::create_dir_all(home.join("dapr"))?;
        let mut secrets = if file.exists() {
            Self::read(home)?
        } else {
            Self {
                file,
                document: Document::default(),
            }
        };
        let values = &mut secrets.document.taskflow;
        for key in RANDOM {
            values
                .entry(key.to_owned())
                .or_insert_with(|| Alphanumeric.sample_string(&mut rand::rng(), 48));
        }
        if !values.contains_key("VAPID_PRIVATE_KEY") {
            let (public, private) = vapid_keys();
            values.insert("VAPID_PUBLIC_KEY".to_owned(), public);
            values.insert("VAPID_PRIVATE_KEY".to_owned(), private);
        }
        // No mail until somebody names a server; the name stays.
        values.entry("SMTP_URL".to_owned()).or_default();
        for (key, value) in PLAIN_BROKER {
            values.insert(key.to_owned(), value.to_owned());
        }
        values.insert("DATABASE_URL".to_owned(), database_url.to_owned());
        values.insert(
            "STATE_CONNECTION_STRING".to_owned(),
            database_url.to_owned(),
        );
        values.insert("KAFKA_BROKERS".to_owned(), brokers.to_owned());
        secrets.save()?;
        Ok(secrets)
    }

    pub fn get(&self, key: &str) -> Result<&str> {
        let value = self.document.taskflow.get(key);
        let value = value.with_context(|| format!("{} has no {key}", self.file.display()))?;
        Ok(value)
    }

    /// What nobody else may see.
    pub(crate) fn confidential(&self) -> impl Iterator<Item = &str> {
        let values = CONFIDENTIAL
            .iter()
            .filter_map(|key| self.document.taskflow.get(*key));
        values.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All of them as the environment of a process that has no secret store.
    pub(crate) fn environment(&self) -> &BTreeMap<String, String> {
        &self.document.taskflow
    }

    fn save(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.document)?;
        let partial = self.file.with_extension("json.partial");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&partial)
            .with_context(|| format!("creating {}", partial.display()))?;
        file.write_all(text.as_bytes())?;
        fs::rename(partial, &self.file)?;
        Ok(())
    }
}

/// A key pair for web push, public half first, in the form of `web-push generate-vapid-keys`.
fn vapid_keys() -> (String, String) {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    loop {
        // Nearly every number of 32 bytes is a private key.
        if let Ok(key) = SecretKey::from_slice(&rand::random::<[u8; 32]>()) {
            let public = key.public_key().to_encoded_point(false);
            return (encode(public.as_bytes()), encode(&key.to_bytes()));
        }
    }
}
