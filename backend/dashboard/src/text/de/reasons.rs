//! Why a survey is not shown, in German.

use bearing_shared::rule::Reason;

/// What is so, and what to do.
pub(crate) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Consent => {
            "Der Besucher hat nicht eingewilligt: Es wird nichts gezeigt, bis die Seite bearing('consent', true) aufruft."
        }
        Reason::Signal => {
            "Der Browser sendet ein Signal, das die Website achtet: Schalten Sie das in den Einstellungen unter Ruhe aus, um trotzdem zu fragen."
        }
        Reason::Declined => "Der Besucher möchte nicht mehr gefragt werden: Nur bearing('reset') vergisst das.",
        Reason::Schedule => "Der Zeitpunkt liegt außerhalb der Daten der Umfrage: Ändern Sie Beginn oder Ende.",
        Reason::Touchpoint => {
            "Die Seite gehört zu keinem Kontaktpunkt der Umfrage: Nennen Sie einen im Tag oder fügen Sie der Umfrage den der Seite hinzu."
        }
        Reason::Inline => {
            "Die Umfrage steht nur, wo die Seite ein bearing-survey-Element für sie hat: Fügen Sie eines ein oder wählen Sie eine andere Position."
        }
        Reason::Url => {
            "Die Adresse der Seite wird von einer Regel ausgeschlossen oder von keiner zugelassen: Vergleichen Sie sie mit den Regeln für Seiten."
        }
        Reason::Device => "Das Gerät gehört nicht zu denen der Umfrage: Fügen Sie es den Geräten hinzu.",
        Reason::Locale => {
            "Die Sprache der Seite gehört nicht zu denen der Umfrage: Fügen Sie sie den Sprachen hinzu, in denen sie gezeigt wird."
        }
        Reason::Attribute => {
            "Ein Merkmal fehlt oder ist nicht, wie die Umfrage es will: Vergleichen Sie, was die Seite sagt, mit den Regeln für Merkmale."
        }
        Reason::Trigger => {
            "Bei diesem Seitenaufruf ist nichts geschehen, was die Umfrage startet, oder die Wartezeit ist nicht vorbei: Sehen Sie nach, wann sie gezeigt wird."
        }
        Reason::Cancelled => {
            "Die Seite hat einen Namen gemeldet, der die Umfrage absagt: Sie wartet auf den nächsten Seitenaufruf."
        }
        Reason::Sample => {
            "Der Besucher gehört nicht zu den {percent}, die gefragt werden: Erhöhen Sie den Anteil oder versuchen Sie einen anderen Besucher."
        }
        Reason::Answered => {
            "Der Besucher hat die Umfrage beantwortet: Warten Sie, bis die Tage bis zur nächsten Frage vorbei sind, oder legen Sie sie fest."
        }
        Reason::Dismissed => {
            "Der Besucher hat die Umfrage geschlossen: Warten Sie, bis die Tage bis zur nächsten Frage vorbei sind, oder legen Sie sie fest."
        }
        Reason::Shows => {
            "Der Besucher hat die Umfrage so oft gesehen, wie sie gezeigt werden darf: Erhöhen Sie die Zahl oder legen Sie fest, nach wie vielen Tagen wieder gefragt wird."
        }
        Reason::RestMetric => {
            "Der Besucher wurde vor zu kurzer Zeit nach dieser Kennzahl gefragt: Sehen Sie ihre Tage in den Einstellungen unter Ruhe nach."
        }
        Reason::RestSite => {
            "Der Besucher wurde vor zu kurzer Zeit etwas gefragt: Sehen Sie die Tage zwischen zwei Umfragen in den Einstellungen unter Ruhe nach."
        }
        Reason::Open => {
            "Eine Karte ist offen oder war es bei diesem Seitenaufruf: Schließen Sie sie oder warten Sie auf den nächsten Seitenaufruf."
        }
        Reason::NotPublished => "Die Umfrage ist ein Entwurf: Veröffentlichen Sie sie.",
        Reason::Paused => "Die Umfrage ist pausiert: Veröffentlichen Sie sie wieder.",
        Reason::Silenced => {
            "Die Website zeigt vorerst keine Umfrage: Schalten Sie das in den Einstellungen unter Tag aus."
        }
        Reason::Full => {
            "Die Umfrage hat so viele Antworten, wie sie haben darf: Erhöhen Sie die Zahl und veröffentlichen Sie sie."
        }
    }
}
