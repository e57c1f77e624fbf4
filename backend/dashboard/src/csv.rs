//! Tables as CSV (RFC 4180), with cells defused that a spreadsheet would run as a formula.

/// A table as CSV text; every cell is quoted where it must be.
pub fn write(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            // A number may begin with a minus; anything else that begins like a formula gets an apostrophe before it.
            let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
            let defused = if runs && cell.parse::<f64>().is_err() { format!("'{cell}") } else { cell.clone() };
            if defused.contains(['"', ',', '\n', '\r']) {
                text.push('"');
                text.push_str(&defused.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(&defused);
            }
        }
        text.push_str("\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        let rows = [vec!["a,b".into(), "say \"x\"".into()], vec!["=1+1".into(), "-3.5".into(), "＝x".into()]];
        assert_eq!(write(&rows), "\"a,b\",\"say \"\"x\"\"\"\r\n'=1+1,-3.5,'＝x\r\n");
    }
}
