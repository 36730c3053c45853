//! Waits an hour in each way that Rust's standard library has, and says how many seconds each took.

use std::sync::{mpsc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const HOUR: Duration = Duration::from_secs(3600);

fn took(name: &str, wait: impl FnOnce()) {
    let began = Instant::now();
    wait();
    println!("{} {}", name, began.elapsed().as_secs_f64());
}

fn main() {
    took("sleep", || thread::sleep(HOUR));
    took("park_timeout", || thread::park_timeout(HOUR));
    took("recv_timeout", || {
        let (_sender, receiver) = mpsc::channel::<()>();
        assert_eq!(receiver.recv_timeout(HOUR), Err(mpsc::RecvTimeoutError::Timeout));
    });
    took("wait_timeout", || {
        let (mutex, condition) = (Mutex::new(()), Condvar::new());
        let (_guard, result) = condition.wait_timeout(mutex.lock().unwrap(), HOUR).unwrap();
        assert!(result.timed_out());
    });
    took("sent", || {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            thread::sleep(HOUR / 6);
            sender.send(()).unwrap();
        });
        receiver.recv_timeout(HOUR).unwrap();
    });
    println!("date {}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
}
