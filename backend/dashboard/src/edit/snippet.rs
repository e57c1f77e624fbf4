//! What is copied into a page, a program or a mail to ask a survey there, and what is asked about a visit.

use std::collections::BTreeMap;

/// The tag for a page, with its touchpoint where it has one.
pub fn tag(origin: &str, site_key: &str, touchpoint: &str) -> String {
    let touchpoint = if touchpoint.is_empty() { String::new() } else { format!("&touchpoint={touchpoint}") };
    format!("<script async src=\"{origin}/bearing.js?site={site_key}{touchpoint}\"></script>")
}

/// The call of the npm package.
pub fn module(origin: &str, site_key: &str, touchpoint: &str) -> String {
    let touchpoint = if touchpoint.is_empty() { String::new() } else { format!(", touchpoint: '{touchpoint}'") };
    format!(
        "import {{ load }} from '@bearing/widget';\n\nload({{ src: '{origin}/bearing.js', site: '{site_key}'{touchpoint} }});"
    )
}

/// The survey as a page of its own.
pub fn hosted(origin: &str, survey: &str) -> String {
    format!("{origin}/s/{survey}")
}

/// A row of links for a mail or its signature, one for each score.
pub fn score_links(origin: &str, survey: &str, scores: std::ops::RangeInclusive<u8>) -> String {
    let page = hosted(origin, survey);
    let links: Vec<String> = scores.map(|score| format!("<a href=\"{page}?score={score}\">{score}</a>")).collect();
    links.join(" &nbsp;\n")
}

/// What a form about a visit asks the API: the attributes, one text such as `plan=pro, country=nl`, a parameter each; `-`
/// is a page without a touchpoint, and what is empty is not asked.
pub fn asked(form: &BTreeMap<&'static str, String>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in form.iter().filter(|(_, value)| !value.trim().is_empty()) {
        match (*name, value.trim()) {
            ("attributes", list) => {
                let attributes = list.split(',').filter_map(|pair| pair.split_once('='));
                pairs
                    .extend(attributes.map(|(name, value)| (format!("attr.{}", name.trim()), value.trim().to_owned())));
            }
            ("touchpoint", "-") => pairs.push(("touchpoint".to_owned(), String::new())),
            (name, value) => pairs.push((name.to_owned(), value.to_owned())),
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_the_site_and_where_it_stands() {
        let bare = tag("https://b.example", "pk_1", "");
        assert_eq!(bare, "<script async src=\"https://b.example/bearing.js?site=pk_1\"></script>");
        assert!(tag("https://b.example", "pk_1", "checkout").contains("?site=pk_1&touchpoint=checkout\""));
        assert!(module("https://b.example", "pk_1", "checkout").ends_with("site: 'pk_1', touchpoint: 'checkout' });"));
    }

    #[test]
    fn a_visit_is_asked_about_as_far_as_it_is_described() {
        let form =
            [("url", "https://a.example/ "), ("device", ""), ("touchpoint", "-"), ("attributes", "plan = pro,x,c=n=l")];
        let form = form.map(|(name, value)| (name, value.to_owned())).into();
        let pairs = asked(&form);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [("attr.plan", "pro"), ("attr.c", "n=l"), ("touchpoint", ""), ("url", "https://a.example/")];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn a_mail_has_one_link_for_each_score() {
        let links = score_links("https://b.example", "sv_1", 1..=5);
        assert_eq!(links.lines().count(), 5);
        assert!(links.contains("<a href=\"https://b.example/s/sv_1?score=5\">5</a>"));
    }
}
