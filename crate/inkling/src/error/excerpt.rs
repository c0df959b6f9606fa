/// Characters that a quotation may have.
const MOST: usize = 80;

/// Text from outside as a message may show it: at most 80 characters, none of which is a control
/// character, as a terminal must not take orders from a file.
pub fn excerpt(text: &str) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut rest = text.chars().map(plain);
    let mut cut: String = rest.by_ref().take(MOST).collect();
    if rest.next().is_some() {
        cut.pop();
        cut.push('…');
    }
    cut
}

/// The innermost cause that a device's error gives, as [`excerpt`] shows it. Burn writes each
/// cause in a paragraph of its own below "An error happened during execution", and a backtrace
/// under all of them. Text of another form is taken by its first line.
pub fn cause(said: &str) -> String {
    let innermost = said.rsplit("Caused by:").next().unwrap_or(said);
    let mut lines = innermost.lines().map(str::trim).filter(|line| !line.is_empty());
    excerpt(lines.next().unwrap_or("no reason was given"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_cut_and_cleaned() {
        assert_eq!(excerpt("classic"), "classic");
        assert_eq!(excerpt("\u{1b}[2J"), "\u{fffd}[2J");
        let long = excerpt(&"ä".repeat(1000));
        assert_eq!(long.chars().count(), 80);
        assert!(long.ends_with('…'));
        assert_eq!(excerpt(&"x".repeat(80)), "x".repeat(80));
    }

    #[test]
    fn a_device_error_is_its_innermost_cause() {
        let outer = "An error happened during execution\nCaused by:\n  ";
        let said = format!("{outer}{outer}the buffer was destroyed\nBacktrace:\n   0: wgpu\n");
        assert_eq!(cause(&said), "the buffer was destroyed");
        assert_eq!(cause("no adapter\nat all"), "no adapter");
        assert_eq!(cause(&format!("{outer}\n")), "no reason was given");
        assert_eq!(cause(""), "no reason was given");
    }
}
