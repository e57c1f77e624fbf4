//! The account, and whoever has no site yet, in French.

use crate::text::Account;

pub(super) const TEXT: Account = Account {
    you: "Vous",
    name: "Nom",
    as_browser: "Comme le navigateur",
    password: "Mot de passe",
    current: "Mot de passe actuel",
    new: "Nouveau mot de passe",
    new_hint: "Au moins 10 caractères. Toute autre session se termine.",
    too_short: "Un mot de passe a au moins 10 caractères.",
    change_password: "Changer le mot de passe",
    sessions: "Où vous êtes connecté",
    this_one: "Cette session",
    unknown: "Appareil inconnu",
    since: "Depuis le {date}",
    seen: "vue {ago}",
    end: "Terminer",
    end_of: "Terminer la session {name}",
    end_others: "Terminer toutes les autres",
    ended: "Terminé.",
    first_site: "Votre premier site",
    first_site_lead: "Un site web ou un produit : ses enquêtes, ses réponses et ses membres vont ensemble.",
    origin: "Adresse",
    origin_hint: "Telle https://shop.example. Vide : les pages de toute origine peuvent envoyer des réponses.",
    make_site: "Créer le site",
    no_site: "Aucun site ne vous est encore ouvert",
    no_site_lead: "Demandez une invitation à un propriétaire du site, ou à qui gère ce serveur de créer un site. Vous êtes connecté comme {email}.",
};
