//! The element tree: HTML as data (tags, attributes, text) that the loader builds without an HTML parser in the page.

use std::cell::RefCell;
use std::fmt;

use bearing_shared::look::is_address;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// The tags that a tree may hold, between spaces.
const TAGS: &str = " a button details div fieldset form input label legend li p small span summary textarea ul ";

/// The attributes that a tree may hold besides `aria-…`, between spaces. None runs script, styles or loads anything;
/// `href` does none of it either once it is an address that respondents may be led to.
const ATTRIBUTES: &str =
    " checked class dir for hidden href id lang maxlength name rel required role rows tabindex target type value ";

/// The tags of `TAGS` that have no end.
const VOID: &str = " input ";

/// Whether a list holds a name; a name never holds a space.
fn lists(list: &str, name: &str) -> bool {
    list.contains(&format!(" {name} "))
}

/// One node: a text, or an element as `[tag, {attribute: value}, [children]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A text.
    Text(String),
    /// An element.
    Element {
        /// Its tag, in lower case.
        tag: String,
        /// Its attributes, in the order written.
        attributes: Vec<(String, String)>,
        /// Its children.
        children: Vec<Node>,
    },
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Element { tag, attributes, children } => {
                let mut element = serializer.serialize_seq(Some(3))?;
                element.serialize_element(tag)?;
                element.serialize_element(&Attributes(attributes))?;
                element.serialize_element(children)?;
                element.end()
            }
        }
    }
}

struct Attributes<'a>(&'a [(String, String)]);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Why some HTML is not a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A tag that is not on the list.
    Tag(String),
    /// An attribute that is not on the list.
    Attribute(String),
    /// Tags that do not match, or not exactly one element at the top.
    Shape,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "a tree may not hold the tag `{tag}`"),
            Self::Attribute(name) => write!(f, "a tree may not hold the attribute `{name}`"),
            Self::Shape => f.write_str("a tree is one element whose tags match"),
        }
    }
}

impl std::error::Error for Refused {}

/// Reads HTML that one of our views printed: html5ever's tokenizer, since such HTML leaves nothing to repair.
///
/// # Errors
/// [`Refused`] at the first thing that does not belong in a tree.
pub fn parse(html: &str) -> Result<Node, Refused> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Builder::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().finish()
}

/// An element whose end has not come yet.
struct Open {
    tag: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

/// The open elements, the finished ones of the top level, and the first fault.
#[derive(Default)]
struct Growing {
    open: Vec<Open>,
    top: Vec<Node>,
    fault: Option<Refused>,
}

impl Growing {
    fn children(&mut self) -> &mut Vec<Node> {
        match self.open.last_mut() {
            Some(open) => &mut open.children,
            None => &mut self.top,
        }
    }

    fn text(&mut self, more: &str) {
        match self.children().last_mut() {
            Some(Node::Text(text)) => text.push_str(more),
            _ => self.children().push(Node::Text(more.to_owned())),
        }
    }

    fn tag(&mut self, tag: &Tag) -> Result<(), Refused> {
        let name = tag.name.to_string();
        if !lists(TAGS, &name) {
            return Err(Refused::Tag(name));
        }
        if tag.kind == TagKind::StartTag {
            let mut attributes = Vec::with_capacity(tag.attrs.len());
            for attribute in &tag.attrs {
                let name = attribute.name.local.to_string();
                let value = attribute.value.to_string();
                let leads_nowhere = name == "href" && !is_address(&value);
                if leads_nowhere || !lists(ATTRIBUTES, &name) && !name.starts_with("aria-") {
                    return Err(Refused::Attribute(name));
                }
                attributes.push((name, value));
            }
            let is_void = lists(VOID, &name);
            self.open.push(Open { tag: name, attributes, children: Vec::new() });
            if !is_void {
                return Ok(());
            }
        }
        match self.open.pop() {
            Some(Open { tag: open, attributes, children }) if open == *tag.name => {
                self.children().push(Node::Element { tag: open, attributes, children });
                Ok(())
            }
            _ => Err(Refused::Shape),
        }
    }

    fn finish(mut self) -> Result<Node, Refused> {
        match (self.fault, self.open.is_empty(), self.top.pop(), self.top.is_empty()) {
            (Some(fault), ..) => Err(fault),
            (None, true, Some(root @ Node::Element { .. }), true) => Ok(root),
            _ => Err(Refused::Shape),
        }
    }
}

/// Takes the tokenizer's tokens; comments and parse errors leave nothing behind.
#[derive(Default)]
struct Builder(RefCell<Growing>);

impl TokenSink for Builder {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut growing = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                let grown = growing.tag(&tag);
                growing.fault = growing.fault.take().or(grown.err());
            }
            Token::CharacterTokens(text) => growing.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
