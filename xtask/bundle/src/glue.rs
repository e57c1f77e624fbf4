//! wasm-bindgen's glue as text that can be cut: its imports one by one, classes nobody uses, and a start of our own.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

/// The module that the renderer imports its functions from, once renamed.
pub(crate) const IMPORT_MODULE: &str = "b";

/// Leptos links wasm-streams, whose exported classes all begin so; the widget streams nothing.
const UNUSED_CLASS: &str = "IntoUnderlying";

/// How wasm-bindgen starts a renderer that wants to be started.
const START: &str = "wasm.__wbindgen_start();";

/// The glue of one renderer, split where the bundle edits it.
pub(crate) struct Glue {
    /// Exported functions and classes.
    head: String,
    /// What the renderer imports: name, and the function's text from `function` on.
    imports: Vec<(String, String)>,
    /// Helpers of both.
    helpers: String,
    /// The statement that starts the renderer once its exports are known, where it wants one.
    start: String,
}

impl Glue {
    /// Splits what wasm-bindgen wrote for the output name `widget` and the target `web`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let unknown = "wasm-bindgen's glue has changed its form; bring xtask/bundle/src/glue.rs up to date";
        let (head, rest) = text.split_once("function __wbg_get_imports() {").context(unknown)?;
        let (object, rest) = rest.split_once("\"./widget_bg.js\": import0,").context(unknown)?;
        let (_, rest) = rest.split_once("\n}\n").context(unknown)?;
        let (helpers, start) = rest.split_once("let wasmModule, wasmInstance, wasm;").context(unknown)?;
        ensure!(start.contains("export { initSync, __wbg_init as default };"), unknown);
        let object = object.split_once("__proto__: null,").context(unknown)?.1;
        let object = object.rsplit_once("return {").context(unknown)?.0;
        let object = object.rsplit_once("};").context(unknown)?.0;
        let mut glue = Self {
            head: head.to_owned(),
            imports: imports(object).context(unknown)?,
            helpers: helpers.to_owned(),
            start: if start.contains(START) { START.to_owned() } else { String::new() },
        };
        glue.drop_unused_classes(unknown)?;
        Ok(glue)
    }

    /// The glue as one ES module: what the widget exports, and a default export that loads and starts the renderer.
    pub(crate) fn text(&self) -> String {
        let imports: String = self.imports.iter().map(|(name, function)| format!("{name}: {function},\n")).collect();
        format!(
            "{head}
const imports = () => ({{ __proto__: null, {IMPORT_MODULE}: {{ __proto__: null,\n{imports}}} }});
{helpers}
let wasm, started;
const load = async source => {{
    source = await source;
    if (!source.arrayBuffer) source = await fetch(source);
    if (!source.ok) throw new Error(`renderer: ${{source.status}}`);
    wasm = (await WebAssembly.instantiateStreaming(source, imports())).instance.exports;
    {start}
}};
/** Loads the renderer once, from an address, a response or the promise of one; a failure may be tried again. */
export default source => started ??= load(source).catch(error => {{ started = undefined; throw error; }});
",
            head = self.head,
            helpers = self.helpers,
            start = self.start,
        )
    }

    /// Gives every import its new name.
    pub(crate) fn rename_imports(&mut self, names: &BTreeMap<String, String>) -> Result<()> {
        for (name, _) in &mut self.imports {
            *name = names.get(name).with_context(|| format!("the renderer does not import {name}"))?.clone();
        }
        Ok(())
    }

    /// Gives every export of the renderer its new name where the glue mentions it.
    pub(crate) fn rename_exports(&mut self, names: &BTreeMap<String, String>) {
        let rename = |text: &mut String| {
            let mut renamed = String::with_capacity(text.len());
            for (before, name) in mentions(text) {
                renamed.push_str(before);
                renamed.push_str(names.get(name).map_or(name, String::as_str));
            }
            *text = renamed;
        };
        rename(&mut self.head);
        rename(&mut self.helpers);
        rename(&mut self.start);
        self.imports.iter_mut().for_each(|(_, function)| rename(function));
    }

    /// Drops the imports that the renderer no longer names; says how many.
    pub(crate) fn keep_imports(&mut self, wanted: &BTreeSet<String>) -> usize {
        let before = self.imports.len();
        self.imports.retain(|(name, _)| wanted.contains(name));
        before - self.imports.len()
    }

    /// Removes the classes of `UNUSED_CLASS` and their finalizers.
    fn drop_unused_classes(&mut self, unknown: &'static str) -> Result<()> {
        while let Some(start) = self.head.find(&format!("export class {UNUSED_CLASS}")) {
            let end = self.head[start..].find("if (Symbol.dispose)").context(unknown)? + start;
            let end = self.head[end..].find('\n').context(unknown)? + end;
            self.head.replace_range(start..end, "");
        }
        while let Some(start) = self.helpers.find(&format!("const {UNUSED_CLASS}")) {
            let end = self.helpers[start..].find(";\n").context(unknown)? + start;
            self.helpers.replace_range(start..=end, "");
        }
        Ok(())
    }
}

