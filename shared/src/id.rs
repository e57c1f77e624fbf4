//! The ids and public keys of the product: opaque strings with a prefix that says what they name.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// What every value of this type starts with.
            pub const PREFIX: &'static str = $prefix;

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )+};
}

ids! {
    /// One website or product: the tenant that everything else belongs to.
    SiteId = "st_";
    /// The public key in a site's tag. Anyone may read it; it only lets a visitor's browser write answers.
    SiteKey = "pk_";
    /// One survey of a site, in all its versions.
    SurveyId = "sv_";
    /// One API key, named without its secret.
    KeyId = "key_";
    /// One member: a person who signs in.
    MemberId = "mb_";
    /// One invitation, named without its secret.
    InvitationId = "in_";
    /// One session of a member, named without its secret.
    SessionId = "se_";
    /// One shared link, named without its secret.
    ShareId = "sh_";
    /// One webhook of a site.
    WebhookId = "wh_";
    /// One message to one webhook: the same on every attempt, so that its receiver knows what it has had.
    DeliveryId = "dlv_";
}

/// A response's id, made by the client (UUIDv7): the idempotency key of the response within its site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResponseId(pub [u8; 16]);

impl ResponseId {
    /// Reads the usual form, 32 hex digits with four hyphens (`01932f6e-…`), in either case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 36 {
            return None;
        }
        let mut id = [0u8; 16];
        let mut digits = 0;
        for (place, byte) in bytes.iter().enumerate() {
            if matches!(place, 8 | 13 | 18 | 23) {
                if *byte != b'-' {
                    return None;
                }
                continue;
            }
            let digit = (*byte as char).to_digit(16)? as u8;
            id[digits / 2] = id[digits / 2] << 4 | digit;
            digits += 1;
        }
        Some(Self(id))
    }
}

impl std::fmt::Display for ResponseId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            if matches!(place, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl Serialize for ResponseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResponseId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("this is no response's id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "01932f6e", "01932f6e00007000800000000000000000", "01932f6e-0000-7000-8000-00000000000g", "é"]
        {
            assert_eq!(ResponseId::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_id_reads_as_it_was_written(bytes: [u8; 16]) {
            let id = ResponseId(bytes);
            prop_assert_eq!(ResponseId::parse(&id.to_string()), Some(id));
            prop_assert_eq!(ResponseId::parse(&id.to_string().to_uppercase()), Some(id));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text: String) {
            let _ = ResponseId::parse(&text);
        }
    }
}
