//! What nixpkgs builds a package with, by the tool that a recipe builds with.

/// A tool, and what a person writes instead of running it.
const BUILDERS: [(&str, &str); 24] = [
    ("npm", NPM),
    ("npx", NPM),
    ("pnpm", NODE),
    ("yarn", NODE),
    ("bun", NODE),
    (
        "go",
        "pkgs.buildGoModule { pname; version; src; vendorHash = lib.fakeHash; }",
    ),
    (
        "cargo",
        "pkgs.rustPlatform.buildRustPackage { pname; version; src; cargoHash = lib.fakeHash; }",
    ),
    ("mvn", MAVEN),
    ("mvnw", MAVEN),
    ("gradle", GRADLE),
    ("gradlew", GRADLE),
    ("bundle", BUNDLER),
    ("bundler", BUNDLER),
    ("gem", BUNDLER),
    (
        "composer",
        "pkgs.php.buildComposerProject2 { pname; version; src; vendorHash = lib.fakeHash; }",
    ),
    (
        "dotnet",
        "pkgs.buildDotnetModule { pname; version; src; projectFile; nugetDeps; }",
    ),
    (
        "mix",
        "pkgs.beamPackages.mixRelease { pname; version; src; mixFodDeps; }",
    ),
    ("pip", PYTHON),
    ("pip3", PYTHON),
    ("pipenv", PYTHON),
    ("poetry", PYTHON),
    ("uv", PYTHON),
    ("cmake", MAKE),
    ("make", MAKE),
];

const NPM: &str = "pkgs.buildNpmPackage { pname; version; src; npmDepsHash = lib.fakeHash; }";
const NODE: &str = "pkgs.stdenv.mkDerivation with the hook that nixpkgs has for this package manager, and its dependencies by a hash";
const MAVEN: &str = "pkgs.maven.buildMavenPackage { pname; version; src; mvnHash = lib.fakeHash; }";
const GRADLE: &str =
    "pkgs.stdenv.mkDerivation with pkgs.gradle, and its dependencies by gradle.fetchDeps";
const BUNDLER: &str =
    "pkgs.bundlerEnv { name; gemdir; }, with the gemset.nix that bundix makes of Gemfile.lock";
const PYTHON: &str = "pkgs.python3.withPackages (ps: [ … ]), or pkgs.python3Packages.buildPythonApplication { pname; version; src; pyproject = true; }";
const MAKE: &str = "pkgs.stdenv.mkDerivation { pname; version; src; buildInputs; }";

/// Returns what a person has to write instead of what a text says that a recipe does with tools: the first that is there.
pub(in crate::import::dockerfile) fn builder(does: &str) -> Option<String> {
    let (_, builder) = BUILDERS
        .iter()
        .find(|(tool, _)| does.contains(&format!("`{tool}`")))?;
    Some(format!(
        "Package the application: {builder}; and give what it makes to the service as its source."
    ))
}

#[cfg(test)]
mod tests {
    use super::builder;

    #[test]
    fn the_tool_says_what_builds() {
        for (does, expected) in [
            ("it builds with `go`", Some("buildGoModule")),
            (
                "it installs dependencies with `npm`, builds with `make`",
                Some("buildNpmPackage"),
            ),
            ("it fetches https://example.org/npm", None),
        ] {
            let found = builder(does);
            assert_eq!(found.is_some(), expected.is_some(), "{does}");
            if let (Some(found), Some(expected)) = (found, expected) {
                assert!(found.contains(expected), "{found}");
            }
        }
    }
}
