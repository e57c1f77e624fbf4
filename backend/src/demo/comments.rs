//! The words of the sample answers: sentences by page, tone and theme, in four languages, with a lamp and a number
//! filled in.

use super::visit::Place;
use Place::{Checkout, Product, ThankYou};
use Theme::{Delivery, Price, Quality, Range, Service, Website};
use Tone::{Bad, Good, Mixed};

/// Whether a comment praises, weighs or complains: the three bands of an instrument, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// The favourable band.
    Good,
    /// The neutral band.
    Mixed,
    /// The unfavourable band.
    Bad,
}

/// What a comment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Theme {
    /// The lamp itself.
    Quality,
    /// What there is to choose from.
    Range,
    /// What it costs.
    Price,
    /// How it arrives.
    Delivery,
    /// The pages of the shop.
    Website,
    /// The people of the shop.
    Service,
}

impl Theme {
    /// The choice of the question `topics` that stands for this theme, where there is one.
    pub(super) fn topic(self) -> Option<&'static str> {
        match self {
            Quality => Some("quality"),
            Price => Some("price"),
            Delivery => Some("delivery"),
            Website => Some("website"),
            Range | Service => None,
        }
    }
}

/// The lamps that a comment can be about.
pub(super) const LAMPS: [&str; 4] = ["Arc", "Dome", "Pebble", "Beam"];

/// The sentences about a theme in a language; those in English where the language has none.
pub(super) fn sentences(place: Place, tone: Tone, theme: Theme, language: &str) -> Vec<&'static str> {
    let of = |wanted: &str| -> Vec<&'static str> {
        LINES
            .iter()
            .filter(|line| (line.0, line.1, line.2) == (place, tone, theme) && line.3 == wanted)
            .map(|line| line.4)
            .collect()
    };
    let own = of(language);
    if own.is_empty() { of("en") } else { own }
}

/// What some add at the end, by tone and language.
pub(super) fn endings(tone: Tone, language: &str) -> &'static [&'static str] {
    match (tone, language) {
        (Good, "en") => {
            &["Will order again.", "Keep it up 👍", "Thanks!", "Already told my sister.", "Five stars from me 💡"]
        }
        (Good, "nl") => &["Ga zo door!", "Bedankt!", "Zeker voor herhaling vatbaar 👍"],
        (Good, "de") => &["Gerne wieder!", "Danke!", "Weiter so 👍"],
        (Bad, "en") => &["Please fix this.", "Not what I expect at this price.", "I nearly gave up.", "Disappointed."],
        (Bad, "nl") => &["Jammer.", "Doe hier iets aan, alstublieft."],
        (Bad, "de") => &["Schade.", "Bitte verbessern."],
        (Mixed, "en") => &["Otherwise fine.", "Small thing, but still.", "Maybe next time."],
        (Mixed, "nl") => &["Verder prima."],
        (Mixed, "de") => &["Sonst alles gut."],
        _ => &[],
    }
}

/// Page, tone, theme, language, sentence. `{lamp}` is a lamp's name, `{n}` a number from 2 to 9.
type Line = (Place, Tone, Theme, &'static str, &'static str);

