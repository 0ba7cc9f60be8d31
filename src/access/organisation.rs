//! Who belongs to the organisation: one decision, by the domains of its addresses.

use std::collections::BTreeSet;

/// The organisation's domains, as its accounts' addresses show them: primary, secondary, aliases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organisation(BTreeSet<String>);

impl Organisation {
    /// Takes the addresses of its accounts, aliases among them.
    pub fn of<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        Self(addresses.into_iter().filter_map(domain).collect())
    }

    /// Tells whether an address surely belongs to somebody outside. Where no domain is known, or
    /// the address is none, nobody can tell, and nobody is.
    pub fn is_external(&self, address: &str) -> bool {
        !self.0.is_empty() && domain(address).is_some_and(|domain| !self.0.contains(&domain))
    }
}

fn domain(address: &str) -> Option<String> {
    let (name, domain) = address.trim().rsplit_once('@')?;
    let is_one = !name.is_empty() && !domain.is_empty();
    is_one.then(|| domain.trim_end_matches('.').to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c5_secondary_and_alias_domains_are_internal() {
        let addresses = ["ana@example.com", "bo@labs.example.com", "bo@old.example"];
        let ours = Organisation::of(addresses);
        for inside in ["x@example.com", "X@LABS.Example.com", "y@old.example", "y@old.example."] {
            assert!(!ours.is_external(inside), "{inside}");
        }
        for outside in ["x@example.org", "x@sub.example.com", "x@notexample.com", "x@gmail.com"] {
            assert!(ours.is_external(outside), "{outside}");
        }
        assert!(!ours.is_external("no address"));
        assert!(!Organisation::default().is_external("x@example.org"), "no Directory, no verdict");
    }
}
