//! Who may import whom: between crates by their manifests, between capabilities by their paths, and to tables by their owners;
//! and whether product and tests share one build.

pub mod crates;
mod paths;
pub mod shared;
mod sql;
mod tables;

use crate::report::Finding;
use crate::source::Sources;
use crates::Package;

/// All import rules, in order of file and line.
pub fn check(sources: &Sources, packages: &[Package], builds: &shared::Builds) -> Vec<Finding> {
    let mut found = crates::check(sources, packages);
    found.extend(paths::check(sources));
    found.extend(tables::check(sources));
    found.extend(shared::check(builds));
    found.sort();
    found.dedup();
    found
}

/// The area and capability that a source file belongs to: `crates/areas/AREA/src/CAPABILITY/…`.
fn capability_of(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.strip_prefix("crates/areas/")?.split('/');
    let (area, src, capability) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next()?;
    (src == "src").then_some((area, capability))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_capability_is_a_folder_in_an_areas_src() {
        assert_eq!(super::capability_of("crates/areas/engage/src/queue/mod.rs"), Some(("engage", "queue")));
        assert_eq!(super::capability_of("crates/areas/engage/src/lib.rs"), None);
        assert_eq!(super::capability_of("crates/areas/engage/tests/queue/mod.rs"), None);
    }
}
