//! A query string: short, with no parameter that is unknown or comes twice.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

use crate::{
    limits,
    problem::{Code, Problem},
    state::ApiState,
};

#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<ApiState> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.len() > limits::QUERY) {
            return Err(Problem::new(Code::UriTooLong));
        }
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|error| {
            let detail = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            Problem::field("?", detail)
        })
    }
}
