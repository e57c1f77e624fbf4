//! The command line's endings: 0 done, 1 failed with one sentence on standard error, 2 wrong usage.

use std::net::TcpListener;

use anyhow::{Context, Result};
use bearing_e2e::server::{Ending, Server, run};
use bearing_e2e::stage::Stage;

fn assert_one_sentence(case: &str, ending: &Ending) {
    assert_eq!(ending.code, 1, "{case}: {ending:?}");
    let complaint = ending.stderr.trim_end();
    assert!(complaint.len() > 10 && complaint.ends_with('.'), "{case}: {complaint:?}");
    assert_eq!(complaint.lines().count(), 1, "{case}: {complaint:?}");
    assert!(!complaint.contains("panicked") && !complaint.contains("Error("), "{case}: {complaint:?}");
}

#[tokio::test]
async fn a_port_in_use_is_one_sentence_and_exit_1() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let listen = taken.local_addr()?.to_string();
    let ending = run(&["serve", "--listen", &listen, "--data", data.to_str().context("text")?]).await?;
    assert_one_sentence("port in use", &ending);
    assert!(ending.stderr.contains(&listen), "it names the address: {ending:?}");
    Ok(())
}

#[tokio::test]
async fn an_unwritable_folder_is_one_sentence_and_exit_1() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way")?;
    let below = file.join("data");
    for data in [&file, &below] {
        let data = data.to_str().context("text")?;
        assert_one_sentence(data, &run(&["serve", "--listen", "127.0.0.1:0", "--data", data]).await?);
        let make = ["site", "create", "--name", "Shop", "--origin", "https://shop.example", "--data", data];
        assert_one_sentence(data, &run(&make).await?);
    }
    assert_eq!(std::fs::read_to_string(&file)?, "in the way");
    Ok(())
}

