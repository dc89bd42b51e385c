//! A technician who insists: one step to a load that the plan would not give.

use super::{Hop, Owned, Plan};
use crate::catalogue::Model;
use crate::load::LoadName;

impl Plan {
    /// Whether the load could be given if somebody insisted: it is whole, on the shelf, and of the model's own family.
    /// What a phone would not even read is never given.
    #[must_use]
    pub fn could_be_forced(&self, model: &Model, shelf: &[Owned<'_>]) -> bool {
        let whole = shelf.iter().any(|o| o.complete && o.name.eq_ignore_ascii_case(&self.to));
        let fits = self.to.parse::<LoadName>().is_ok_and(|l| l.family == model.family && !l.loader);
        !self.possible && whole && fits
    }

    /// The plan of somebody who insists: one step, marked as what it is. A plan that is possible stays as it is.
    #[must_use]
    pub fn insist(mut self, model: &Model, shelf: &[Owned<'_>]) -> Self {
        if !self.could_be_forced(model, shelf) {
            return self;
        }
        let (_, why, _) = self.obstacle();
        self.hops = vec![Hop {
            load: self.to.clone(),
            have: true,
            why: format!("The technician insisted on this step. {why}"),
            rule: "forced".to_owned(),
            certain: false,
        }];
        self.forced = Some(why);
        (self.possible, self.refusal, self.best_reachable) = (true, None, None);
        self.missing.clear();
        self
    }
}
