//! What redaction takes out, and what it leaves.

use proptest::prelude::*;

use super::*;

fn all(text: &str) -> String {
    redact(text, &Redaction::ALL)
}

#[test]
fn mail_addresses_are_taken_out() {
    for (text, expected) in [
        ("mail me: jan@shop.example.", "mail me: [mail]."),
        ("(jan.de-vries+x@mail.shop.example)", "([mail])"),
        ("<a@b.co>, <c@d.nl>", "<[mail]>, <[mail]>"),
        ("mailto:JAN@SHOP.EXAMPLE!", "mailto:[mail]!"),
        ("josé.núñez@correo.example", "[mail]"),
        ("почта@пример.рф", "[mail]"),
        ("请联系jan@shop.com谢谢", "请联系[mail]谢谢"),
        ("jan＠shop．example", "[mail]"),
        ("اكتب إلى sara@shop.example شكرا", "اكتب إلى [mail] شكرا"),
        ("0612345678@shop.example", "[mail]"),
        ("a@b.co.0612345678", "[mail].[phone]"),
        ("a@b.nl@c.nl", "[mail]@c.nl"),
        ("...jan@shop.example--", "...[mail]--"),
        ("jan.o'brien@shop.example", "[mail]"),
        ("'jan@shop.example', 'an’a@shop.example'", "'[mail]', '[mail]'"),
        ("jan﹫shop.example", "[mail]"),
        ("jan\u{200b}@\u{200b}shop.example\u{200b} or", "[mail]\u{200b} or"),
        ("\u{feff}jan@shop\u{ad}.example", "\u{feff}[mail]"),
    ] {
        assert_eq!(all(text), expected);
    }
}

#[test]
fn phone_numbers_are_taken_out() {
    for (text, expected) in [
        ("bel +31 6 12345678 aub", "bel [phone] aub"),
        ("bel +31612345678 10", "bel [phone] 10"),
        ("06-12345678", "[phone]"),
        ("06 12 34 56 78 06 98 76 54 32", "[phone] [phone]"),
        ("06.12.34.56.78, merci", "[phone], merci"),
        ("(020) 123 45 67", "[phone]"),
        ("(020 123 45 67)", "([phone])"),
        ("(+31) 6 12345678", "[phone]"),
        ("(+31 6 12345678)", "([phone])"),
        ("+44 (0)20 7946 0958", "[phone]"),
        // The most that a number has is fifteen digits; what comes after them is another.
        ("+299 123 456 789 812", "[phone]"),
        ("+299 123 456 789 812 345", "[phone] 345"),
        ("0031 6 12345678", "[phone]"),
        ("00 31 6 12345678", "[phone]"),
        ("call (555) 123-4567 or 1-555-123-4567", "call [phone] or [phone]"),
        ("llámame al 612 34 56 78", "llámame al [phone]"),
        ("tel. 12345678", "tel. [phone]"),
        ("phone number: 12 34 56 78", "phone number: [phone]"),
        ("+٣١ ٦ ١٢٣٤٥٦٧٨", "[phone]"),
        ("هاتف ٠٥٠١٢٣٤٥٦٧", "هاتف [phone]"),
        ("＋３１６１２３４５６７８", "[phone]"),
        ("电话0612345678。", "电话[phone]。"),
        ("0612345678,0687654321", "[phone],[phone]"),
        ("5 0612345678 5", "5 [phone] 5"),
        ("\u{202a}+31 6 12345678\u{202c}", "\u{202a}[phone]\u{202c}"),
        ("2024-01-02 0612345678", "2024-01-02 [phone]"),
        ("0612345678/0687654321", "[phone]/[phone]"),
        ("+31612345678/+31687654321", "[phone]/[phone]"),
        ("06\u{200b}12\u{200b}34\u{200b}56\u{200b}78\u{200b}!", "[phone]\u{200b}!"),
        ("tel\u{200b}0612345678", "tel\u{200b}[phone]"),
    ] {
        assert_eq!(all(text), expected);
    }
}

