// Starts the dashboard, and says what happened when it cannot start or has stopped.
import load from "./dashboard.js";

const here = new URL("./dashboard.wasm", import.meta.url);

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

load(fetch(here, { credentials: "same-origin" })).catch(error => {
    const blocked = error instanceof WebAssembly.CompileError;
    say(
        "The dashboard cannot start",
        blocked
            ? "This browser does not run WebAssembly here. Allow it for this address, or read the numbers from the JSON API under /v1."
            : "Its files could not be loaded. Check the connection and load the page again.",
    );
});
