//! One operation: what it takes, what it answers, how it fails.

use serde_json::Value;

use super::{
    html::{escape, example, inline, prose},
    schema,
};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// An operation with its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) value: &'a Value,
}

impl Operation<'_> {
    /// What links lead to.
    pub(super) fn id(&self) -> String {
        escape(self.value["operationId"].as_str().unwrap_or_default())
    }

    pub(super) fn tag(&self) -> &str {
        self.value["tags"][0].as_str().unwrap_or_default()
    }

    /// Its line in the table of contents.
    pub(super) fn entry(&self) -> String {
        let summary = self.value["summary"].as_str().unwrap_or_default();
        format!(
            "<li><a href=\"#{}\">{} <span>{}</span></a></li>",
            self.id(),
            self.place(),
            inline(summary.trim_end_matches('.'))
        )
    }

    /// The method and the path, which may break after each slash.
    fn place(&self) -> String {
        let path = escape(self.path).replace('/', "/<wbr>");
        let method = self.method.to_uppercase();
        format!("<code class=\"{}\">{method}</code> <code>{path}</code>", self.method)
    }

    /// All of it.
    pub(super) fn article(&self) -> String {
        let id = self.id();
        let summary = inline(self.value["summary"].as_str().unwrap_or_default());
        let description = prose(self.value["description"].as_str().unwrap_or_default());
        format!(
            "<article id=\"{id}\"><h3><a href=\"#{id}\">{}</a></h3>\
             <p class=\"lead\">{summary}</p>{description}{}{}{}{}</article>",
            self.place(),
            self.parameters(),
            self.request(),
            self.answers(),
            self.errors(),
        )
    }

    fn parameters(&self) -> String {
        let parameters = self.value["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        if parameters.is_empty() {
            return String::new();
        }
        let rows: String = parameters
            .iter()
            .map(|parameter| {
                let place = parameter["in"].as_str().unwrap_or_default();
                let name = parameter["name"].as_str().unwrap_or_default();
                let description = parameter["description"].as_str().unwrap_or_default();
                let described = format!("In the {place}. {description}");
                let required = parameter["required"] == true;
                schema::row(name, &parameter["schema"], required, described.trim_end())
            })
            .collect();
        format!("<h4>Parameters</h4><dl>{rows}</dl>")
    }

    fn request(&self) -> String {
        let body = &self.value["requestBody"];
        let content = &body["content"][JSON];
        if content.is_null() {
            return String::new();
        }
        let required = if body["required"] == true { "" } else { " <small>optional</small>" };
        format!(
            "<h4>Body{required}</h4>{}{}",
            schema::full(&content["schema"]),
            examples(content, "Example of a request")
        )
    }

    fn answers(&self) -> String {
        let mut html = String::from("<h4>Answers</h4>");
        for (status, answer) in self.responses().filter(|(status, _)| status.as_str() < "400") {
            let description = inline(answer["description"].as_str().unwrap_or_default());
            html.push_str(&format!(
                "<section><p><code class=\"ok\">{}</code> {description}</p>{}",
                escape(status),
                headers(answer)
            ));
            for (kind, content) in answer["content"].as_object().into_iter().flatten() {
                if kind != JSON {
                    html.push_str(&format!("<p><code>{}</code></p>", escape(kind)));
                }
                html.push_str(&schema::full(&content["schema"]));
                html.push_str(&examples(content, "Example of an answer"));
            }
            html.push_str("</section>");
        }
        html
    }

    fn errors(&self) -> String {
        let rows: String = self
            .responses()
            .filter(|(status, _)| status.as_str() >= "400")
            .map(|(status, answer)| {
                let description = inline(answer["description"].as_str().unwrap_or_default());
                let codes = answer["content"][PROBLEM]["examples"].as_object();
                let codes: Vec<String> = codes
                    .into_iter()
                    .flatten()
                    .map(|(code, _)| {
                        let code = escape(code);
                        format!("<a href=\"#error-{code}\">{code}</a>")
                    })
                    .collect();
                format!(
                    "<dt><code class=\"bad\">{}</code> {}</dt><dd>{description}</dd>",
                    escape(status),
                    codes.join(", ")
                )
            })
            .collect();
        format!("<details><summary>Errors</summary><dl>{rows}</dl></details>")
    }

    fn responses(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.value["responses"].as_object().into_iter().flatten()
    }
}

/// The headers that are this answer's own.
fn headers(answer: &Value) -> String {
    let everywhere = ["RateLimit", "RateLimit-Policy", "X-Request-Id"];
    let names: Vec<String> = answer["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !everywhere.contains(&name.as_str()))
        .map(|(name, header)| {
            let name = escape(name);
            // Those of several operations are told of in one place.
            match header.get("$ref") {
                Some(_) => format!("<a href=\"#header-{name}\">{name}</a>"),
                None => name,
            }
        })
        .collect();
    if names.is_empty() { String::new() } else { format!("<p>Headers: {}</p>", names.join(", ")) }
}

fn examples(content: &Value, label: &str) -> String {
    let one = content.get("example").map(|value| example(label, value));
    let several = content["examples"].as_object().into_iter().flatten();
    let several = several.map(|(name, item)| {
        let summary = item["summary"].as_str().unwrap_or(name);
        format!("<p>{}</p>{}", inline(summary), example(label, &item["value"]))
    });
    one.into_iter().chain(several).collect()
}
