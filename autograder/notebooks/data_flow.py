"""What flows from a model into the values of a notebook: read from its text, without running it.

A value follows from a model where it was computed from the model's weights or outputs, in whatever
way, also where these only decided which of several values it is. Cells are followed in their order,
statements in theirs; a function gives on what it uses. Where that is not certain, more is taken to
follow from a model than does.
"""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum

from autograder.core.evidence.record import Follows
from autograder.notebooks.normalize import MAX_CHARACTERS, UNREADABLE

# What makes a model, or reads one from a file; and files of weights, however they are read.
MAKERS = frozenset(
    {
        *("Sequential", "Model", "Functional", "clone_model", "load_model", "TFSMLayer"),
        *("model_from_json", "model_from_config", "load_weights", "load", "loadtxt", "open"),
        *("File", "fromfile", "genfromtxt", "read_bytes", "read_text", "restore"),
    }
)
# Attributes of models, of whatever origin.
OF_MODELS = frozenset(
    {
        *("fit", "evaluate", "predict_step", "train_on_batch", "test_on_batch", "get_weights"),
        *("trainable_weights", "trainable_variables", "non_trainable_weights"),
    }
)
# Calls of a model that the recorder notes, with the images.
PREDICTING = frozenset({"predict", "predict_on_batch"})
# Through these a name can get a value that the text does not show.
OPAQUE = frozenset({"exec", "eval", "globals", "locals", "vars", "get_ipython"})
MAX_PASSES = 20
# Statements, parts of them, and names that are looked up. Loops within loops are followed many
# times: a program of more work than this, fifty times that of a lesson, is not told of.
MAX_WORK = 200_000
# No longer name fits into a record.
MAX_NAME = 300


class Level(IntEnum):
    """How much of a model is in a value: nothing, what it predicted, or anything else."""

    NOTHING = 0
    PREDICTION = 1
    WEIGHTS = 2


# Most cells of a class are the lesson's.
@functools.lru_cache(maxsize=128)
def _parsed(source: str) -> tuple[ast.Module, frozenset[str]]:
    """Return the syntax tree of a cell, and the names that it stores.

    Raises:
        SyntaxError: it is not Python alone, or does what no text shows.
    """
    # Magic commands are no Python, but where they look like it, as a line of a string may.
    if len(source) > MAX_CHARACTERS:
        raise SyntaxError
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    if any(map(_is_opaque, ast.walk(tree))):
        raise SyntaxError
    return tree, frozenset(name for name in _stored(tree) if len(name) <= MAX_NAME)


