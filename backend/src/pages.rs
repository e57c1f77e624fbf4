//! The pages in which this process gets its memory.

/// Asks the system for small pages, whatever the allocator wishes; to be called before there are other threads.
///
/// A large page (2 MiB) is cleared as a whole at its first touch, and whoever waits for the processor waits with it: where
/// connections come by the thousand, honest visitors wait longer, and much of the memory is never used. A processor at its
/// limit stores somewhat less for it. `cargo xtask bench overload` prints these figures as they are with small pages.
#[cfg(target_os = "linux")]
pub fn small() {
    // Where the system does not know the question, it has none of these pages to give, or gives them as before.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Nothing needs to be asked for here.
#[cfg(not(target_os = "linux"))]
pub fn small() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn the_system_has_heard_it() {
        super::small();
        assert!(rustix::thread::transparent_huge_pages_are_disabled().expect("Linux tells"));
    }
}
