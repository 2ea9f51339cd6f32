//! The child that reads attached files. In: bytes. Out: their text, or why there is none, in words. A reader that
//! panics, hangs, overflows its stack or eats memory takes only itself with it; the visit goes on.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::extract::attachment::{Kind, Problem, Text};

/// The name of the hidden command.
pub const COMMAND: &str = "read-attachment";

/// Bytes of an answer beside the text: braces, names, a problem in words.
const ANSWER_EXTRA: u64 = 64 << 10;
/// Bytes that one character of text takes in JSON at most: `\u0001`.
const CHAR_IN_JSON: u64 = 6;

/// What one reading may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Characters of text.
    pub text_chars: usize,
    /// Processor time.
    pub cpu_s: u64,
    /// Address space.
    pub memory_mb: u64,
    /// Time by the clock, after which the child is killed.
    pub wall: Duration,
}

/// The one line that the child writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The file was read.
    Text(Text),
    /// It was not.
    Problem(Problem),
}

/// What came of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The file's text.
    Text(Text),
    /// The file has none that can be read.
    Problem(Problem),
    /// The child did not come back with an answer: why, in words.
    Lost(String),
}

/// The program to call. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    program: PathBuf,
}

impl Reader {
    /// This very program.
    ///
    /// # Errors
    /// When the system cannot say where it is.
    pub fn of_this_program() -> Result<Self> {
        // The link leads to the running program even after an upgrade has put another file in its place.
        let link = PathBuf::from("/proc/self/exe");
        let program = if link.exists() { link } else { std::env::current_exe().context("cannot find this program")? };
        Ok(Self { program })
    }

    /// Another program with the same command: for tests, whose own program has none.
    #[must_use]
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When no child can be started.
    pub async fn read(&self, bytes: &[u8], kind: Kind, limits: &Limits) -> Result<Outcome> {
        let mut child = Command::new(&self.program)
            .arg(COMMAND)
            .args(["--kind", kind.as_str()])
            .args(["--bytes", &bytes.len().to_string()])
            .args(["--text-chars", &limits.text_chars.to_string()])
            .args(["--cpu-s", &limits.cpu_s.to_string()])
            .args(["--memory-mb", &limits.memory_mb.to_string()])
            // Keys and passwords of the environment are none of a file's business.
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the reader of attachments")?;
        let most = limits.text_chars as u64 * CHAR_IN_JSON + ANSWER_EXTRA;
        let Ok(talked) = tokio::time::timeout(limits.wall, talk(&mut child, bytes, most)).await else {
            // Waited for, so that no dead process is left behind.
            let _ = child.kill().await;
            return Ok(Outcome::Lost(format!("the reader was stopped after {} s", limits.wall.as_secs())));
        };
        let (answer, status) = talked.context("cannot talk to the reader of attachments")?;
        if answer.len() as u64 > most {
            return Ok(Outcome::Lost(format!("the reader wrote more than {most} bytes")));
        }
        Ok(match serde_json::from_slice(&answer) {
            Ok(Answer::Text(text)) => Outcome::Text(text),
            Ok(Answer::Problem(problem)) => Outcome::Problem(problem),
            Err(_) => Outcome::Lost(end_in_words(status, limits)),
        })
    }
}

/// Hands the file in and takes the answer, both at once: a pipe holds 64 KB.
async fn talk(child: &mut Child, bytes: &[u8], most: u64) -> std::io::Result<(Vec<u8>, ExitStatus)> {
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let hand_in = async move {
        if let Some(mut input) = input {
            // A child that died in the middle says so by its end.
            let _ = input.write_all(bytes).await;
        }
    };
    let take = async move {
        let mut answer = Vec::new();
        if let Some(output) = output {
            output.take(most + 1).read_to_end(&mut answer).await?;
        }
        std::io::Result::Ok(answer)
    };
    let ((), answer) = tokio::join!(hand_in, take);
    let answer = answer?;
    if answer.len() as u64 > most {
        child.start_kill()?;
    }
    Ok((answer, child.wait().await?))
}

/// How a child ended that gave no answer.
fn end_in_words(status: ExitStatus, limits: &Limits) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            24 => format!("the reader took more than {} s of processor time", limits.cpu_s),
            6 => format!("the reader wanted more than {} MB of memory", limits.memory_mb),
            4 | 7 | 11 => "the reader fell over the file".to_owned(),
            9 => "the reader was killed".to_owned(),
            signal => format!("the reader ended by signal {signal}"),
        };
    }
    match status.code() {
        Some(0) => "the reader gave no answer".to_owned(),
        code => format!("the reader ended with code {}", code.unwrap_or(-1)),
    }
}
