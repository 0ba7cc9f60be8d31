//! The least time that any run takes, by arithmetic alone.
//!
//! Nobody can be faster than the busiest bucket of the project, nor than the longest way through
//! one space. The larger of the two is the bound; a simulation of the real schedule is judged
//! against it.

use crate::pace::{Class, Load, ProjectBucket, Quotas};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The least time, and what makes it so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bound {
    /// No run can be faster.
    pub total: Duration,
    /// The bucket or the space that takes so long.
    pub bottleneck: String,
    /// What each class of call takes of its project bucket, the longest first.
    pub by_class: Vec<(Class, Duration)>,
    /// The space with the longest way, and how long it is.
    pub critical_space: Option<(String, Duration)>,
}

/// Returns the least time that the quotas allow for all loads together, headroom not counted.
pub fn lower_bound(loads: &[(String, Load)], quotas: &Quotas) -> Bound {
    let calls = |class| loads.iter().map(|(_, load)| load.calls(class)).sum::<u64>();
    let mut buckets: BTreeMap<ProjectBucket, (u64, Class)> = BTreeMap::new();
    let mut by_class = Vec::new();
    for class in Class::ALL {
        let calls = calls(class);
        if calls > 0 {
            buckets.entry(class.project()).or_insert((0, class)).0 += calls;
            by_class.push((class, at_project(calls, class, quotas)));
        }
    }
    by_class.sort_by_key(|(_, takes)| std::cmp::Reverse(*takes));
    let bucket = buckets
        .into_values()
        .map(|(calls, class)| (at_project(calls, class, quotas), class))
        .max_by_key(|(takes, _)| *takes);
    let paths = loads.iter().map(|(name, load)| (load.path(quotas), name.as_str()));
    let critical = paths.max_by_key(|(takes, _)| *takes);
    bound(bucket, critical, by_class, quotas)
}

fn bound(
    bucket: Option<(Duration, Class)>,
    critical: Option<(Duration, &str)>,
    by_class: Vec<(Class, Duration)>,
    quotas: &Quotas,
) -> Bound {
    let critical_space = critical.map(|(takes, name)| (name.to_owned(), takes));
    let (total, bottleneck) = match (bucket, critical) {
        (Some((takes, class)), Some((path, _))) if takes >= path => {
            (takes, describe(class, quotas))
        }
        (_, Some((path, name))) => (path, format!("the space {name} by itself")),
        _ => (Duration::ZERO, String::from("nothing to do")),
    };
    Bound { total, bottleneck, by_class, critical_space }
}

fn describe(class: Class, quotas: &Quotas) -> String {
    let limit = quotas.project(class.project());
    format!("{}: {} a minute for the project", class.as_str(), (limit.rate() * 60.0).round())
}

fn at_project(calls: u64, class: Class, quotas: &Quotas) -> Duration {
    seconds(calls as f64 / quotas.project(class.project()).rate())
}

/// A duration, whatever the numbers: no plan takes longer than a thousand years.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_hours(8_766_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(name: &str, posts: u64, reactions: u64) -> (String, Load) {
        let load = Load { spaces: 1, posts, reactions, completions: 1, ..Load::default() };
        (name.to_owned(), load)
    }

    #[test]
    fn one_large_space_is_bound_by_its_own_ten_a_second() {
        let bound =
            lower_bound(&[load("general", 36_000, 0), load("random", 10, 0)], &Quotas::google());
        assert_eq!(bound.total.as_secs(), 3_602);
        assert_eq!(bound.bottleneck, "the space general by itself");
        assert_eq!(bound.critical_space.map(|(name, _)| name).as_deref(), Some("general"));
    }

    #[test]
    fn many_spaces_are_bound_by_the_project() {
        let loads: Vec<_> = (0..100).map(|n| load(&format!("c{n}"), 3_000, 0)).collect();
        let bound = lower_bound(&loads, &Quotas::google());
        assert_eq!(bound.total.as_secs(), 6_000);
        assert_eq!(bound.bottleneck, "posts: 3000 a minute for the project");
        assert_eq!(bound.by_class[0].0, Class::Post);
    }

    #[test]
    fn a_million_reactions_take_longer_than_a_million_posts() {
        let loads: Vec<_> = (0..100).map(|n| load(&format!("c{n}"), 10_000, 10_000)).collect();
        let bound = lower_bound(&loads, &Quotas::google());
        assert_eq!(bound.bottleneck, "reactions: 600 a minute for the project");
        assert_eq!(bound.total.as_secs(), 100_000);
    }

    #[test]
    fn creating_and_completing_share_the_scarce_space_writes() {
        let loads: Vec<_> = (0..12_000).map(|n| load(&format!("c{n}"), 1, 0)).collect();
        let bound = lower_bound(&loads, &Quotas::google());
        assert_eq!(bound.total.as_secs(), 24_000);
        assert_eq!(bound.by_class[0].1.as_secs(), 12_000);
    }

    #[test]
    fn an_empty_plan_takes_no_time() {
        let bound = lower_bound(&[], &Quotas::google());
        assert_eq!((bound.total, bound.bottleneck.as_str()), (Duration::ZERO, "nothing to do"));
    }

    #[test]
    fn higher_quotas_shorten_it_in_proportion() {
        let loads = [load("general", 36_000, 9_000)];
        let slow = lower_bound(&loads, &Quotas::google()).total.as_secs_f64();
        let fast = lower_bound(&loads, &Quotas::google().scaled(20.0)).total.as_secs_f64();
        assert!((slow / fast - 20.0).abs() < 1e-3);
    }
}
