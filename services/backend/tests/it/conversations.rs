//! Conversations: turns that survive whoever carries them out, what is told of them, and what is
//! not.

use std::num::NonZeroU32;

use backend::{
    MIGRATOR, Report,
    config::{Config, RebuildArgs},
    rebuild,
};
use proto::v1::{
    AskConfirmationRequest, Confirmation, Conversation, DecideConfirmationRequest, GatheredCall,
    RecordGatheredCallsRequest, ReleaseTurnRequest, StartTurnRequest, Turn,
    api_service_server::ApiService, ask_confirmation_response, confirmation::Decision,
    conversation_service_server::ConversationService, decide_confirmation_response,
};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use testing::{Client, from_now, send};
use tonic::Code;
use uuid::Uuid;

use crate::{
    agency::{
        self, Agency, as_agent, by, called, caller, conversation_id, finish, json as body,
        new_turn, planned, problem, step, told,
    },
    desk,
    series::adds_up,
};

/// Nowhere but in the rows of conversations.
const SECRET: &str = "xyzzy-canary";

async fn verify(pool: &PgPool) -> Report {
    let args = RebuildArgs {
        verify: true,
        ..RebuildArgs::default()
    };
    rebuild(pool, &args).await.unwrap()
}

async fn get(client: &Client, path: &str) -> Value {
    client.get(path).await.unwrap().expect(200).unwrap()
}

