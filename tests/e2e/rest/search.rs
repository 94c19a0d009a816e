//! Finding tasks by the beginnings of words.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;

use super::steps::{add, path, titles, with_query};
use crate::stage::{Product, Stage};

pub(super) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![
        stage.shared("rest: q finds the beginnings of all its words", prefixes),
        stage.shared("rest: q finds what is written, whatever it is", written),
        stage.shared("rest: hostile searches are words like any other", hostile),
    ]
}

async fn prefixes(product: &Product) -> Result<()> {
    let (owner, other) = (product.sign_up().await?, product.sign_up().await?);
    for (title, description) in [
        ("Buy milk", "two bottles"),
        ("Buy bread", "whole grain, before the MILKMAN comes"),
        ("Ärger vermeiden", "Straße"),
    ] {
        let task = json!({"title": title, "description": description});
        add(&owner, &task).await?;
        add(&other, &task).await?;
    }
    let milk = ["Buy bread", "Buy milk"];
    for (q, expected) in [
        ("milk", &milk[..]),
        ("MIL", &milk),
        ("  buy   mil  ", &milk),
        ("milk bottle", &["Buy milk"]),
        ("buy-milk, two", &["Buy milk"]),
        ("ilk", &[]),
        ("buy cheese", &[]),
        ("ärg", &["Ärger vermeiden"]),
        ("ÄRG stra", &["Ärger vermeiden"]),
        ("grain the", &["Buy bread"]),
    ] {
        let found = titles(&owner, &[("q", q)]).await?;
        ensure!(found == expected, "{q:?} finds {found:?}");
    }
    let task = owner.get("/tasks?q=cheese").await?.expect(200)?;
    ensure!(task["items"] == json!([]) && task["next_cursor"].is_null());

    let bread = owner.get("/tasks?q=bread").await?.expect(200)?;
    let changed = json!({"title": "Buy rolls", "description": ""});
    let bread = path(&bread["items"][0]);
    owner.patch(&bread, &changed).await?.expect(200)?;
    ensure!(titles(&owner, &[("q", "bread")]).await?.is_empty());
    ensure!(titles(&owner, &[("q", "roll")]).await? == ["Buy rolls"]);
    Ok(())
}

/// What the text search takes for one word is several to people: an address, a number, a path.
async fn written(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    for (title, queries) in [
        (
            "Write to bob@example.com",
            &["bob@example.com", "bob@exa", "example", "com"][..],
        ),
        (
            "Read https://docs.rs/axum/latest",
            &["docs.rs", "axum", "https://docs.rs/axum"],
        ),
        (
            "Pay 12.50 for v1.2.3",
            &["12.50", "12", "50", "v1.2.3", "1.2"],
        ),
        (
            "Fix /var/log/nginx.conf",
            &["/var/log", "nginx", "nginx.conf", "var"],
        ),
        (
            "Follow-up on a-b_c",
            &["follow-up", "follow", "up", "a-b_c", "b"],
        ),
        (
            "Meet at -5 °C, 3:30pm",
            &["-5", "5", "3:30", "30pm", "3:30pm"],
        ),
        ("O'Neill & Söhne", &["o'neill", "neill", "söh"]),
        ("日本語 買い物", &["日本", "買い物"]),
        // Letters and digits to some, and not to others.
        ("Paint 12 m² of wall", &["m²", "12 m²", "m", "wall"]),
        ("Add 1½ cups", &["1½", "1½ cup", "cups"]),
        ("Call １２３ and ٣٤", &["call １２３", "call ٣"]),
        ("Step ① of x₂", &["step ①", "x₂", "step ① x₂"]),
    ] {
        add(&owner, &json!({ "title": title })).await?;
        for q in queries {
            let found = titles(&owner, &[("q", q)]).await?;
            ensure!(
                found.iter().any(|found| found == title),
                "{q:?} does not find {title:?} but {found:?}"
            );
        }
    }
    Ok(())
}

async fn hostile(product: &Product) -> Result<()> {
    let owner = product.sign_up().await?;
    let title = "drop table or 1 a b";
    add(&owner, &json!({ "title": title })).await?;
    for (q, found) in [
        ("'; drop table taskflow.tasks; --", false),
        ("'; drop table; --", true),
        ("' or '1'='1", true),
        ("a:*", true),
        ("a:*b", true),
        ("!a", true),
        ("a & !b", true),
        ("a | zebra", false),
        ("(a", true),
        ("a <-> b", true),
        ("a\\", true),
        ("a''b", true),
        ("\"a\" \\' b", true),
        ("a\u{0}b", true),
        ("$1 a", true),
        ("%a%", true),
    ] {
        let titles = titles(&owner, &[("q", q)]).await?;
        ensure!(
            titles.contains(&title.to_owned()) == found,
            "{q:?}: {titles:?}"
        );
    }
    for q in [
        "½", "", "'", "''", "\"", "\\", ":*", "&", "|", "!", "()", "<->", "\u{0}", "%", "--",
    ] {
        let answer = owner.get(&with_query("/tasks", &[("q", q)])?).await?;
        answer.invalid("q").with_context(|| format!("{q:?}"))?;
    }
    let long = "ß ".repeat(100);
    ensure!(titles(&owner, &[("q", &long)]).await?.is_empty());
    Ok(())
}
