//! How somebody was matched, how sure that is, and what is wrong with it, as stable codes.

/// Declares codes with their meaning.
macro_rules! codes {
    ($(#[$doc:meta])* $type:ident { $($name:ident $code:literal $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $(#[doc = $text] $name,)*
        }

        impl $type {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns what it means, in plain words.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// How a Slack identity was matched with an account.
    How {
        Chosen "chosen" "your own choice in the workbook";
        File "file" "the people file";
        Email "email" "the e-mail address is the account's primary one";
        Alias "alias" "the e-mail address is another one of the account";
        Previous "previous" "an older export has an e-mail address that is the account's";
        Contact "contact" "the account's card names the e-mail address; a suggestion only";
        Name "name" "the name is the same; a suggestion only";
        Assumed "assumed" "the e-mail address is taken for an account: the Directory was not read yet";
        Nobody "none" "nothing fits";
    }
}

impl How {
    /// Tells how sure it is.
    pub const fn confidence(self) -> &'static str {
        match self {
            Self::Chosen | Self::File => "chosen",
            Self::Email | Self::Alias => "sure",
            Self::Previous => "likely",
            Self::Contact | Self::Name => "guess",
            Self::Assumed => "assumed",
            Self::Nobody => "",
        }
    }
}

codes! {
    /// What an admin may want to look at.
    Problem {
        Unlisted "unlisted" "wrote, reacted or is a member, and the export's list of users does not have them";
        NoEmail "no_email" "the export has no e-mail address of theirs";
        NotInDirectory "not_in_directory" "no account of the organisation has the address";
        OtherDomain "other_domain" "the address is of a domain in which the organisation has no account";
        Suspended "suspended_account" "the account is suspended, so nothing can be sent as it";
        Archived "archived_account" "the account is archived, so nothing can be sent as it";
        GuestAccount "guest_account" "the account is a guest's, and delegation does not reach guests";
        ChoiceUnknown "choice_unknown" "the account that was chosen is not in the Directory";
        ChangedEmail "changed_email" "the exports have different addresses; the newest counts first";
        SharedEmail "shared_email" "another Slack identity has the same address";
        SharedAccount "shared_account" "another Slack identity has the same account: in Chat they are one person";
        Contested "contested_account" "another Slack identity has at least as much right to the account or the address: a suggestion only";
        OnlySuggested "only_suggested" "there is a suggestion; it counts once you copy it to the column account";
        SeveralFit "several_fit" "several accounts fit equally well, so none is suggested";
    }
}
