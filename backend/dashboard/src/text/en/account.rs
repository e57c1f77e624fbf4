//! The account, and whoever has no site yet, in English.

use crate::text::Account;

pub(super) const TEXT: Account = Account {
    you: "You",
    name: "Name",
    as_browser: "As the browser",
    password: "Password",
    current: "Present password",
    new: "New password",
    new_hint: "At least 10 characters. Every other session ends.",
    too_short: "A password has at least 10 characters.",
    change_password: "Change the password",
    sessions: "Where you are signed in",
    this_one: "This session",
    unknown: "Unknown device",
    since: "Since {date}",
    seen: "last seen {ago}",
    end: "End",
    end_of: "End the session {name}",
    end_others: "End all others",
    ended: "Ended.",
    first_site: "Your first site",
    first_site_lead: "A site is one website or product: its surveys, answers and members belong together.",
    origin: "Address",
    origin_hint: "Such as https://shop.example. Empty: pages of every origin may send answers.",
    make_site: "Make the site",
    no_site: "No site is open to you yet",
    no_site_lead: "Ask an owner of the site for an invitation, or whoever runs this server to make a site. You are signed in as {email}.",
};
