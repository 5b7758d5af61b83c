//! Programs that look at the sources and make nothing: linters and tests.

/// Such programs.
const CHECKERS: [&str; 31] = [
    "bandit",
    "black",
    "codespell",
    "eslint",
    "flake8",
    "golangci-lint",
    "golint",
    "hadolint",
    "isort",
    "jest",
    "mocha",
    "mypy",
    "nosetests",
    "nox",
    "phpcs",
    "phpstan",
    "phpunit",
    "prettier",
    "py.test",
    "pycodestyle",
    "pydocstyle",
    "pyflakes",
    "pylint",
    "pytest",
    "rspec",
    "rubocop",
    "ruff",
    "shellcheck",
    "standard",
    "stylelint",
    "tox",
];

/// Programs that build, and their words that only check.
const OF_BUILDERS: [(&str, &[&str]); 8] = [
    ("cargo", &["audit", "check", "clippy", "fmt", "test"]),
    ("composer", &["check", "lint", "test", "validate"]),
    ("dotnet", &["format", "test"]),
    ("go", &["fmt", "test", "vet"]),
    ("make", &["check", "lint", "test"]),
    ("npm", &["audit", "lint", "t", "test"]),
    ("pnpm", &["audit", "lint", "test"]),
    ("yarn", &["audit", "lint", "test"]),
];

/// Tells whether a program only checks what is there.
pub(super) fn only_checks(name: &str, given: &[&str]) -> bool {
    if CHECKERS.contains(&name) {
        return true;
    }
    let words: Vec<&str> = given
        .iter()
        .copied()
        .filter(|it| !it.starts_with('-'))
        .collect();
    let runs = |name: &str| CHECKERS.contains(&name) || name == "unittest";
    if name.starts_with("python") {
        return matches!(given, ["-m", module, ..] if runs(module));
    }
    if matches!(name, "npx" | "bunx") {
        return words.first().is_some_and(|it| runs(it));
    }
    let row = OF_BUILDERS.iter().find(|(it, _)| *it == name);
    row.is_some_and(|(_, checks)| match words.as_slice() {
        ["run" | "run-script", task, ..] | [task, ..] => checks.contains(task),
        [] => false,
    })
}

#[cfg(test)]
mod tests {
    use super::only_checks;

    #[test]
    fn linters_and_tests_make_nothing() {
        for (line, expected) in [
            ("flake8 --ignore=E501 .", true),
            ("go vet ./...", true),
            ("go build ./...", false),
            ("npm run lint", true),
            ("npm run build", false),
            ("npm ci", false),
            ("python -m pytest", true),
            ("python -m venv /x", false),
            ("npx eslint src", true),
            ("npx tsc", false),
            ("make test", true),
            ("make", false),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(only_checks(words[0], &words[1..]), expected, "{line}");
        }
    }
}
