//! `multipart/related` bodies of two parts, with CRLF line ends or with the bare LF of one client.

/// The two parts of an upload.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) json: &'a [u8],
    pub(super) mime: &'a str,
    pub(super) bytes: &'a [u8],
}

/// Splits a body by the boundary that its content type names.
pub(super) fn split<'a>(content_type: &str, body: &'a [u8]) -> Option<Parts<'a>> {
    let boundary = boundary(content_type)?;
    let delimiter = [b"--".as_slice(), boundary.as_bytes()].concat();
    let start = find(body, &delimiter)? + delimiter.len();
    let crlf = body.get(start..)?.starts_with(b"\r\n");
    let end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let between = [end, &delimiter].concat();
    let first = body.get(start + end.len()..)?;
    // The JSON comes first and is short, so its end is looked for from the front, and the end of
    // the media, which may be long and may hold anything, from the back.
    let middle = find(first, &between)?;
    let second = first.get(middle + between.len() + end.len()..)?;
    let last = second.windows(between.len()).rposition(|window| window == between)?;
    let (_, json) = part(&first[..middle], end)?;
    let (mime, bytes) = part(&second[..last], end)?;
    Some(Parts { json, mime, bytes })
}

fn boundary(content_type: &str) -> Option<&str> {
    let (_, rest) = content_type.split_once("boundary=")?;
    let boundary = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split(';').next()?.trim(),
    };
    Some(boundary).filter(|boundary| !boundary.is_empty())
}

/// Splits a part into its content type and its content.
fn part<'a>(part: &'a [u8], end: &[u8]) -> Option<(&'a str, &'a [u8])> {
    if let Some(bare) = part.strip_prefix(end) {
        return Some(("application/octet-stream", bare));
    }
    let blank = [end, end].concat();
    let at = find(part, &blank)?;
    let head = std::str::from_utf8(&part[..at]).ok()?;
    let field = |line: &'a str| {
        line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    };
    let mime =
        head.lines().find_map(field).map_or("application/octet-stream", |(_, value)| value.trim());
    Some((mime, &part[at + blank.len()..]))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_both_kinds_of_line_end() {
        let media = b"\r\n\0\xff--B not yet\n\r";
        for end in ["\n", "\r\n"] {
            let head = format!(
                "--B{end}Content-Type: application/json{end}MIME-Version: 1.0{end}{end}{{}}{end}--B{end}content-type: image/png{end}{end}"
            );
            let tail = format!("{end}--B--{end}");
            let body = [head.as_bytes(), media, tail.as_bytes()].concat();
            for content_type in
                ["multipart/related; boundary=\"B\"", "multipart/related; boundary=B; charset=x"]
            {
                let parts = split(content_type, &body).unwrap();
                assert_eq!(parts, Parts { json: b"{}", mime: "image/png", bytes: media });
            }
        }
    }

    #[test]
    fn a_body_without_its_parts_is_refused() {
        for body in [&b""[..], b"--B", b"--B\n\n{}", b"--B\n\n{}\n--B--"] {
            assert_eq!(split("multipart/related; boundary=B", body), None);
        }
        assert_eq!(split("multipart/related", b"--B"), None);
    }
}
