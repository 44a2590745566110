//! Where an answer leads: what it names, and the operations that take it.

use utoipa::{
    Modify,
    openapi::{OpenApi, RefOr, link::LinkBuilder},
};

use super::operations_mut;

/// The id of what the answer is about.
const ID: &str = "$response.body#/id";
/// The version that the answer shows.
const TAG: &str = "$response.header.ETag";

/// The operation and the status of its answer; the operation that it leads to;
/// and that one's parameters.
type Lead = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const LEADS: &[Lead] = &[
    ("bookSession", "201", "getSession", &[("id", ID)]),
    ("bookSession", "201", "editSession", &[("id", ID), ("header.If-Match", TAG)]),
    ("bookSession", "201", "cancelSession", &[("id", ID), ("header.If-Match", TAG)]),
    ("bookSession", "201", "joinSession", &[("id", ID)]),
    ("bookSession", "201", "confirmSession", &[("id", ID)]),
    ("bookSession", "201", "declineSession", &[("id", ID)]),
    ("bookSession", "201", "getSessionCalendar", &[("id", ID)]),
    ("bookSession", "201", "takeSeat", &[("id", ID)]),
    ("bookSession", "201", "proposeTime", &[("id", ID)]),
    ("bookSession", "201", "listSessionEvents", &[("id", ID)]),
    ("bookSession", "201", "listAuditEvents", &[("session", ID)]),
    ("bookSession", "201", "listAttendance", &[("id", ID)]),
    ("bookSession", "201", "listChat", &[("id", ID)]),
    ("bookSession", "201", "disputeSession", &[("id", ID)]),
    ("bookSession", "201", "getOwnReview", &[("id", ID)]),
    ("bookSession", "201", "forceComplete", &[("id", ID)]),
    ("bookSession", "201", "forceCancel", &[("id", ID)]),
    ("editSession", "200", "editSession", &[("id", ID), ("header.If-Match", TAG)]),
    ("editSession", "200", "cancelSession", &[("id", ID), ("header.If-Match", TAG)]),
    ("getSession", "200", "editSession", &[("id", ID), ("header.If-Match", TAG)]),
    ("takeSeat", "200", "giveSeatBack", &[("id", ID)]),
    ("takeSeat", "200", "removeSeat", &[("id", ID)]),
    ("forceComplete", "200", "editOwnReview", &[("id", ID)]),
    ("forceComplete", "200", "disputeSession", &[("id", ID)]),
    ("proposeTime", "201", "acceptProposal", PROPOSAL),
    ("proposeTime", "201", "declineProposal", PROPOSAL),
    ("proposeTime", "201", "withdrawProposal", PROPOSAL),
    ("placeHold", "201", "releaseHold", &[("id", ID)]),
    ("writeReview", "201", "replyToReview", &[("id", ID)]),
    ("writeReview", "201", "reportReview", &[("id", ID)]),
    ("writeReview", "201", "moderateReview", &[("id", ID)]),
    ("createApiKey", "201", "revokeApiKey", &[("id", ID)]),
    ("createApiKey", "201", "listAuditEvents", &[("actor", ID)]),
    ("disputeSession", "201", "getDispute", &[("id", ID)]),
    ("disputeSession", "201", "decideDispute", &[("id", ID)]),
    ("getMyAvailability", "200", "setMyAvailability", &[("header.If-Match", TAG)]),
    ("getMyPolicy", "200", "setMyPolicy", &[("header.If-Match", TAG)]),
    ("getCalendarFeeds", "200", "setCalendarFeeds", &[("header.If-Match", TAG)]),
];
const PROPOSAL: &[(&str, &str)] = &[("id", ID), ("proposalId", "$response.body#/proposal/id")];

/// Says where answers lead.
pub(super) struct Links;

impl Modify for Links {
    fn modify(&self, document: &mut OpenApi) {
        for operation in operations_mut(document) {
            for (from, status, to, parameters) in LEADS {
                if operation.operation_id.as_deref() != Some(*from) {
                    continue;
                }
                let Some(RefOr::T(response)) = operation.responses.responses.get_mut(*status)
                else {
                    continue;
                };
                let link = LinkBuilder::new().operation_id(*to);
                let link = parameters
                    .iter()
                    .fold(link, |link, (name, value)| link.parameter(*name, *value));
                response.links.insert((*to).to_owned(), link.build().into());
            }
        }
    }
}