const LINES: &[Line] = &[
    (ThankYou, Good, Quality, "en", "The {lamp} is even better than in the pictures."),
    (ThankYou, Good, Quality, "en", "Lovely warm light, and it dims all the way down."),
    (ThankYou, Good, Quality, "en", "You can tell somebody thought about every screw of the {lamp}."),
    (ThankYou, Good, Quality, "en", "Our {lamp} has been on every evening for {n} months and still feels new."),
    (ThankYou, Good, Quality, "nl", "De {lamp} is prachtig, het licht is precies warm genoeg."),
    (ThankYou, Good, Quality, "nl", "Degelijk gemaakt, dit is een lamp voor het leven."),
    (ThankYou, Good, Quality, "de", "Die {lamp} ist hervorragend verarbeitet."),
    (ThankYou, Good, Quality, "de", "Sehr schönes, warmes Licht."),
    (ThankYou, Good, Quality, "ar", "المصباح جميل جدًا والضوء دافئ."),
    (ThankYou, Good, Range, "en", "Only four lamps, and I wanted three of them."),
    (ThankYou, Good, Range, "en", "Nice to have a small choice for once instead of four hundred lamps."),
    (ThankYou, Good, Range, "nl", "Klein aanbod, maar alles klopt."),
    (ThankYou, Good, Range, "de", "Kleine Auswahl, aber alles durchdacht."),
    (ThankYou, Good, Price, "en", "Not cheap, but I can buy every part again. That makes it good value."),
    (ThankYou, Good, Price, "en", "Fair price for a lamp that can be repaired."),
    (ThankYou, Good, Price, "nl", "Eerlijke prijs voor deze kwaliteit."),
    (ThankYou, Good, Price, "de", "Das Preis-Leistungs-Verhältnis stimmt."),
    (ThankYou, Good, Delivery, "en", "Came a day early, in cardboard only. No foam!"),
    (ThankYou, Good, Delivery, "en", "Delivered in {n} days and the courier carried it upstairs."),
    (ThankYou, Good, Delivery, "en", "Evening delivery at seven sharp, exactly as promised."),
    (ThankYou, Good, Delivery, "nl", "Snel geleverd en goed ingepakt."),
    (ThankYou, Good, Delivery, "nl", "Binnen {n} dagen in huis, netjes op tijd."),
    (ThankYou, Good, Delivery, "de", "Nach {n} Tagen da, gut verpackt."),
    (ThankYou, Good, Delivery, "ar", "وصل الطلب بسرعة والتغليف ممتاز."),
    (ThankYou, Good, Website, "en", "Clear pages, no pop-ups, no countdown clocks."),
    (ThankYou, Good, Website, "en", "Ordering took me two minutes."),
    (ThankYou, Good, Website, "nl", "Fijne, rustige website."),
    (ThankYou, Good, Website, "de", "Angenehm ruhige Seite, schnell bestellt."),
    (ThankYou, Good, Service, "en", "I asked about a spare switch and had an answer within the hour."),
    (ThankYou, Good, Service, "en", "You sent a new shade for free after the courier dented mine. Great."),
    (ThankYou, Good, Service, "nl", "Vriendelijk geholpen aan de telefoon."),
    (ThankYou, Good, Service, "de", "Sehr freundliche Hilfe bei meiner Frage."),
    (ThankYou, Mixed, Quality, "en", "Good lamp, but the dimmer of the {lamp} hums a little at the low end."),
    (ThankYou, Mixed, Quality, "en", "The cord could be longer."),
    (ThankYou, Mixed, Quality, "nl", "Mooie lamp, snoer mag wat langer."),
    (ThankYou, Mixed, Quality, "de", "Gute Lampe, das Kabel ist etwas kurz."),
    (ThankYou, Mixed, Range, "en", "I would love the {lamp} in a second colour."),
    (ThankYou, Mixed, Range, "en", "A wall lamp is what I still miss."),
    (ThankYou, Mixed, Price, "en", "Nice, but a bit above what I wanted to spend."),
    (ThankYou, Mixed, Price, "de", "Schön, aber etwas teuer."),
    (ThankYou, Mixed, Delivery, "en", "Two days later than planned, but well packed."),
    (ThankYou, Mixed, Delivery, "nl", "Iets later dan beloofd, verder niets te klagen."),
    (ThankYou, Mixed, Website, "en", "Could not change my address after ordering."),
    (ThankYou, Mixed, Website, "de", "Die Adresse ließ sich nachträglich nicht ändern."),
    (ThankYou, Mixed, Service, "en", "Friendly, but it took {n} mails to sort out."),
    (ThankYou, Bad, Quality, "en", "The shade of my {lamp} arrived with a scratch."),
    (ThankYou, Bad, Quality, "en", "It flickers when dimmed below a third."),
    (ThankYou, Bad, Quality, "nl", "De lamp flikkert als hij gedimd is."),
    (ThankYou, Bad, Quality, "de", "Der Schirm hatte einen Kratzer."),
    (ThankYou, Bad, Range, "en", "Nothing for the bathroom, so I had to go elsewhere."),
    (ThankYou, Bad, Price, "en", "Too expensive for what it is."),
    (ThankYou, Bad, Price, "en", "€{n}9 for a replacement cord is a lot."),
    (ThankYou, Bad, Price, "nl", "Veel te duur."),
    (ThankYou, Bad, Price, "de", "Zu teuer für eine Lampe aus Blech."),
    (ThankYou, Bad, Delivery, "en", "Promised in 6 days, took {n} weeks, and nobody told me."),
    (ThankYou, Bad, Delivery, "en", "The box stood in the rain outside my door."),
    (ThankYou, Bad, Delivery, "en", "Stayed at home for the evening slot and nobody came."),
    (ThankYou, Bad, Delivery, "nl", "{n} dagen te laat en geen bericht gekregen."),
    (ThankYou, Bad, Delivery, "nl", "Doos kwam beschadigd aan."),
    (ThankYou, Bad, Delivery, "de", "Lieferung kam {n} Tage zu spät, ohne Nachricht."),
    (ThankYou, Bad, Delivery, "ar", "تأخر التوصيل ولم يخبرني أحد بالسبب."),
    (ThankYou, Bad, Website, "en", "Paying on my phone failed {n} times before it went through."),
    (ThankYou, Bad, Website, "en", "The checkout lost my basket twice."),
    (ThankYou, Bad, Website, "nl", "Betalen op mijn telefoon lukte pas de {n}e keer."),
    (ThankYou, Bad, Website, "de", "Die Bezahlung am Handy ist {n}-mal abgebrochen."),
    (ThankYou, Bad, Website, "ar", "توقفت صفحة الدفع على هاتفي."),
    (ThankYou, Bad, Service, "en", "Still waiting for an answer to my mail of {n} days ago."),
    (ThankYou, Bad, Service, "nl", "Al {n} dagen geen antwoord op mijn mail."),
    (ThankYou, Bad, Service, "de", "Seit {n} Tagen keine Antwort auf meine Mail."),
    (Product, Good, Quality, "en", "The drawing of the parts convinced me."),
    (Product, Good, Quality, "nl", "Goed te zien hoe de {lamp} gemaakt is."),
    (Product, Good, Quality, "de", "Man sieht genau, woraus die {lamp} besteht."),
    (Product, Good, Range, "en", "Found the right lamp for my desk straight away."),
    (Product, Good, Range, "nl", "Meteen de goede lamp gevonden."),
    (Product, Good, Website, "en", "All the sizes are there, which is rare."),
    (Product, Good, Website, "en", "Pictures with the lamp on and off: very useful."),
    (Product, Good, Website, "nl", "Duidelijke foto's, alle maten staan erbij."),
    (Product, Good, Website, "de", "Gute Bilder und alle Maße auf einen Blick."),
    (Product, Good, Price, "en", "Price with delivery included, no surprises."),
    (Product, Good, Service, "en", "Thirty evenings to decide took my doubts away."),
    (Product, Good, Delivery, "en", "Good that the delivery date is on the page."),
    (Product, Mixed, Quality, "en", "Hard to judge the colour of the shade from the picture."),
    (Product, Mixed, Quality, "de", "Die Farbe ist auf dem Bild schwer zu erkennen."),
    (Product, Mixed, Range, "en", "Does the {lamp} come in white?"),
    (Product, Mixed, Range, "nl", "Is de {lamp} er ook in het wit?"),
    (Product, Mixed, Website, "en", "I had to look for the length of the cord."),
    (Product, Mixed, Website, "en", "A picture of the {lamp} in a real room would help."),
    (Product, Mixed, Price, "en", "Is there ever a sale?"),
    (Product, Mixed, Service, "en", "I would have liked to ask somebody a question."),
    (Product, Mixed, Delivery, "en", "Unclear whether you deliver to an upper floor."),
    (Product, Bad, Quality, "en", "Reviews with pictures are missing, I do not dare to buy it."),
    (Product, Bad, Range, "en", "Not what I was looking for."),
    (Product, Bad, Range, "nl", "Niet gevonden wat ik zocht."),
    (Product, Bad, Range, "de", "Nicht das, was ich gesucht habe."),
    (Product, Bad, Website, "en", "The pictures took ages to load."),
    (Product, Bad, Website, "en", "I cannot find how wide the {lamp} is."),
    (Product, Bad, Website, "nl", "Ik kan nergens vinden hoe hoog de {lamp} is."),
    (Product, Bad, Website, "de", "Die Höhe der {lamp} steht nirgends."),
    (Product, Bad, Price, "en", "Beautiful, but out of my reach."),
    (Product, Bad, Price, "nl", "Mooi, maar niet te betalen."),
    (Product, Bad, Service, "en", "Nobody picks up the phone."),
    (Product, Bad, Delivery, "en", "You do not deliver to my island."),
    (Checkout, Good, Website, "en", "Done in a minute, no account needed."),
    (Checkout, Good, Website, "en", "Everything on one page. More of that."),
    (Checkout, Good, Website, "nl", "In een minuut klaar, geen account nodig."),
    (Checkout, Good, Website, "de", "In einer Minute fertig, ohne Konto."),
    (Checkout, Good, Price, "en", "Paying afterwards is a relief."),
    (Checkout, Good, Price, "nl", "Fijn dat je achteraf kunt betalen."),
    (Checkout, Good, Delivery, "en", "Great that I could choose the evening."),
    (Checkout, Good, Delivery, "de", "Toll, dass man den Abend wählen kann."),
    (Checkout, Mixed, Website, "en", "I had to type my address by hand."),
    (Checkout, Mixed, Website, "nl", "Adres werd niet automatisch ingevuld."),
    (Checkout, Mixed, Price, "en", "My company needs the VAT number on the bill."),
    (Checkout, Mixed, Delivery, "en", "Only three evenings to choose from."),
    (Checkout, Mixed, Delivery, "de", "Nur drei Abende zur Auswahl."),
    (Checkout, Bad, Website, "en", "The page froze on my phone after I pressed pay."),
    (Checkout, Bad, Website, "en", "Had to start over {n} times, the form forgot everything."),
    (Checkout, Bad, Website, "en", "The keyboard covered the button on my phone."),
    (Checkout, Bad, Website, "nl", "De pagina bleef hangen toen ik wilde betalen."),
    (Checkout, Bad, Website, "nl", "Moest alles {n} keer opnieuw invullen."),
    (Checkout, Bad, Website, "de", "Die Seite ist am Handy beim Bezahlen eingefroren."),
    (Checkout, Bad, Website, "ar", "تجمدت الصفحة على هاتفي عند الدفع."),
    (Checkout, Bad, Price, "en", "My card was refused without saying why."),
    (Checkout, Bad, Price, "nl", "Mijn kaart werd geweigerd, zonder uitleg."),
    (Checkout, Bad, Price, "de", "Meine Karte wurde ohne Grund abgelehnt."),
    (Checkout, Bad, Delivery, "en", "My postcode is not recognised."),
    (Checkout, Bad, Delivery, "nl", "Mijn postcode wordt niet herkend."),
    (Checkout, Bad, Delivery, "de", "Meine Postleitzahl wird nicht erkannt."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_that_is_drawn_has_words_in_english() {
        for (place, themes) in [
            (ThankYou, &[Quality, Range, Price, Delivery, Website, Service][..]),
            (Product, &[Quality, Range, Price, Delivery, Website, Service]),
            (Checkout, &[Website, Price, Delivery]),
        ] {
            for theme in themes {
                for tone in [Good, Mixed, Bad] {
                    assert!(!sentences(place, tone, *theme, "xx").is_empty(), "{place:?} {tone:?} {theme:?}");
                }
            }
        }
    }

    #[test]
    fn another_language_is_used_where_there_is_one() {
        assert!(sentences(Checkout, Bad, Price, "de")[0].starts_with("Meine"));
        assert!(sentences(Product, Bad, Service, "de")[0].starts_with("Nobody"));
    }
}
