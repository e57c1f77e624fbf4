//! Tells cargo to embed the browser files anew when `cargo xtask build` has made others.

fn main() {
    println!("cargo::rerun-if-changed=../dist/assets");
    println!("cargo::rerun-if-changed=../dist/dashboard");
}
