//! A headless Chromium, driven by the protocol of `WebDriver`: JSON over plain HTTP to `chromedriver`, so that no library is
//! needed.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const PATIENCE: Duration = Duration::from_mins(1);
/// How the protocol names the id of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one page.
pub(super) struct Browser {
    driver: Child,
    /// Kept, so that the driver may go on talking.
    _said: Lines<BufReader<ChildStdout>>,
    port: u16,
    session: String,
    _profile: TempDir,
}

fn on_path(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name.as_ref()))
        .find(|file| file.is_file())
}

impl Browser {
    /// A browser; none where the machine has none and nobody asked for one.
    pub(super) fn start() -> Option<Self> {
        let browser = BROWSERS.into_iter().find_map(on_path);
        let driver = on_path("chromedriver");
        let (Some(browser), Some(driver)) = (browser, driver) else {
            assert!(
                std::env::var_os("KAM_REQUIRE_BROWSER").is_none(),
                "KAM_REQUIRE_BROWSER is set, but there is no chromium with chromedriver on the path"
            );
            let _ = std::io::stderr().write_all(
                b"\nNOT TESTED: the page in a browser. Install chromium and chromium-driver.\n",
            );
            return None;
        };
        Some(Self::open(&browser, &driver))
    }

    fn open(browser: &Path, driver: &Path) -> Self {
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver");
        let mut said = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = said
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
            })
            .expect("a port");
        let profile = tempfile::tempdir().expect("folder");
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        .map(ToOwned::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let mut this =
            Self { driver, _said: said, port, session: String::new(), _profile: profile };
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "binary": browser, "args": arguments },
        } } });
        let session = this.ask("POST", "/session", &wanted);
        session["sessionId"].as_str().expect("a session").clone_into(&mut this.session);
        this
    }

    /// One request of the protocol; its answer must be a success.
    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("chromedriver");
        stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sent");
        let mut stream = BufReader::new(stream);
        let mut status = String::new();
        stream.read_line(&mut status).expect("a status");
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).expect("a header");
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().expect("a length");
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut answer = vec![0; length];
        stream.read_exact(&mut answer).expect("an answer");
        let mut answer: Value = serde_json::from_slice(&answer).expect("JSON");
        assert!(status.contains(" 200 "), "{method} {path}: {answer}");
        answer["value"].take()
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", &format!("/session/{}/{path}", self.session), body)
    }

    /// Opens a file.
    #[track_caller]
    pub(super) fn go(&self, file: &Path) {
        self.post("url", &json!({ "url": format!("file://{}", file.display()) }));
    }

    /// The value of an expression on the page.
    #[track_caller]
    pub(super) fn js(&self, expression: &str) -> Value {
        self.post("execute/sync", &json!({ "script": format!("return {expression}"), "args": [] }))
    }

    /// The value of an expression as a text.
    #[track_caller]
    pub(super) fn text(&self, expression: &str) -> String {
        let value = self.js(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression}: {value}")).to_owned()
    }

    #[track_caller]
    fn find(&self, selector: &str) -> String {
        let found = self.post("element", &json!({ "using": "css selector", "value": selector }));
        found[ELEMENT].as_str().expect(selector).to_owned()
    }

    /// Clicks as a person does: what is not visible cannot be clicked.
    #[track_caller]
    pub(super) fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.post(&format!("element/{element}/click"), &json!({}));
    }

    /// Types into what has the selector.
    #[track_caller]
    pub(super) fn keys(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.post(&format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// A command of the browser's own protocol.
    #[track_caller]
    pub(super) fn command(&self, name: &str, parameters: &Value) -> Value {
        self.post("goog/cdp/execute", &json!({ "cmd": name, "params": parameters }))
    }

    /// The page on paper, as base 64.
    #[track_caller]
    pub(super) fn printed(&self) -> String {
        let paper = json!({ "page": { "width": 21.0, "height": 29.7 }, "background": true });
        self.post("print", &paper).as_str().expect("a document").to_owned()
    }

    /// What the browser had to complain about.
    #[track_caller]
    pub(super) fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", &json!({ "type": "browser" }));
        let lines = log.as_array().expect("a list").iter();
        lines.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.ask("DELETE", &format!("/session/{}", self.session), &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
