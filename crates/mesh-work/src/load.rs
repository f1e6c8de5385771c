//! How busy the machine is.

/// The load average of the last minute; none where the system does not say.
pub fn average() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}
