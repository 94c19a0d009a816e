//! Tool calls of many callers that are told of together.
//!
//! Those of a caller share a transaction. All of them do not: it would hold the streams of many
//! users while it waits for one, and refuse all for the sake of one.

use std::{collections::HashMap, time::Duration};

use futures::{StreamExt, stream};
use proto::v1::{
    Answer, Caller, GatheredCall, RecordToolCallsRequest, RecordToolCallsResponse, ToolCall,
};
use telemetry::correlation::CorrelationId;
use tokio::time::timeout;

use super::{caller::refused, conversations::Conversations};
use crate::error::ApiError;

/// Callers whose calls are written down at a time. There is no hurry, and others wait for their
/// answers.
const CALLERS_AT_ONCE: usize = 4;

/// How long one attempt may take: whoever has much to write does not keep the others waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// Refusals that say nothing of a call, but of the caller or of this moment.
const OF_ANY_CALL: [u32; 3] = [401, 429, 503];

/// What came of each call, in order.
pub(super) async fn record(
    conversations: &Conversations,
    calls: Vec<GatheredCall>,
    correlation_id: &CorrelationId,
) -> Vec<RecordToolCallsResponse> {
    let mut outcomes = vec![RecordToolCallsResponse::default(); calls.len()];
    let mut of_callers: HashMap<Caller, Vec<(usize, ToolCall)>> = HashMap::new();
    for (place, gathered) in calls.into_iter().enumerate() {
        // What is missing is malformed, like all that is empty.
        let caller = gathered.caller.unwrap_or_default();
        let call = gathered.call.unwrap_or_default();
        of_callers.entry(caller).or_default().push((place, call));
    }
    let recorded = stream::iter(of_callers)
        .map(|(caller, calls)| of_caller(conversations, caller, calls, correlation_id))
        .buffer_unordered(CALLERS_AT_ONCE)
        .concat()
        .await;
    for (place, refused) in recorded {
        outcomes[place].refused = refused;
    }
    outcomes
}

/// Together, and each alone when that may be one call's fault.
async fn of_caller(
    conversations: &Conversations,
    caller: Caller,
    calls: Vec<(usize, ToolCall)>,
    correlation_id: &CorrelationId,
) -> Vec<(usize, Option<Answer>)> {
    let (places, calls): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
    let together = attempt(conversations, &caller, calls.clone(), correlation_id).await;
    let is_of_all = together
        .as_ref()
        .is_none_or(|refused| calls.len() == 1 || OF_ANY_CALL.contains(&refused.status));
    if is_of_all {
        let outcomes = places.into_iter().map(|place| (place, together.clone()));
        return outcomes.collect();
    }
    let mut outcomes = Vec::with_capacity(calls.len());
    for (place, call) in places.into_iter().zip(calls) {
        let alone = attempt(conversations, &caller, vec![call], correlation_id);
        outcomes.push((place, alone.await));
    }
    outcomes
}

/// Why the calls were not written down, if they were not.
async fn attempt(
    conversations: &Conversations,
    caller: &Caller,
    calls: Vec<ToolCall>,
    correlation_id: &CorrelationId,
) -> Option<Answer> {
    let request = RecordToolCallsRequest {
        caller: Some(caller.clone()),
        calls,
        claim_id: String::new(),
    };
    let recorded = conversations.record(request, correlation_id.clone());
    match timeout(PATIENCE, recorded).await {
        Ok(Ok(refused)) => refused,
        Ok(Err(malformed)) => {
            let error = ApiError::invalid("calls", malformed.message());
            Some(refused(error).await)
        }
        Err(_) => Some(refused(ApiError::TimedOut).await),
    }
}
