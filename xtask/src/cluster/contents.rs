//! What is in an image: it says where it comes from, is nobody's but the user `nonroot`'s, and holds
//! neither tools nor secrets, not even in a layer that the next one hides.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::process::Command;

use super::output;
use crate::secrets::Secrets;
use crate::workspace;

/// Distroless's `nonroot`.
const USER: &str = "65532:65532";

/// What each image has a label for, below `org.opencontainers.image.`
const LABELS: [&str; 5] = ["title", "description", "licenses", "version", "revision"];

/// Shells, and what installs or builds: nobody needs them to run what is there.
const TOOLS: [&str; 24] = [
    "apk", "apt", "apt-get", "ash", "bash", "busybox", "cargo", "cc", "corepack", "curl", "dash",
    "dpkg", "gcc", "git", "ld", "make", "npm", "npx", "perl", "python3", "rustc", "sh", "wget",
    "yarn",
];

/// Files in which developers keep secrets.
const PRIVATE: [&str; 5] = [".git", ".npmrc", ".pgpass", "id_rsa", "secrets.json"];

/// How secrets look that somebody might have pasted into a text: a private key, also in one line; an
/// API token of ours, of Amazon's, of GitHub's.
const SECRETS: [&str; 5] = [
    r"^-----BEGIN ([A-Z]+ )*PRIVATE KEY-----[[:space:]]*$",
    r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----\\n[A-Za-z0-9+/]{16}",
    r"\btf_[A-Za-z0-9_-]{43}\b",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bgh[opsu]_[A-Za-z0-9]{36}\b",
];

/// Looks at the image that `buildah` names so. It was built from what this repository has at `tag`.
pub(super) async fn check(mut buildah: Command, image: &str, name: &str, tag: &str) -> Result<()> {
    let folder = workspace::scratch("image")?;
    let archive = folder.join("image.tar");
    // Of all formats the one with layers as they are.
    buildah
        .args(["push", "--quiet", image])
        .arg(format!("docker-archive:{}", archive.display()));
    output(&mut buildah).await?;
    let config = unpack(&archive, &folder).await?;
    describes_itself(&config, name, tag)?;
    for path in files(&folder)? {
        let path = path.strip_prefix(&folder)?;
        ensure!(!is_suspect(path), "{} is in a layer", path.display());
    }
    holds_no_secret(&folder, &development_secrets()?).await?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

/// Puts each layer into a folder of its own, beside the description, which is returned.
async fn unpack(archive: &Path, folder: &Path) -> Result<Value> {
    untar(archive, folder).await?;
    fs::remove_file(archive)?;
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json"))?)?;
    let layers = manifest[0]["Layers"].as_array();
    let layers = layers.filter(|layers| !layers.is_empty());
    for (number, layer) in layers.context("it has no layers")?.iter().enumerate() {
        let layer = folder.join(layer.as_str().context("a layer is a file")?);
        let files = folder.join(format!("layer-{number}"));
        fs::create_dir(&files)?;
        untar(&layer, &files).await?;
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "tar") {
            fs::remove_file(path)?;
        }
    }
    let config = manifest[0]["Config"]
        .as_str()
        .context("nothing describes it")?;
    Ok(serde_json::from_slice(&fs::read(folder.join(config))?)?)
}

async fn untar(archive: &Path, folder: &Path) -> Result<()> {
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--no-same-owner", "--file"])
        .arg(archive)
        .arg("--directory")
        .arg(folder);
    output(&mut tar).await?;
    Ok(())
}

fn describes_itself(image: &Value, name: &str, tag: &str) -> Result<()> {
    let config = &image["config"];
    ensure!(config["User"] == USER, "its user is {}", config["User"]);
    let labels: BTreeMap<&str, &str> = LABELS
        .into_iter()
        .filter_map(|label| {
            let value = &config["Labels"][format!("org.opencontainers.image.{label}")];
            Some((label, value.as_str().filter(|value| !value.is_empty())?))
        })
        .collect();
    for label in LABELS {
        ensure!(
            labels.contains_key(label),
            "it has no label for its {label}"
        );
    }
    ensure!(
        labels["version"] == tag,
        "its version is {}",
        labels["version"]
    );
    ensure!(
        labels["title"].ends_with(name),
        "its title is {}",
        labels["title"]
    );
    Ok(())
}

