//! Why a survey is not shown, in Dutch.

use bearing_shared::rule::Reason;

/// What is so, and what to do.
pub(crate) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Consent => {
            "De bezoeker heeft niet ingestemd: er wordt niets getoond totdat de pagina bearing('consent', true) aanroept."
        }
        Reason::Signal => {
            "De browser stuurt een signaal dat de site respecteert: zet dat in de instellingen onder Rust uit om toch te vragen."
        }
        Reason::Declined => "De bezoeker wil niet meer gevraagd worden: alleen bearing('reset') vergeet dat.",
        Reason::Schedule => "Het moment valt buiten de datums van de enquête: wijzig het begin of het einde.",
        Reason::Touchpoint => {
            "De pagina hoort bij geen van de contactpunten van de enquête: noem er een in de tag, of voeg dat van de pagina aan de enquête toe."
        }
        Reason::Inline => {
            "De enquête staat alleen waar de pagina er een bearing-survey-element voor heeft: voeg dat toe, of kies een andere plaats."
        }
        Reason::Url => {
            "Het adres van de pagina wordt door een regel uitgesloten of door geen enkele toegelaten: vergelijk het met de regels voor pagina’s."
        }
        Reason::Device => "Het apparaat hoort niet bij de enquête: voeg het aan de apparaten toe.",
        Reason::Locale => {
            "De taal van de pagina hoort niet bij de enquête: voeg die toe aan de talen waarin zij wordt getoond."
        }
        Reason::Attribute => {
            "Een kenmerk ontbreekt of is niet zoals de enquête het wil: vergelijk wat de pagina zegt met de regels voor kenmerken."
        }
        Reason::Trigger => {
            "Er is op deze pagina niets gebeurd dat de enquête start, of de wachttijd is nog niet om: zie wanneer zij wordt getoond."
        }
        Reason::Cancelled => "De pagina meldde een naam die de enquête afblaast: zij wacht op de volgende pagina.",
        Reason::Sample => {
            "De bezoeker hoort niet bij de {percent} die gevraagd wordt: verhoog het aandeel, of probeer een andere bezoeker."
        }
        Reason::Answered => {
            "De bezoeker heeft de enquête beantwoord: wacht tot de dagen voor een nieuwe vraag om zijn, of stel ze in."
        }
        Reason::Dismissed => {
            "De bezoeker heeft de enquête gesloten: wacht tot de dagen voor een nieuwe vraag om zijn, of stel ze in."
        }
        Reason::Shows => {
            "De bezoeker heeft de enquête zo vaak gezien als mag: verhoog dat getal, of stel in na hoeveel dagen opnieuw wordt gevraagd."
        }
        Reason::RestMetric => {
            "De bezoeker is te kort geleden naar deze maat gevraagd: zie de dagen ervan onder Rust in de instellingen."
        }
        Reason::RestSite => {
            "De bezoeker is te kort geleden iets gevraagd: zie de dagen tussen twee enquêtes onder Rust in de instellingen."
        }
        Reason::Open => {
            "Er is een kaart open, of er was er een op deze pagina: sluit die, of wacht op de volgende pagina."
        }
        Reason::NotPublished => "De enquête is een concept: publiceer haar.",
        Reason::Paused => "De enquête is gepauzeerd: publiceer haar opnieuw.",
        Reason::Silenced => "De site toont voorlopig geen enquête: zet dat in de instellingen onder Tag uit.",
        Reason::Full => "De enquête heeft zo veel antwoorden als mag: verhoog dat getal en publiceer haar.",
    }
}
