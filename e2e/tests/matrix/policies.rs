//! The situations that a page makes by its policies. `'nonce-own'` is what the page's own scripts bear.

use crate::situation::{Expected, Situation};

const CSP: &str = "content-security-policy";

/// What a browser reports where WebAssembly is forbidden.
const NO_WASM: &[&str] = &["policy: script-src wasm-eval"];

const NO_CONNECTION: &[(&str, &str)] =
    &[(CSP, "script-src 'nonce-own' {server} 'wasm-unsafe-eval'; connect-src 'self'; frame-src {server}")];

/// All of them.
pub(crate) const POLICIES: &[Situation] = &[
    Situation::policy(
        "CSP as documented",
        &[(CSP, "script-src 'nonce-own' {server} 'wasm-unsafe-eval'; connect-src {server}; frame-src {server}")],
    ),
    Situation::policy(
        "CSP `default-src 'none'` and the documented",
        &[(
            CSP,
            "default-src 'none'; script-src 'nonce-own' {server} 'wasm-unsafe-eval'; connect-src {server}; \
             frame-src {server}",
        )],
    ),
    Situation::policy(
        "CSP with every other directive `'none'`",
        &[(
            CSP,
            "default-src 'none'; script-src 'nonce-own' {server} 'wasm-unsafe-eval'; connect-src {server}; \
             style-src 'none'; img-src 'none'; font-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'; worker-src 'none'; manifest-src 'none'; media-src 'none'; frame-src 'none'",
        )],
    ),
    Situation {
        page: "meta-policy.html",
        ..Situation::policy(
            "CSP in the page",
            &[(CSP, "script-src 'nonce-own' {server} 'wasm-unsafe-eval'; connect-src {server}; frame-src {server}")],
        )
    },
    Situation::policy(
        "CSP `'unsafe-eval'`",
        &[(CSP, "script-src 'nonce-own' {server} 'unsafe-eval'; connect-src {server}")],
    ),
    Situation::policy(
        "CSP by scheme, with `'unsafe-inline' 'unsafe-eval'`",
        &[(CSP, "default-src http: 'unsafe-inline' 'unsafe-eval' data: blob:")],
    ),
    Situation {
        tag: "nonce=\"own\"",
        ..Situation::policy(
            "CSP by nonce",
            &[(CSP, "script-src 'nonce-own' 'wasm-unsafe-eval'; connect-src {server}; frame-src {server}")],
        )
    },
    Situation {
        tag: "nonce=\"own\"",
        ..Situation::policy(
            "CSP by nonce and `'strict-dynamic'`",
            &[(CSP, "script-src 'nonce-own' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'")],
        )
    },
    Situation {
        page: "injected.html",
        ..Situation::policy(
            // The hash of the script in the page: `openssl sha256 -binary | base64`.
            "CSP by hash and `'strict-dynamic'`",
            &[(
                CSP,
                "script-src 'nonce-own' \
             'sha256-JTAOB1dQ8eGbd1/i12qC3hGlB1KBHnN5dqJkrFGaOiw=' 'strict-dynamic' 'wasm-unsafe-eval'",
            )],
        )
    },
    Situation::policy("CSP `style-src 'none'`", &[(CSP, "style-src 'none'")]),
    Situation::policy("CSP `img-src 'none'`", &[(CSP, "img-src 'none'; font-src 'none'; media-src 'none'")]),
    Situation {
        no_origin: true,
        ..Situation::policy("CSP `sandbox allow-scripts`", &[(CSP, "sandbox allow-scripts")])
    },
    Situation::policy("CSP `sandbox` with its origin", &[(CSP, "sandbox allow-scripts allow-same-origin allow-forms")]),
    Situation::policy("CSP that only reports", &[("content-security-policy-report-only", "default-src 'none'")])
        .reported(&["policy: report "]),
    Situation::policy("Trusted Types enforced", &[(CSP, "require-trusted-types-for 'script'")]),
    Situation::policy(
        "Trusted Types enforced, no policy allowed",
        &[(CSP, "require-trusted-types-for 'script'; trusted-types 'none'")],
    ),
    Situation::policy(
        "CSP without `'wasm-unsafe-eval'`",
        &[(CSP, "script-src 'nonce-own' {server}; connect-src {server}; frame-src {server}")],
    )
    .ends(Expected::Hosted)
    .reported(NO_WASM)
    .says("wasm-unsafe-eval"),
    Situation::policy(
        "CSP without it, Trusted Types enforced",
        &[(
            CSP,
            "script-src 'nonce-own' {server}; connect-src {server}; frame-src {server}; \
             require-trusted-types-for 'script'; trusted-types 'none'",
        )],
    )
    .ends(Expected::Hosted)
    .reported(NO_WASM)
    .says("wasm-unsafe-eval"),
    Situation::policy(
        "CSP without it and without frames",
        &[(CSP, "script-src 'nonce-own' {server}; connect-src {server}; frame-src 'none'")],
    )
    .ends(Expected::Link)
    .reported(&["policy: script-src wasm-eval", "policy: frame-src "])
    .says("frame-src"),
    Situation {
        headers: &[
            (CSP, "script-src 'nonce-own' {server}; connect-src {server}; frame-src {server}"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
        ],
        ..Situation::policy("CSP without it, COEP `require-corp`", &[])
    }
    .ends(Expected::Hosted)
    .reported(NO_WASM)
    .says("wasm-unsafe-eval"),
    Situation::policy("CSP without `connect-src`", NO_CONNECTION)
        .ends(Expected::Nothing)
        .reported(&["policy: connect-src "])
        .says("connect-src"),
    Situation {
        by_attribute: true,
        ..Situation::policy("CSP without `connect-src`, the site in an attribute", NO_CONNECTION)
    }
    .ends(Expected::Nothing)
    .reported(&["policy: connect-src "])
    .says("connect-src"),
    Situation::policy("CSP without `script-src`", &[(CSP, "script-src 'nonce-own'; connect-src 'self'")])
        .ends(Expected::Nothing)
        .reported(&["policy: script-src-elem "]),
];
