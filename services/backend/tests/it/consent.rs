//! What a tool would take off the list is counted before it is done, and a yes covers that alone.

use backend::MIGRATOR;
use proto::v1::{
    AskConfirmationRequest, CallRequest, CallResponse, Confirmation, DecideConfirmationRequest,
    FindAnswerRequest, Question, api_service_server::ApiService, ask_confirmation_response,
    call_request::Agreed, conversation_service_server::ConversationService,
    decide_confirmation_response,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use testing::{Client, from_now};
use uuid::Uuid;

use crate::agency::{
    self, Agency, as_agent, by_tool, caller, head, header, json as body, new_turn, problem,
};
use crate::fresh;

async fn add(owner: &Client, task: Value) -> String {
    let made = owner.post("/tasks", &task).await.unwrap();
    let made = made.expect(201).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

async fn several(owner: &Client, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(add(owner, json!({"title": format!("task {n}")})).await);
    }
    ids
}

fn batch(operations: impl IntoIterator<Item = Value>) -> Value {
    let operations: Vec<Value> = operations.into_iter().collect();
    json!({"operations": operations})
}

fn deletions(ids: &[String]) -> Value {
    batch(ids.iter().map(|id| json!({"op": "delete", "id": id})))
}

fn send_batch(client: &Client, run: &str, operations: &Value) -> CallRequest {
    by_tool(client, run, ("POST", "/tasks/batch", operations))
}

/// Nothing was done, and this is to be asked.
fn asked(response: CallResponse) -> Question {
    problem(&response.answer.unwrap(), 409, "needs_confirmation");
    response.question.unwrap()
}

async fn token(owner: &Client, grant: Value) -> (String, Client) {
    let wanted = json!({
        "name": "x", "scope": "write", "expires_at": from_now(3600), "grant": grant,
    });
    let made = owner.post("/tokens", &wanted).await.unwrap();
    let made = made.expect(201).unwrap();
    let client = owner.with_token(Some(made["token"].as_str().unwrap().to_owned()));
    (made["id"].as_str().unwrap().to_owned(), client)
}

/// A new turn's run.
async fn turn<A: ApiService, C: ConversationService>(
    agency: &Agency<A, C>,
    owner: &Client,
) -> String {
    let key = Uuid::new_v4().to_string();
    let started = agency.start(new_turn(owner, "", &key, "Go on")).await;
    started.unwrap().run_id
}

/// Keeps a question; says its id.
async fn ask<A: ApiService, C: ConversationService>(
    agency: &Agency<A, C>,
    client: &Client,
    question: &Question,
) -> String {
    let id = Uuid::new_v4().to_string();
    let mut caller = caller(client);
    "batch_tasks".clone_into(&mut caller.tool);
    let request = AskConfirmationRequest {
        caller: Some(caller),
        confirmation: Some(Confirmation {
            id: id.clone(),
            tool: "batch_tasks".to_owned(),
            input: "{}".to_owned(),
            preview: "{}".to_owned(),
            fingerprint: question.fingerprint.clone(),
            ..Confirmation::default()
        }),
    };
    let answer = agency.conversations.ask_confirmation(as_agent(request));
    match answer.await.unwrap().into_inner().outcome.unwrap() {
        ask_confirmation_response::Outcome::Confirmation(_) => id,
        ask_confirmation_response::Outcome::Refused(answer) => panic!("{}", body(&answer, 0)),
    }
}

async fn decide<A: ApiService, C: ConversationService>(
    agency: &Agency<A, C>,
    owner: &Client,
    id: &str,
    yes: bool,
) {
    let request = DecideConfirmationRequest {
        caller: Some(caller(owner)),
        id: id.to_owned(),
        yes,
    };
    let answer = agency.conversations.decide_confirmation(as_agent(request));
    let outcome = answer.await.unwrap().into_inner().outcome;
    assert!(matches!(
        outcome,
        Some(decide_confirmation_response::Outcome::Confirmation(_))
    ));
}

/// The same call, as one that was said yes to.
fn confirmed(mut call: CallRequest, id: &str) -> CallRequest {
    call.headers.push(header("idempotency-key", id));
    call.agreed = Some(Agreed::ConfirmationId(id.to_owned()));
    call
}

#[tokio::test]
async fn what_would_take_many_tasks_away_waits() {
    fresh::database(async |pool| {
        let agency = agency::open(&pool).await;
        let owner = agency.site.sign_up().await.unwrap();
        let ids = several(&owner, 7).await;
        let whole = add(&owner, json!({"title": "whole"})).await;
        for n in 0..5 {
            add(
                &owner,
                json!({"title": format!("part {n}"), "parent_id": whole}),
            )
            .await;
        }
        let parent = add(&owner, json!({"title": "parent"})).await;
        let created =
            batch((0..6).map(|n| json!({"op": "create", "task": {"title": format!("{n}")}})));
        let created = agency.send(send_batch(&owner, "made", &created)).await;
        let change_set = head(&created, "x-change-set-id").unwrap().to_owned();

        let op = |op: &str, more: Value| {
            batch(ids[..6].iter().map(|id| {
                let mut operation = more.clone();
                operation["op"] = op.into();
                operation["id"] = id.as_str().into();
                operation
            }))
        };
        let below = ids[..5]
            .iter()
            .map(|id| json!({"op": "update", "id": id, "patch": {"parent_id": parent}}));
        let below = below.chain([json!({"op": "delete", "id": parent})]);
        let ways = [
            (
                "POST",
                "/tasks/batch".to_owned(),
                op("delete", json!({})),
                (6, 0),
            ),
            (
                "POST",
                "/tasks/batch".to_owned(),
                op("complete", json!({})),
                (0, 6),
            ),
            (
                "POST",
                "/tasks/batch".to_owned(),
                op(
                    "update",
                    json!({"patch": {"completed": true, "project_id": null}}),
                ),
                (0, 6),
            ),
            ("POST", "/tasks/batch".to_owned(), batch(below), (6, 0)),
            ("DELETE", format!("/tasks/{whole}"), Value::Null, (6, 0)),
            (
                "POST",
                "/undo".to_owned(),
                json!({"change_set_id": change_set}),
                (6, 0),
            ),
            (
                "POST",
                "/undo".to_owned(),
                json!({"run_id": "made"}),
                (6, 0),
            ),
        ];
        let run = turn(&agency, &owner).await;
        let before = agency.site.database.fingerprint(owner.user).await.unwrap();
        for (method, path, sent, (deletes, completes)) in ways {
            let call = by_tool(&owner, &run, (method, &path, &sent));
            let question = asked(agency.try_out(call).await);
            assert_eq!(
                (question.deletes, question.completes),
                (deletes, completes),
                "{path} {sent}"
            );
            let gone = question
                .lines
                .iter()
                .filter(|line| line.change.contains("delete") || line.change.contains("complete"));
            assert_eq!(gone.count(), 6, "{question:?}");
            assert!(
                question.lines.iter().all(|line| !line.title.is_empty()),
                "{question:?}"
            );
            let after = agency.site.database.fingerprint(owner.user).await.unwrap();
            assert_eq!(after, before, "{path} {sent}");
        }
        // By hand, and by programs of one's own, it is done.
        let answer = owner.post("/tasks/batch", &deletions(&ids)).await.unwrap();
        answer.expect(200).unwrap();
    })
    .await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_few_at_a_time_are_many_as_well(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let (_, program) = token(&owner, json!({"writes_per_hour": 10_000})).await;
    let ids = several(&owner, 24).await;
    let one = async |client: &Client, run: &str, id: &String| {
        let path = format!("/tasks/{id}");
        agency
            .try_out(by_tool(client, run, ("DELETE", &path, &Value::Null)))
            .await
    };
    // Another run with each call is no way around it, nor is a session's.
    for (client, ids) in [(&program, &ids[..6]), (&owner, &ids[6..12])] {
        for (n, id) in ids[..5].iter().enumerate() {
            let done = one(client, &format!("run-{n}"), id).await;
            body(&done.answer.unwrap(), 204);
        }
        let question = asked(one(client, "run-6", &ids[5]).await);
        assert_eq!(question.deletes, 1);
    }
    // Each turn of a conversation begins anew.
    for ids in [&ids[12..18], &ids[18..24]] {
        let run = turn(&agency, &owner).await;
        for id in &ids[..5] {
            body(&one(&owner, &run, id).await.answer.unwrap(), 204);
        }
        asked(one(&owner, &run, &ids[5]).await);
    }
    // What is only tried is not counted; an hour later a token may again.
    sqlx::query("update taskflow.removals set at = at - interval '61 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    let mut dry = send_batch(&program, "r", &deletions(&ids[5..6]));
    dry.dry_run = true;
    body(&agency.send(dry).await, 200);
    body(&one(&program, "run-7", &ids[5]).await.answer.unwrap(), 204);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_yes_covers_what_was_shown_and_that_once(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let (ids, whole) = (
        several(&owner, 5).await,
        add(&owner, json!({"title": "whole"})).await,
    );
    let all: Vec<String> = ids.iter().chain([&whole]).cloned().collect();
    let run = turn(&agency, &owner).await;
    let call = send_batch(&owner, &run, &deletions(&all));
    let question = asked(agency.try_out(call.clone()).await);
    let id = ask(&agency, &owner, &question).await;

    // Nobody has said yes yet.
    let early = agency.send(confirmed(call.clone(), &id)).await;
    problem(&early, 409, "conflict");
    decide(&agency, &owner, &id, true).await;
    // Another tool's call is not meant.
    let mut other = confirmed(call.clone(), &id);
    "undo".clone_into(&mut other.caller.as_mut().unwrap().tool);
    problem(&agency.send(other).await, 409, "conflict");
    // More would go than was shown.
    let part = add(&owner, json!({"title": "part", "parent_id": whole})).await;
    let anew = asked(agency.try_out(confirmed(call.clone(), &id)).await);
    assert_eq!((question.deletes, anew.deletes), (6, 7));
    owner
        .delete(&format!("/tasks/{part}"))
        .await
        .unwrap()
        .expect(204)
        .unwrap();
    // Less, too, and another title.
    let title = json!({"title": "renamed"});
    let path = format!("/tasks/{whole}");
    owner
        .patch(&path, &title)
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    asked(agency.try_out(confirmed(call.clone(), &id)).await);
    let title = json!({"title": "whole"});
    owner
        .patch(&path, &title)
        .await
        .unwrap()
        .expect(200)
        .unwrap();

    let done = agency.send(confirmed(call.clone(), &id)).await;
    let first = body(&done, 200);
    // Asked again it says so again, and does nothing.
    assert_eq!(
        body(&agency.send(confirmed(call.clone(), &id)).await, 200),
        first
    );
    // The key is forgotten after a day; the yes is used up for good.
    let undo = json!({"change_set_id": head(&done, "x-change-set-id")});
    owner
        .post("/undo", &undo)
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    sqlx::query("delete from taskflow.idempotency")
        .execute(&pool)
        .await
        .unwrap();
    problem(
        &agency.send(confirmed(call.clone(), &id)).await,
        409,
        "conflict",
    );
    // And a no is none.
    let id = ask(&agency, &owner, &question).await;
    decide(&agency, &owner, &id, false).await;
    problem(
        &agency.send(confirmed(call.clone(), &id)).await,
        409,
        "conflict",
    );

    // Between two rounds of MCP the fingerprint is what was agreed to.
    let mut agreed = call.clone();
    agreed.agreed = Some(Agreed::Fingerprint("made up".to_owned()));
    let question = asked(agency.try_out(agreed).await);
    let mut agreed = call;
    agreed.agreed = Some(Agreed::Fingerprint(question.fingerprint));
    body(&agency.send(agreed).await, 200);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_yes_gives_a_token_no_more_than_it_had(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let project = owner
        .post("/projects", &json!({"name": "P"}))
        .await
        .unwrap();
    let project = project.expect(201).unwrap()["id"].clone();
    let grant = json!({"project_ids": [project], "writes_per_hour": 100});
    let (token_id, program) = token(&owner, grant).await;
    let mut inside = Vec::new();
    for n in 0..12 {
        let task = json!({"title": format!("in {n}"), "project_id": project});
        inside.push(add(&owner, task).await);
    }
    let outside = several(&owner, 6).await;
    let as_program = |ids: &[String]| send_batch(&program, "r", &deletions(ids));
    let in_person =
        |ids: &[String], id: &str| confirmed(send_batch(&owner, "r", &deletions(ids)), id);
    // It does not even ask for what it may not do.
    let refused = agency.try_out(as_program(&outside)).await;
    problem(&refused.answer.unwrap(), 403, "outside_grant");
    assert_eq!(refused.question, None);

    let question = asked(agency.try_out(as_program(&inside[..6])).await);
    let id = ask(&agency, &program, &question).await;
    let open = owner
        .get("/confirmations")
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    assert_eq!(open["items"][0]["token_id"], token_id.as_str());
    decide(&agency, &owner, &id, true).await;
    // The yes is the owner's, the limits are the token's, and no token carries it out.
    let beyond = agency.send(in_person(&outside, &id)).await;
    problem(&beyond, 403, "outside_grant");
    let by_itself = agency.send(confirmed(as_program(&inside[..6]), &id)).await;
    problem(&by_itself, 403, "session_required");
    body(&agency.send(in_person(&inside[..6], &id)).await, 200);

    let question = asked(agency.try_out(as_program(&inside[6..])).await);
    let id = ask(&agency, &program, &question).await;
    decide(&agency, &owner, &id, true).await;
    let path = format!("/tokens/{token_id}");
    owner.delete(&path).await.unwrap().expect(204).unwrap();
    problem(
        &agency.send(in_person(&inside[6..], &id)).await,
        409,
        "conflict",
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_call_that_is_repeated_is_answered_whatever_its_words_mean_by_then(pool: PgPool) {
    let agency = agency::open(&pool).await;
    let owner = agency.site.sign_up().await.unwrap();
    let ids = several(&owner, 2).await;
    let change = |id: &str, due: &str, bound_to: u8| {
        let path = format!("/tasks/{id}");
        let mut call = by_tool(&owner, "r", ("PATCH", &path, &json!({"due_date": due})));
        call.headers.push(header("idempotency-key", "once"));
        call.bound_to = vec![bound_to; 32];
        call
    };
    let find = async |client: &Client, bound_to: u8| {
        let request = FindAnswerRequest {
            caller: Some(caller(client)),
            key: "once".to_owned(),
            bound_to: vec![bound_to; 32],
        };
        let found = agency.api.find_answer(as_agent(request)).await;
        found.unwrap().into_inner()
    };
    let nothing = find(&owner, 1).await;
    assert_eq!((nothing.answer, nothing.refused), (None, None));
    let first = agency.send(change(&ids[0], "2027-01-05T09:00", 1)).await;
    let task = body(&first, 200);
    // A minute later, and the title means another task.
    let again = agency.send(change(&ids[1], "2027-01-05T09:01", 1)).await;
    assert_eq!(body(&again, 200), task);
    let found = find(&owner, 1).await.answer.unwrap();
    assert_eq!(body(&found, 200), task);
    assert_eq!(
        head(&found, "x-change-set-id"),
        head(&first, "x-change-set-id")
    );
    // Another call under the same key is refused.
    let other = agency.send(change(&ids[0], "2027-01-05T09:00", 2)).await;
    problem(&other, 422, "invalid");
    problem(&find(&owner, 2).await.refused.unwrap(), 422, "invalid");
    // And nobody else's is found.
    let stranger = agency.site.sign_up().await.unwrap();
    let found = find(&stranger, 1).await;
    assert_eq!((found.answer, found.refused), (None, None));
}
