//! Words as a list: how the words of a language leave the tables, and how the dashboard reads those of its reader.
//!
//! Six languages within the program would be a tenth of what is downloaded, and five of them read by nobody. The tables are
//! compiled natively, where what is missing does not compile; `examples/texts.rs` writes a file a language.

use super::{Plural, Text};

/// What can be written as a list of texts and read from one, in the same order.
pub(crate) trait Said: Sized {
    /// Adds its texts.
    fn write(&self, into: &mut Vec<&'static str>);
    /// Takes its texts; `next` gives one after the other.
    fn read(next: &mut dyn FnMut() -> &'static str) -> Self;
}

impl Said for &'static str {
    fn write(&self, into: &mut Vec<&'static str>) {
        into.push(self);
    }

    fn read(next: &mut dyn FnMut() -> &'static str) -> Self {
        next()
    }
}

impl Said for Plural {
    fn write(&self, into: &mut Vec<&'static str>) {
        into.extend([self.zero, self.one, self.two, self.few, self.many, self.other]);
    }

    fn read(next: &mut dyn FnMut() -> &'static str) -> Self {
        Self { zero: next(), one: next(), two: next(), few: next(), many: next(), other: next() }
    }
}

/// A struct of words, which is a list of them too.
macro_rules! words {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$field_about:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_about])* pub $field: $kind,)*
        }

        impl $crate::text::said::Said for $name {
            fn write(&self, into: &mut Vec<&'static str>) {
                $(self.$field.write(into);)*
            }

            fn read(next: &mut dyn FnMut() -> &'static str) -> Self {
                Self { $($field: $crate::text::said::Said::read(next),)* }
            }
        }
    };
}
pub(crate) use words;

/// A language's words as a list.
pub fn listed(text: &Text) -> Vec<&'static str> {
    let mut list = Vec::new();
    text.write(&mut list);
    list
}

/// The words of a list; `None` where it is another program's.
pub fn unlisted(list: Vec<String>) -> Option<&'static Text> {
    // They are read once and needed until the page is left.
    let list: &'static [String] = list.leak();
    let (mut taken, mut lacks) = (0, false);
    let text = Text::read(&mut || {
        let text = list.get(taken);
        taken += 1;
        lacks |= text.is_none();
        text.map_or("", String::as_str)
    });
    (!lacks && taken == list.len()).then(|| &*Box::leak(Box::new(text)))
}
