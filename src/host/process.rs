//! The process and the operating system: no core dumps, no silent end at a file limit, and Ctrl-C.

use std::io::{self, Read as _};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use signal_hook::consts::{SIGHUP, SIGINT, SIGXFSZ};
use signal_hook::flag;
use signal_hook::low_level::pipe;

/// The signal of a terminal that is closed.
pub const HANG_UP: i32 = SIGHUP;

/// Keeps secrets out of core dumps and other processes' reach, and turns a file limit into an error: by default
/// SIGXFSZ ends the process silently, in the middle of a write. Each step may fail; nothing depends on it.
pub fn harden() {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // Last of the two: whoever sees this limit from outside knows that the memory is out of reach.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // A handler is enough for the write to fail with EFBIG; nothing reads the flag.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// Lets the process open as many files as the system allows it: by default a server could hold 1,024 connections. It
/// may fail; the server then holds fewer.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// From now on, files of this process and of those that it starts can be read by their owner only.
pub fn create_files_private() {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
}

/// Whether the other end of a pipe, a socket or a terminal is closed, so that a write would fail. It is not waited for.
#[must_use]
pub fn is_hung_up(stream: impl AsFd) -> bool {
    // Both are reported without being asked for.
    let mut asked = [PollFd::new(&stream, PollFlags::empty())];
    let polled = poll(&mut asked, Some(&rustix::event::Timespec::default()));
    polled.is_ok() && asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Whether this process was started with a signal ignored, as `nohup` does with SIGHUP. Where the system does not show
/// it, it was not.
#[must_use]
pub fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| {
        u32::try_from(signal - 1).is_ok_and(|bit| mask.checked_shr(bit).unwrap_or(0) & 1 == 1)
    })
}

/// The number of the account that runs the process.
#[must_use]
pub fn account() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Ctrl-C: whether it was pressed, and whether it ends the process.
pub struct Interrupt {
    pressed: Arc<AtomicBool>,
    ends_process: Arc<AtomicBool>,
    /// Becomes readable when Ctrl-C is pressed, so that a wait that begins at that moment ends as well.
    wake: Option<UnixStream>,
}

static INTERRUPT: OnceLock<Interrupt> = OnceLock::new();

/// Returns the handler of Ctrl-C, which the first call installs; until then Ctrl-C ends the process.
pub fn interrupt() -> &'static Interrupt {
    INTERRUPT.get_or_init(|| {
        let (pressed, ends_process) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
        let _ = flag::register_conditional_default(SIGINT, Arc::clone(&ends_process));
        let _ = flag::register(SIGINT, Arc::clone(&pressed));
        // Behind the flag: handlers run in this order, and whoever is woken reads the flag.
        Interrupt { pressed, ends_process, wake: wake_pipe().ok() }
    })
}

fn wake_pipe() -> io::Result<UnixStream> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    pipe::register(SIGINT, write)?;
    Ok(read)
}

impl Interrupt {
    /// From now on Ctrl-C is only recorded.
    pub fn hold(&self) {
        self.ends_process.store(false, Ordering::SeqCst);
    }

    /// Whether Ctrl-C was pressed while it was only recorded.
    #[must_use]
    pub fn pressed(&self) -> bool {
        self.pressed.load(Ordering::SeqCst)
    }

    /// Forgets that Ctrl-C was pressed, because it ended something else than this process, and returns whether it was.
    pub fn forget(&self) -> bool {
        let pressed = self.pressed.swap(false, Ordering::SeqCst);
        self.drain();
        pressed
    }

    fn drain(&self) {
        if let Some(mut wake) = self.wake.as_ref() {
            while wake.read(&mut [0; 64]).is_ok_and(|length| length > 0) {}
        }
    }

    /// Waits until an input can be read or Ctrl-C is pressed, and returns whether it was pressed.
    ///
    /// # Errors
    /// Where waiting fails.
    pub fn wait_for(&self, input: impl AsFd) -> io::Result<bool> {
        loop {
            if self.pressed() {
                return Ok(true);
            }
            let mut waited = vec![PollFd::new(&input, PollFlags::IN)];
            waited.extend(self.wake.iter().map(|wake| PollFd::new(wake, PollFlags::IN)));
            match poll(&mut waited, None) {
                Err(rustix::io::Errno::INTR) => continue,
                polled => polled?,
            };
            if !waited[0].revents().is_empty() || self.pressed() {
                return Ok(self.pressed());
            }
            // Woken by a signal that was forgotten before it had woken anybody.
            self.drain();
        }
    }

    /// Runs `act` while Ctrl-C is only recorded, so that the terminal can be restored afterwards.
    pub fn during<T>(&self, act: impl FnOnce() -> T) -> T {
        let ends_process = self.ends_process.swap(false, Ordering::SeqCst);
        let result = act();
        self.ends_process.store(ends_process, Ordering::SeqCst);
        result
    }
}
