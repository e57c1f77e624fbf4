//! Which requests are traced: a share of all, by chance of our own. By the trace's id a caller could choose its requests to
//! be traced, and our memory with them.

use opentelemetry::trace::{Link, SpanKind, TraceContextExt, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

use crate::chance;

/// Decides by chance, whatever a caller sends.
#[derive(Clone, Debug)]
pub(super) struct Share {
    /// Of the numbers below [`OF`], those below this one are traced.
    below: u64,
}

/// As fine as a share can be told.
const OF: u64 = 1 << 32;

impl Share {
    /// This share of requests, 0 to 1.
    pub(super) fn of(share: f64) -> Self {
        Self { below: (share.clamp(0.0, 1.0) * OF as f64) as u64 }
    }
}

impl ShouldSample for Share {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let decision = match chance::between(0, OF - 1) < self.below {
            true => SamplingDecision::RecordAndSample,
            false => SamplingDecision::Drop,
        };
        let trace_state =
            parent.map_or_else(TraceState::default, |parent| parent.span().span_context().trace_state().clone());
        SamplingResult { decision, attributes: Vec::new(), trace_state }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(share: f64, trace: TraceId) -> usize {
        let share = Share::of(share);
        let sampled = |_: &usize| {
            let result = share.should_sample(None, trace, "request", &SpanKind::Server, &[], &[]);
            result.decision == SamplingDecision::RecordAndSample
        };
        (0..1_000).filter(sampled).count()
    }

    #[test]
    fn no_id_of_a_trace_makes_it_sampled() {
        // The lowest and the highest there are: a sampler by ids takes all of one and none of the other.
        for trace in [1, u128::MAX].map(|id| TraceId::from_bytes(id.to_be_bytes())) {
            assert_eq!(sampled(0.0, trace), 0);
            assert_eq!(sampled(1.0, trace), 1_000);
            // One in a billion and all but a billionth: a test in a million fails by chance.
            assert_eq!((sampled(1e-9, trace), sampled(1.0 - 1e-9, trace)), (0, 1_000));
            // Half of a thousand, and twelve standard deviations.
            assert!((310..690).contains(&sampled(0.5, trace)));
        }
    }
}
