//! A folder to run the real program in, cut off from the machine it runs on.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kam::config::load::{Layer, load};
use kam::period::Day;
use kam::review::{Context, Review, review};
use kam::source::Input;
use kam::store::{self, Loaded, Options};
use tempfile::TempDir;

/// What the clock says in tests.
pub(crate) const TODAY: &str = "2026-11-22";

/// How long a run may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file or folder among the test data.
pub(crate) fn testdata(path: &str) -> PathBuf {
    root().join("testdata").join(path)
}

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The run, if it ended with this exit code.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        assert_eq!(
            self.code, expected,
            "exit code\n--- stdout\n{}\n--- stderr\n{}",
            self.out, self.err
        );
        self
    }

    /// The run, if stderr mentions this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "`{text}` is not in stderr:\n{}", self.err);
        self
    }

    /// Both streams, for a snapshot.
    pub(crate) fn both(&self) -> String {
        format!("--- stdout\n{}--- stderr\n{}", self.out, untimed(&self.err))
    }
}

/// The text with the seconds of the verdict line blanked out.
pub(crate) fn untimed(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let (from, to) = if line.starts_with("Finished in ") {
            ("Finished in ", " s")
        } else {
            ("用时 ", " 秒")
        };
        match line.strip_prefix(from).and_then(|rest| rest.split_once(to)) {
            Some((_, rest)) => out.extend([from, "?", to, rest]),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// A new folder to run in.
pub(crate) struct Bench {
    folder: TempDir,
    home: TempDir,
}

impl Bench {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("folder"),
            home: tempfile::tempdir().expect("home"),
        }
    }

    /// A folder with copies of the CSV files of a conformance set.
    pub(crate) fn with(set: &str) -> Self {
        let bench = Self::new();
        for name in ["clients.csv", "transactions.csv", "industries.csv"] {
            bench
                .write(name, fs::read(testdata("conformance").join(set).join(name)).expect("data"));
        }
        bench
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path in the folder.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.at(name), bytes).expect("written");
    }

    /// Every file of the folder with its bytes, so that a run which must write nothing can be told.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        fn walk(folder: &Path, root: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
            for entry in fs::read_dir(folder).expect("folder") {
                let path = entry.expect("entry").path();
                let name = path.strip_prefix(root).expect("inside").display().to_string();
                if path.is_dir() {
                    found.insert(format!("{name}/"), Vec::new());
                    walk(&path, root, found);
                } else {
                    found.insert(name, fs::read(&path).expect("file"));
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(self.path(), self.path(), &mut found);
        found
    }

    /// The program with an environment of its own, to be run in the folder.
    pub(crate) fn command(&self) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kam"));
        command.current_dir(self.path()).env_clear();
        for (name, value) in [("HOME", self.home.path()), ("XDG_CONFIG_HOME", self.home.path())] {
            command.env(name, value);
        }
        command.env("KAM_TODAY", TODAY);
        command
    }

    /// Runs the program; see [`Bench::run_with`].
    #[track_caller]
    pub(crate) fn kam(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[], b"")
    }

    /// Runs the program in a folder below; see [`Bench::run_with`].
    #[track_caller]
    pub(crate) fn kam_in(&self, folder: &str, arguments: &[&str]) -> Run {
        self.run(folder, arguments, &[], b"")
    }

    /// Runs the program with further variables and standard input; it may neither hang nor meet a bug.
    #[track_caller]
    pub(crate) fn run_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
        stdin: &[u8],
    ) -> Run {
        self.run("", arguments, variables, stdin)
    }

    #[track_caller]
    fn run(
        &self,
        folder: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
        stdin: &[u8],
    ) -> Run {
        let mut command = assert_cmd::Command::from_std(self.command());
        command
            .args(arguments)
            .current_dir(self.at(folder))
            .envs(variables.iter().copied())
            .write_stdin(stdin)
            .timeout(PATIENCE);
        let began = Instant::now();
        let output = command.output().expect("run");
        assert!(began.elapsed() < PATIENCE, "hangs: kam {arguments:?}");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let run = Run {
            code: output.status.code().expect("ended by itself"),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        for sign in ["panicked", "[internal]"] {
            assert!(!run.err.contains(sign), "kam {arguments:?}:\n{}", run.err);
        }
        run
    }

    /// Runs the program, which must write nothing but to its streams.
    #[track_caller]
    pub(crate) fn only_says(&self, arguments: &[&str]) -> Run {
        let before = self.files();
        let run = self.kam(arguments);
        let after = self.files();
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&before), names(&after), "kam {arguments:?} wrote");
        assert!(before == after, "kam {arguments:?} changed a file");
        run
    }
}

/// Reads inputs through the library.
pub(crate) fn loaded(
    inputs: &[Input],
    settings: &str,
    threads: usize,
) -> (Loaded, kam::config::Config) {
    let today = Day::parse_iso(TODAY).expect("a day");
    let config = load(&[Layer { name: "kam.toml".to_owned(), text: settings.to_owned() }], &[])
        .expect("settings")
        .config;
    let options =
        Options { threads, today, skip: Vec::new(), strict: false, hash: false, all: false };
    (store::load(inputs, &config, &options).expect("readable"), config)
}

/// Reviews inputs through the library.
pub(crate) fn reviewed(inputs: &[Input], settings: &str, threads: usize) -> Review {
    let today = Day::parse_iso(TODAY).expect("a day");
    let (loaded, config) = loaded(inputs, settings, threads);
    review(loaded, &config, Context { today, threads: 2, portfolio: true }).expect("a review")
}

/// A ZIP package of stored and deflated parts.
pub(crate) fn package(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("part");
        writer.write_all(bytes).expect("part");
    }
    writer.finish().expect("package").into_inner()
}

/// The Rust files of a folder and of those in it, sorted.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    entries.sort();
    let is_rust = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    entries
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else if is_rust(&path) {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect()
}
