//! Both servers survive `kill -9` with what they had.

use events::Topic;
use rskafka::client::ClientBuilder;
use sqlx::{Connection, PgConnection};
use xtask::infra::Infra;
use xtask::progress::Progress;
use xtask::workspace;

#[tokio::test]
async fn servers_keep_their_data_through_a_crash() {
    let dir = workspace::scratch("infra").unwrap();
    let infra = Infra::start(&dir, &Progress::hidden()).await.unwrap();
    infra.postgres().create_database("kept").await.unwrap();
    let url = infra.postgres().url("kept");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE t AS SELECT 1 AS n")
        .execute(&mut connection)
        .await
        .unwrap();

    tokio::try_join!(infra.postgres().kill9(), infra.kafka().unwrap().kill9()).unwrap();
    assert!(PgConnection::connect(&url).await.is_err());
    tokio::try_join!(infra.postgres().restart(), infra.kafka().unwrap().restart()).unwrap();

    let mut connection = PgConnection::connect(&url).await.unwrap();
    let n: i32 = sqlx::query_scalar("SELECT n FROM t")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(n, 1);
    let client = ClientBuilder::new(vec![infra.kafka().unwrap().brokers()]);
    let topics = client.build().await.unwrap().list_topics().await.unwrap();
    for topic in Topic::ALL {
        for name in [topic.name(), topic.dead_letter_name()] {
            let found = topics.iter().find(|topic| topic.name == name).unwrap();
            assert_eq!(found.partitions.len(), usize::from(Topic::PARTITIONS));
        }
    }
    infra.stop().await.unwrap();
    std::fs::remove_dir_all(dir).unwrap();
}
