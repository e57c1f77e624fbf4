//! What PostgreSQL keeps of erased rows: nothing in any file of the cluster, once it was vacuumed fully and its log has gone
//! on.

use std::fs;
use std::path::Path;

use bearing_shared::answer::Context;
use bearing_shared::api::responses::Identity;
use bearing_storage::{Result, StoredResponse};

use crate::builders::*;
use crate::postgres_locks::raw;

/// What nobody but one customer said.
const THEIRS: [&str; 5] =
    ["customer-quagga-4711", "v_quaggavisitor", "the quagga parcel was late", "quagga-plan", "/quagga-page"];

/// Each of those that a file below a folder holds, with the file.
fn leaks(folder: &Path) -> Vec<String> {
    let mut leaks = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            leaks.extend(self::leaks(&path));
            continue;
        }
        // Files of other databases come and go meanwhile.
        let bytes = fs::read(&path).unwrap_or_default().to_ascii_lowercase();
        let holds = |text: &&&str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        leaks.extend(THEIRS.iter().filter(holds).map(|text| format!("{text} in {}", path.display())));
    }
    leaks
}

#[tokio::test]
async fn after_a_full_vacuum_no_file_of_the_cluster_holds_what_was_erased() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let theirs = |number: u128| StoredResponse {
        visitor: Some("v_quaggavisitor".into()),
        customer: Some("customer-quagga-4711".into()),
        identity: Identity::Verified,
        context: Context { url: Some("https://shop.example/quagga-page".into()), ..Context::default() },
        ..with_attributes(with_comment(response(number, 3), "The quagga parcel was late"), &[("plan", "quagga-plan")])
    };
    accept(&db, (1..=40).map(|number| if number % 8 == 0 { theirs(number) } else { response(number, 9) })).await?;
    let client = raw(db.url()).await;
    let folder: String = client.query_one("SHOW data_directory", &[]).await.expect("may be asked").get(0);
    client.batch_execute("CHECKPOINT").await.expect("may be said");
    let before = leaks(Path::new(&folder));
    for text in THEIRS {
        assert!(before.iter().any(|leak| leak.starts_with(text)), "{text} was there");
    }
    assert_eq!(db.erase_customer(&home(), "customer-quagga-4711", NOON).await?, 5);
    client.batch_execute("VACUUM FULL").await.expect("may be said");
    // More than a file of the log holds, which makes it go on without a superuser's word.
    let filler = "CREATE TABLE filler AS SELECT md5(random()::text) FROM generate_series(1, 400000); DROP TABLE filler";
    for _ in 0..2 {
        client.batch_execute(filler).await.expect("may be made");
        client.batch_execute("CHECKPOINT").await.expect("may be said");
    }
    assert_eq!(leaks(Path::new(&folder)), Vec::<String>::new());
    assert_sound(&db).await
}
