"""The kinds of recurrence: what each says of itself, against PyTorch's own modules and against autograd."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from model.network.cells.cell import EXACT, Cell, Recurrent
from model.network.cells.formula import Activation, evaluate
from model.network.cells.packing import SIGMOID, TANH
from model.network.cells.registry import CELLS, QUANTITIES, STATES, SYMBOLS
from model.network.network import NetworkConfig
from model.recurrence.prefixes import QUICK
from tests.gru import GRU

HIDDEN, TOKENS = 4, 6
each_cell = pytest.mark.parametrize("cell", [*CELLS.values(), GRU], ids=lambda cell: cell.key)
each_registered = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)


def as_it_is(symbol: str, values: torch.Tensor) -> torch.Tensor:
    """Nothing is held or added."""
    return values


def made(cell: Cell) -> tuple[torch.nn.RNNBase, torch.Tensor]:
    """A module in float64 and inputs (tokens, 3)."""
    torch.manual_seed(3)
    return cell.module(3, HIDDEN).double(), torch.randn(TOKENS, 3, dtype=torch.float64)


def into_gates(cell: Cell, module: torch.nn.RNNBase, inputs: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    weights = cell.weights(module)
    return inputs @ weights.inputs.T + h @ weights.states.T + weights.bias


def made_preactivations(cell: Cell, count: int) -> torch.Tensor:
    """As many as a step of the cell takes, for `count` tokens."""
    return torch.randn(count, len(cell.weights(made(cell)[0]).bias))


def read(cell: Cell) -> dict[str, torch.Tensor]:
    """All quantities (tokens, units) of a reading, step by step."""
    module, inputs = made(cell)
    states, found = dict.fromkeys(cell.states, torch.zeros(HIDDEN, dtype=torch.float64)), []
    for each in inputs:
        found.append(cell.step(into_gates(cell, module, each, states["h"]), states, as_it_is, EXACT))
        states = {symbol: found[-1][symbol] for symbol in cell.states}
    return {symbol: torch.stack([step[symbol] for step in found]) for symbol in cell.symbols}


@each_cell
def test_steps_equal_the_module_of_pytorch(cell):
    module, inputs = made(cell)
    output, final = module(inputs[None])
    found = read(cell)
    torch.testing.assert_close(found["h"], output[0])
    finals = final if isinstance(final, tuple) else (final,)
    for symbol, last in zip(cell.states, finals, strict=True):
        torch.testing.assert_close(found[symbol][-1], last[0, 0])


@each_cell
def test_a_step_computes_all_quantities_within_their_ranges(cell):
    found = read(cell)
    assert set(found) == set(cell.symbols)
    for quantity in cell.quantities:
        assert quantity.low <= found[quantity.symbol].min()
        assert found[quantity.symbol].max() <= quantity.high


@each_cell
def test_packed_rows_become_their_quantity_by_their_curve(cell):
    module, inputs = made(cell)
    found = read(cell)
    before = torch.cat([torch.zeros(1, HIDDEN, dtype=torch.float64), found["h"][:-1]])
    from_input = inputs @ module.weight_ih_l0.T + module.bias_ih_l0
    from_state = before @ module.weight_hh_l0.T + module.bias_hh_l0
    for packed in cell.packed:
        rows = cell.rows(packed.symbol, HIDDEN)
        passes = found[packed.between] if packed.between else 1
        own = (from_input[:, rows] + passes * from_state[:, rows]).detach().numpy()
        np.testing.assert_allclose(packed.curve.value(own), found[packed.symbol].detach().numpy(), atol=1e-12)


@each_cell
def test_what_is_settled_counts_from_then_on(cell):
    preactivations = made_preactivations(cell, 2)
    states = {symbol: torch.randn(2, HIDDEN) for symbol in cell.states}
    for held in cell.symbols:
        settled = []

        def settle(symbol, values, held=held, settled=settled):
            settled.append(symbol)
            return torch.full_like(values, 0.25) if symbol == held else values

        found = cell.step(preactivations, states, settle, EXACT)
        assert sorted(settled) == sorted(cell.symbols)  # each just once
        assert (found[held] == 0.25).all()


def test_a_gate_that_is_held_reaches_the_memory():
    cell = CELLS["lstm"]
    states = {"h": torch.zeros(1, HIDDEN), "c": torch.full((1, HIDDEN), 3.0)}
    held = {"f": 1.0, "i": 0.0}
    found = cell.step(
        torch.randn(1, 4 * HIDDEN),
        states,
        lambda symbol, values: torch.full_like(values, held[symbol]) if symbol in held else values,
        EXACT,
    )
    assert (found["c"] == 3).all()


@each_cell
def test_quick_arithmetic_gives_the_exact_step_within_rounding(cell):
    preactivations = 4 * made_preactivations(cell, 50)
    states = {symbol: 3 * torch.randn(50, HIDDEN) for symbol in cell.states}
    before = {symbol: values.clone() for symbol, values in states.items()}
    exact, quick = (cell.step(preactivations, states, as_it_is, compute) for compute in (EXACT, QUICK))
    for symbol in cell.symbols:
        torch.testing.assert_close(quick[symbol], exact[symbol], atol=2e-6, rtol=0)
    for symbol, values in before.items():
        assert torch.equal(states[symbol], values)  # what was there before is only read


@each_cell
def test_equations_that_are_shown_are_those_that_are_computed(cell):
    found = {symbol: values.detach().numpy() for symbol, values in read(cell).items()}
    before = {symbol: np.concatenate([np.zeros((1, HIDDEN)), found[symbol][:-1]]) for symbol in cell.states}
    assert sorted(each.symbol for each in cell.equations) == sorted(cell.symbols)
    assert {block.symbol for block in cell.told} == {block.symbol for block in cell.packed}
    for each in cell.equations:
        if not isinstance(each.formula, Activation):  # curves over packed rows are compared above
            np.testing.assert_allclose(evaluate(each.formula, found, before), found[each.symbol], atol=1e-12)


@each_cell
def test_jacobian_terms_add_up_to_that_of_autograd(cell):
    module, inputs = made(cell)
    found = {symbol: values.detach() for symbol, values in read(cell).items()}
    steps = cell.jacobians(found, Recurrent(module.weight_hh_l0.detach(), module.bias_hh_l0.detach()))
    assert len(steps.kept) + len(steps.rows) == len(cell.terms)
    for place in range(1, TOKENS):
        states = {symbol: found[symbol][place - 1] for symbol in cell.states}

        def memory(values, place=place, states=states):
            h = found["o"][place - 1] * values.tanh() if cell.memory == "c" else values  # o is held
            before = states | {"h": h, cell.memory: values}
            return cell.step(into_gates(cell, module, inputs[place], h), before, as_it_is, EXACT)[cell.memory]

        expected = jacobian(memory, states[cell.memory])
        ours = sum(torch.diag(kept[place - 1]) for kept in steps.kept)
        for rows, weights in zip(steps.rows, steps.weights, strict=True):
            ours = ours + rows[place - 1, :, None] * weights * steps.columns[place - 1]
        torch.testing.assert_close(ours, expected, atol=1e-12, rtol=0)


@each_registered
def test_what_a_cell_says_of_itself_holds_together(cell):
    assert CELLS[cell.key] is cell
    assert cell.contrast in CELLS
    assert cell.contrast != cell.key
    assert cell.states[0] == "h"
    assert cell.memory in cell.states
    assert set(cell.states) <= set(cell.symbols)
    assert {packed.symbol for packed in cell.packed} | set(cell.states) == set(cell.symbols)
    assert {packed.between for packed in cell.packed} <= {"", *cell.gates}
    assert all(each.meaning for each in cell.equations)
    assert set(cell.forget_gates) <= set(cell.gates)
    assert len(cell.forget_gates) <= 1
    assert all((cell.quantity(symbol).low, cell.quantity(symbol).high) == (0, 1) for symbol in cell.gates)
    assert all(cell.quantity(symbol) == QUANTITIES[symbol] for symbol in cell.symbols)
    for ask in (cell.quantity, lambda symbol: cell.rows(symbol, HIDDEN)):
        with pytest.raises(KeyError):
            ask("x")


def test_quantities_stand_in_the_order_of_the_page():
    assert SYMBOLS == ("i", "f", "o", "g", "c", "h")
    assert set(STATES) == {"h", "c"}
    assert tuple(QUANTITIES) == SYMBOLS


@pytest.mark.parametrize("curve", [SIGMOID, TANH], ids=lambda curve: curve.name)
def test_slope_is_the_derivative_and_steepest_at_zero(curve):
    points = np.linspace(-6, 6, 121)
    step = 1e-6
    expected = (curve.value(points + step) - curve.value(points - step)) / (2 * step)
    np.testing.assert_allclose(curve.slope(points), expected, atol=1e-8)
    assert curve.slope(points).argmax() == 60


@pytest.mark.parametrize("cell", ["elman", "", "LSTM", None, ["lstm"]])
def test_settings_name_a_cell_that_there_is(cell):
    with pytest.raises(ValueError, match="unknown cell"):
        NetworkConfig(cell=cell)


def test_only_what_has_no_end_is_unbounded():
    assert [symbol for symbol in SYMBOLS if not QUANTITIES[symbol].bounded] == ["c"]
    assert QUANTITIES["c"].high == math.inf
