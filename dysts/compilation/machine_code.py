"""From a program to machine code at an address, by way of an object file that is kept on disk."""

import contextlib
import functools
import hashlib
import threading
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from dysts.cache import write_atomically
from dysts.compilation.emission.evaluation import LANED, SCALAR, emit
from dysts.compilation.emission.taylor_coefficients import EXPANSION, LANED_EXPANSION, LOOK_AHEAD, emit_series
from dysts.compilation.program import Program

_CHECKSUM = 32
"""Bytes of the SHA-256 at the start of an object file, as LLVM would run a damaged file or crash on it."""

_lock = threading.RLock()
_engines: list[Any] = []
"""The engines, kept until the end of the process, as machine code is freed with its engine."""


@functools.cache
def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=3, jit=True)


@functools.cache
def _processor() -> str:
    features = llvm.get_host_cpu_features().flatten()
    named = f"{llvm.get_default_triple()} {llvm.get_host_cpu_name()} {features}"
    return hashlib.sha256(named.encode()).hexdigest()[:8]


class CompiledFunction:
    """A program as machine code for one state and for eight at once, each compiled at its first use.

    Parameters
    ----------
    program : Program
    name : str
        Begins the names of the files.
    folder : Path
        Where object files are kept.

    Attributes
    ----------
    loaded : int
        How many object files were found there.
    """

    def __init__(self, program: Program, name: str, folder: Path) -> None:
        self.program = program
        self.name = name
        self.folder = folder
        self.loaded = 0

    @functools.cached_property
    def address(self) -> int:
        """Address of the function of one state, which a driver calls."""
        return self._address(SCALAR)

    @functools.cached_property
    def lanes_address(self) -> int:
        """Address of the function of eight states."""
        return self._address(LANED)

    @functools.cached_property
    def expansion_address(self) -> int:
        """Address of the function that expands the solution through one state in powers of time."""
        return self._address(EXPANSION)

    @functools.cached_property
    def lanes_expansion_address(self) -> int:
        """Address of the function that expands eight solutions."""
        return self._address(LANED_EXPANSION)

    @functools.cached_property
    def look_ahead_address(self) -> int:
        """Address of the function that expands the first orders of the solution and of steep arguments."""
        return self._address(LOOK_AHEAD)

    @functools.cached_property
    def extended_expansion_address(self) -> int:
        """Where the function starts that expands the solution in double-doubles."""
        from dysts.compilation.emission.extended_series import EXTENDED_EXPANSION

        return self._address(EXTENDED_EXPANSION)

    def _address(self, function: str) -> int:
        with _lock:
            path = self.folder / f"{self.name}_{self.program.digest}_{function}_{_processor()}.object"
            code = _read(path)
            if code is None:
                code = _compile(self._text(function))
                # On a full disk or in a deleted folder the next process compiles again.
                with contextlib.suppress(OSError):
                    write_atomically(path, hashlib.sha256(code).digest() + code)
            else:
                self.loaded += 1
            return _load(code, function)

    def _text(self, function: str) -> str:
        if function in (SCALAR, LANED):
            return emit(self.program, lanes=function == LANED)
        if function in (EXPANSION, LANED_EXPANSION, LOOK_AHEAD):
            return emit_series(self.program, function)
        # Numbers of many digits come from a package that takes a tenth of a second to import.
        from dysts.compilation.emission.extended_series import emit_extended_series

        return emit_extended_series(self.program)


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    code = content[_CHECKSUM:]
    return code if hashlib.sha256(code).digest() == content[:_CHECKSUM] else None


def _compile(text: str) -> bytes:
    machine = _machine()
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    module.verify()
    return bytes(machine.emit_object(module))


def _load(code: bytes, function: str) -> int:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    return int(engine.get_function_address(function))
