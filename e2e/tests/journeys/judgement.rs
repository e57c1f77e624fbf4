//! The judge of a soak finds what it is there to find: each breach, made by hand, is told, and a sound run is let pass.

use anyhow::Result;
use bearing_e2e::soak::journal::{self, Journal, Line, What};
use bearing_e2e::soak::judge::{SCORES, Stored, Verdict, Window, first_ack_after, judge};

fn sent(at: u64, number: u32, seq: u32, score: u8) -> Line {
    Line { at, number, seq, what: What::Sent(score) }
}

fn acknowledged(at: u64, number: u32, seq: u32, status: &str) -> Line {
    Line { at, number, seq, what: What::Acknowledged(status.into()) }
}

/// Three answers: one plain, one whose edition came first, one sent twice; and one that was never acknowledged.
fn history() -> Vec<Line> {
    vec![
        sent(1, 0, 0, 9),
        sent(1, 1, 1, 3),
        sent(2, 2, 0, 10),
        acknowledged(3, 0, 0, "stored"),
        acknowledged(4, 1, 1, "stored"),
        sent(5, 1, 0, 8),
        acknowledged(6, 1, 0, "duplicate"),
        acknowledged(7, 2, 0, "stored"),
        sent(8, 2, 0, 10),
        acknowledged(9, 2, 0, "duplicate"),
        sent(10, 3, 0, 0),
        Line { at: 11, number: 3, seq: 0, what: What::Unanswered },
    ]
}

fn stored(number: u32, seq: u32, score: u8) -> Stored {
    Stored { number, seq, score }
}

fn kept() -> Vec<Stored> {
    vec![stored(0, 0, 9), stored(1, 1, 3), stored(2, 0, 10)]
}

fn counts(stored: &[Stored]) -> [u64; SCORES] {
    let mut counts = [0; SCORES];
    stored.iter().for_each(|answer| counts[usize::from(answer.score)] += 1);
    counts
}

fn judged(stored: &[Stored]) -> Verdict {
    judge(&history(), stored, &counts(stored), &[])
}

#[test]
fn a_sound_run_passes_with_and_without_what_was_left_unanswered() {
    for more in [vec![], vec![stored(3, 0, 0)]] {
        let verdict = judged(&[kept(), more].concat());
        assert_eq!(verdict.problems, Vec::<String>::new());
        assert_eq!((verdict.attempted, verdict.acknowledged, verdict.lost, verdict.twice), (4, 3, 0, 0));
        assert_eq!(verdict.unanswered, 1);
    }
}

#[test]
fn an_acknowledged_answer_that_is_missing_is_lost() {
    for missing in 0..3 {
        let mut rest = kept();
        rest.remove(missing);
        let verdict = judged(&rest);
        assert_eq!((verdict.lost, verdict.problems.len()), (1, 1), "{verdict:?}");
        assert!(verdict.problems[0].contains(&format!("{missing} was acknowledged")), "{verdict:?}");
    }
    assert_eq!(judged(&[]).lost, 3);
}

#[test]
fn a_lower_edition_than_was_acknowledged_is_lost() {
    let verdict = judged(&[stored(0, 0, 9), stored(1, 0, 8), stored(2, 0, 10)]);
    assert_eq!((verdict.lost, verdict.problems.len()), (1, 1), "{verdict:?}");
}

#[test]
fn an_answer_that_is_there_twice_is_told() {
    let twice = [kept(), vec![stored(2, 0, 10)]].concat();
    let verdict = judged(&twice);
    assert_eq!(verdict.twice, 1, "{verdict:?}");
    assert!(verdict.problems[0].starts_with("twice: 1 (2 is there twice)"), "{verdict:?}");
}

#[test]
fn an_answer_that_is_counted_twice_or_not_at_all_is_told() {
    let mut more = counts(&kept());
    more[10] += 1;
    let verdict = judge(&history(), &kept(), &more, &[]);
    assert_eq!((verdict.lost, verdict.twice, verdict.problems.len()), (0, 1, 1), "{verdict:?}");
    let mut fewer = counts(&kept());
    fewer[3] -= 1;
    let verdict = judge(&history(), &kept(), &fewer, &[]);
    assert_eq!((verdict.lost, verdict.twice, verdict.problems.len()), (1, 0, 1), "{verdict:?}");
}

