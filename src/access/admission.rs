//! Who may see spaces beside their members with accounts: what the admin wishes, and what of a
//! space's opening is left where the wish is another one than when it was frozen.

use super::{Audience, Fate, Sight};

/// Why somebody from outside is in no space.
pub const EXTERNAL: &str = "external";

/// Who may see spaces, beside the members with accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admission {
    /// Who may find the spaces of public channels.
    pub audience: Option<Audience>,
    /// People outside the organisation are invited to where they were members.
    pub invite: bool,
}

impl Admission {
    /// Returns the wish for one conversation, which may have an audience of its own: `none` too,
    /// and what can't be read is none.
    #[must_use]
    pub fn with_own(&self, own: Option<&str>) -> Self {
        let audience = own.map_or_else(|| self.audience.clone(), Audience::parse);
        Self { audience, ..*self }
    }

    /// Tells whether it lets this audience, and no other, find a space.
    pub fn lets_find(&self, audience: Option<&str>) -> bool {
        audience.is_some() && self.audience.as_ref().map(Audience::as_str) == audience
    }
}

impl Sight {
    /// Leaves out what is not wished any more: what was frozen under another wish is never opened.
    #[must_use]
    pub fn under(mut self, wish: &Admission) -> Self {
        if !wish.lets_find(self.audience.as_deref()) {
            self.audience = None;
        }
        for seat in self.seats.iter_mut().filter(|seat| !wish.invite && seat.fate == Fate::Invited)
        {
            seat.fate = Fate::Missing(EXTERNAL.to_owned());
            seat.also.clear();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Seat;
    use crate::ids::ConversationId;

    fn wish(audience: &str, invite: bool) -> Admission {
        Admission { audience: Audience::parse(audience), invite }
    }

    #[test]
    fn d4_a_conversations_own_audience_stands_above_that_of_all() {
        let of = |own: Option<&str>| {
            let own = wish("default", true).with_own(own);
            own.audience.map(|audience| audience.as_str().to_owned())
        };
        assert_eq!(of(None).as_deref(), Some("audiences/default"));
        assert_eq!(of(Some("audiences/XYZ")).as_deref(), Some("audiences/XYZ"));
        assert_eq!((of(Some("none")), of(Some("?")), of(Some(""))), (None, None, None));
    }

    #[test]
    fn d1_what_is_not_wished_any_more_is_not_opened_and_a_wish_opens_nothing() {
        let also = Vec::new;
        let seat =
            |fate| Seat { slack: None, name: String::new(), account: None, fate, also: also() };
        let frozen = Sight {
            lane: 1,
            slack: ConversationId::new("C1"),
            part: 0,
            name: String::new(),
            kind: "public".to_owned(),
            audience: Some("audiences/default".to_owned()),
            group: None,
            seats: vec![seat(Fate::Member), seat(Fate::Invited)],
        };
        assert_eq!(frozen.clone().under(&wish("default", true)), frozen);
        let left = frozen.clone().under(&wish("none", false));
        assert_eq!(left.audience, None);
        let fates: Vec<_> = left.seats.iter().map(|seat| seat.fate.clone()).collect();
        assert_eq!(fates, [Fate::Member, Fate::Missing("external".to_owned())]);
        assert_eq!(frozen.clone().under(&wish("audiences/XYZ", true)).audience, None);
        let shut = Sight { audience: None, ..frozen };
        assert_eq!(shut.clone().under(&wish("default", true)), shut);
    }
}