def _is_opaque(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in OPAQUE


class DataFlow:
    """The levels of all names, statement by statement, of cells that run one after the other."""

    def __init__(self) -> None:
        self._is_unreadable = False
        self._work = 0
        self._levels: dict[str, Level] = {}
        # Names that a function or a class uses: what it gives on depends on what they are then.
        self._uses: dict[str, frozenset[str]] = {}
        self._sets: dict[str, frozenset[str]] = {}
        self._created: dict[str, Level] = {}
        self._modules: set[str] = set()

    def follow(self, source: str) -> Follows | None:
        """Follow the next cell; return the names whose value there follows from a model, and how.

        ``None`` where its text, or that of a cell before it, cannot be read or does not say what
        happens.
        """
        if self._is_unreadable:
            return None
        try:
            tree, stored = _parsed(source)
            self._run(tree.body)
        except UNREADABLE:
            self._is_unreadable = True
            return None
        levels = {name: self._level_of(name) for name in stored}
        return {
            name: "prediction" if level is Level.PREDICTION else "weights"
            for name, level in sorted(levels.items())
            if level
        }

    def _level_of(self, name: str) -> Level:
        """Return the level of a name, and of what the function of that name uses."""
        seen, open_names, level = set(), [name], Level.NOTHING
        while open_names:
            one = open_names.pop()
            if one not in seen and one not in self._modules:
                self._spend()
                seen.add(one)
                level = max(level, self._levels.get(one, Level.NOTHING))
                level = max(level, self._created.get(one, Level.NOTHING))
                open_names += self._uses.get(one, ())
        return level

    def _run(self, body: Sequence[ast.stmt], within: Level = Level.NOTHING) -> None:
        """Follow statements in order; ``within`` is the level of what decides that they run."""
        for statement in body:
            self._spend()
            self._statement(statement, within)

    def _spend(self) -> None:
        """Count a piece of work.

        Raises:
            RecursionError: it was too much in all.
        """
        self._work += 1
        if self._work > MAX_WORK:
            raise RecursionError

    def _walk(self, node: ast.AST) -> Iterator[ast.AST]:
        for part in ast.walk(node):
            self._spend()
            yield part

    def _statement(self, node: ast.stmt, within: Level) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                self._modules |= {(one.asname or one.name).partition(".")[0] for one in node.names}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._define(node)
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value, within)
            case ast.AnnAssign(target=target, value=value) if value:
                self._assign([target], value, within)
            case ast.AugAssign(target=target, value=value):
                self._raise(_names(target), max(within, self._expression(value)))
            case ast.If() | ast.Match() | ast.Try() | ast.TryStar():
                self._branching(node, within)
            case ast.For() | ast.AsyncFor():
                self._repeat(node, node.iter, within, _names(node.target))
            case ast.While(test=test):
                self._repeat(node, test, within, ())
            case _:
                self._other_statement(node, within)

    def _other_statement(self, node: ast.stmt, within: Level) -> None:
        """Follow a statement that decides nothing; only of ``with`` others are a part."""
        for part in ast.iter_child_nodes(node):
            level = (
                max(within, self._expression(part)) if not isinstance(part, ast.stmt) else within
            )
            if isinstance(part, ast.withitem) and part.optional_vars:
                self._raise(_names(part.optional_vars), level)
        self._run(getattr(node, "body", ()), within)

    def _branching(self, node: ast.If | ast.Match | ast.Try | ast.TryStar, within: Level) -> None:
        match node:
            case ast.If(test=test, body=body, orelse=other):
                self._branches(max(within, self._expression(test)), [body, other])
            case ast.Match(subject=subject, cases=cases):
                level = max(within, self._expression(subject))
                self._raise(_captured(node), level)
                self._branches(level, [one.body for one in cases])
            case ast.Try() | ast.TryStar():
                handlers = [one.body for one in node.handlers]
                self._branches(within, [node.body, *handlers, node.orelse])
                self._run(node.finalbody, within)

    def _branches(self, within: Level, bodies: Sequence[Sequence[ast.stmt]]) -> None:
        """Follow bodies of which any may run: a name keeps the most that any of them gives it."""
        before = dict(self._levels)
        after = dict(before)
        for body in bodies:
            self._levels = dict(before)
            self._run(body, within)
            for name, level in self._levels.items():
                after[name] = max(level, after.get(name, Level.NOTHING))
        self._levels = after

    def _repeat(
        self,
        node: ast.For | ast.AsyncFor | ast.While,
        decides: ast.expr,
        within: Level,
        targets: Iterable[str],
    ) -> None:
        """Follow a loop until another round changes nothing."""
        for _ in range(MAX_PASSES):
            before = dict(self._levels)
            level = max(within, self._expression(decides), self._leaving(node.body))
            self._raise(targets, level)
            self._branches(level, [node.body])
            if before == self._levels:
                break
        self._run(node.orelse, within)

    def _leaving(self, body: Sequence[ast.stmt]) -> Level:
        """Return the level of what decides when a loop is left, or goes on."""
        tests = [
            self._expression(node.test)
            for statement in body
            for node in self._walk(statement)
            if isinstance(node, ast.If) and any(map(_leaves, self._walk(node)))
        ]
        return max(tests, default=Level.NOTHING)

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr, within: Level) -> None:
        if isinstance(value, ast.Lambda) and isinstance(targets[0], ast.Name):
            self._define(value, targets[0].id)
            return
        level = max(within, self._expression(value))
        for target in targets:
            parts, values = _parts(target), _parts(value)
            if not parts or len(parts) != len(values):
                self._set(target, level)
                continue
            # Read before any is set: the names may change places.
            levels = [max(within, self._expression(one)) for one in values]
            for part, own in zip(parts, levels, strict=True):
                self._set(part, own)

    def _set(self, target: ast.expr, level: Level) -> None:
        match target:
            case ast.Name(id=name):
                self._levels[name] = level
                self._uses.pop(name, None)
                self._created.pop(name, None)
                self._modules.discard(name)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._set(part, level)
            case ast.Starred(value=part):
                self._set(part, level)
            case _:
                # A part of something that stays what it was.
                self._raise(_base(target), level)

    def _raise(self, names: Iterable[str], level: Level) -> None:
        for name in names:
            self._levels[name] = max(level, self._levels.get(name, Level.NOTHING))

    def _define(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda,
        name: str = "",
    ) -> None:
        """Take note of a function or a class: which names it uses, and what is made in it."""
        name = name or getattr(node, "name", "")
        loaded = [one for one in self._walk(node) if isinstance(one, ast.Name)]
        self._uses[name] = frozenset(one.id for one in loaded) - {name}
        self._created[name] = max(
            (_node_level(one) for one in ast.walk(node)), default=Level.NOTHING
        )
        self._sets[name] = frozenset(
            global_name
            for one in ast.walk(node)
            if isinstance(one, ast.Global | ast.Nonlocal)
            for global_name in one.names
        )
        self._levels[name] = Level.NOTHING
        self._modules.discard(name)

    def _expression(self, node: ast.AST) -> Level:
        """Return the level of an expression; names that it changes are raised on the way."""
        self._spend()
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Name):
            return max(_node_level(node), self._level_of(node.id))
        parts = [self._expression(part) for part in ast.iter_child_nodes(node)]
        level = max([_node_level(node), *parts])
        match node:
            case ast.NamedExpr(target=ast.Name(id=name)):
                self._levels[name] = level
            case ast.comprehension(target=target):
                self._raise(_names(target), level)
        return level

    def _call(self, node: ast.Call) -> Level:
        given = [*node.args, *(one.value for one in node.keywords)]
        level = max(map(self._expression, given), default=Level.NOTHING)
        match node.func:
            case ast.Attribute(attr=name, value=model) if name in PREDICTING:
                self._expression(model)
                return max(level, Level.PREDICTION)
            case ast.Attribute(value=value):
                # A method may put what it is given into its object, as `append` does.
                self._raise(set(_base(value)) - self._modules, level)
            case ast.Name(id=name) if name in self._sets:
                inside = max(level, self._level_of(name))
                self._raise(self._sets[name], inside)
                mine = {one for part in given for one in _base(part)}
                self._raise(mine - self._modules, level)
        return max(level, self._expression(node.func))


def _node_level(node: ast.AST) -> Level:
    match node:
        case ast.Name(id=name) if name in MAKERS:
            return Level.WEIGHTS
        case ast.Attribute(attr=name) if name in MAKERS or name in OF_MODELS:
            return Level.WEIGHTS
        case ast.Attribute(attr=name) if name in PREDICTING:
            return Level.PREDICTION
    return Level.NOTHING


def _leaves(node: ast.AST) -> bool:
    return isinstance(node, ast.Break | ast.Continue | ast.Return | ast.Raise)


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return the parts of a tuple or list that is written out; none where a star is in it."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List) else []
    return [] if any(isinstance(one, ast.Starred) for one in parts) else parts


def _stored(tree: ast.AST) -> set[str]:
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _names(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _captured(node: ast.AST) -> set[str]:
    found = (getattr(one, "name", None) or getattr(one, "rest", None) for one in ast.walk(node))
    return {name for name in found if isinstance(name, str)}


def _base(node: ast.AST) -> tuple[str, ...]:
    """Return the name at the beginning of ``name.part[place]``, none for anything else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return (node.id,) if isinstance(node, ast.Name) else ()