#[test]
fn the_score_is_held_against_the_journal_too() {
    // The store and its count agree with each other, and with no edition that could be the last one.
    let journal =
        [sent(1, 0, 0, 9), acknowledged(2, 0, 0, "stored"), sent(3, 0, 1, 2), acknowledged(4, 0, 1, "updated")];
    let kept = [stored(0, 1, 9)];
    let verdict = judge(&journal, &kept, &counts(&kept), &[]);
    assert!(verdict.problems.iter().any(|problem| problem.starts_with("not as sent")), "{verdict:?}");
    assert!(verdict.problems.iter().any(|problem| problem.starts_with("acknowledged by score")), "{verdict:?}");
}

#[test]
fn what_was_never_sent_is_told() {
    for strange in [stored(9, 0, 5), stored(0, 4, 9), stored(3, 0, 7)] {
        let verdict =
            judged(&[kept().into_iter().filter(|one| one.number != strange.number).collect(), vec![strange]].concat());
        assert!(verdict.problems.iter().any(|problem| problem.starts_with("not as sent: 1")), "{verdict:?}");
    }
}

#[test]
fn an_acknowledgement_while_nothing_could_be_flushed_is_false() {
    let among = |from, to| judge(&history(), &kept(), &counts(&kept()), &[Window { from, to }]).false_acks;
    assert_eq!(among(0, 100), 3, "each of the three; what was there already may be said to be");
    assert_eq!(among(1, 100), 1, "two were sent before");
    assert_eq!(among(0, 4), 1, "one was answered by then");
    assert_eq!(among(20, 100), 0);
}

#[test]
fn a_run_in_which_nothing_was_acknowledged_proves_nothing() {
    assert_eq!(judge(&[sent(1, 0, 0, 9)], &[], &[0; SCORES], &[]).problems.len(), 1);
}

#[test]
fn a_refusal_other_than_503_is_told() {
    let refused = |code: &str| Line { at: 20, number: 0, seq: 0, what: What::Refused(code.into()) };
    let judged =
        |code| judge(&[history(), vec![refused(code)]].concat(), &kept(), &counts(&kept()), &[]).problems.len();
    assert_eq!((judged("503:storage_unavailable"), judged("500:internal"), judged("200:invalid_field")), (0, 1, 1));
}

#[test]
fn healing_lasts_until_the_next_acknowledgement() {
    let journal = history();
    assert_eq!(first_ack_after(&journal, 4).map(|time| time.as_micros()), Some(2));
    assert_eq!(first_ack_after(&journal, 9), None);
}

#[tokio::test]
async fn a_journal_is_read_as_it_was_written_but_for_a_line_cut_off() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("journal");
    let mut lines = history();
    lines.push(Line { at: 12, number: 3, seq: 0, what: What::Refused("503:storage_unavailable".into()) });
    let writing = Journal::begin(&path)?;
    writing.flushed(lines[..4].to_vec()).await?;
    assert_eq!(journal::read(&path)?, lines[..4], "on disk before it is said to be");
    writing.add(lines[4..].to_vec());
    writing.end()?;
    assert_eq!(journal::read(&path)?, lines);
    let text = std::fs::read_to_string(&path)?;
    std::fs::write(&path, &text[..text.len() - 3])?;
    assert_eq!(journal::read(&path)?, lines[..lines.len() - 1]);
    std::fs::write(&path, format!("nonsense\n{text}"))?;
    assert!(journal::read(&path).is_err());
    Ok(())
}

#[test]
fn the_longest_stall_begins_while_answers_come() {
    let mut history = vec![
        sent(10, 0, 0, 9),
        acknowledged(40, 0, 0, "stored"),
        sent(50, 1, 0, 9),
        acknowledged(60, 1, 0, "stored"),
        sent(70, 2, 0, 9),
        sent(80, 3, 0, 9),
        acknowledged(100, 3, 0, "stored"),
        // Nothing new came after 80: that this one took so long is no stall.
        sent(500, 2, 0, 9),
        acknowledged(900, 2, 0, "stored"),
    ];
    let stall = |history: &[Line]| judge(history, &[], &[0; SCORES], &[]).stall.as_micros();
    assert_eq!(stall(&history), 40, "from 60 to 100");
    history.push(sent(890, 4, 0, 9));
    assert_eq!(stall(&history), 800, "from 100 to 900, with one more to come");
    history.truncate(1);
    assert_eq!(stall(&history), 0);
    history.push(acknowledged(70, 0, 0, "stored"));
    assert_eq!(stall(&history), 60, "from the first sending on");
}
