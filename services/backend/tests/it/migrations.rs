use backend::MIGRATOR;
use sqlx::PgPool;

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