/// The names of the renderer's exports that a text mentions, as `wasm.name`.
pub(crate) fn exports_used(text: &str) -> BTreeSet<String> {
    mentions(text).into_iter().map(|(_, name)| name.to_owned()).filter(|name| !name.is_empty()).collect()
}

/// The text in pieces that together are the whole: everything up to and with `wasm.`, then the name that follows it.
fn mentions(text: &str) -> Vec<(&str, &str)> {
    let mut pieces = Vec::new();
    let (mut from, mut search) = (0, 0);
    while let Some(found) = text[search..].find("wasm.") {
        let (at, name) = (search + found, search + found + "wasm.".len());
        let end = text[name..].find(|c: char| !is_name(c)).map_or(text.len(), |length| name + length);
        if !text[..at].ends_with(|c: char| is_name(c) || c == '.') {
            pieces.push((&text[from..name], &text[name..end]));
            from = end;
        }
        search = end;
    }
    pieces.push((&text[from..], ""));
    pieces
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

/// The entries of the import object; each starts a line with `__wb…: function(`.
fn imports(object: &str) -> Option<Vec<(String, String)>> {
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in object.lines().filter(|line| !line.trim().is_empty()) {
        match line.trim_start().split_once(": function(") {
            Some((name, rest)) if name.starts_with("__wb") && name.chars().all(is_name) => {
                entries.push((name.to_owned(), format!("function({rest}\n")));
            }
            _ => {
                let (_, function) = entries.last_mut()?;
                function.push_str(line);
                function.push('\n');
            }
        }
    }
    for (_, function) in &mut entries {
        let body = function.trim_end().strip_suffix(',')?.len();
        function.truncate(body);
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
export class IntoUnderlyingSink {
free() {
wasm.__wbg_intounderlyingsink_free(1);
}
}
if (Symbol.dispose) IntoUnderlyingSink.prototype[Symbol.dispose] = IntoUnderlyingSink.prototype.free;

export function start(root) { wasm.start(root); }
function __wbg_get_imports() {
            const import0 = {
            __proto__: null,
        __wbg_a_01: function(arg0) {
arg0.close();
},
__wbg_b_02: function() { return handleError(function (arg0) {
const f = () => {
};
}, arguments); },
};
        return {
            __proto__: null,
            "./widget_bg.js": import0,
        };
}
const IntoUnderlyingSinkFinalization = (typeof FinalizationRegistry === 'undefined')
? { register: () => {}, unregister: () => {} }
: new FinalizationRegistry(ptr => wasm.__wbg_intounderlyingsink_free(ptr, 1));
const helper = () => wasm.memory;
let wasmModule, wasmInstance, wasm;
wasm.__wbindgen_start();
export { initSync, __wbg_init as default };"#;

    #[test]
    fn imports_are_told_apart_and_unused_classes_go() {
        let mut glue = Glue::parse(TEXT).unwrap();
        let names: Vec<&str> = glue.imports.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["__wbg_a_01", "__wbg_b_02"]);
        assert!(!glue.text().contains("IntoUnderlying"), "{}", glue.text());
        assert_eq!(
            exports_used(&glue.text()),
            ["__wbindgen_start", "memory", "start"].map(str::to_owned).into_iter().collect()
        );
        assert_eq!(glue.keep_imports(&BTreeSet::from(["__wbg_b_02".to_owned()])), 1);
        assert!(!glue.text().contains("arg0.close"));
    }

    #[test]
    fn exports_are_renamed_whole_names_only() {
        let mut glue = Glue::parse(TEXT).unwrap();
        glue.rename_exports(&BTreeMap::from([("start".to_owned(), "a".to_owned())]));
        assert!(glue.text().contains("wasm.a(root)"), "{}", glue.text());
        assert!(glue.text().contains("wasm.memory"));
    }

    #[test]
    fn another_form_of_glue_is_refused() {
        assert!(Glue::parse("export default 1;").is_err());
    }
}
