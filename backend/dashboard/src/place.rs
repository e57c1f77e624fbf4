//! Which of the two programs an address belongs to; `page/start.js` asks the same question before either is there.

/// Whether the screen of an address is in the program that makes surveys and sets things.
pub fn is_making(path: &str) -> bool {
    let mut parts = path.trim_matches('/').split('/').skip(1);
    match (parts.next(), parts.next()) {
        (Some("account" | "new"), None) => true,
        (Some(_), Some(screen)) => matches!(screen, "surveys" | "settings"),
        _ => false,
    }
}

/// Whether the screen of an address, if it has one, is in this program.
pub fn is_of_this_program(path: &str) -> bool {
    is_making(path) != cfg!(feature = "reading")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_one_program() {
        for path in
            ["/app/new", "/app/account", "/app/st_1/surveys", "/app/st_1/surveys/sv_1", "/app/st_1/settings/keys"]
        {
            assert!(is_making(path), "{path}");
        }
        for path in ["/app", "/app/", "/app/st_1", "/app/st_1/explore", "/app/st_1/responses/surveys", "/app/account/x"]
        {
            assert!(!is_making(path), "{path}");
        }
    }
}
