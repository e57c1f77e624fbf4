//! What the pages of signing in say, in each language that the dashboard speaks.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod nl;

/// The texts of one language. A field that a language lacks does not compile.
#[derive(Debug)]
pub struct Texts {
    /// The locale.
    pub locale: &'static str,
    /// The language's name in itself.
    pub language: &'static str,
    /// The name of the choice of languages.
    pub languages: &'static str,
    /// The heading of the form.
    pub sign_in: &'static str,
    /// The label of the address.
    pub email: &'static str,
    /// The label of the password.
    pub password: &'static str,
    /// Said where address and password do not fit, whichever it is.
    pub wrong: &'static str,
    /// Said after too many tries; `{minutes}` is a number.
    pub too_many: &'static str,
    /// Said where the server cannot answer now.
    pub busy: &'static str,
    /// Said where another site's page sent the form.
    pub cross_site: &'static str,
    /// Said where the request itself is at fault; the code follows in brackets.
    pub refused: &'static str,
    /// Said where nobody can sign in yet.
    pub first: &'static str,
    /// The heading of an invitation to a site; `{site}` is its name.
    pub join: &'static str,
    /// Said below it, for each role.
    pub as_viewer: &'static str,
    /// See `as_viewer`.
    pub as_editor: &'static str,
    /// See `as_viewer`.
    pub as_owner: &'static str,
    /// The heading of the invitation of an operator.
    pub operate: &'static str,
    /// Said below it.
    pub as_operator: &'static str,
    /// The heading of the form for a new password.
    pub renew: &'static str,
    /// Said below it.
    pub renewing: &'static str,
    /// Said where somebody may have an account.
    pub known: &'static str,
    /// The label of the name.
    pub name: &'static str,
    /// The label of a password that is being chosen.
    pub choose: &'static str,
    /// What a password is like.
    pub hint: &'static str,
    /// Said where the name is missing or too long.
    pub name_fault: &'static str,
    /// Said where the address is none.
    pub email_fault: &'static str,
    /// Said where the password is too short or too long.
    pub password_fault: &'static str,
    /// Said where the password is one that everybody tries.
    pub password_common: &'static str,
    /// Said where there is an account with this address and the password is not its own.
    pub account_fault: &'static str,
    /// The button that accepts.
    pub accept: &'static str,
    /// The button that sets a password.
    pub set: &'static str,
    /// The heading where a link does not work.
    pub gone: &'static str,
    /// Said below it.
    pub gone_more: &'static str,
    /// The heading where the dashboard is not in the binary.
    pub unbuilt: &'static str,
    /// Said below it.
    pub unbuilt_more: &'static str,
    /// The button that signs out.
    pub sign_out: &'static str,
    /// The button that leads to the provider; `{provider}` is its name, here and below.
    pub sign_in_with: &'static str,
    /// Said between a form and that button.
    pub or: &'static str,
    /// The heading where the provider brought nobody in.
    pub not_in: &'static str,
    /// The link from there to the form.
    pub back: &'static str,
    /// Said where the provider cannot be asked.
    pub provider_down: &'static str,
    /// Said where it refused.
    pub provider_refused: &'static str,
    /// Said where the sign-in is not one that began here, or not any more.
    pub provider_stale: &'static str,
    /// Said where what it sent is not to be trusted.
    pub provider_untrusted: &'static str,
    /// Said where it has not verified the address.
    pub provider_unverified: &'static str,
    /// Said where nobody has the address `{email}`.
    pub provider_unknown: &'static str,
    /// Said where whoever has the address `{email}` is somebody else to the provider.
    pub provider_taken: &'static str,
}

/// Every language, the one for whoever speaks none of them first.
pub const ALL: [&Texts; 6] = [&en::TEXTS, &nl::TEXTS, &de::TEXTS, &fr::TEXTS, &es::TEXTS, &ar::TEXTS];

impl Texts {
    /// The texts of a locale; English for one that is not there.
    pub fn of(locale: &str) -> &'static Self {
        ALL.into_iter().find(|texts| texts.locale == locale).unwrap_or(ALL[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_keeps_the_places_of_what_is_put_in() {
        for texts in ALL {
            assert!(texts.too_many.contains("{minutes}") && texts.join.contains("{site}"), "{}", texts.locale);
            let named = [texts.sign_in_with, texts.provider_down, texts.provider_refused, texts.provider_untrusted];
            let addressed = [texts.provider_unknown, texts.provider_taken];
            assert!(named.iter().chain(&addressed).all(|text| text.contains("{provider}")), "{}", texts.locale);
            assert!(addressed.iter().all(|text| text.contains("{email}")), "{}", texts.locale);
            assert!(texts.unbuilt_more.contains("cargo xtask build"), "{}", texts.locale);
            assert_eq!(Texts::of(texts.locale).language, texts.language);
        }
        assert_eq!(Texts::of("xx").locale, "en");
    }
}
