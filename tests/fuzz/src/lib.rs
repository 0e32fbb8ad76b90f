//! How the targets read their input: as lines that a person can write down in a seed.

/// The first line, and what comes after it.
#[must_use]
pub fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// Header lines of the form `name: value`, their names in lower case, up to an empty line; then
/// the body.
#[must_use]
pub fn headers_and_body(mut data: &[u8]) -> (Vec<(String, &[u8])>, &[u8]) {
    let mut headers = Vec::new();
    while !data.is_empty() {
        let (line, rest) = first_line(data);
        data = rest;
        if line.is_empty() {
            break;
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        headers.push((name, line[colon + 1..].trim_ascii()));
    }
    (headers, data)
}

/// The same headers, borrowed.
#[must_use]
pub fn borrowed<'a>(headers: &'a [(String, &'a [u8])]) -> Vec<(&'a str, &'a [u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), *value)).collect()
}
