//! A Vulkan driver for the tests on the GPU. On a machine without a GPU, Mesa's lavapipe is one.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{apt, stage::stage};

/// The package of lavapipe.
pub const PACKAGE: &str = "mesa-vulkan-drivers";
/// How the name of lavapipe's manifest begins.
const LAVAPIPE: &str = "lvp_icd";

/// Where drivers put the manifests that name them.
const FOLDERS: [&str; 4] = [
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
    "/usr/local/etc/vulkan/icd.d",
];

const INSTALL: &str = "The tests on the GPU need a Vulkan driver: \
     `apt-get install mesa-vulkan-drivers`. `cargo xtask test --skip rust` does without.";

/// Installs lavapipe if Linux has no Vulkan driver and we are root on Debian or Ubuntu. Elsewhere
/// the tests that find no GPU are skipped.
///
/// # Errors
/// When the installation fails.
pub fn ensure_driver() -> Result<()> {
    let named = |name| env::var_os(name).is_some_and(|value: OsString| !value.is_empty());
    let has_driver = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].into_iter().any(named)
        || FOLDERS.iter().any(|folder| !manifests(Path::new(folder)).is_empty());
    if cfg!(target_os = "linux") && !has_driver && apt::can_install() {
        stage("vulkan: apt-get install", || apt::install(PACKAGE, INSTALL))?;
    }
    Ok(())
}

/// The manifest of lavapipe, if it is installed.
pub fn lavapipe() -> Option<PathBuf> {
    let mut files = FOLDERS.iter().flat_map(|folder| manifests(Path::new(folder)));
    files.find(|file| file.file_name().is_some_and(|n| n.to_string_lossy().starts_with(LAVAPIPE)))
}

/// The manifests of drivers in the folder. One that cannot be read has none.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let files = entries.flatten().map(|entry| entry.path());
    files.filter(|file| file.extension().is_some_and(|end| end == "json")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_is_known_by_its_manifest() {
        let folder = env::temp_dir().join(format!("xtask-vulkan-{}", std::process::id()));
        assert!(manifests(&folder).is_empty());
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("readme.txt"), "").expect("written");
        assert!(manifests(&folder).is_empty());
        let manifest = folder.join("lvp_icd.x86_64.json");
        fs::write(&manifest, "{}").expect("written");
        assert_eq!(manifests(&folder), [manifest]);
        fs::remove_dir_all(&folder).expect("removed");
    }
}
