//! The secrets, from the store or else from the environment.

use secrecy::{ExposeSecret, SecretString};
use sidecar::Sidecar;

use crate::{
    Config,
    channel::{
        email::{Mailer, MailerError},
        push::vapid::{Vapid, VapidError},
    },
};

pub(crate) struct Secrets(sidecar::Secrets);

impl Secrets {
    pub(crate) async fn read(config: &Config, sidecar: &Sidecar) -> Self {
        let (store, name) = (&config.secret_store, &config.secret_name);
        Self(sidecar::Secrets::read(sidecar, store, name).await)
    }

    /// How to send e-mail; `None` if that is not configured.
    pub(crate) fn mailer(&self, config: &Config) -> Result<Option<Mailer>, MailerError> {
        let args = &config.email;
        let Some(url) = self.0.get("SMTP_URL", args.smtp_url.as_ref()) else {
            tracing::info!("SMTP_URL is not set: no e-mail");
            return Ok(None);
        };
        let ca = args.smtp_ca_cert.as_deref().filter(|ca| !ca.is_empty());
        Mailer::new(url, &args.mail_from, ca, args.smtp_timeout).map(Some)
    }

    /// Who we are to push services; `None` if that is not configured.
    pub(crate) fn vapid(&self, config: &Config) -> Result<Option<Vapid>, VapidError> {
        let args = &config.push;
        let Some(private) = self
            .0
            .get("VAPID_PRIVATE_KEY", args.vapid_private_key.as_ref())
        else {
            tracing::info!("VAPID_PRIVATE_KEY is not set: no web push");
            return Ok(None);
        };
        let ours = args.vapid_public_key.clone().map(SecretString::from);
        let public = self.0.get("VAPID_PUBLIC_KEY", ours.as_ref());
        let public = public.ok_or(VapidError::Keys)?.expose_secret();
        Vapid::new(public, private, &args.vapid_subject).map(Some)
    }
}
