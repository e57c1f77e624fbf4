//! Which of the programs an address belongs to; `page/start.js` asks the same question before any of them is there.

/// A program of the dashboard: one page loads one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// It shows how things are and what people say: overview and responses.
    Reading,
    /// It answers questions: what changed, where, and why.
    Exploring,
    /// It makes surveys and sets things.
    Making,
    /// It shows a board: on a wall, or to whoever has a shared link.
    Showing,
}

/// The address of the page that shared links lead to.
pub const SHARED: &str = "/app/shared";

/// The program that has the screen of an address.
pub fn program(path: &str) -> Program {
    if path == SHARED {
        return Program::Showing;
    }
    let mut parts = path.trim_matches('/').split('/').skip(1);
    match (parts.next(), parts.next(), parts.next()) {
        (Some("account" | "new"), None, _) | (Some(_), Some("surveys" | "settings"), _) => Program::Making,
        (Some(_), Some("explore"), None) => Program::Exploring,
        (Some(_), Some("tv"), None) => Program::Showing,
        _ => Program::Reading,
    }
}

/// Whether the screen of an address, if it has one, is in this program.
pub fn is_of_this_program(path: &str) -> bool {
    match program(path) {
        Program::Reading => cfg!(feature = "reading"),
        Program::Exploring => cfg!(feature = "exploring"),
        Program::Making => cfg!(feature = "making"),
        Program::Showing => cfg!(feature = "showing"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_one_program() {
        for path in
            ["/app/new", "/app/account", "/app/st_1/surveys", "/app/st_1/surveys/sv_1", "/app/st_1/settings/keys"]
        {
            assert_eq!(program(path), Program::Making, "{path}");
        }
        for path in ["/app/st_1/explore", "/app/st_1/explore/"] {
            assert_eq!(program(path), Program::Exploring, "{path}");
        }
        for path in ["/app/shared", "/app/st_1/tv", "/app/st_1/tv/"] {
            assert_eq!(program(path), Program::Showing, "{path}");
        }
        for path in ["/app", "/app/", "/app/st_1", "/app/st_1/responses/surveys", "/app/account/x", "/app/st_1/tv/x"] {
            assert_eq!(program(path), Program::Reading, "{path}");
        }
    }
}
