//! A request as a signature sees it.

/// A request as a signature sees it: as it was received, before anything was mended.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// The method, in its own case.
    pub method: &'a str,
    /// `http` or `https`.
    pub scheme: &'a str,
    /// What `Host` says, or the authority of a request target that has one.
    pub authority: &'a str,
    /// The target of the request line.
    pub target: &'a str,
    /// The path of the target, still percent-encoded.
    pub path: &'a str,
    /// The query of the target, without the `?`.
    pub query: Option<&'a str>,
    /// The headers in order, their names in lower case.
    pub headers: Vec<(&'a str, &'a [u8])>,
}

impl Message<'_> {
    /// All values of a header as one, as RFC 9421 combines them; `None` if there is none.
    pub(super) fn header(&self, name: &str) -> Option<Vec<u8>> {
        let mut values = self.headers.iter().filter(|(other, _)| *other == name);
        let mut combined = trimmed(values.next()?.1).to_vec();
        for (_, value) in values {
            combined.extend_from_slice(b", ");
            combined.extend_from_slice(trimmed(value));
        }
        Some(combined)
    }

    /// The authority in lower case, without the port that the scheme has anyway.
    pub(super) fn normal_authority(&self) -> String {
        let authority = self.authority.to_ascii_lowercase();
        let default = match self.scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return authority,
        };
        authority.strip_suffix(default).map(str::to_owned).unwrap_or(authority)
    }

    /// The whole address.
    pub(super) fn target_uri(&self) -> String {
        let (scheme, authority, path) = (self.scheme, self.authority, self.path);
        let query = self.query.map(|query| format!("?{query}")).unwrap_or_default();
        format!("{scheme}://{authority}{path}{query}")
    }
}

fn trimmed(value: &[u8]) -> &[u8] {
    value.trim_ascii()
}
