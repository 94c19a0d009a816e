//! The secrets, from the store or else from the environment.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};
use sidecar::Sidecar;

use crate::{
    Config,
    channel::{
        email::{Mailer, MailerError},
        push::vapid::{Vapid, VapidError},
    },
};

pub(crate) struct Secrets(HashMap<String, SecretString>);

impl Secrets {
    pub(crate) async fn read(config: &Config, sidecar: &Sidecar) -> Self {
        let (store, name) = (&config.secret_store, &config.secret_name);
        Self(match sidecar.secrets(store, name).await {
            Ok(secrets) => secrets,
            Err(error) => {
                let code = error.code();
                tracing::warn!(?code, "Cannot read `{name}` of the secret store `{store}`");
                HashMap::new()
            }
        })
    }

    /// How to send e-mail; `None` if that is not configured.
    pub(crate) fn mailer(&self, config: &Config) -> Result<Option<Mailer>, MailerError> {
        let args = &config.email;
        let Some(url) = self.get("SMTP_URL", args.smtp_url.as_ref()) else {
            tracing::info!("SMTP_URL is not set: no e-mail");
            return Ok(None);
        };
        let ca = args.smtp_ca_cert.as_deref().filter(|ca| !ca.is_empty());
        Mailer::new(url, &args.mail_from, ca, args.smtp_timeout).map(Some)
    }

    /// Who we are to push services; `None` if that is not configured.
    pub(crate) fn vapid(&self, config: &Config) -> Result<Option<Vapid>, VapidError> {
        let args = &config.push;
        let Some(private) = self.get("VAPID_PRIVATE_KEY", args.vapid_private_key.as_ref()) else {
            tracing::info!("VAPID_PRIVATE_KEY is not set: no web push");
            return Ok(None);
        };
        let ours = args.vapid_public_key.clone().map(SecretString::from);
        let public = self.get("VAPID_PUBLIC_KEY", ours.as_ref());
        let public = public.ok_or(VapidError::Keys)?.expose_secret();
        Vapid::new(public, private, &args.vapid_subject).map(Some)
    }

    /// An empty value is how manifests say "none".
    fn get<'a>(
        &'a self,
        name: &str,
        otherwise: Option<&'a SecretString>,
    ) -> Option<&'a SecretString> {
        let is_set = |secret: &&SecretString| !secret.expose_secret().is_empty();
        self.0.get(name).filter(is_set).or(otherwise.filter(is_set))
    }
}
