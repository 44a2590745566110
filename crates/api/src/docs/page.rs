//! The page: contents, what holds everywhere, operations, schemas, errors.

use serde_json::Value;

use super::{
    html::{escape, example, inline, prose},
    operation::Operation,
    schema,
};
use crate::{limits, problem::Code};

/// The page of a document.
pub(super) fn render(document: &Value) -> String {
    let info = &document["info"];
    let title = escape(info["title"].as_str().unwrap_or_default());
    let version = escape(info["version"].as_str().unwrap_or_default());
    let description = prose(info["description"].as_str().unwrap_or_default());
    let operations = operations(document);
    let tags: Vec<Tag<'_>> = document["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|tag| Tag {
            name: tag["name"].as_str().unwrap_or_default(),
            description: tag["description"].as_str().unwrap_or_default(),
            operations: operations.iter().filter(|o| o.tag() == tag["name"]).copied().collect(),
        })
        .collect();
    let contents: String = tags.iter().map(Tag::contents).collect();
    let sections: String = tags.iter().map(Tag::section).collect();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <title>{title} API {version}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"stylesheet\" href=\"/api/docs/style.css\"></head><body>\
         <a class=\"skip\" href=\"#top\">To the reference</a>\
         <header><h1>{title} API <small>{version}</small></h1>{description}\
         <p><a href=\"/api/openapi.json\">The OpenAPI document</a></p></header>\
         <nav aria-label=\"Contents\"><details open><summary>Contents</summary>{contents}\
         <h2><a href=\"#schemas\">Schemas</a></h2><h2><a href=\"#headers\">Headers</a></h2>\
         <h2><a href=\"#errors\">Errors</a></h2></details></nav>\
         <main id=\"top\">{}{sections}{}{}{}</main></body></html>\n",
        everywhere(document),
        schemas(document),
        headers(document),
        errors(document),
    )
}

struct Tag<'a> {
    name: &'a str,
    description: &'a str,
    operations: Vec<Operation<'a>>,
}

impl Tag<'_> {
    fn contents(&self) -> String {
        let name = escape(self.name);
        let entries: String = self.operations.iter().map(Operation::entry).collect();
        format!("<h2><a href=\"#tag-{name}\">{name}</a></h2><ul>{entries}</ul>")
    }

    fn section(&self) -> String {
        let name = escape(self.name);
        let articles: String = self.operations.iter().map(Operation::article).collect();
        format!(
            "<section id=\"tag-{name}\"><h2>{name}</h2>{}{articles}</section>",
            prose(self.description)
        )
    }
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        let methods = ["get", "post", "put", "patch", "delete"];
        methods.into_iter().filter_map(move |method| {
            item.get(method).map(|value| Operation { method, path, value })
        })
    });
    all.collect()
}

/// What every caller should know first.
fn everywhere(document: &Value) -> String {
    let schemes = document["components"]["securitySchemes"].as_object().into_iter().flatten();
    let schemes: String = schemes
        .map(|(name, scheme)| {
            let description = scheme["description"].as_str().unwrap_or_default();
            format!("<dt><code>{}</code></dt><dd>{}</dd>", escape(name), inline(description))
        })
        .collect();
    format!(
        "<section id=\"everywhere\"><h2>Everywhere</h2>\
         <p>Callers say who they are in <code>Authorization: Bearer …</code>:</p><dl>{schemes}</dl>\
         <p>A list comes in pages of up to {} items. The next one is at <code>nextCursor</code>, \
         and in the header <a href=\"#header-Link\">Link</a>.</p>\
         <p>A body has at most {} bytes, a query string {}. \
         <a href=\"#header-RateLimit\">RateLimit</a> says how many requests are left.</p>\
         <p>An answer to GET has an <a href=\"#header-ETag\">ETag</a>. Who names it in \
         <code>If-None-Match</code> is answered 304 as long as nothing has changed.</p></section>",
        limits::PAGE_MAX,
        limits::BODY,
        limits::QUERY,
    )
}

fn schemas(document: &Value) -> String {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    let articles: String = schemas
        .map(|(name, value)| {
            let name = escape(name);
            let description = prose(value["description"].as_str().unwrap_or_default());
            format!(
                "<article id=\"schema-{name}\"><h3><a href=\"#schema-{name}\">{name}</a></h3>\
                 {description}{}</article>",
                schema::full(value)
            )
        })
        .collect();
    format!("<section id=\"schemas\"><h2>Schemas</h2>{articles}</section>")
}

fn headers(document: &Value) -> String {
    let headers = document["components"]["headers"].as_object().into_iter().flatten();
    let rows: String = headers
        .map(|(name, header)| {
            let description = header["description"].as_str().unwrap_or_default();
            let shown = match &header["example"] {
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            format!(
                "<dt id=\"header-{0}\"><code>{0}</code></dt><dd>{1} <code>{2}</code></dd>",
                escape(name),
                inline(description),
                escape(&shown)
            )
        })
        .collect();
    format!("<section id=\"headers\"><h2>Headers</h2><dl>{rows}</dl></section>")
}

fn errors(document: &Value) -> String {
    let rows: String = Code::ALL
        .iter()
        .map(|code| {
            format!(
                "<dt id=\"error-{0}\"><code class=\"bad\">{1}</code> <code>{0}</code></dt>\
                 <dd>{2}.</dd>",
                code.name(),
                code.status().as_u16(),
                escape(code.title())
            )
        })
        .collect();
    let shown = &document["components"]["examples"][Code::ValidationFailed.name()]["value"];
    format!(
        "<section id=\"errors\"><h2>Errors</h2>\
         <p>Errors are <code>application/problem+json</code> (RFC 9457). Branch on \
         <code>code</code>: it is stable, and the text is not.</p>{}<dl>{rows}</dl></section>",
        example("Example of an error", shown)
    )
}
