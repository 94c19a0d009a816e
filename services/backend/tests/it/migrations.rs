use backend::{MIGRATOR, config::Config};
use clap::Parser;
use sqlx::{ConnectOptions, PgPool};
use tokio_util::sync::CancellationToken;

#[sqlx::test(migrations = false)]
async fn any_number_of_replicas_may_start_at_once(pool: PgPool) {
    let (one, two, three) = tokio::join!(
        MIGRATOR.run(&pool),
        MIGRATOR.run(&pool),
        MIGRATOR.run(&pool)
    );
    one.unwrap();
    two.unwrap();
    three.unwrap();
    MIGRATOR.run(&pool).await.unwrap();
}

/// What `migrate` says, which a deployment runs first; `serve` asks the same.
async fn refusal(url: &str) -> String {
    let args = ["taskflow-backend", "--database-url", url, "migrate"];
    let config = Config::try_parse_from(args).unwrap();
    let ended = backend::run(config, CancellationToken::new()).await;
    ended.unwrap_err().to_string()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_schema_of_another_version_is_refused_with_what_to_do(pool: PgPool) {
    let url = pool.connect_options().to_url_lossy();
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'of tomorrow', true, '', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(
        refusal(url.as_str()).await,
        "the database has migration 9999, which this version does not know; start the version \
         that brought it, or a newer one"
    );

    sqlx::query("delete from _sqlx_migrations where version = 9999")
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("update _sqlx_migrations set checksum = 'edited' where version = 3")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(
        refusal(url.as_str()).await,
        "migration 3 of the database is another than this version's; start the version that \
         brought it"
    );
}

#[tokio::test]
async fn what_is_no_database_is_refused_in_one_sentence() {
    let nobody = refusal("postgres://nobody@127.0.0.1:1/none").await;
    assert_eq!(
        nobody,
        "DATABASE_URL does not lead to Postgres; look at its host, port, user and password"
    );
}

/// What Better Auth 1.7 asks for with the jwt plugin and uuid keys.
#[sqlx::test(migrator = "MIGRATOR")]
async fn better_auth_finds_its_tables(pool: PgPool) {
    let wanted = [
        (
            "account",
            "accessToken accessTokenExpiresAt accountId createdAt id idToken password providerId refreshToken refreshTokenExpiresAt scope updatedAt userId",
        ),
        (
            "jwks",
            "alg createdAt crv expiresAt id privateKey publicKey",
        ),
        (
            "session",
            "createdAt expiresAt id ipAddress token updatedAt userAgent userId",
        ),
        (
            "user",
            "createdAt email emailVerified id image name updatedAt",
        ),
        (
            "verification",
            "createdAt expiresAt id identifier updatedAt value",
        ),
    ];
    let found: Vec<(String, String)> = sqlx::query_as(
        r#"select table_name::text, string_agg(column_name, ' ' order by column_name collate "C")
           from information_schema.columns where table_schema = 'auth'
           group by table_name order by table_name"#,
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let found: Vec<(&str, &str)> = found.iter().map(|(t, c)| (&**t, &**c)).collect();
    assert_eq!(found, wanted);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn uuids_made_in_the_database_are_version_7_and_sort_by_time(pool: PgPool) {
    let ids: Vec<uuid::Uuid> =
        sqlx::query_scalar("select taskflow.uuid7() from generate_series(1, 50)")
            .fetch_all(&pool)
            .await
            .unwrap();
    let now = telemetry::clock::now().as_millisecond();
    for id in ids {
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        let millis = i64::try_from(seconds).unwrap() * 1000 + i64::from(nanos / 1_000_000);
        assert!((now - millis).abs() < 60_000, "{id}");
    }
}
