"""Types of what numba hands to the functions that write LLVM into a driver, under names that a reader can look up."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from llvmlite import ir
from numba import types
from numba.core.base import BaseContext
from numba.core.typing.templates import Signature

from dysts.compilation.emission.vectors import Value

Builder: TypeAlias = ir.IRBuilder
"""Writes instructions at one place of the function that numba is compiling."""
Context: TypeAlias = BaseContext
"""How numba lays out arrays and tuples in memory on this processor."""
NumbaType: TypeAlias = types.Type
"""Type of an argument as numba infers it, such as that of a float64 array of two dimensions."""
Writer: TypeAlias = Callable[[Context, Builder, Signature, Sequence[Value]], Value]
"""Writes the instructions of a call whose arguments have the types of the signature, and returns its outcome."""
