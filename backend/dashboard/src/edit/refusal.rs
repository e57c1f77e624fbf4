//! Why a survey was not published, as far as it changes what there is to do.

/// What kept a survey from being published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing answered.
    Unreachable,
    /// Somebody else has published meanwhile.
    Overtaken,
    /// The survey is gone, or the member may not publish it any more.
    Withdrawn,
    /// It breaks a rule, which the reply names.
    Broken,
    /// The server was busy or could not store it.
    Unwell,
}

impl Refusal {
    /// The refusal of a status; 0 where nothing answered.
    pub fn of(status: u16) -> Self {
        match status {
            0 => Self::Unreachable,
            409 => Self::Overtaken,
            403 | 404 => Self::Withdrawn,
            400..=428 | 430..=499 => Self::Broken,
            _ => Self::Unwell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_leads_to_what_there_is_to_do() {
        for (status, expected) in [
            (0, Refusal::Unreachable),
            (409, Refusal::Overtaken),
            (403, Refusal::Withdrawn),
            (404, Refusal::Withdrawn),
            (400, Refusal::Broken),
            (422, Refusal::Broken),
            (429, Refusal::Unwell),
            (500, Refusal::Unwell),
            (503, Refusal::Unwell),
            // What was received could not be read.
            (200, Refusal::Unwell),
        ] {
            assert_eq!(Refusal::of(status), expected, "{status}");
        }
    }
}