/// A conversation in which a task comes to be; its id, and the turn.
async fn furnish<A: ApiService, C: ConversationService>(
    agency: &Agency<A, C>,
    client: &Client,
) -> (String, Turn) {
    let said = format!("Add the roof, {SECRET}");
    let create = ("POST", "/tasks", json!({"title": "Roof"}));
    let answer = format!("Done, {SECRET} indeed.");
    let turn = agency.converse(client, "", &said, create, &answer).await;
    (conversation_id(&turn), turn)
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_conversation_is_kept_linked_and_told_of_without_its_text(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let (id, turn) = furnish(&agency, &owner).await;

    let listed = get(&owner, "/conversations").await;
    let [item] = &listed["items"].as_array().unwrap()[..] else {
        panic!("{listed}");
    };
    assert_eq!(item["id"], json!(id));
    assert_eq!(item["title"], json!(format!("Add the roof, {SECRET}")));
    assert_eq!(
        (&item["messages"], &item["archived_at"]),
        (&json!(3), &json!(null))
    );

    let messages = get(&owner, &format!("/conversations/{id}/messages")).await;
    let [answer, step, said] = &messages["items"].as_array().unwrap()[..] else {
        panic!("{messages}");
    };
    assert_eq!(said["role"], "user");
    assert_eq!(answer["content"], json!(format!("Done, {SECRET} indeed.")));
    for message in [answer, step, said] {
        assert_eq!(message["run_id"], json!(turn.run_id));
    }
    let call = &step["calls"][0];
    assert_eq!(call["id"], step["planned"][0]["id"]);
    assert_eq!(call["input"], json!({"title": "Roof"}));
    assert_eq!(call["result"]["title"], "Roof");
    assert_eq!(call["at"], "2026-11-21T09:00:00.123457Z");
    // The change-set's task is linked by itself, both ways.
    let task = get(&owner, "/tasks").await["items"][0]["id"].clone();
    assert_eq!(call["task_ids"], json!([task]));
    assert_eq!(
        get(&owner, &format!("/conversations/{id}")).await["task_ids"],
        json!([task])
    );
    let of_task = get(
        &owner,
        &format!("/tasks/{}/conversations", task.as_str().unwrap()),
    )
    .await;
    assert_eq!(of_task["items"][0]["id"], json!(id));

    assert_eq!(
        told(&pool, owner.user, "conversation.created").await,
        [json!({})]
    );
    let added = told(&pool, owner.user, "message.added").await;
    let roles: Vec<&Value> = added.iter().map(|data| &data["role"]).collect();
    assert_eq!(roles, ["user", "assistant", "assistant"]);
    assert_eq!(added[1]["calls"], 1);
    let [call] = &told(&pool, owner.user, "tool.called").await[..] else {
        panic!("one call");
    };
    assert_eq!(call["tool"], "a_tool");
    assert_eq!(call["task_ids"], json!([task]));
    assert!(call["change_set_id"].is_string());
    let log: Vec<String> = sqlx::query_scalar("select e::text from taskflow.events e")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(!log.iter().any(|event| event.contains("xyzzy")));
    let actors: Vec<(String, Option<String>)> = sqlx::query_as(
        "select actor_kind, actor_id from taskflow.events
         where user_id = $1 and topic = 'conversations.events' order by seq",
    )
    .bind(owner.user.0)
    .fetch_all(&pool)
    .await
    .unwrap();
    let agent = ("agent_run".to_owned(), Some(turn.run_id.clone()));
    let user = ("user".to_owned(), None);
    assert_eq!(
        actors,
        [&user, &user, &agent, &agent, &agent].map(Clone::clone)
    );
    assert_eq!(verify(&pool).await.count, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_turn_that_is_asked_for_again_is_the_same(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let first = new_turn(&owner, "", "key-1", "Plan my week");
    let turn = agency.start(first.clone()).await.unwrap();
    // The answer was lost: the same claim is told the same.
    assert_eq!(agency.start(first.clone()).await.unwrap(), turn);
    // Somebody else has to wait.
    let other = StartTurnRequest {
        claim_id: Uuid::new_v4().to_string(),
        ..first.clone()
    };
    let held = agency.start(other.clone()).await.unwrap_err();
    problem(&held, 409, "turn_held");
    let wait: u64 = agency::head(&held, "retry-after").unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{wait}");
    // So has another message in the same conversation.
    let next = new_turn(&owner, &conversation_id(&turn), "key-2", "And the next?");
    problem(
        &agency.start(next.clone()).await.unwrap_err(),
        409,
        "turn_held",
    );
    // The key stands for one message.
    let changed = StartTurnRequest {
        message: "Plan my year".to_owned(),
        ..first.clone()
    };
    let refused = agency.start(changed).await.unwrap_err();
    assert_eq!(
        problem(&refused, 422, "invalid")["field"],
        "Idempotency-Key"
    );

    let done = agency
        .finish(finish(&owner, &turn, &first.claim_id, "So be it."))
        .await
        .unwrap();
    // Again, by whomever, with whatever: it stands.
    let again = agency
        .finish(finish(&owner, &turn, &other.claim_id, "No!"))
        .await
        .unwrap();
    assert_eq!(again, done);
    let seen = agency.start(other).await.unwrap();
    assert!(seen.is_done);
    assert_eq!(
        (&seen.run_id, seen.messages.last()),
        (&turn.run_id, Some(&done))
    );
    let following = agency.start(next).await.unwrap();
    assert_eq!(following.history, seen.messages);
    assert_eq!(told(&pool, owner.user, "message.added").await.len(), 3);
    assert_eq!(verify(&pool).await.count, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn whoever_takes_a_turn_over_goes_on_where_it_stood(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let first = new_turn(&owner, "", "key-1", "Two things");
    let turn = agency.start(first.clone()).await.unwrap();
    let (one, two) = (
        planned("add_task", r#"{"title":"1"}"#),
        planned("add_task", "{broken"),
    );
    let plan = step(
        &owner,
        &turn,
        &first.claim_id,
        1,
        vec![one.clone(), two.clone()],
    );
    let message = agency.step(plan.clone()).await.unwrap();
    agency
        .record(&owner, &first.claim_id, vec![called(&turn, &one)])
        .await
        .unwrap();

    // It dies. Nobody waits in this test: it lets go, as the lease would.
    let release = ReleaseTurnRequest {
        caller: Some(caller(&owner)),
        run_id: turn.run_id.clone(),
        claim_id: first.claim_id.clone(),
    };
    let released = agency.conversations.release_turn(as_agent(release)).await;
    assert_eq!(released.unwrap().into_inner().refused, None);
    let second = StartTurnRequest {
        claim_id: Uuid::new_v4().to_string(),
        ..first.clone()
    };
    let resumed = agency.start(second.clone()).await.unwrap();
    assert_eq!((&resumed.run_id, resumed.is_done), (&turn.run_id, false));
    let [_, stood] = &resumed.messages[..] else {
        panic!("{resumed:?}");
    };
    assert_eq!(
        (&stood.id, &stood.planned),
        (&message.id, &vec![one.clone(), two.clone()])
    );
    let [known] = &stood.calls[..] else {
        panic!("{stood:?}");
    };
    assert_eq!((&known.id, &known.input), (&one.id, &one.input));

    // A step is written once, whatever the model says the second time.
    let other = planned("delete_task", "{}");
    let again = step(&owner, &turn, &second.claim_id, 1, vec![other.clone()]);
    assert_eq!(agency.step(again).await.unwrap().planned, message.planned);
    // A call, too.
    let twice = vec![called(&turn, &one), called(&turn, &two)];
    agency
        .record(&owner, &second.claim_id, twice)
        .await
        .unwrap();
    assert_eq!(told(&pool, owner.user, "tool.called").await.len(), 2);
    // The first has lost it.
    let late = step(&owner, &turn, &first.claim_id, 2, vec![other.clone()]);
    problem(&agency.step(late).await.unwrap_err(), 409, "turn_held");
    let late = finish(&owner, &turn, &first.claim_id, "Me!");
    problem(&agency.finish(late).await.unwrap_err(), 409, "turn_held");
    // Steps have no gaps.
    let far = step(&owner, &turn, &second.claim_id, 3, vec![other.clone()]);
    assert_eq!(
        problem(&agency.step(far).await.unwrap_err(), 422, "invalid")["field"],
        "step"
    );
    agency
        .finish(finish(&owner, &turn, &second.claim_id, "Done."))
        .await
        .unwrap();
    let after = step(&owner, &turn, &second.claim_id, 3, vec![other]);
    problem(&agency.step(after).await.unwrap_err(), 409, "conflict");
    assert_eq!(verify(&pool).await.count, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_lease_that_nobody_renews_lapses(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let first = StartTurnRequest {
        lease_seconds: 1,
        ..new_turn(&owner, "", "key-1", "Are you there?")
    };
    let turn = agency.start(first.clone()).await.unwrap();
    let second = StartTurnRequest {
        claim_id: Uuid::new_v4().to_string(),
        ..first
    };
    let resumed = loop {
        match agency.start(second.clone()).await {
            Ok(resumed) => break resumed,
            Err(held) => problem(&held, 409, "turn_held"),
        };
        tokio::task::yield_now().await;
    };
    assert_eq!(resumed.run_id, turn.run_id);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nothing_of_anothers_is_reached(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let other = agency.site.sign_up().await.unwrap();
    let open = new_turn(&owner, "", "key-1", "Mine");
    let claim = open.claim_id.clone();
    let turn = agency.start(open).await.unwrap();
    let id = conversation_id(&turn);
    let task = owner.post("/tasks", &json!({"title": "x"})).await.unwrap();
    let task = task.expect(201).unwrap()["id"].as_str().unwrap().to_owned();
    let before = agency.site.database.fingerprint(owner.user).await.unwrap();

    let intrude = new_turn(&other, &id, "key-1", "Theirs");
    problem(&agency.start(intrude).await.unwrap_err(), 404, "not_found");
    let plan = step(&other, &turn, &claim, 1, vec![planned("x", "{}")]);
    problem(&agency.step(plan).await.unwrap_err(), 404, "not_found");
    let answer = finish(&other, &turn, &claim, "x");
    problem(&agency.finish(answer).await.unwrap_err(), 404, "not_found");
    let foreign = called(&turn, &planned("x", "{}"));
    let refused = agency.record(&other, &claim, vec![foreign.clone()]).await;
    problem(&refused.unwrap_err(), 404, "not_found");
    // Another's task and change-set are nobody's.
    let set: Uuid = sqlx::query_scalar(
        "select change_set_id from taskflow.events where user_id = $1 order by seq desc limit 1",
    )
    .bind(owner.user.0)
    .fetch_one(&pool)
    .await
    .unwrap();
    let mut about = foreign;
    about.conversation_id.clear();
    about.task_ids = vec![task.clone()];
    about.change_set_id = set.to_string();
    agency.record(&other, "", vec![about]).await.unwrap();
    let [call] = &told(&pool, other.user, "tool.called").await[..] else {
        panic!("one call");
    };
    assert_eq!(call["task_ids"], json!(null));
    for path in [
        format!("/conversations/{id}"),
        format!("/conversations/{id}/messages"),
        format!("/tasks/{task}/conversations"),
    ] {
        other
            .get(&path)
            .await
            .unwrap()
            .problem(404, "not_found")
            .unwrap();
    }
    let patch = json!({"archived": true});
    let patched = other
        .patch(&format!("/conversations/{id}"), &patch)
        .await
        .unwrap();
    patched.problem(404, "not_found").unwrap();
    let found = get(&other, "/conversations/search?q=mine").await;
    assert_eq!(found["items"], json!([]));
    // Nor is anything by a bad bearer, or another service.
    let nobody = owner.with_token(None);
    problem(
        &agency
            .start(new_turn(&nobody, &id, "k", "x"))
            .await
            .unwrap_err(),
        401,
        "unauthorized",
    );
    let request = by("taskflow-realtime", new_turn(&owner, &id, "k", "x"));
    let refused = agency.conversations.start_turn(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert_eq!(
        agency.site.database.fingerprint(owner.user).await.unwrap(),
        before
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_reader_only_has_its_calls_noted(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let wanted = json!({"name": "x", "scope": "read", "expires_at": from_now(3600)});
    let made = owner
        .post("/tokens", &wanted)
        .await
        .unwrap()
        .expect(201)
        .unwrap();
    let reader = owner.with_token(Some(made["token"].as_str().unwrap().to_owned()));
    let started = agency.start(new_turn(&reader, "", "k", "x")).await;
    problem(&started.unwrap_err(), 403, "insufficient_scope");
    let outside = Turn {
        conversation: Some(Conversation::default()),
        ..Turn::default()
    };
    let mut call = called(&outside, &planned("list_tasks", "{}"));
    call.run_id.clear();
    agency
        .record(&reader, "", vec![call.clone(), call])
        .await
        .unwrap();
    let events = get(&owner, "/events?type=tool.called").await;
    let [event] = &events["items"].as_array().unwrap()[..] else {
        panic!("{events}");
    };
    assert_eq!(
        event["actor"],
        json!({"kind": "token", "token_id": made["id"]})
    );
    assert_eq!(verify(&pool).await.count, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn calls_that_have_gathered_are_each_kept_or_refused_alone(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let other = agency.site.sign_up().await.unwrap();
    let theirs = agency.start(new_turn(&other, "", "key-1", "Theirs")).await;
    let theirs = conversation_id(&theirs.unwrap());
    let outside = Turn {
        conversation: Some(Conversation::default()),
        ..Turn::default()
    };
    let call = |tool: &str| called(&outside, &planned(tool, "{}"));
    let good = vec![
        (&owner, call("add_task")),
        (&other, call("get_task")),
        (&owner, call("undo")),
    ];
    // Once, however often they are told.
    for _ in 0..2 {
        let refused = agency.record_gathered(good.clone()).await;
        assert!(refused.iter().all(Option::is_none), "{refused:?}");
        assert_eq!(told(&pool, owner.user, "tool.called").await.len(), 2);
        assert_eq!(told(&pool, other.user, "tool.called").await.len(), 1);
    }
    let sets: i64 = sqlx::query_scalar(
        "select count(distinct change_set_id) from taskflow.events
         where user_id = $1 and event_type = 'tool.called'",
    )
    .bind(owner.user.0)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(sets, 2, "calls that nobody made together");

    let nobody = owner.with_token(None);
    let (mut malformed, mut intruding) = (call("add_task"), call("add_task"));
    "no id".clone_into(&mut malformed.id);
    intruding.conversation_id.clone_from(&theirs);
    let mixed = vec![
        (&owner, call("add_task")),
        (&owner, call("")),
        (&nobody, call("add_task")),
        (&owner, malformed),
        (&other, call("add_task")),
        (&owner, intruding),
        (&owner, call("add_task")),
    ];
    let refused = agency.record_gathered(mixed).await;
    let [None, tool, token, id, None, conversation, None] = &refused[..] else {
        panic!("{refused:?}");
    };
    problem(tool.as_ref().unwrap(), 422, "invalid");
    problem(token.as_ref().unwrap(), 401, "unauthorized");
    problem(id.as_ref().unwrap(), 422, "invalid");
    problem(conversation.as_ref().unwrap(), 404, "not_found");
    assert_eq!(told(&pool, owner.user, "tool.called").await.len(), 4);
    assert_eq!(told(&pool, other.user, "tool.called").await.len(), 2);
    assert_eq!(verify(&pool).await.count, 0);

    let request = |calls: usize| RecordGatheredCallsRequest {
        calls: vec![GatheredCall::default(); calls],
    };
    for (request, code) in [
        (as_agent(request(0)), Code::InvalidArgument),
        (as_agent(request(101)), Code::InvalidArgument),
        (by("taskflow-realtime", request(1)), Code::PermissionDenied),
    ] {
        let refused = agency.conversations.record_gathered_calls(request).await;
        assert_eq!(refused.unwrap_err().code(), code);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn calls_that_are_told_together_count_as_they_would_alone(pool: PgPool) {
    let config = Config {
        rate_limit_user: NonZeroU32::MIN,
        ..desk::config()
    };
    let agency = agency::with(&pool, &config).await;
    let owner = agency.site.sign_up().await.unwrap();
    let other = agency.site.sign_up().await.unwrap();
    let outside = &Turn {
        conversation: Some(Conversation::default()),
        ..Turn::default()
    };
    let calls = |client, count| {
        let call = move |_| (client, called(outside, &planned("no_such_tool", "{}")));
        (0..count).map(call).collect::<Vec<_>>()
    };
    let refused = agency.record_gathered(calls(&owner, 8)).await;
    assert!(refused.iter().all(Option::is_none), "{refused:?}");
    // Of ten there are two left; nobody else pays for that.
    let mut both = calls(&owner, 8);
    both.extend(calls(&other, 1));
    let refused = agency.record_gathered(both).await;
    for refused in &refused[..8] {
        problem(refused.as_ref().unwrap(), 429, "too_many_requests");
    }
    assert!(refused[8].is_none());
    assert_eq!(told(&pool, owner.user, "tool.called").await.len(), 8);
    assert_eq!(told(&pool, other.user, "tool.called").await.len(), 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn conversations_are_found_renamed_archived_and_paged(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let mut ids = Vec::new();
    for said in [
        "Buy milk",
        "Büro aufräumen",
        "Repair the roof at 12 o'clock",
    ] {
        let turn = agency
            .converse(
                &owner,
                "",
                said,
                ("GET", "/tasks", Value::Null),
                "Very well",
            )
            .await;
        ids.push(conversation_id(&turn));
    }
    let found = async |query: &str| {
        let page = get(&owner, &format!("/conversations/search?q={query}")).await;
        let items = page["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .map(|item| item["conversation_id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("MIL").await, [json!(ids[0])]);
    assert_eq!(found("b%C3%BCro").await, [json!(ids[1])]);
    assert_eq!(found("12%20roof").await, [json!(ids[2])]);
    assert_eq!(
        found("very").await,
        [json!(ids[2]), json!(ids[1]), json!(ids[0])]
    );
    assert_eq!(found("elephant").await, [] as [Value; 0]);
    for wrong in [
        "",
        "?q=",
        "?q=%00",
        "?q=-",
        "?q=x&limit=0",
        "?q=x&cursor=x",
        "?q=x&y=1",
    ] {
        let answer = owner
            .get(&format!("/conversations/search{wrong}"))
            .await
            .unwrap();
        answer.problem(422, "invalid").unwrap();
    }

    // Page after page, those with the newest messages first.
    agency
        .converse(
            &owner,
            &ids[0],
            "And eggs",
            ("GET", "/tasks", Value::Null),
            "Noted",
        )
        .await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = get(&owner, &format!("/conversations?limit=1{cursor}")).await;
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].clone()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, [json!(ids[0]), json!(ids[2]), json!(ids[1])]);
    let mut numbers = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/conversations/{}/messages?limit=4{cursor}", ids[0]);
        let page = get(&owner, &path).await;
        numbers.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["content"].clone()),
        );
        match page["next_cursor"].as_i64() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected = ["Noted", "", "And eggs", "Very well", "", "Buy milk"];
    assert_eq!(numbers, expected.map(|text| json!(text)));

    let path = format!("/conversations/{}", ids[0]);
    let patch = async |body: Value| owner.patch(&path, &body).await.unwrap();
    let renamed = patch(json!({"title": " Groceries ", "archived": true})).await;
    let renamed = renamed.expect(200).unwrap();
    assert_eq!(renamed["title"], "Groceries");
    assert!(renamed["archived_at"].is_string());
    // Nothing new, nothing told.
    patch(json!({"title": "Groceries", "archived": true}))
        .await
        .expect(200)
        .unwrap();
    let updated = told(&pool, owner.user, "conversation.updated").await;
    assert_eq!(updated.len(), 1);
    assert_eq!(updated[0]["changed"], json!(["archived_at", "title"]));
    assert!(!updated[0].to_string().contains("Groceries"));
    let archive = get(&owner, "/conversations?archived=true").await;
    assert_eq!(archive["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        get(&owner, "/conversations").await["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    for wrong in [
        json!({"title": " "}),
        json!({"title": null}),
        json!({"messages": 1}),
        json!({"archived": 1}),
    ] {
        patch(wrong).await.problem(422, "invalid").unwrap();
    }
    // Whoever goes on with it takes it out again.
    agency
        .converse(
            &owner,
            &ids[0],
            "And salt",
            ("GET", "/tasks", Value::Null),
            "Noted",
        )
        .await;
    assert_eq!(get(&owner, &path).await["archived_at"], json!(null));
    assert_eq!(verify(&pool).await.count, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_undone_run_keeps_what_was_said(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let (id, turn) = furnish(&agency, &owner).await;
    let undo = json!({"run_id": turn.run_id});
    owner
        .post("/undo", &undo)
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    assert_eq!(get(&owner, "/tasks").await["items"], json!([]));
    let messages = get(&owner, &format!("/conversations/{id}/messages")).await;
    assert_eq!(messages["items"].as_array().unwrap().len(), 3);
    owner
        .post("/undo", &undo)
        .await
        .unwrap()
        .problem(409, "undone")
        .unwrap();
    // A run that changed nothing has nothing to take back.
    let idle = agency
        .converse(&owner, &id, "And?", ("GET", "/tasks", Value::Null), "No.")
        .await;
    let undo = json!({"run_id": idle.run_id});
    owner
        .post("/undo", &undo)
        .await
        .unwrap()
        .problem(404, "not_found")
        .unwrap();
    let history = get(&owner, "/history").await.to_string();
    assert!(!history.contains("message.added") && !history.contains("tool.called"));
    let asked = get(&owner, "/history?type=tool.called&type=message.added").await;
    assert_eq!(asked["items"].as_array().unwrap().len(), 8);
    assert_eq!(verify(&pool).await.count, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_rebuild_restores_all_but_the_text(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let (id, _) = furnish(&agency, &owner).await;
    for (damage, differences) in [
        ("delete from taskflow.messages where number = 3", 1),
        ("delete from taskflow.tool_calls", 1),
        ("update taskflow.messages set role = 'user'", 2),
        ("update taskflow.messages set task_ids = array[id]", 3),
        (
            "update taskflow.tool_calls set tool = 'x', is_error = true",
            1,
        ),
        (
            "update taskflow.conversations set archived_at = now(), messages = 9",
            1,
        ),
        ("delete from taskflow.conversations", 5),
    ] {
        sqlx::query(damage).execute(&pool).await.unwrap();
        let report = verify(&pool).await;
        assert_eq!(report.count, differences, "{damage}: {report:?}");
        let args = RebuildArgs {
            swap: true,
            ..RebuildArgs::default()
        };
        rebuild(&pool, &args).await.unwrap();
        assert_eq!(verify(&pool).await.count, 0, "{damage}");
    }
    let messages = get(&owner, &format!("/conversations/{id}/messages")).await;
    let texts: Vec<_> = messages["items"].as_array().unwrap().iter().collect();
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|message| message["content"].is_null()));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nothing_that_was_said_outlives_its_account(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    furnish(&agency, &owner).await;
    ask(&agency, &owner, &Uuid::new_v4().to_string())
        .await
        .unwrap();
    sqlx::query(r#"delete from auth."user" where id = $1"#)
        .bind(owner.user.0)
        .execute(&pool)
        .await
        .unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('select %L where exists (select from %I.%I t where t::text like ''%%xyzzy%%'')',
                       tablename, schemaname, tablename)
         from pg_tables where schemaname in ('taskflow', 'auth')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    for sql in tables {
        let found: Option<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_optional(&pool)
            .await
            .unwrap();
        assert_eq!(found, None);
    }
    for table in [
        "conversations",
        "messages",
        "tool_calls",
        "turns",
        "confirmations",
    ] {
        let count = format!("select count(*) from taskflow.{table}");
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

async fn export(owner: &Client) -> String {
    let file = owner.get("/export").await.unwrap();
    String::from_utf8(file.body.to_vec()).unwrap()
}

async fn import(heir: &Client, file: String) -> testing::Answer {
    send(heir.request(Method::POST, "/import").body(file))
        .await
        .unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_was_said_is_exported_and_taken_in(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let (id, _) = furnish(&agency, &owner).await;
    let title = json!({"title": "Roofs"});
    let path = format!("/conversations/{id}");
    owner
        .patch(&path, &title)
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    let file = export(&owner).await;
    let lines: Vec<&str> = file.lines().collect();
    let texts = lines
        .iter()
        .filter(|line| line.starts_with(r#"{"text""#))
        .count();
    assert_eq!(texts, 5);
    let joined = |lines: &[String]| {
        lines
            .iter()
            .flat_map(|line| [line.as_str(), "\n"])
            .collect::<String>()
    };
    let lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    let first = lines.len() - 1 - texts;
    let edit = |at: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[at].contains(from), "{}", lines[at]);
        lines[at] = lines[at].replace(from, to);
        joined(&lines)
    };
    let mut moved = lines.clone();
    moved.swap(first, first - 1);
    let mut missing = lines.clone();
    missing.remove(first);
    let damaged = [
        ("another text", first + 1, edit(first, "Roofs", "Hoofs")),
        (
            "another number",
            lines.len(),
            edit(lines.len() - 1, "\"texts\":5", "\"texts\":4"),
        ),
        ("an event behind a text", first, joined(&moved)),
        ("a text less", first + 1, joined(&missing)),
    ];
    let heir = agency.site.sign_up().await.unwrap();
    let before = agency.site.database.fingerprint(heir.user).await.unwrap();
    for (what, line, file) in damaged {
        let answer = import(&heir, file).await;
        let problem = answer
            .problem(422, "invalid")
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(
            problem["field"],
            json!(format!("line {line}")),
            "{what}: {problem}"
        );
    }
    assert_eq!(
        agency.site.database.fingerprint(heir.user).await.unwrap(),
        before
    );

    import(&heir, file.clone()).await.expect(200).unwrap();
    let messages = format!("{path}/messages");
    assert_eq!(get(&heir, &messages).await, get(&owner, &messages).await);
    assert_eq!(get(&heir, &path).await, get(&owner, &path).await);
    assert_eq!(
        get(&heir, "/conversations/search?q=xyzzy").await["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(export(&heir).await, file);
    adds_up(&pool).await;
}

async fn ask<A: ApiService, C: ConversationService>(
    agency: &Agency<A, C>,
    client: &Client,
    id: &str,
) -> Result<Confirmation, proto::v1::Answer> {
    let request = AskConfirmationRequest {
        caller: Some(caller(client)),
        confirmation: Some(Confirmation {
            id: id.to_owned(),
            tool: "batch_tasks".to_owned(),
            input: r#"{"delete": 12}"#.to_owned(),
            preview: format!(r#"{{"sentence":"{SECRET}"}}"#),
            ..Confirmation::default()
        }),
    };
    let answer = agency
        .conversations
        .ask_confirmation(as_agent(request))
        .await;
    match answer.unwrap().into_inner().outcome.unwrap() {
        ask_confirmation_response::Outcome::Confirmation(confirmation) => Ok(confirmation),
        ask_confirmation_response::Outcome::Refused(answer) => Err(answer),
    }
}

async fn decide<A: ApiService, C: ConversationService>(
    agency: &Agency<A, C>,
    client: &Client,
    id: &str,
    yes: bool,
) -> Result<Confirmation, proto::v1::Answer> {
    let request = DecideConfirmationRequest {
        caller: Some(caller(client)),
        id: id.to_owned(),
        yes,
    };
    let answer = agency
        .conversations
        .decide_confirmation(as_agent(request))
        .await;
    match answer.unwrap().into_inner().outcome.unwrap() {
        decide_confirmation_response::Outcome::Confirmation(confirmation) => Ok(confirmation),
        decide_confirmation_response::Outcome::Refused(answer) => Err(answer),
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn only_the_owner_in_person_says_yes(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let other = agency.site.sign_up().await.unwrap();
    let wanted = json!({"name": "x", "scope": "write", "expires_at": from_now(3600)});
    let made = owner
        .post("/tokens", &wanted)
        .await
        .unwrap()
        .expect(201)
        .unwrap();
    let program = owner.with_token(Some(made["token"].as_str().unwrap().to_owned()));
    let [yes, no, late] = [(); 3].map(|()| Uuid::new_v4().to_string());
    for id in [&yes, &no, &late] {
        let asked = ask(&agency, &program, id).await.unwrap();
        assert_eq!(asked.decision(), Decision::Unspecified);
        // Once.
        assert_eq!(ask(&agency, &program, id).await.unwrap(), asked);
    }
    assert_eq!(
        get(&owner, "/confirmations").await["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(get(&other, "/confirmations").await["items"], json!([]));

    problem(
        &decide(&agency, &program, &yes, true).await.unwrap_err(),
        403,
        "session_required",
    );
    problem(
        &decide(&agency, &other, &yes, true).await.unwrap_err(),
        404,
        "not_found",
    );
    let decided = decide(&agency, &owner, &yes, true).await.unwrap();
    assert_eq!(decided.decision(), Decision::Yes);
    assert_eq!(decided.input, r#"{"delete": 12}"#);
    // The first word counts.
    assert_eq!(decide(&agency, &owner, &yes, false).await.unwrap(), decided);
    decide(&agency, &owner, &no, false).await.unwrap();
    assert_eq!(
        decide(&agency, &owner, &no, true).await.unwrap().decision(),
        Decision::No
    );
    sqlx::query("update taskflow.confirmations set expires_at = now() where id = $1::text::uuid")
        .bind(&late)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(
        decide(&agency, &owner, &late, true)
            .await
            .unwrap()
            .decision(),
        Decision::Expired
    );
    assert_eq!(get(&owner, "/confirmations").await["items"], json!([]));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_cannot_be_kept_is_refused_and_changes_nothing(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let open = new_turn(&owner, "", "key-1", "Go on");
    let claim = open.claim_id.clone();
    let turn = agency.start(open).await.unwrap();
    let before = agency.site.database.fingerprint(owner.user).await.unwrap();
    let id = conversation_id(&turn);
    for (key, message, field) in [
        ("", "x", "Idempotency-Key"),
        ("k k", "x", "Idempotency-Key"),
        ("k", " \n", "message"),
        ("k", "a\0b", "message"),
    ] {
        let refused = agency
            .start(new_turn(&owner, &id, key, message))
            .await
            .unwrap_err();
        assert_eq!(
            problem(&refused, 422, "invalid")["field"],
            field,
            "{key} {message}"
        );
    }
    let long = new_turn(&owner, &id, "k", &"x".repeat(32_001));
    problem(&agency.start(long).await.unwrap_err(), 422, "invalid");
    let same = planned("x", "{}");
    for plan in [
        vec![],
        vec![same.clone(), same.clone()],
        vec![planned("", "{}")],
        vec![planned("x", &"y".repeat(65_537))],
        vec![planned("x", "a\0b")],
        (0..5).map(|_| planned("x", &"y".repeat(60_000))).collect(),
    ] {
        let refused = agency
            .step(step(&owner, &turn, &claim, 1, plan))
            .await
            .unwrap_err();
        problem(&refused, 422, "invalid");
    }
    for content in [String::new(), "a\0b".to_owned(), "x".repeat(64_001)] {
        let refused = agency
            .finish(finish(&owner, &turn, &claim, &content))
            .await
            .unwrap_err();
        problem(&refused, 422, "invalid");
    }
    let none = agency.record(&owner, "", vec![]).await.unwrap_err();
    problem(&none, 422, "invalid");
    assert_eq!(
        agency.site.database.fingerprint(owner.user).await.unwrap(),
        before
    );
    // What a tool answers is kept whatever it is.
    let mut call = called(&turn, &planned("x", "not json"));
    call.result = format!("{}\0", "y".repeat(100_000));
    agency.record(&owner, &claim, vec![call]).await.unwrap();
    let huge = body(
        &agency
            .ask(&owner, "GET", "/events?type=tool.called", &Value::Null)
            .await,
        200,
    );
    assert_eq!(huge["items"].as_array().unwrap().len(), 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_turn_is_gone_on_with_by_its_run(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let other = agency.site.sign_up().await.unwrap();
    let first = new_turn(&owner, "", "key-1", "Go on");
    let claim = first.claim_id.clone();
    let turn = agency.start(first).await.unwrap();
    let id = conversation_id(&turn);
    let by_run = |client: &Client, conversation: &str| StartTurnRequest {
        run_id: turn.run_id.clone(),
        ..new_turn(client, conversation, "", "")
    };
    // Somebody is busy with it.
    let held = agency.start(by_run(&owner, &id)).await.unwrap_err();
    problem(&held, 409, "turn_held");
    let mine = StartTurnRequest {
        claim_id: claim.clone(),
        ..by_run(&owner, &id)
    };
    let again = agency.start(mine).await.unwrap();
    assert_eq!(
        (&again.run_id, &again.messages),
        (&turn.run_id, &turn.messages)
    );
    agency
        .finish(finish(&owner, &turn, &claim, "Done."))
        .await
        .unwrap();
    let done = agency.start(by_run(&owner, &id)).await.unwrap();
    assert!(done.is_done);
    // It is a turn of that conversation, and of nobody else's.
    let elsewhere = agency.start(new_turn(&owner, "", "key-2", "Else")).await;
    let elsewhere = conversation_id(&elsewhere.unwrap());
    for (client, conversation) in [
        (&other, id.as_str()),
        (&owner, elsewhere.as_str()),
        (&owner, ""),
    ] {
        let refused = agency.start(by_run(client, conversation)).await;
        problem(&refused.unwrap_err(), 404, "not_found");
    }
}