/// Everything below a folder, folders as well; links are not followed.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut waiting) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// By its name: a tool among the programs, or what is nobody's business.
fn is_suspect(path: &Path) -> bool {
    let text = |part: Option<&OsStr>| part.map(|it| it.to_string_lossy().into_owned());
    let name = text(path.file_name()).unwrap_or_default();
    let folder = text(path.parent().and_then(Path::file_name)).unwrap_or_default();
    let is_tool = folder.ends_with("bin") && TOOLS.contains(&name.as_str());
    is_tool || name.starts_with(".env") || PRIVATE.contains(&name.as_str())
}

/// Those of this machine, where there are any.
fn development_secrets() -> Result<Vec<String>> {
    let home = workspace::root();
    if !home.join("dapr/secrets.json").exists() {
        return Ok(Vec::new());
    }
    let secrets = Secrets::read(&home)?;
    Ok(secrets.confidential().map(ToOwned::to_owned).collect())
}

/// Known ones are looked for everywhere, also within programs. How one looks is looked for in texts:
/// in a program they lie one behind the other, and two of them make what nobody wrote.
async fn holds_no_secret(folder: &Path, known: &[String]) -> Result<()> {
    let mut looks = vec![
        "--binary-files=without-match".to_owned(),
        "--extended-regexp".to_owned(),
    ];
    looks.extend(SECRETS.map(|pattern| format!("--regexp={pattern}")));
    let mut values = vec!["--text".to_owned(), "--fixed-strings".to_owned()];
    values.extend(known.iter().map(|value| format!("--regexp={value}")));
    let searches = [looks, values];
    // Without an expression `grep` would take the folder for one.
    let searches = searches.into_iter().filter(|args| args.len() > 2);
    for args in searches {
        let mut grep = Command::new("grep");
        grep.args(["--recursive", "--files-with-matches"])
            .args(args)
            .arg(folder)
            .env("LC_ALL", "C")
            .kill_on_drop(true);
        let output = grep.output().await.context("starting grep")?;
        let found = String::from_utf8_lossy(&output.stdout);
        match output.status.code() {
            Some(0) => bail!("a secret is in {}", found.trim()),
            Some(1) => {}
            _ => bail!("grep: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_image_of_somebody_or_nowhere_is_noticed() {
        let labels: serde_json::Map<String, Value> = LABELS
            .into_iter()
            .map(|label| (format!("org.opencontainers.image.{label}"), json!("dev")))
            .collect();
        let mut image = json!({"config": {"User": USER, "Labels": labels}});
        image["config"]["Labels"]["org.opencontainers.image.title"] = json!("TaskFlow agent");
        assert!(describes_itself(&image, "agent", "dev").is_ok());
        assert!(describes_itself(&image, "backend", "dev").is_err());
        assert!(describes_itself(&image, "agent", "next").is_err());
        for (place, wrong) in [
            ("/config/User", json!("root")),
            (
                "/config/Labels/org.opencontainers.image.revision",
                json!(""),
            ),
            (
                "/config/Labels/org.opencontainers.image.licenses",
                Value::Null,
            ),
        ] {
            let mut image = image.clone();
            *image.pointer_mut(place).unwrap() = wrong;
            assert!(describes_itself(&image, "agent", "dev").is_err(), "{place}");
        }
    }

    #[test]
    fn tools_and_private_files_are_noticed() {
        for suspect in [
            "layer-0/bin/sh",
            "layer-1/usr/local/bin/npm",
            "layer-2/app/.env.local",
        ] {
            assert!(is_suspect(Path::new(suspect)), "{suspect}");
        }
        for fine in [
            "layer-0/usr/local/bin/node",
            "layer-0/usr/share/git",
            "layer-1/service",
        ] {
            assert!(!is_suspect(Path::new(fine)), "{fine}");
        }
    }

    #[tokio::test]
    async fn a_secret_in_a_layer_is_noticed() {
        let folder = workspace::scratch("secrets").unwrap();
        let file = folder.join("some.js");
        let known = ["correct horse battery staple".to_owned()];
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".repeat(2);
        for harmless in [
            "const begin = '-----BEGIN PRIVATE KEY-----\\n' + key",
            "tf_short, AKIA, correct horse",
        ] {
            fs::write(&file, harmless).unwrap();
            holds_no_secret(&folder, &known).await.unwrap();
        }
        for secret in [
            format!("key:\n-----BEGIN EC {}-----\nMHc\n", "PRIVATE KEY"),
            format!("\"-----BEGIN {}-----\\n{letters}\"", "PRIVATE KEY"),
            format!("token=tf_{}", &letters[..43]),
            format!("AKIA{}", &letters[..16]),
            // Within a program.
            format!("\0\0{}\0", known[0]),
        ] {
            fs::write(&file, &secret).unwrap();
            let outcome = holds_no_secret(&folder, &known).await;
            assert!(outcome.is_err(), "{secret}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
