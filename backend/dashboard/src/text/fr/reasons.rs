//! Why a survey is not shown, in French.

use bearing_shared::rule::Reason;

/// What is so, and what to do.
pub(crate) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Consent => {
            "Le visiteur n’a pas consenti : rien n’est affiché tant que la page n’appelle pas bearing('consent', true)."
        }
        Reason::Signal => {
            "Le navigateur envoie un signal que le site respecte : désactivez-le dans les réglages, sous Pauses, pour demander quand même."
        }
        Reason::Declined => "Le visiteur a choisi de ne plus être interrogé : seul bearing('reset') l’oublie.",
        Reason::Schedule => "Le moment est hors des dates de l’enquête : changez son début ou sa fin.",
        Reason::Touchpoint => {
            "La page n’est à aucun des points de contact de l’enquête : nommez-en un dans la balise, ou ajoutez celui de la page à l’enquête."
        }
        Reason::Inline => {
            "L’enquête n’apparaît que là où la page a un élément bearing-survey pour elle : ajoutez-en un, ou choisissez une autre position."
        }
        Reason::Url => {
            "L’adresse de la page est exclue par une règle, ou admise par aucune : comparez-la aux règles de pages."
        }
        Reason::Device => "L’appareil n’est pas l’un de ceux de l’enquête : ajoutez-le à ses appareils.",
        Reason::Locale => {
            "La langue de la page n’est pas l’une de celles de l’enquête : ajoutez-la aux langues où elle s’affiche."
        }
        Reason::Attribute => {
            "Un attribut manque ou n’est pas tel que l’enquête le veut : comparez ce que dit la page aux règles d’attributs."
        }
        Reason::Trigger => {
            "Rien de ce qui déclenche l’enquête n’est arrivé sur cette page, ou son délai court encore : voyez quand elle s’affiche."
        }
        Reason::Cancelled => "La page a signalé un nom qui annule l’enquête : elle attend la page suivante.",
        Reason::Sample => {
            "Le visiteur n’est pas parmi les {percent} interrogés : augmentez la part, ou essayez un autre visiteur."
        }
        Reason::Answered => {
            "Le visiteur a répondu à l’enquête : attendez la fin des jours avant une nouvelle demande, ou fixez-les."
        }
        Reason::Dismissed => {
            "Le visiteur a fermé l’enquête : attendez la fin des jours avant une nouvelle demande, ou fixez-les."
        }
        Reason::Shows => {
            "Le visiteur a vu l’enquête autant de fois que permis : augmentez ce nombre, ou fixez après combien de jours on redemande."
        }
        Reason::RestMetric => {
            "Le visiteur a été interrogé sur cette mesure trop récemment : voyez ses jours sous Pauses dans les réglages."
        }
        Reason::RestSite => {
            "Le visiteur a été interrogé trop récemment : voyez les jours entre deux enquêtes sous Pauses dans les réglages."
        }
        Reason::Open => "Une carte est ouverte, ou l’était sur cette page : fermez-la, ou attendez la page suivante.",
        Reason::NotPublished => "L’enquête est un brouillon : publiez-la.",
        Reason::Paused => "L’enquête est en pause : republiez-la.",
        Reason::Silenced => {
            "Le site n’affiche aucune enquête pour l’instant : désactivez cela sous Balise dans les réglages."
        }
        Reason::Full => "L’enquête a autant de réponses qu’elle peut en avoir : augmentez ce nombre et publiez-la.",
    }
}
