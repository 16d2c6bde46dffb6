//! Temporary.
/// T
pub fn explain(_: crate::locale::Lang, _: &str) -> Option<String> {
    None
}
/// T
pub fn codes(_: crate::locale::Lang) -> Vec<(String, String, String)> {
    Vec::new()
}
/// T
pub fn suggestion(_: &str) -> Option<String> {
    None
}
