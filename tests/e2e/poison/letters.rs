//! Messages that look more and more like good ones.

use anyhow::Result;
use serde_json::{Value, json};
use testing::Client;
use testing::kafka::Record;
use uuid::Uuid;

/// A message that no handler can take.
pub(super) struct Letter {
    pub(super) what: &'static str,
    pub(super) key: Option<String>,
    pub(super) value: String,
    /// Part of the value and of no other.
    pub(super) mark: String,
    /// What the cause must say.
    pub(super) cause: &'static str,
}

/// Makes a message of its mark.
type Format = fn(&str) -> String;

/// Messages that look more and more like a good one.
pub(super) fn unreadable(good: &Record, owner: &Client) -> Result<Vec<Letter>> {
    let good = good.cloud_event()?;
    let key = Some(owner.user.to_string());
    let mut all = Vec::new();
    let mut add = |what, cause, change: &dyn Fn(&mut Value)| {
        let id = Uuid::now_v7().to_string();
        let mut cloud = good.clone();
        cloud["id"] = id.clone().into();
        change(&mut cloud);
        all.push(Letter {
            what,
            key: key.clone(),
            value: cloud.to_string(),
            mark: id,
            cause,
        });
    };
    add("data that is text", "envelope", &|cloud| {
        cloud["data"] = "unspoken".into();
    });
    add("data that is missing", "envelope", &|cloud| {
        if let Some(cloud) = cloud.as_object_mut() {
            cloud.remove("data");
        }
    });
    add("no user_id", "user_id", &|cloud| {
        if let Some(data) = cloud["data"].as_object_mut() {
            data.remove("user_id");
        }
    });
    add("seq as text", "envelope", &|cloud| {
        cloud["data"]["seq"] = "unspoken".into();
    });
    add("seq of zero", "seq", &|cloud| {
        cloud["data"]["seq"] = 0.into();
    });
    add("data of another type", "task.created", &|cloud| {
        cloud["data"]["data"] = json!({"title": ["unspoken"]});
    });
    add("more than an event may have", "bytes", &|cloud| {
        cloud["data"]["data"]["description"] = "unspoken".repeat(20_000).into();
    });
    let other = Uuid::now_v7().to_string();
    all.push(Letter {
        what: "the key of somebody else",
        key: Some(other.clone()),
        value: {
            let mut cloud = good.clone();
            cloud["id"] = other.clone().into();
            cloud.to_string()
        },
        mark: other,
        cause: "key",
    });
    let formats: [(_, Format); 2] = [
        ("no JSON", |mark| format!("unspoken {{ {mark}")),
        ("JSON that is no CloudEvent", |mark| {
            json!([mark, "unspoken"]).to_string()
        }),
    ];
    for (what, format) in formats {
        let mark = Uuid::new_v4().to_string();
        all.push(Letter {
            what,
            key: key.clone(),
            value: format(&mark),
            mark,
            cause: "not a CloudEvent",
        });
    }
    Ok(all)
}
