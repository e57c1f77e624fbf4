//! Pages that none of us wrote: ready-made templates from npm, each at the root of an origin of its own, tag put in.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Response, StatusCode};

use crate::http::{Listener, reply};

/// Put before everything else in a page: notes what goes wrong in it, as the page's owner would see it.
const WITNESS: &str = "<script>window.seen=[];\
addEventListener('error',function(e){seen.push('error: '+e.message+' '+(e.filename||''))});\
addEventListener('unhandledrejection',function(e){seen.push('rejection: '+e.reason)});\
addEventListener('securitypolicyviolation',function(e){seen.push('policy: '+e.blockedURI)});</script>";

/// One page of one package.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// A short name.
    pub name: &'static str,
    /// The folder of the npm package that is the site's root.
    pub root: &'static str,
    /// The page, from that root.
    pub page: &'static str,
    /// What it is made with and what for.
    pub kind: &'static str,
}

/// The templates: different frameworks, ages and purposes. Their versions are in `xtask/npm/package.json`.
pub const TEMPLATES: [Template; 12] = [
    Template {
        name: "creative",
        root: "startbootstrap-creative/dist",
        page: "index.html",
        kind: "Bootstrap 5, landing page with slow scrolling",
    },
    Template {
        name: "sb_admin_2",
        root: "startbootstrap-sb-admin-2",
        page: "index.html",
        kind: "Bootstrap 4 with jQuery, dashboard with charts on canvas",
    },
    Template {
        name: "landing_page",
        root: "startbootstrap-landing-page",
        page: "index.html",
        kind: "Bootstrap 3 with jQuery, landing page",
    },
    Template { name: "notus", root: "notus-js", page: "pages/landing.html", kind: "Tailwind, landing page" },
    Template { name: "bulma_start", root: "bulma-start", page: "index.html", kind: "Bulma, document" },
    Template {
        name: "fomantic",
        root: "fomantic-ui",
        page: "examples/homepage.html",
        kind: "Fomantic (Semantic UI) with jQuery, home page",
    },
    Template {
        name: "gentelella",
        root: "gentelella/dist",
        page: "production/index.html",
        kind: "ES modules built by Vite, dashboard with charts in SVG",
    },
    Template { name: "milligram", root: "milligram", page: "example.html", kind: "Milligram, forms and tables" },
    Template { name: "skeleton", root: "skeleton-css", page: "index.html", kind: "Skeleton, a page almost empty" },
    Template {
        name: "boilerplate",
        root: "html5-boilerplate/dist",
        page: "index.html",
        kind: "HTML5 Boilerplate, no framework",
    },
    Template {
        name: "reveal",
        root: "reveal.js",
        page: "demo.html",
        kind: "reveal.js, slides over the whole window that take every key",
    },
    Template {
        name: "impress",
        root: "impress.js",
        page: "index.html",
        kind: "impress.js, a body turned in three dimensions",
    },
];

/// The folder of npm packages: `BEARING_NPM`, else where `cargo xtask setup` puts them.
pub fn packages() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
    set("BEARING_NPM").unwrap_or_else(|| set("HOME").unwrap_or_default().join(".cache/bearing/npm/node_modules"))
}

impl Template {
    /// Finds a template by its short name.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn named(name: &str) -> Result<Self> {
        TEMPLATES.into_iter().find(|template| template.name == name).with_context(|| format!("no template {name}"))
    }
}

/// A web server with one template.
pub struct TemplateHost {
    listener: Listener,
    page: &'static str,
    tag: Arc<Mutex<String>>,
}

impl TemplateHost {
    /// Starts it, the page still without a tag; `style` is put into the page's head, with the tag and without.
    ///
    /// # Errors
    /// The package is not there, the page has no place for a tag, or no port is free.
    pub async fn start(template: Template, style: &'static str) -> Result<Self> {
        let root = packages().join(template.root);
        let file = root.join(template.page);
        let page = std::fs::read_to_string(&file).with_context(|| {
            format!("no template in {}; run `cargo xtask setup` or set BEARING_NPM", file.display())
        })?;
        ensure!(page.contains("<head>") && page.contains("</body>"), "{} has no place for a tag", file.display());
        let tag = Arc::new(Mutex::new(String::new()));
        let now = Arc::clone(&tag);
        let listener = Listener::start(move |request| {
            let tag = now.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let (path, root) = (request.uri().path().to_owned(), root.clone());
            async move { serve(&root, &path, style, &tag) }
        })
        .await?;
        Ok(Self { listener, page: template.page, tag })
    }

    /// The origin of the page.
    pub fn origin(&self) -> String {
        format!("http://{}", self.listener.address)
    }

    /// The address of the page.
    pub fn page(&self) -> String {
        format!("{}/{}", self.origin(), self.page)
    }

    /// What is put into the page from now on.
    pub fn put_tag(&self, tag: &str) {
        tag.clone_into(&mut self.tag.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn serve(root: &Path, path: &str, style: &str, tag: &str) -> Response<Full<Bytes>> {
    let name = Path::new(path.trim_start_matches('/'));
    let inside = name.components().all(|part| matches!(part, Component::Normal(_)));
    match inside.then(|| std::fs::read(root.join(name)).ok()).flatten() {
        Some(body) if path.ends_with(".html") => {
            let page = String::from_utf8_lossy(&body);
            let (before, after) = page.rsplit_once("</body>").unwrap_or((&page, ""));
            let page = format!("{before}{tag}\n</body>{after}");
            let page = page.replacen("<head>", &format!("<head>{WITNESS}<style>{style}</style>"), 1);
            reply(StatusCode::OK, "text/html; charset=utf-8", page)
        }
        Some(body) => reply(StatusCode::OK, content_type(path), body),
        // Browsers ask for it by themselves; a 404 would be an error in the console.
        None if path == "/favicon.ico" => reply(StatusCode::OK, "image/x-icon", Bytes::new()),
        None => reply(StatusCode::NOT_FOUND, "text/plain", "not here"),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css",
        "js" | "mjs" => "text/javascript",
        "json" | "webmanifest" => "application/json",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
