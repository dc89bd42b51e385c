//! Who sends which vendor class. It is asked for every packet of every phone, and by every rule that looks at a phone.

use super::phones::{AnyPhone, Class, Foreign, like};

/// How those are known by DHCP option 60 who don't send one of the classes of our models.
#[derive(Debug)]
pub(super) struct Classes {
    /// In the order in which they are tried.
    patterns: Vec<(Pairs, String, Whose)>,
    number_behind: String,
}

#[derive(Clone, Copy, Debug)]
enum Whose {
    Foreign(usize),
    Any,
}

impl Classes {
    pub(super) fn new(foreign: &[Foreign], any: &AnyPhone) -> Self {
        let foreign = foreign.iter().enumerate().map(|(n, f)| (&f.class, Whose::Foreign(n)));
        let all = foreign.chain([(&any.class, Whose::Any)]);
        let patterns = all.flat_map(|(patterns, whose)| patterns.iter().map(move |p| (p.clone(), whose)));
        let patterns = patterns.map(|(pattern, whose)| (Pairs::wanted(&pattern), pattern, whose)).collect();
        Self { patterns, number_behind: any.number_behind.clone() }
    }

    /// The number of a model that a telephone's class names.
    pub(super) fn number<'c>(&self, class: &'c str) -> Option<&'c str> {
        Some(class.rsplit_once(&self.number_behind)?.1)
    }

    /// Who sends this class that is no model's of ours, given the list that the patterns were taken from.
    pub(super) fn of<'a>(&self, class: &str, foreign: &'a [Foreign]) -> Class<'a> {
        let has = Pairs::of(class);
        let fits = |(wanted, pattern, _): &&(Pairs, String, Whose)| has.hold(*wanted) && like(pattern, class);
        let found = match self.patterns.iter().find(fits).map(|(.., whose)| whose) {
            Some(Whose::Foreign(n)) => foreign.get(*n).map(Class::Foreign),
            Some(Whose::Any) => Some(Class::Phone),
            None => None,
        };
        found.unwrap_or(Class::Other)
    }
}

/// Which pairs of neighbouring letters a text has, one bit for several of them: a text that lacks one of a pattern's can't
/// fit it, which is seen at a glance.
#[derive(Clone, Copy, Debug)]
struct Pairs(u128);

impl Pairs {
    fn of(text: &str) -> Self {
        Self::over(text, |_| true)
    }

    /// Those that every text has that fits the pattern.
    fn wanted(pattern: &str) -> Self {
        Self::over(pattern, |c| !b"*?".contains(&c))
    }

    fn over(text: &str, counts: impl Fn(u8) -> bool) -> Self {
        let pairs = text.bytes().zip(text.bytes().skip(1)).filter(|(a, b)| counts(*a) && counts(*b));
        let bit = |a: u8, b: u8| {
            let (a, b) = (u32::from(a.to_ascii_lowercase()), u32::from(b.to_ascii_lowercase()));
            1 << ((a * 37 + b * 5) % u128::BITS)
        };
        Self(pairs.fold(0, |bits, (a, b)| bits | bit(a, b)))
    }

    const fn hold(self, wanted: Self) -> bool {
        wanted.0 & !self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_fits_is_never_left_out(pattern in "[a-cA-C*?]{0,8}", text in "[a-cA-C*?]{0,10}") {
            if like(&pattern, &text) {
                prop_assert!(Pairs::of(&text).hold(Pairs::wanted(&pattern)), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn a_stranger_is_told_by_a_look() {
        let class = Pairs::of("MSFT 5.0");
        let ours = ["*CP-7910*", "Cisco Systems, Inc. IP Phone CP-7960", "Cisco IP Phone ?*"];
        assert!(!ours.iter().any(|pattern| class.hold(Pairs::wanted(pattern))));
    }
}
