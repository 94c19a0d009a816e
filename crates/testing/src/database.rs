//! The rows behind the API, for tests that compare them with what was seen outside.

use anyhow::{Context, Result};
use events::UserId;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

/// A connection to the database of a running TaskFlow.
#[derive(Clone)]
pub struct Database(PgPool);

/// The number of a migration that no version has.
const TOMORROW: i64 = 9999;

/// A row of the event log.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LogRow {
    pub event_id: Uuid,
    pub user_id: Uuid,
    pub seq: i64,
    pub topic: String,
    pub event_type: String,
    pub aggregate_id: Uuid,
    pub version: i64,
    pub correlation_id: String,
}

/// A message that no handler could take.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DeadLetter {
    pub topic: String,
    pub event_id: Option<Uuid>,
    pub event_type: Option<String>,
    pub user_id: Option<Uuid>,
    pub handler: Option<String>,
    pub cause: String,
    pub payload: Vec<u8>,
}

/// Holds up a user's writes, or some of them.
pub struct WriteLock(PgTransaction<'static>);

impl WriteLock {
    /// Writes an event that nobody can see until the lock is released, while later ones are.
    pub async fn rename(&mut self, user: UserId) -> Result<()> {
        sqlx::query(r#"update auth."user" set name = name || '!' where id = $1"#)
            .bind(user.0)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    pub async fn release(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }
}

impl Database {
    pub async fn connect(url: &str) -> Result<Self> {
        let pool = PgPoolOptions::new().max_connections(8).connect(url).await;
        Ok(Self(pool.context("connecting to the database")?))
    }

    /// Leaves what a version of tomorrow leaves: a migration that nobody knows today.
    pub async fn visit_from_tomorrow(&self) -> Result<()> {
        sqlx::query(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values ($1, 'of tomorrow', true, '', 0)",
        )
        .bind(TOMORROW)
        .execute(&self.0)
        .await?;
        Ok(())
    }

    /// Takes that back.
    pub async fn forget_tomorrow(&self) -> Result<()> {
        sqlx::query("delete from _sqlx_migrations where version = $1")
            .bind(TOMORROW)
            .execute(&self.0)
            .await?;
        Ok(())
    }

    /// Signs somebody up, as Better Auth would; an account that is there stays.
    pub async fn create_user(&self, user: UserId, email: &str) -> Result<()> {
        sqlx::query(
            r#"insert into auth."user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
               values ($1, 'Somebody', $2, true, now(), now())
               on conflict (id) do nothing"#,
        )
        .bind(user.0)
        .bind(email)
        .execute(&self.0)
        .await?;
        Ok(())
    }

    /// Changes somebody's name, as Better Auth would.
    pub async fn rename(&self, user: UserId) -> Result<()> {
        sqlx::query(r#"update auth."user" set name = name || '!' where id = $1"#)
            .bind(user.0)
            .execute(&self.0)
            .await?;
        Ok(())
    }

    pub async fn delete_user(&self, user: UserId) -> Result<()> {
        sqlx::query(r#"delete from auth."user" where id = $1"#)
            .bind(user.0)
            .execute(&self.0)
            .await?;
        Ok(())
    }

    /// The log of these users, each user's in order of `seq`.
    pub async fn log(&self, users: &[UserId]) -> Result<Vec<LogRow>> {
        let users: Vec<Uuid> = users.iter().map(|user| user.0).collect();
        let rows = sqlx::query_as(
            "select event_id, user_id, seq, topic, event_type, aggregate_id, version, correlation_id
             from taskflow.events where user_id = any($1) order by user_id, seq",
        )
        .bind(users)
        .fetch_all(&self.0)
        .await?;
        Ok(rows)
    }

    /// The newest `seq` of a user.
    pub async fn head(&self, user: UserId) -> Result<u64> {
        let head: i64 = sqlx::query_scalar("select seq from taskflow.streams where user_id = $1")
            .bind(user.0)
            .fetch_one(&self.0)
            .await?;
        Ok(head.unsigned_abs())
    }

    /// Events of these users that are not on their topic yet.
    pub async fn unpublished(&self, users: &[UserId]) -> Result<i64> {
        let users: Vec<Uuid> = users.iter().map(|user| user.0).collect();
        let count = sqlx::query_scalar(
            "select count(*) from taskflow.outbox join taskflow.events using (id)
             where user_id = any($1)",
        )
        .bind(users)
        .fetch_one(&self.0)
        .await?;
        Ok(count)
    }

    /// Whether somebody is to look after something of a user's agenda.
    pub async fn has_leased(&self, user: UserId) -> Result<bool> {
        let is_leased = sqlx::query_scalar(
            "select exists (
                 select from taskflow.agenda
                 where user_id = $1 and wake_at > due_at and wake_at < 'infinity'
             )",
        )
        .bind(user.0)
        .fetch_one(&self.0)
        .await?;
        Ok(is_leased)
    }

    /// Whether a backend hears what the database has to tell.
    pub async fn is_listened_to(&self) -> Result<bool> {
        let listens = "select exists (select from pg_stat_activity where query like 'LISTEN %')";
        Ok(sqlx::query_scalar(listens).fetch_one(&self.0).await?)
    }

    /// How many tasks of a user have this title.
    pub async fn tasks_titled(&self, user: UserId, title: &str) -> Result<i64> {
        let count = sqlx::query_scalar(
            "select count(*) from taskflow.tasks where user_id = $1 and title = $2",
        )
        .bind(user.0)
        .bind(title)
        .fetch_one(&self.0)
        .await?;
        Ok(count)
    }

    /// How often each title occurs among a user's tasks.
    pub async fn titles(&self, user: UserId) -> Result<Vec<(String, i64)>> {
        let rows = sqlx::query_as(
            "select title, count(*) from taskflow.tasks where user_id = $1 group by title",
        )
        .bind(user.0)
        .fetch_all(&self.0)
        .await?;
        Ok(rows)
    }

    /// The dead letters whose payload contains these bytes.
    pub async fn dead_letters(&self, needle: &str) -> Result<Vec<DeadLetter>> {
        let rows = sqlx::query_as(
            "select topic, event_id, event_type, user_id, handler, cause, payload
             from taskflow.dead_letters where position($1::bytea in payload) > 0
             order by received_at",
        )
        .bind(needle.as_bytes())
        .fetch_all(&self.0)
        .await?;
        Ok(rows)
    }

    /// Writes an event of a type that this version does not know, as a later version would
    /// beside it; gives its `seq`.
    pub async fn write_foreign_event(&self, user: UserId, event_type: &str) -> Result<u64> {
        let mut transaction = self.0.begin().await?;
        sqlx::query("select set_config('taskflow.correlation_id', 'from-the-future', true)")
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            r#"select taskflow.append_system_event(
                   $1, 'tasks.events', $2, taskflow.uuid7(), 1, '{"shape": ["of", "tomorrow"]}')"#,
        )
        .bind(user.0)
        .bind(event_type)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.head(user).await
    }

    /// Writes an event as it stands, whether or not anybody could read it.
    pub async fn write_event(
        &self,
        user: UserId,
        topic: &str,
        event_type: &str,
        data: &str,
    ) -> Result<()> {
        sqlx::query(
            "select taskflow.append_system_event($1, $2, $3, taskflow.uuid7(), 1, $4::json)",
        )
        .bind(user.0)
        .bind(topic)
        .bind(event_type)
        .bind(data)
        .execute(&self.0)
        .await?;
        Ok(())
    }

    /// Tells somebody something in the app, as a reminder would; gives the notification's id.
    pub async fn notify(&self, user: UserId) -> Result<Uuid> {
        let (id, mut transaction) = (Uuid::now_v7(), self.0.begin().await?);
        for statement in [
            r#"select taskflow.append_system_event(
                   $1, 'users.events', 'notification.created', $2, 1,
                   '{"kind":"webhook_off","at":"2026-11-21T09:00:00Z"}')"#,
            "insert into taskflow.notifications (user_id, id, kind, at, created_at, version)
             select user_id, aggregate_id, data ->> 'kind', '2026-11-21T09:00:00Z', created_at, 1
             from taskflow.events where user_id = $1 and aggregate_id = $2",
        ] {
            let query = sqlx::query(statement).bind(user.0).bind(id);
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(id)
    }

    /// Has somebody say something to the agent; gives the conversation's id.
    pub async fn converse(&self, user: UserId, said: &str) -> Result<Uuid> {
        let (id, message, run) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let mut transaction = self.0.begin().await?;
        let data = serde_json::json!({
            "message_id": message, "role": "user", "run_id": run,
            "characters": said.chars().count(), "calls": 0,
        });
        for (event_type, version, data) in [
            ("conversation.created", 1_i64, serde_json::json!({})),
            ("message.added", 2, data),
        ] {
            sqlx::query(
                "select taskflow.append_system_event($1, 'conversations.events', $2, $3, $4, $5::text::json)",
            )
            .bind(user.0)
            .bind(event_type)
            .bind(id)
            .bind(version)
            .bind(data.to_string())
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query(
            "insert into taskflow.conversations
                (user_id, id, title, messages, created_at, updated_at, version)
             select user_id, aggregate_id, $3, 1, min(created_at), max(created_at), 2
             from taskflow.events where user_id = $1 and aggregate_id = $2
             group by user_id, aggregate_id",
        )
        .bind(user.0)
        .bind(id)
        .bind(said)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "insert into taskflow.messages
                (user_id, id, conversation_id, number, role, run_id, task_ids, created_at, content)
             select user_id, $3, id, 1, 'user', $4, '{}', updated_at, title
             from taskflow.conversations where user_id = $1 and id = $2",
        )
        .bind(user.0)
        .bind(id)
        .bind(message)
        .bind(run)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Holds up every write of a user until the lock is released.
    pub async fn lock_writes(&self, user: UserId) -> Result<WriteLock> {
        let mut transaction = self.0.begin().await?;
        sqlx::query("select from taskflow.streams where user_id = $1 for update")
            .bind(user.0)
            .execute(&mut *transaction)
            .await?;
        Ok(WriteLock(transaction))
    }

    /// Holds up whoever changes a user's tasks until the lock is released.
    pub async fn lock_tasks(&self, user: UserId) -> Result<WriteLock> {
        let mut transaction = self.0.begin().await?;
        sqlx::query("select from taskflow.tasks where user_id = $1 for update")
            .bind(user.0)
            .execute(&mut *transaction)
            .await?;
        Ok(WriteLock(transaction))
    }

    /// How many transactions that write the log wait for their client now.
    pub async fn idle_in_transaction(&self) -> Result<i64> {
        let count = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
             where state = 'idle in transaction' and datname = current_database()
               and query like '%insert into taskflow.events%'",
        )
        .fetch_one(&self.0)
        .await?;
        Ok(count)
    }

    /// Makes the tables differ from the log: one task is gone, one is older, one is nobody's.
    pub async fn damage_tables(&self, user: UserId) -> Result<()> {
        let mut transaction = self.0.begin().await?;
        for damage in [
            "delete from taskflow.tasks where user_id = $1 and title = 'Task 1'",
            "update taskflow.tasks set title = 'Older', version = 1
             where user_id = $1 and title = 'Task 2'",
            "insert into taskflow.projects (id, user_id, name, position, created_at, updated_at, version)
             values (taskflow.uuid7(), $1, 'Nobody made it', 1, now(), now(), 1)",
            "update taskflow.profiles set time_zone = 'UTC' where user_id = $1",
        ] {
            sqlx::query(damage).bind(user.0).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Whether a rebuild has begun and not ended: it holds an advisory lock, as the relay does.
    pub async fn is_rebuilding(&self) -> Result<bool> {
        let locks: i64 = sqlx::query_scalar(
            "select count(*) from pg_locks where locktype = 'advisory'
             and (classid::bigint << 32 | objid::bigint) = x'7461736b72656264'::bigint",
        )
        .fetch_one(&self.0)
        .await?;
        Ok(locks > 0)
    }

    /// How many statements wait for a lock now.
    pub async fn waiting_for_locks(&self) -> Result<i64> {
        let count = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
             where wait_event_type = 'Lock' and datname = current_database()",
        )
        .fetch_one(&self.0)
        .await?;
        Ok(count)
    }

    /// Everything that Better Auth keeps of a person, with this text in it.
    pub async fn furnish_account(&self, user: UserId, text: &str) -> Result<()> {
        for statement in [
            r#"update auth."user" set name = $2, image = $2 where id = $1"#,
            r#"insert into auth.session ("expiresAt", token, "updatedAt", "userAgent", "userId")
               values (now() + interval '1 day', $2, now(), $2, $1)"#,
            r#"insert into auth.account ("accountId", "providerId", "userId", password, "updatedAt")
               values ($1::text, 'credential', $1, $2, now())"#,
            r#"insert into auth.verification (identifier, value, "expiresAt")
               select unnest(array[u.email, 'sign-in-otp-' || u.email]), $2, now() + interval '1 hour'
               from auth."user" u where u.id = $1"#,
            r#"insert into auth.verification (identifier, value, "expiresAt")
               select 'reset-password:' || $2, v, now() + interval '1 hour'
               from auth."user" u, unnest(array[u.id::text, json_build_object('email', u.email)::text]) v
               where u.id = $1"#,
        ] {
            sqlx::query(statement)
                .bind(user.0)
                .bind(text)
                .execute(&self.0)
                .await?;
        }
        Ok(())
    }

    /// The columns of both schemas in which a text stands anywhere, bytes read as text.
    pub async fn mentions(&self, text: &str) -> Result<Vec<String>> {
        let columns: Vec<(String, String, String, String)> = sqlx::query_as(
            "select table_schema, table_name, column_name, data_type from information_schema.columns
             where table_schema in ('auth', 'taskflow') order by 1, 2, ordinal_position",
        )
        .fetch_all(&self.0)
        .await?;
        let mut found = Vec::new();
        for (schema, table, column, data_type) in columns {
            let readable = if data_type == "bytea" {
                format!(r#"encode("{column}", 'escape')"#)
            } else {
                format!(r#""{column}"::text"#)
            };
            let statement = format!(
                r#"select exists (select from "{schema}"."{table}" where position($1 in {readable}) > 0)"#
            );
            let is_there: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
                .bind(text)
                .fetch_one(&self.0)
                .await?;
            if is_there {
                found.push(format!("{schema}.{table}.{column}"));
            }
        }
        Ok(found)
    }

    /// Ends the connections that listen for deleted accounts, and deletes one before they are back.
    pub async fn delete_unheard(&self, user: UserId) -> Result<i64> {
        let mut transaction = self.0.begin().await?;
        let ended = sqlx::query_scalar(
            // In two steps: a condition beside the function might be looked at after it.
            r#"with listening as materialized (
                   select pid from pg_stat_activity
                   where datname = current_database() and query like 'LISTEN "taskflow_user_deleted"%'
               )
               select count(*) from listening where pg_terminate_backend(pid, 5000)"#,
        )
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query(r#"delete from auth."user" where id = $1"#)
            .bind(user.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// A hash of every row that belongs to a user: equal if and only if nothing has changed.
    pub async fn fingerprint(&self, user: UserId) -> Result<String> {
        let hash: String = sqlx::query_scalar(
            r#"select md5(string_agg(line, e'\n' order by line)) from (
                   select 'user' || u::text as line from auth."user" u where id = $1
                   union all select 'stream' || t::text from taskflow.streams t where user_id = $1
                   union all select 'event' || t::text from taskflow.events t where user_id = $1
                   union all select 'profile' || t::text from taskflow.profiles t where user_id = $1
                   union all select 'project' || t::text from taskflow.projects t where user_id = $1
                   union all select 'tag' || t::text from taskflow.tags t where user_id = $1
                   union all select 'task' || t::text from taskflow.tasks t where user_id = $1
                   union all select 'key' || t::text from taskflow.idempotency t where user_id = $1
                   union all select 'ticket' || t::text from taskflow.tickets t where user_id = $1
                   union all select 'notification' || t::text
                       from taskflow.notifications t where user_id = $1
                   union all select 'delivery' || t::text
                       from taskflow.deliveries t where user_id = $1
                   union all select 'subscription' || t::text
                       from taskflow.push_subscriptions t where user_id = $1
                   union all select 'conversation' || t::text
                       from taskflow.conversations t where user_id = $1
                   union all select 'message' || t::text from taskflow.messages t where user_id = $1
                   union all select 'call' || t::text from taskflow.tool_calls t where user_id = $1
                   union all select 'turn' || t::text from taskflow.turns t where user_id = $1
                   union all select 'confirmation' || t::text
                       from taskflow.confirmations t where user_id = $1
                   union all select 'spent' || t::text
                       from taskflow.token_writes t where user_id = $1
                   union all select 'removal' || t::text
                       from taskflow.removals t where user_id = $1
                   union all select 'webhook' || t::text from taskflow.webhooks t where user_id = $1
                   -- When it was last used is no change.
                   union all select 'token' || (to_jsonb(t) - 'last_used_at')::text
                       from taskflow.api_tokens t where user_id = $1
               ) as lines"#,
        )
        .bind(user.0)
        .fetch_one(&self.0)
        .await?;
        Ok(hash)
    }
}
