//! What ChatKit's own types make of our frames, threads and items.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use testing::{Turn, send};
use xtask::install;
use xtask::progress::Progress;
use xtask::workspace;

use super::clients::run;
use super::talk::{frames, request};
use crate::rest::steps::{list, text};
use crate::stage::{Product, Stage};

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    vec![stage.shared(
        "agent: every ChatKit frame is one that OpenAI's own types can read",
        frames_are_read,
    )]
}

async fn frames_are_read(product: &Product) -> Result<()> {
    let person = product.sign_up().await?;
    for n in 0..7 {
        let task = json!({"title": format!("Old {n}")});
        person.post("/tasks", &task).await?.expect(201)?;
    }
    let tasks = person.get("/tasks").await?.expect(200)?;
    let deletions = list(&tasks["items"])
        .iter()
        .map(|task| json!({"op": "delete", "task_id": task["id"]}));
    let deletions = json!({"operations": deletions.collect::<Vec<_>>()});
    let call = |tool: &str, input: &Value| (tool.to_owned(), input.to_string());
    product.model.on(
        "Make room and add milk",
        vec![
            Turn::Call(vec![
                call("add_task", &json!({"title": "Milk"})),
                call("batch_tasks", &deletions),
                call("no_such_tool", &json!({})),
            ]),
            Turn::Say("Added milk; shall I delete the **old** ones?".to_owned()),
        ],
    );
    let input = json!({
        "content": [{"type": "input_text", "text": "Make room and add milk"}],
        "attachments": [], "inference_options": {},
    });
    let create = json!({"type": "threads.create", "params": {"input": input}});
    let mut told = frames(product, &person, &create).await?;
    let thread = told[0]["thread"]["id"].clone();
    let cards = told
        .iter()
        .filter(|frame| frame["item"]["type"] == "widget");
    let cards: Vec<Value> = cards.map(|frame| frame["item"].clone()).collect();
    let [question, undo] = &cards[..] else {
        anyhow::bail!("{} cards", cards.len());
    };

    let buttons = list(&question["widget"]["children"])
        .last()
        .context("no buttons")?;
    let yes = press(&thread, question, &buttons["children"][0]);
    told.extend(frames(product, &person, &yes).await?);
    let left = person.get("/tasks").await?.expect(200)?;
    ensure!(list(&left["items"]).len() == 1, "{left}");
    let back = press(&thread, undo, &undo["widget"]["children"][1]);
    told.extend(frames(product, &person, &back).await?);
    let left = person.get("/tasks").await?.expect(200)?;
    ensure!(list(&left["items"]).is_empty(), "{left}");

    let ask = async |kind: &str, params: Value| {
        let body = json!({"type": kind, "params": params});
        let request = request(product, &person, "/chatkit", &body)?;
        send(request).await?.expect(200)
    };
    let whole = ask("threads.get_by_id", json!({"thread_id": thread})).await?;
    let items = ask("items.list", json!({"thread_id": thread, "order": "asc"})).await?;
    let all = ask("threads.list", json!({})).await?;
    ensure!(list(&all["data"]).len() == 1, "{all}");
    let kinds: Vec<&str> = list(&items["data"])
        .iter()
        .map(|item| text(&item["type"]))
        .collect();
    let expected = [
        "user_message",
        "workflow",
        "widget",
        "assistant_message",
        "widget",
        "user_message",
        "workflow",
        "assistant_message",
        "widget",
    ];
    ensure!(kinds == expected, "{kinds:?}");
    let renamed = json!({"thread_id": thread, "title": "Room"});
    let renamed = ask("threads.update", renamed).await?;
    ensure!(renamed["title"] == "Room", "{renamed}");
    ask("threads.delete", json!({"thread_id": thread})).await?;

    let clients = install::clients(&Progress::hidden()).await?;
    let reader = workspace::root().join("tests/e2e/agent/clients/chatkit_frames.py");
    let mut threads = list(&all["data"]).to_vec();
    threads.extend([whole, renamed]);
    let sent = json!({"frames": told, "threads": threads, "pages": [items]});
    let read = run(clients.python(&reader), &sent).await?;
    ensure!(String::from_utf8(read)?.trim() == told.len().to_string());
    Ok(())
}

fn press(thread: &Value, card: &Value, button: &Value) -> Value {
    let action = &button["onClickAction"];
    json!({"type": "threads.custom_action", "params": {
        "thread_id": thread, "item_id": card["id"],
        "action": {"type": action["type"], "payload": action["payload"]},
    }})
}
