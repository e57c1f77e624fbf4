//! A deed in words: what an entry of the audit log says was done, with what it names put in.

use bearing_shared::api::audit::{Action, AuditReply};
use bearing_shared::api::members::Role;

use crate::text::Text;

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words of ours.
    Words(&'static str),
    /// What somebody wrote, or a name of the API's.
    Value(String),
}

/// What was done, as it follows the name of who did it, and the names of the details that it says. `None` for an action that
/// this program does not know, and for an entry without what the sentence needs.
pub fn told(words: &Text, entry: &AuditReply) -> Option<(Vec<Piece>, Vec<&'static str>)> {
    let mut rest = words.audit.of(Action::named(&entry.action)?);
    let (mut pieces, mut said) = (Vec::new(), Vec::new());
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}')?;
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        pieces.push(value(words, name, entry.detail.get(name)?));
        said.push(name);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    Some((pieces, said))
}

fn value(words: &Text, name: &str, text: &str) -> Piece {
    let settings = &words.settings;
    match (name, Role::named(text)) {
        ("role" | "before", Some(Role::Viewer)) => Piece::Words(settings.viewer),
        ("role" | "before", Some(Role::Editor)) => Piece::Words(settings.editor),
        ("role" | "before", Some(Role::Owner)) => Piece::Words(settings.owner),
        ("email", _) if text.is_empty() => Piece::Words(settings.anyone),
        _ => Piece::Value(text.to_owned()),
    }
}

/// Where the thing that an entry is about is found, below its site; `None` where it has no screen.
pub fn place(object: &str) -> Option<String> {
    match object.split_once('_')?.0 {
        "sv" => Some(format!("surveys/{object}")),
        "mb" | "in" => Some("settings/members".to_owned()),
        "key" => Some("settings/keys".to_owned()),
        "sh" => Some("settings/shares".to_owned()),
        "st" => Some("settings".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bearing_shared::api::audit::{Actor, ActorKind};

    use super::*;
    use crate::text::TEXTS;

    fn entry(action: &str, detail: &[(&str, &str)]) -> AuditReply {
        AuditReply {
            id: 1,
            at: "2026-11-21T12:00:00.000Z".into(),
            actor: Actor { kind: ActorKind::Member, id: "mb_1".into(), name: "Ada".into() },
            action: action.into(),
            object: String::new(),
            detail: detail.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
            hash: None,
        }
    }

    /// A sentence as one text.
    fn text(words: &Text, entry: &AuditReply) -> Option<String> {
        let piece = |piece| match piece {
            Piece::Words(words) => words.to_owned(),
            Piece::Value(value) => value,
        };
        Some(told(words, entry)?.0.into_iter().map(piece).collect())
    }

    #[test]
    fn every_action_has_words_in_every_language_and_the_same_places() {
        let places = |text: &str| {
            let mut names: Vec<_> =
                text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
            names.sort();
            names
        };
        for action in Action::ALL {
            assert_eq!(Action::named(action.name()), Some(*action));
            for text in TEXTS {
                let words = text.audit.of(*action);
                assert!(!words.is_empty() && !words.ends_with('.'), "{}: {words}", action.name());
                assert_eq!(places(words), places(TEXTS[0].audit.of(*action)), "{words}");
            }
        }
    }

    #[test]
    fn what_an_entry_names_is_put_in() {
        let english = TEXTS[0];
        let made = entry("key.created", &[("name", "CRM {scope}"), ("scope", "write")]);
        assert_eq!(text(english, &made).as_deref(), Some("made the key CRM {scope} (write)"));
        let invited = entry("member.invited", &[("email", ""), ("role", "editor")]);
        assert_eq!(text(english, &invited).as_deref(), Some("invited Whoever has the link as Editor"));
        let joined = entry("member.joined", &[("role", "operator"), ("provider", "Login")]);
        assert_eq!(text(english, &joined).as_deref(), Some("joined as operator"));
        assert_eq!(told(english, &joined).map(|(_, said)| said), Some(vec!["role"]), "the provider is left to be told");
    }

    #[test]
    fn what_is_not_known_is_shown_as_it_is() {
        assert_eq!(told(TEXTS[0], &entry("moon.landed", &[])), None);
        assert_eq!(told(TEXTS[0], &entry("key.created", &[("name", "CRM")])), None, "an entry of an older server");
    }

    #[test]
    fn a_thing_is_found_where_its_id_says() {
        assert_eq!(place("sv_1").as_deref(), Some("surveys/sv_1"));
        assert_eq!(place("mb_1").as_deref(), Some("settings/members"));
        assert_eq!(place("sh_1").as_deref(), Some("settings/shares"));
        for none in ["", "wh_1", "x"] {
            assert_eq!(place(none), None, "{none}");
        }
    }
}
