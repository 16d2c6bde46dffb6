//! A spinner, on a terminal only and only when the work takes longer than a moment.

use std::io::IsTerminal as _;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::ProgressBar;

use super::ui::Ui;

/// How long nothing is shown.
const QUIET: Duration = Duration::from_millis(250);

/// Runs until it is stopped.
pub(super) struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    pub(super) fn start(ui: &Ui, text: &str) -> Self {
        if ui.quiet || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let text = text.to_owned();
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            if stopped.recv_timeout(QUIET).is_ok() {
                return;
            }
            let spinner = ProgressBar::new_spinner().with_message(text);
            spinner.enable_steady_tick(Duration::from_millis(100));
            let _ = stopped.recv();
            spinner.finish_and_clear();
        });
        Self(Some((stop, thread)))
    }

    pub(super) fn stop(mut self) {
        if let Some((stop, thread)) = self.0.take() {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}