#[test]
fn cards_are_taken_out() {
    for (text, expected) in [
        ("4111111111111111", "[card]"),
        ("card 4111 1111 1111 1111 12/26", "card [card] 12/26"),
        ("5500-0000-0000-0004!", "[card]!"),
        ("3782 822463 10005", "[card]"),
        ("my card is ４１１１ １１１１ １１１１ １１１１", "my card is [card]"),
        ("٤١١١١١١١١١١١١١١١", "[card]"),
        ("4222222222222", "[card]"),
        ("order with 4111 1111 1111 1111", "order with [card]"),
        ("4111  1111  1111  1111", "[card]"),
        ("4111 - 1111 - 1111 - 1111", "[card]"),
        ("4111.1111.1111.1111.", "[card]."),
        ("3782.822463.10005", "[card]"),
        ("4111\u{200b}1111\u{200b}1111\u{200b}1111", "[card]"),
    ] {
        assert_eq!(all(text), expected);
    }
    assert_eq!(redact("4111111111111112", &[Redaction::Card]), "4111111111111112", "the check digit is wrong");
}

#[test]
fn what_says_something_of_an_experience_stays() {
    for text in [
        "",
        "9",
        "9/10",
        "10 out of 10",
        "8-9",
        "5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5",
        "in 2024",
        "2019 2020 2021 2022",
        "2019-2020",
        "01-02-2024",
        "01.02.2024 10:30",
        "01.02.24 10.30",
        "1/2/2024 - 5/2/2024",
        "2024-11-21T06:12:00Z",
        "€ 1.234.567,89",
        "1 234 567 euro",
        "$12,345,678.90",
        "0,50",
        "0.123456789",
        "99%",
        "100000000 steps",
        "order 0012345678",
        "order no. 0012345678",
        "#0612345678",
        "bestelnummer: 0612345678",
        "2024-000123",
        "ORD-0612345678",
        "A0612345678",
        "114-1234567-1234567",
        "123456789",
        "1234567890",
        "12345678901234",
        "10:00 - 18:00",
        "06:30",
        "1080p",
        "10 10 10 10",
        "12 34 56",
        "at the shop @ 5",
        "@handle",
        "me@home",
        "a@b.c",
        "10@5.50",
        "support@",
        "@shop.example",
        "1700000000000",
        "20241121103000",
        "0612 01.02.2024",
        "https://shop.example/order/0612345678",
        "411.111.111.111.116",
        "411.111.111.111.116,00",
        "don't@",
        "O'Brien's shop",
        "[mail] [phone] [card]",
        "😀 9 😀",
        "٩ من ١٠",
        "満足度は９です",
    ] {
        assert_eq!(all(text), text);
    }
}

#[test]
fn only_what_is_asked_is_taken_out() {
    let text = "jan@shop.example 0612345678 4111111111111111";
    assert_eq!(redact(text, &[]), text);
    assert_eq!(redact(text, &[Redaction::Mail]), "[mail] 0612345678 4111111111111111");
    assert_eq!(redact(text, &[Redaction::Phone]), "jan@shop.example [phone] 4111111111111111");
    assert_eq!(redact(text, &[Redaction::Card]), "jan@shop.example 0612345678 [card]");
}

/// A text out of what redaction looks at, so that most cases come near a find.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,6}",
        2 => "[ .,:/()+@#-]{1,2}",
        1 => "[a-z]{1,4}",
        1 => prop::sample::select(vec!["tel ", "order ", "٠١٢", "４１", "é", "中", "\u{202f}", "€", "a@b.co", "4111 1111 1111 1111"])
            .prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn whatever_is_written_redaction_ends_and_is_done_once(text in texts()) {
        let once = all(&text);
        prop_assert_eq!(&all(&once), &once);
        prop_assert!(once.chars().count() <= text.chars().count(), "a mark is never longer than what it stands for");
    }

    #[test]
    fn what_is_not_taken_out_stays_byte_for_byte(text in texts()) {
        // The pieces between the marks stand in the text in their order.
        let mut rest = text.as_str();
        for piece in all(&text).split(['[', ']']).filter(|piece| !["mail", "phone", "card"].contains(piece)) {
            let place = rest.find(piece);
            prop_assert!(place.is_some() || text.contains(['[', ']']), "{piece:?} is not in {rest:?}");
            rest = place.map_or("", |place| &rest[place + piece.len()..]);
        }
    }

    #[test]
    fn a_text_without_digits_and_at_signs_stays(text in "[^0-9@＠\\p{Nd}]{0,200}") {
        prop_assert_eq!(all(&text), text);
    }
}
