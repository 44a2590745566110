//! Texts as HTML.

use serde_json::Value;

/// A text in which nothing is markup.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Prose in which backticks set code apart and an empty line begins a paragraph.
pub(super) fn prose(text: &str) -> String {
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>", inline(paragraph))).collect()
}

/// The same within a paragraph.
pub(super) fn inline(text: &str) -> String {
    let mut html = String::new();
    for (n, part) in text.split('`').enumerate() {
        let part = escape(part);
        if n % 2 == 1 {
            html.push_str(&format!("<code>{part}</code>"));
        } else {
            html.push_str(&part);
        }
    }
    html
}

/// An example, as people read JSON. A wide one scrolls, by keys as well.
pub(super) fn example(label: &str, value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        value => format!("{value:#}"),
    };
    let label = escape(label);
    let text = escape(&text);
    format!("<pre tabindex=\"0\" role=\"region\" aria-label=\"{label}\"><code>{text}</code></pre>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            prose("`If-Match: \"1\"` & <b>\n\nMore"),
            "<p><code>If-Match: &quot;1&quot;</code> &amp; &lt;b&gt;</p><p>More</p>"
        );
    }
}