#[tokio::test]
async fn a_store_of_a_later_version_is_refused_and_left_alone() -> Result<()> {
    let mut server = Server::start_on_file().await?;
    server.stop().await?;
    let data = server.folder().join("data");
    let file = data.join("bearing.db");
    {
        let store = rusqlite::Connection::open(&file)?;
        let changed =
            store.execute("UPDATE meta SET value = value + 1000 WHERE name IN ('version', 'min_binary')", [])?;
        assert_eq!(changed, 2);
        store.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    let before = std::fs::read(&file)?;
    let data = data.to_str().context("text")?;
    assert_one_sentence("serve", &run(&["serve", "--listen", "127.0.0.1:0", "--data", data]).await?);
    assert_one_sentence("check", &run(&["check", "--data", data]).await?);
    assert_eq!(std::fs::read(&file)?, before, "the store is untouched");
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_left_alone() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("bearing.db");
    let holiday = "a holiday picture, not a database ".repeat(200);
    std::fs::write(&file, &holiday)?;
    let data = folder.path().to_str().context("text")?;
    assert_one_sentence("no store", &run(&["serve", "--listen", "127.0.0.1:0", "--data", data]).await?);
    assert_eq!(std::fs::read_to_string(&file)?, holiday);
    Ok(())
}

#[tokio::test]
async fn things_that_do_not_exist_are_one_sentence_and_exit_1() -> Result<()> {
    let stage = Stage::set("nps").await?;
    for args in [
        &["key", "create", "--site", "st_unknown", "--scope", "read"][..],
        &["survey", "create", "--site", "st_unknown", "--metric", "nps", "--publish"],
        &["site", "create", "--name", "Shop", "--origin", "not an origin"],
        &["site", "create", "--name", "", "--origin", "https://shop.example"],
        &["survey", "create", "--site", &stage.site, "--metric", "nps", "--touchpoint", "Check Out!", "--publish"],
    ] {
        assert_one_sentence(&args.join(" "), &stage.server.run(args).await?);
    }
    Ok(())
}

#[tokio::test]
async fn wrong_usage_is_exit_2() -> Result<()> {
    for args in [
        &["serve", "--nonsense"][..],
        &["fly"],
        &["key", "create"],
        &["key", "create", "--site", "st_x", "--scope", "all"],
        &["survey", "create", "--site", "st_x", "--metric", "joy"],
        &["serve", "--listen", "nowhere at all"],
        &["serve", "--rate-limits", "perhaps"],
    ] {
        let ending = run(args).await?;
        assert_eq!(ending.code, 2, "{args:?}: {ending:?}");
        assert!(!ending.stderr.is_empty() && ending.stdout.is_empty(), "{args:?}: {ending:?}");
    }
    let help = run(&["--help"]).await?;
    assert_eq!(help.code, 0);
    for verb in ["serve", "demo", "site", "key", "survey", "migrate", "recount", "check", "backup", "restore"] {
        assert!(help.stdout.contains(verb), "{verb} is not in {}", help.stdout);
    }
    Ok(())
}

#[tokio::test]
async fn a_backup_beside_a_running_server_is_restored_once_it_has_stopped() -> Result<()> {
    let mut stage = Stage::set_on(Server::start_on_file().await?, "nps").await?;
    let send = async |number: u32, score: u8| {
        let sent = stage.api.json(hyper::Method::POST, &stage.intake(), &stage.response(number, score)).await?;
        anyhow::ensure!(sent.status == 200, "{}", sent.text());
        Ok(())
    };
    send(1, 9).await?;
    let file = stage.server.folder().join("backup");
    let file = file.to_str().context("text")?.to_owned();
    let said = stage.server.output(&["backup", &file]).await?;
    assert!(said.starts_with("Backed up 1 responses and 1 sites"), "{said}");
    send(2, 0).await?;

    let data = stage.server.data();
    let data = data.to_str().context("text")?;
    for (case, args) in [
        ("the backup is there", &["backup", &file][..]),
        ("the store holds sites", &["restore", &file]),
        ("the server runs", &["restore", &file, "--force"]),
        ("no such backup", &["restore", "nowhere"]),
    ] {
        assert_one_sentence(case, &run(&[args, &["--data", data]].concat()).await?);
    }
    let elsewhere = stage.server.folder().join("elsewhere");
    let elsewhere = elsewhere.to_str().context("text")?;
    assert_one_sentence("no store", &run(&["backup", &format!("{file}2"), "--data", elsewhere]).await?);
    assert_eq!(stage.api.score("nps").await?["n"], 2, "nothing was touched");

    stage.server.stop().await?;
    assert_one_sentence("it holds sites", &run(&["restore", &file, "--data", data]).await?);
    let said = stage.server.output(&["restore", &file, "--force"]).await?;
    assert!(said.contains("bearing.db.replaced-1") && said.contains("bearing serve"), "{said}");
    stage.server.start_again().await?;
    assert_eq!(stage.api.score("nps").await?["n"], 1);
    stage.server.output(&["check"]).await?;
    Ok(())
}

#[tokio::test]
async fn commands_beside_a_running_server_take_effect() -> Result<()> {
    let stage = Stage::set("nps").await?;
    // Made after the server started and used at once: looked up in the store before it is refused.
    let response = stage.api.json(hyper::Method::POST, &stage.intake(), &stage.response(1, 9)).await?;
    assert_eq!(response.status, 200, "{}", response.text());
    for verb in ["migrate", "recount", "check"] {
        let ending = stage.server.run(&[verb]).await?;
        assert_eq!(ending.code, 0, "{verb}: {ending:?}");
    }
    assert_eq!(stage.api.score("nps").await?["n"], 1);
    let site = ["site", "create", "--name", "B", "--origin", "https://b.example"];
    let printed = stage.server.run(&[&site[..], &["--public-url", "https://nps.example"]].concat()).await?;
    assert!(printed.stdout.contains(r#"src="https://nps.example/bearing.js?site=pk_"#), "{printed:?}");
    Ok(())
}
