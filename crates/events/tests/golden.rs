//! Every event that was ever written stays readable: one file for each type and
//! schema number, never changed once committed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{collections::BTreeSet, fs, path::Path};

use events::{Event, Notice, Payload, Topic};
use serde_json::{Value, json};

fn corpus() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut corpus: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (
                name,
                serde_json::from_slice(&fs::read(path).unwrap()).unwrap(),
            )
        })
        .collect();
    corpus.sort_by(|(a, _), (b, _)| a.cmp(b));
    corpus
}

fn decode(value: &Value) -> Event {
    Event::decode(&serde_json::to_vec(value).unwrap()).unwrap()
}

/// What this version writes.
fn current() -> Vec<(String, Value)> {
    let prefix = format!("v{}.", events::SCHEMA);
    let mut corpus = corpus();
    corpus.retain(|(name, _)| name.starts_with(&prefix));
    corpus
}

#[test]
fn an_older_event_is_read_as_what_it_would_be_today() {
    let older: Vec<_> = corpus()
        .into_iter()
        .filter(|(_, golden)| golden["schema"] != json!(events::SCHEMA))
        .collect();
    assert!(!older.is_empty());
    for (name, golden) in older {
        let (_, event_type) = name.split_once('.').unwrap();
        let today = format!("v{}.{event_type}", events::SCHEMA);
        let (_, today) = current()
            .into_iter()
            .find(|(name, _)| *name == today)
            .unwrap();
        assert_eq!(decode(&golden), decode(&today), "{name}");
    }
}

#[test]
fn the_corpus_is_read_and_written_back_unchanged() {
    for (name, golden) in current() {
        let event = decode(&golden);
        assert!(
            !matches!(event.payload, Payload::Unknown { .. }),
            "{name} was read as an unknown type"
        );
        let written: Value = serde_json::from_slice(&event.encode().unwrap()).unwrap();
        assert_eq!(written, golden, "{name}");
    }
}

#[test]
fn every_type_has_its_file() {
    let files: BTreeSet<_> = corpus().into_iter().map(|(name, _)| name).collect();
    for (event_type, _) in Payload::TYPES {
        let name = format!("v{}.{event_type}.json", events::SCHEMA);
        assert!(files.contains(&name), "add tests/golden/{name}");
    }
}

#[test]
fn the_corpus_fits_the_published_schema() {
    let schema = jsonschema::validator_for(&events::schema()).unwrap();
    for (name, golden) in current() {
        assert!(schema.is_valid(&golden), "{name}");
        let mut broken = golden.clone();
        broken["data"] = json!("text");
        assert!(
            !schema.is_valid(&broken),
            "{name} with wrong data must not fit"
        );
        let mut anonymous = golden;
        anonymous.as_object_mut().unwrap().remove("user_id");
        assert!(
            !schema.is_valid(&anonymous),
            "{name} without a user must not fit"
        );
    }
}

/// The corpus has none that does: the field came later.
#[test]
fn a_run_says_by_which_token_it_asked() {
    let schema = jsonschema::validator_for(&events::schema()).unwrap();
    let runs = current().into_iter();
    for (name, mut golden) in runs.filter(|(_, golden)| golden["actor"]["kind"] == "agent_run") {
        assert_eq!(decode(&golden).actor.token_of_run(), None, "{name}");
        golden["actor"]["token_id"] = json!("01900000-0000-7000-8000-0000000000ff");
        let event = decode(&golden);
        assert!(event.actor.token_of_run().is_some(), "{name}");
        let written: Value = serde_json::from_slice(&event.encode().unwrap()).unwrap();
        assert_eq!(written, golden, "{name}");
        assert!(schema.is_valid(&golden), "{name}");
    }
}

#[test]
fn an_unknown_type_is_carried_whole() {
    let (_, mut golden) = current().remove(0);
    golden["event_type"] = json!("task.painted");
    golden["data"] = json!({"color": "green", "coats": [1, 2]});
    golden["schema"] = json!(9);
    let event = decode(&golden);
    assert_eq!(event.payload.event_type(), "task.painted");
    assert_eq!(event.payload.topic(), None);
    let written: Value = serde_json::from_slice(&event.encode().unwrap()).unwrap();
    assert_eq!(written, golden);
}

#[test]
fn fields_that_a_later_version_adds_do_no_harm() {
    for (name, mut golden) in corpus() {
        let before = decode(&golden);
        golden["region"] = json!("eu");
        if let Some(data) = golden["data"].as_object_mut() {
            data.insert("added_later".to_owned(), json!(1));
        }
        assert_eq!(decode(&golden), before, "{name}");
    }
}

#[test]
fn what_breaks_the_envelope_is_refused() {
    let (_, golden) = current().remove(0);
    let with = |field: &str, value: Value| {
        let mut broken = golden.clone();
        broken[field] = value;
        Event::decode(&serde_json::to_vec(&broken).unwrap())
    };
    for (field, value) in [
        ("seq", json!(0)),
        ("version", json!(0)),
        ("schema", json!(0)),
        ("seq", json!(-1)),
        ("user_id", json!("00000000-0000-0000-0000-000000000000")),
        ("user_id", json!("somebody")),
        ("event_type", json!("")),
        ("timestamp", json!("yesterday")),
        ("data", json!(null)),
        ("correlation_id", json!("x".repeat(events::MAX_EVENT_BYTES))),
    ] {
        assert!(with(field, value.clone()).is_err(), "{field} = {value}");
    }
    assert!(Event::decode(b"{").is_err());
    assert!(Event::decode(b"").is_err());
}

#[test]
fn a_notice_carries_no_text_of_a_task() {
    for (name, golden) in corpus() {
        let notice = serde_json::to_string(&Notice::of(&decode(&golden))).unwrap();
        for text in ["Buy", "tall", "Home", "House", "xmas", "dark"] {
            assert!(!notice.contains(text), "{name}: {notice}");
        }
    }
}

#[test]
fn a_notice_names_what_changed() {
    let changed = |event_type: &str| {
        let file = format!("v{}.{event_type}.json", events::SCHEMA);
        let (_, golden) = current()
            .into_iter()
            .find(|(name, _)| *name == file)
            .unwrap();
        Notice::of(&decode(&golden)).data.changed
    };
    assert_eq!(changed("task.due_changed"), ["due", "due_at"]);
    assert_eq!(changed("user.updated"), ["settings", "time_zone"]);
    assert_eq!(changed("tag.updated"), ["color", "name"]);
    assert!(changed("task.created").is_empty());
}

#[test]
fn every_topic_that_is_written_exists() {
    let used: BTreeSet<_> = Payload::TYPES.iter().map(|(_, topic)| *topic).collect();
    assert!(used.is_subset(&BTreeSet::from(Topic::ALL)));
}
