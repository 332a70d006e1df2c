"""Mean gates for programs."""

from __future__ import annotations

from model.recurrence.replay import GateTraces


def mean_traces(gates: GateTraces) -> dict[str, dict[str, list[float]]]:
    """ "layer1.forward" and so on to the mean over units of each quantity at each token."""
    return {
        trace.name: {symbol: trace.values(symbol).mean(axis=1).tolist() for symbol in trace.quantities}
        for trace in gates.traces
    }
