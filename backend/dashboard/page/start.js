// Starts the dashboard, and says what happened when it cannot start or has stopped.
const file = name => new URL(name, import.meta.url);

// Where a browser asks for trusted types, text becomes markup only here: Leptos draws what never changes from HTML that is in
// the program, and nothing in that can run. Whatever could is refused, and so is every script that is made of text.
const runs = /<\s*(script|iframe|object|embed|link|meta|base|style)|[\s/"'`]on\w+\s*=|javascript:|srcdoc/i;
window.trustedTypes?.createPolicy("default", { createHTML: html => runs.test(html) ? null : html });

// Four programs, a page loads one: what shows how things are, what answers questions, what makes surveys and sets things,
// and what shows a board (`src/place.rs` asks the same).
const making = /^\/app\/((account|new)\/?$|[^/]+\/(surveys|settings)(\/|$))/.test(location.pathname);
const exploring = /^\/app\/[^/]+\/explore\/?$/.test(location.pathname);
const showing = /^\/app\/(shared|[^/]+\/tv\/?)$/.test(location.pathname);
const name = making ? "making" : exploring ? "exploring" : showing ? "showing" : "reading";

// The words of the reader's language come beside the program; who has chosen another waits for those.
const spoken = ["en", "nl", "de", "fr", "es", "ar"];
const tag = navigator.languages.map(tag => tag.split("-")[0].toLowerCase()).find(tag => spoken.includes(tag)) ?? "en";
const ahead = [fetch(file(`${name}.wasm`), { credentials: "same-origin" }), fetch(file(`${tag}.json`))];
ahead[1].catch(() => {});
document.documentElement.dataset.files = file(".").pathname;

const say = (title, text) => {
    const box = document.createElement("div");
    box.className = "stopped";
    box.setAttribute("role", "alert");
    const heading = document.createElement("h1");
    heading.textContent = title;
    const words = document.createElement("p");
    words.textContent = text;
    const again = document.createElement("button");
    again.className = "button primary";
    again.textContent = "Load again";
    again.addEventListener("click", () => location.reload());
    box.append(heading, words, again);
    document.body.replaceChildren(box);
};

// A program that was compiled to stop at once leaves no message: a trap is all that is heard of it.
addEventListener("error", event => {
    if (event.error instanceof WebAssembly.RuntimeError) {
        say("The dashboard has stopped", "Nothing is lost: what you saved is saved. Load the page again to go on.");
    }
});

const glue = file(`${name}.js`);
import(glue.href).then(({ default: load }) => load(ahead[0])).catch(error => {
    // The page says what to do; whoever looks after the server finds the cause here.
    console.error(error);
    const blocked = error instanceof WebAssembly.CompileError;
    say(
        "The dashboard cannot start",
        blocked
            ? "This browser does not run WebAssembly here. Allow it for this address, or read the numbers from the JSON API under /v1."
            : "Its files could not be loaded. Check the connection and load the page again.",
    );
});
