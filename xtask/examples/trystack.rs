use xtask::{progress::Progress, stack::*, workspace};
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let progress = Progress::new();
    let t = std::time::Instant::now();
    let one = async {
        let dir = workspace::scratch("try")?;
        let infra = Infra::start(&dir, &progress).await?;
        let stack = Stack::start(&infra, &dir, Options { realtime_replicas: 2, ..Options::default() }, &progress).await?;
        anyhow::Ok((infra, stack, dir))
    };
    let two = async {
        let dir = workspace::scratch("try")?;
        let infra = Infra::start(&dir, &progress).await?;
        let stack = Stack::start(&infra, &dir, Options::default(), &progress).await?;
        anyhow::Ok((infra, stack, dir))
    };
    let ((i1, s1, d1), (i2, s2, _d2)) = tokio::try_join!(one, two)?;
    eprintln!("both up in {:?} {}", t.elapsed(), d1.display());
    for app in s1.apps() {
        eprintln!("{} {} {:?} {:?}", app.name(), app.http()?, app.service.usage()?, app.sidecar.usage()?);
    }
    for _ in 0..2 {
    for app in s1.apps() {
        let t = std::time::Instant::now();
        app.service.kill9().await?;
        app.service.restart().await?;
        app.ready(&progress).await?;
        eprintln!("service {} {:?}", app.name(), t.elapsed());
        let t = std::time::Instant::now();
        app.sidecar.kill9().await?;
        app.sidecar.restart().await?;
        app.ready(&progress).await?;
        eprintln!("sidecar {} {:?}", app.name(), t.elapsed());
    }
    let t = std::time::Instant::now();
    i1.kafka().kill9().await?;
    i1.kafka().restart().await?;
    eprintln!("kafka {:?}", t.elapsed());
    }
    let t = std::time::Instant::now();
    s1.stop().await?;
    eprintln!("stack stop {:?}", t.elapsed());
    i1.stop().await?;
    eprintln!("infra stop {:?}", t.elapsed());
    drop(s2);
    drop(i2);
    Ok(())
}
